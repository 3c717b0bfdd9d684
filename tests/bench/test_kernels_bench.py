from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from eqnegotiator.bench.kernels import __main__ as kernels
from eqnegotiator.bench.kernels import cold, peers
from eqnegotiator.bench.kernels.case import Case, DisagreementError, Figure, Peer, largest_difference, measure
from eqnegotiator.bench.kernels.cold import ColdStart
from eqnegotiator.bench.kernels.plot import plot
from eqnegotiator.bench.kernels.targets import targets
from eqnegotiator.bench.timing import Effort, Timing, side_by_side

BRIEF = Effort(sample_seconds=1e-5, rounds=4, budget_seconds=1e-3)


def timing(seconds: float) -> Timing:
    return Timing(seconds, 0.9 * seconds, 1.2 * seconds, 3, 1)


def figure(name: str, seconds: float, peers: dict[str, float], **size: int) -> Figure:
    others = {peer: timing(taken) for peer, taken in peers.items()}
    return Figure("games", name, size, timing(seconds), timing(seconds / 2), others, "state pair", 10, 1e-9)


def positive(values: dict[str, Any]) -> bool:
    return all(math.isfinite(value) and value > 0 for value in values.values())


# --- a whole run


def test_a_tiny_run_ends_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, rows = tmp_path / "figures.json", tmp_path / "figures.csv"
    assert kernels.main(["--quick", "--only", "tone", "--json", str(whole), "--csv", str(rows)]) == 0
    printed = capsys.readouterr().out.splitlines()
    found = json.loads(printed[-1])
    assert found == json.loads(whole.read_text())
    assert {case["name"] for case in found["figures"]} >= {"paper_tone", "wsls", "belief_weighted_tone"}
    assert all(positive(case["call_seconds"]) for case in found["figures"])
    assert all(case["call_seconds"]["p10"] <= case["call_seconds"]["median"] <= case["call_seconds"]["p90"] for case in found["figures"])
    assert [target["met"] for target in found["targets"]] == [None] * 12
    assert sum(line.endswith("not measured") for line in printed) == 12
    assert found["machine"]["cpu"]
    assert found["machine"]["numba"]
    with rows.open(newline="") as file:
        assert [row["kernel"] for row in csv.DictReader(file)] == [case["name"] for case in found["figures"]]


def test_peers_answer_as_we_do_and_are_timed() -> None:
    pytest.importorskip("hmmlearn")
    taken = [measure(case, BRIEF) for case, _ in zip(kernels.FAMILIES["hmm"](quick=True), range(4), strict=False)]
    assert [case.name for case in taken] == ["log_likelihood", "filter", "smooth", "decode"]
    assert list(taken[0].ratios) == ["hmmlearn score (log)", "hmmlearn score (scaling)"]
    assert positive(taken[0].ratios)
    assert taken[0].difference is not None
    assert taken[0].difference < 1e-8
    assert all(case.body_ns_per_unit and case.body_ns_per_unit > 0 for case in taken)


def test_a_missing_peer_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(peers, "import_module", _not_installed)
    assert kernels.main(["--quick", "--only", "dynamics"]) == 2
    assert "nashpy: not installed; pip install 'eqnegotiator[bench]'" in capsys.readouterr().err


def _not_installed(module: str) -> None:
    raise ModuleNotFoundError(module)


def test_plots_are_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    games = [figure("lemke_howson", 1e-6 * size, {"quantecon lemke_howson": 2e-6 * size}, n=size) for size in (2, 4, 8)]
    assert plot(games, tmp_path / "new") == [tmp_path / "new" / "games.png"]
    assert (tmp_path / "new" / "games.png").read_bytes().startswith(b"\x89PNG")
    assert plot(games[:1], tmp_path) == []


