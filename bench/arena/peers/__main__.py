"""Our offer policies and NegMAS negotiators, all against the same opponents. `python -m eqnegotiator.bench.arena.peers --work DIR`

NegMAS (AGPL-3.0) is installed into an environment of its own in the work folder and runs in a process of its own; the first run needs the
network. Every negotiation is kept in the work folder, and a later run plays only what is missing. Our policies appear twice: learning the
other side's utilities from its offers, and (`+utilities`) reading them, which the rules of the ANL 2024 league allow its agents.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ....kernels.offers import POLICIES
from ...machine import machine
from .domains import DOMAINS
from .environment import PeerEnvironmentError, environment
from .games import Games, GamesError
from .host import HOST_SCRIPT, Host, HostError
from .tournament import Plan, document, entrants, play

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="folder for the peers' environment and the negotiations")
    parser.add_argument("--count", type=_count, default=100, metavar="N", help="scenarios of each domain (default 100)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the scenarios (default 0)")
    parser.add_argument("--policy", action="append", choices=list(POLICIES), help="one of ours; may be repeated (default: eq and boulware)")
    parser.add_argument("--domain", action="append", choices=DOMAINS, help="may be repeated (default: all)")
    parser.add_argument("--peer", action="append", metavar="NAME", help="a negotiator; may be repeated (default: all that install)")
    parser.add_argument("--python", type=Path, metavar="FILE", help="interpreter with NegMAS (default: an environment made in --work)")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON document")
    chosen = parser.parse_args(arguments)
    chosen.work.mkdir(parents=True, exist_ok=True)
    try:
        found = _run(chosen)
    except (GamesError, HostError, PeerEnvironmentError) as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\npeers: stopped; what was played lies in {chosen.work}, and the same command goes on from there", file=sys.stderr)
        return 1
    if not chosen.json:
        print(table(found))
    print(json.dumps(found))
    return 0


def _run(chosen: argparse.Namespace) -> dict[str, Any]:
    python = chosen.python or environment(chosen.work)
    with Host([str(python), "-I", str(HOST_SCRIPT), *(chosen.peer or ())], chosen.work / "host.log") as host:
        if unknown := [name for name in chosen.peer or () if name not in host.negotiators]:
            raise HostError(f"--peer {unknown[0]}: {host.missing[unknown[0]]}")
        ours = entrants(chosen.policy or ("eq", "boulware"))
        plan = Plan(tuple(chosen.domain or DOMAINS), ours, tuple(host.negotiators), chosen.seed, chosen.count)
        with Games(chosen.work / "games.jsonl") as games:
            played = play(plan, host, games)
        return {"machine": machine(), "versions": host.versions, "missing": _reasons(host.missing), **document(plan, played)}


def _reasons(missing: dict[str, str | None]) -> dict[str, str]:
    return {name: reason for name, reason in missing.items() if reason is not None}


def table(found: dict[str, Any]) -> str:
    """Means with their intervals, best first."""
    lines = []
    for domain, report in found["domains"].items():
        lines += ["", f"{domain}: {found['scenarios']} scenarios", f"{'':28}{'advantage':>24}{'agreed':>9}{'nash':>9}{'pareto':>9}"]
        agents = sorted(report["agents"].items(), key=lambda item: -item[1]["advantage"]["mean"])
        for name, one in agents:
            advantage, rest = one["advantage"], [one[figure]["mean"] for figure in ("agreement", "nash", "pareto")]
            said = f"{advantage['mean']:.3f} [{advantage['low']:.3f}, {advantage['high']:.3f}]"
            lines.append(f"{name:28}{said:>24}" + "".join(f"{value:9.3f}" if value is not None else f"{'-':>9}" for value in rest))
    return "\n".join(lines)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
