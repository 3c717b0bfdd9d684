"""The kernels against their peers, warm, in one run. `python -m eqnegotiator.bench.kernels` (needs the `bench` extra)

Each kernel is called from Python as its users call it; where its compiled body takes many sequences at once, that is timed too. Ours and
the peers' samples alternate, answers are compared before anything is timed, and the table shows the median of the samples, p10 and p90.

The limits, worked out before anything was measured (one Zen 3 core at about 3 GHz: 0.33 ns a cycle, a multiplication or an addition
has a latency of 3 cycles, two of each start in a cycle, 4 doubles wide with AVX2):

- log-likelihood, K = 4: a step is 4 + 16 multiplications and 12 + 3 additions, 10 cycles for scalars and 3 for vectors; but it waits for
  the step before: two multiplications and two additions in a row, 12 cycles. 4 ns a step, 0.25 ns a state pair. A call of a compiled
  function with two arrays costs 0.3 us, a method around it 0.1 us: 30 steps should take 0.5 us. hmmlearn checks its arguments in Python,
  some 100 us.
- filter and smoother: four divisions a step (13 cycles of latency, in the chain) make 10 ns a step, and the way back as much again with
  four more. Decoding compares instead of multiplying: 16 compares in chains of 4, 8 ns a step. Their calls allocate and check: 10 to
  20 us around 0.3 to 1 us of work.
- Baum-Welch, 100 sequences of 30, 51 passes: 153,000 steps at 25 ns (forward, back, counts) are 4 ms. hmmlearn loops over sequences in
  Python: 5,000 at 100 to 200 us are 0.5 to 1 s, a ratio of 100 to 250.
- all equilibria 7 x 7: C(14, 7) - 1 = 3,431 pairs of supports of equal size, two systems of 3.5 unknowns each: 0.3 us a pair would be
  1 ms; most pairs fall to dominance before anything is solved, so 0.1 to 0.3 ms. Vertices: at most 240 a polytope, 7 pivots of 7 x 8
  entries each, 30 ns a pivot: 0.1 ms for both. nashpy solves each pair through numpy: 2 s, a ratio of 10,000.
- Lemke-Howson 7 x 7: about 8 pivots of 7 x 8 entries at 50 ns: under 1 us, beside 2 us for the call and its checks. From n = 32 on
  pivots dominate: n^2 multiply-adds each, 0.3 ns or less apiece, and some n pivots.
- zero-sum and linear programs: m n multiply-adds a pivot, n to 2 n pivots; at n = 7 the call dominates. HiGHS through scipy costs 1 ms
  before its first pivot.
- dynamics: a step of n = 3 is four products of 3 x 3 and three exponentials, 0.2 us; a round of self-play at n = 7 two products of
  7 x 7, 0.1 us; a round of two machines two look-ups, 3 ns.
- bargaining, K = M = 64, T = 12: T K M = 49,000 updates of three sums and T M M / 2 = 25,000 comparisons at 1 ns: 0.1 ms; checking the
  table of acceptance reads it ten times, 0.3 ms.
- tone: 4 x 7 x 7 products, 0.2 us, behind three to six checked arrays at 3 to 5 us each: 10 to 25 us.
- cold start, warm cache: 15 compiled functions at 10 ms to load each, and 0.1 s for imports: 0.3 s.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from ..machine import processor
from ..timing import Effort
from . import bargaining, dynamics, games, hmm, tone
from .case import Case, Figure, measure
from .cold import ColdStart, cold_starts
from .peers import MissingPeerError, versions
from .plot import plot
from .table import cold_table, figure_table, target_table, write_csv
from .targets import Target, targets

__all__ = ["FAMILIES", "document", "main"]


class _Cases(Protocol):
    def __call__(self, *, quick: bool) -> Iterator[Case]: ...


FAMILIES: Final[dict[str, _Cases]] = {
    hmm.FAMILY: hmm.cases,
    tone.FAMILY: tone.cases,
    games.FAMILY: games.cases,
    dynamics.FAMILY: dynamics.cases,
    bargaining.FAMILY: bargaining.cases,
}
_COLD: Final = "cold"
_FULL: Final = Effort(sample_seconds=4e-3, rounds=15, budget_seconds=1.0)
_QUICK: Final = Effort(sample_seconds=2e-4, rounds=3, budget_seconds=0.01)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[*FAMILIES, _COLD], help="measure this family; may be repeated (default: all)")
    parser.add_argument("--quick", action="store_true", help="few sizes, few samples: to see that it works; figures are rough")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line here, indented")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write every measurement as a row here")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="also draw cost against size, one PNG a family")
    chosen = parser.parse_args(arguments)
    wanted = chosen.only or [*FAMILIES, _COLD]
    print(_sentence(machine()))
    try:
        figures = _measured([family for family in FAMILIES if family in wanted], quick=chosen.quick)
        starts = list(cold_starts(quick=chosen.quick)) if _COLD in wanted else []
        if starts:
            print(f"\n{_COLD}: fresh processes that run the kernels of a turn\n{cold_table(starts)}")
        results = targets(figures, starts)
        print(f"\ntargets\n{target_table(results)}\n")
        if chosen.plot is not None:
            for path in plot(figures, chosen.plot):
                print(path)
    except MissingPeerError as error:
        print(f"kernels: {error}", file=sys.stderr)
        return 2
    if chosen.csv is not None:
        write_csv(figures, chosen.csv)
    found = document(figures, starts, results, quick=chosen.quick)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found))
    return 0


def document(figures: Sequence[Figure], starts: Sequence[ColdStart], results: Sequence[Target], *, quick: bool) -> dict[str, Any]:
    """All figures, ready for JSON."""
    return {
        "machine": machine(),
        "quick": quick,
        "targets": [target.to_dict() for target in results],
        "figures": [figure.to_dict() for figure in figures],
        "cold_starts": [{**start._asdict(), "beyond_numba_seconds": start.beyond_numba_seconds} for start in starts],
    }


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "cpu": processor(),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **versions(),
    }


def _measured(families: Sequence[str], *, quick: bool) -> list[Figure]:
    """Measure family by family, and print each as soon as it is done, the sizes of a kernel below each other."""
    figures: list[Figure] = []
    for family in families:
        found = [measure(case, _QUICK if quick else _FULL) for case in FAMILIES[family](quick=quick)]
        names = [figure.name for figure in found]
        found.sort(key=lambda figure: names.index(figure.name))
        print(f"\n{family}\n{figure_table(found)}", flush=True)
        figures += found
    return figures


def _sentence(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


if __name__ == "__main__":
    sys.exit(main())