def test_cold_starts_are_fresh_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    # The third figure counts the start in its cache folder: the warm start is the second of one folder.
    program = """
import os, pathlib
folder = pathlib.Path(os.environ["NUMBA_CACHE_DIR"])
folder.mkdir(exist_ok=True)
(folder / str(os.getpid())).touch()
print([1.0, 0.25, len(list(folder.iterdir()))])
"""
    monkeypatch.setattr(cold, "_PROGRAM", program)
    empty, warm = cold.cold_starts(quick=True)
    assert (empty.cache, empty.beyond_numba_seconds) == ("empty", 1.25)
    assert (warm.cache, warm.beyond_numba_seconds) == ("warm", 2.25)


# --- targets


def test_targets_take_the_fastest_peer_and_our_faster_method() -> None:
    measured = [
        figure("log_likelihood", 1e-6, {"hmmlearn score (log)": 3e-4, "hmmlearn score (scaling)": 5e-5}, T=30, K=4, E=49),
        figure("support_enumeration", 1e-4, {"nashpy support_enumeration": 1.0, "quantecon support_enumeration": 3e-4}, n=7),
        figure("all_equilibria", 2e-4, {"nashpy support_enumeration": 1.0, "quantecon support_enumeration": 3e-4}, n=7),
        figure("lemke_howson", 1e-6, {"quantecon lemke_howson": 4e-6}, n=7),
        figure("lemke_howson", 1e-4, {"quantecon lemke_howson": 9e-5}, n=64),
    ]
    found = {target.figure: target for target in targets(measured, [ColdStart("warm", 1, 0.5, 0.5, 0.75, (1.25,))])}
    ratio = found["log-likelihood T=30 K=4 E=49: hmmlearn score / ours"]
    assert ratio.measured == pytest.approx(50.0)
    assert ratio.met is False
    assert found["all equilibria 7 x 7: nashpy support enumeration / ours"].measured == pytest.approx(10_000.0)
    assert found["all equilibria 7 x 7: faster of quantecon's two / ours"].measured == pytest.approx(3.0)
    assert found["Lemke-Howson 7 x 7: quantecon / ours"].met is True
    assert found["Lemke-Howson, the worst of all sizes: quantecon / ours"].met is False
    assert found["cold start, warm cache: beyond import numba"].met is False
    assert found["bargaining DP 64 x 64 x 12: a call"].met is None


def test_every_case_has_a_name_and_size_of_its_own() -> None:
    keys = [(case.name, *case.size.items()) for family in ("tone", "bargaining") for case in kernels.FAMILIES[family](quick=True)]
    assert len(set(keys)) == len(keys) > 15


# --- measuring


def test_samples_alternate_and_slow_calls_get_fewer() -> None:
    order: list[str] = []
    quick, slow = side_by_side([lambda: order.append("a"), lambda: order.append("b")], Effort(0.0, 5, 1e9))
    assert (quick.samples, slow.samples, quick.calls) == (5, 5, 1)
    assert "".join(order[-10:]) == "abbaabbaab"
    (few,) = side_by_side([lambda: sum(range(2000))], Effort(1e-6, 9, 1e-9))
    assert few.samples == 3


def test_figures_are_for_one_input() -> None:
    ten = measure(Case("games", "x", {"n": 2}, lambda: None, (Peer("theirs", lambda: None),), inputs=10), BRIEF)
    assert 0 < ten.call.median < 1e-5
    assert ten.call_ns_per_unit is None
    assert figure("x", 2e-6, {}).call_ns_per_unit == pytest.approx(200.0)
    assert figure("x", 2e-6, {}).least_ratio is None


def test_different_answers_are_refused() -> None:
    assert largest_difference("x", [1.0, 2.0], [1.0, 2.5], 1.0) == 0.5
    with pytest.raises(DisagreementError, match=r"^x: .* differ by 0.5"):
        largest_difference("x", [1.0, 2.0], [1.0, 2.5], 0.1)
    with pytest.raises(DisagreementError, match="shape"):
        largest_difference("x", [1.0], [1.0, 2.0], 0.1)
    with pytest.raises(DisagreementError, match="nan"):
        largest_difference("x", [1.0], [math.nan], 0.1)
