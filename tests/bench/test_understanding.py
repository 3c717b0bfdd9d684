"""The benchmark of the understand stage: figures counted by hand on tiny arrays, and a small run of all of it with a stand-in encoder."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from eqnegotiator.bench.understanding import __main__ as understanding
from eqnegotiator.bench.understanding.figures import NOTHING, calibration, confusion, head_figures, reliability, safety
from eqnegotiator.bench.understanding.heads import Head, heads
from eqnegotiator.bench.understanding.labelled import UTTERANCES, LabelledError, read_proposals, read_utterances
from eqnegotiator.bench.understanding.latency import timed
from eqnegotiator.bench.understanding.proposals import miss_kind, proposal_figures
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.understand import understand
from eqnegotiator.models.bundle import bundled
from eqnegotiator.models.encoder_input import Turn
from eqnegotiator.models.encoder_labels import EMOTIONS, INTENTS, SAFETY_INTENTS, TACTICS

TODAY = datetime.date(2026, 11, 23)


class Evidence(NamedTuple):
    log_likelihood: np.ndarray
    probability: np.ndarray


class StandInReading(NamedTuple):
    emotion: Evidence
    intent: np.ndarray
    tactic: np.ndarray


class StandInEncoder:
    """Hears exactly the labels that a text names."""

    def __init__(self, *_: object) -> None:
        self.emotion_threshold = np.full(len(EMOTIONS), 0.5)
        self.intent_threshold = np.full(len(INTENTS), 0.5)

    def read(self, text: str, context: Sequence[Turn] = ()) -> StandInReading:
        assert all(turn.speaker in ("agent", "customer") for turn in context)
        emotion, intent, tactic = (np.array([0.9 if name in text else 0.04 for name in names]) for names in (EMOTIONS, INTENTS, TACTICS))
        return StandInReading(Evidence(np.log(emotion), emotion), intent, tactic / tactic.sum())


def flags(*rows: str) -> np.ndarray:
    """Rows of `x` and `.`."""
    return np.array([[mark == "x" for mark in row] for row in rows])


def head(truth: Sequence[str], said: Sequence[str], probability: Sequence[Sequence[float]] | None = None) -> Head:
    guessed = flags(*said)
    return Head(("a", "b", "c"), flags(*truth), guessed, np.where(guessed, 0.9, 0.1) if probability is None else np.array(probability))


def line(text: str, intent: str, emotion: str = "neutral", tactic: str = "none", context: Sequence[str] = ()) -> str:
    labels = {"intent": intent.split(), "emotion": emotion.split(), "tactic": tactic}
    return json.dumps({"context": list(context), "text": text, **labels})


# --- heads


def test_heads_pair_labels_with_what_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "utterances.jsonl"
    calm = line("this is only smalltalk, but it gives me joy", "smalltalk", "joy sadness")
    alarmed = line("I want you to stop_contact with me, I am under pressure here", "stop_contact abuse", tactic="pressure")
    path.write_text(f"{calm}\n{alarmed}\n")
    utterances, encoder = read_utterances(path), StandInEncoder()
    found = heads(utterances, [understand(one.text, TODAY, encoder, one.context) for one in utterances], encoder.emotion_threshold)
    assert [found.emotion.names[column] for column in np.flatnonzero(found.emotion.truth[0])] == ["joy", "sadness"]
    assert found.emotion.said[0].tolist() == [name == "joy" for name in EMOTIONS]
    assert found.emotion.probability[0, 0] == 0.9
    assert found.intent.truth[1].tolist() == [name in ("stop_contact", "abuse") for name in INTENTS]
    assert found.intent.said[0].tolist() == [name == "smalltalk" for name in INTENTS]
    assert found.tactic.said.sum(axis=1).tolist() == [1, 1]
    assert found.tactic.said[1, TACTICS.index("pressure")]
    assert found.signals.truth.tolist() == [[False] * 7, [name == "stop_contact" for name in SAFETY_INTENTS]]
    assert found.signals.said.tolist() == found.signals.truth.tolist()


# --- figures


def test_class_figures_are_those_counted_by_hand() -> None:
    found = head_figures(head(["x..", "xx.", ".x.", "..."], ["x..", "x..", "xx.", "x.."]))
    assert found.classes["a"] == (0.5, 1.0, pytest.approx(2 / 3), 2)
    assert found.classes["b"] == (1.0, 0.5, pytest.approx(2 / 3), 2)
    assert found.classes["c"] == (0.0, 0.0, 0.0, 0)
    assert found.macro_f1 == pytest.approx(4 / 9)


def test_calibration_error_and_reliability_bins_agree() -> None:
    random = np.random.default_rng(5)
    probability = random.random((40, 3))
    truth = random.random((40, 3)) < probability**2
    found = Head(("a", "b", "c"), truth, probability > 0.5, probability)
    bins = reliability(probability, truth)
    filled = bins.rows > 0
    assert bins.rows.sum() == 120
    gaps = np.abs(bins.probability - bins.rate)[filled] * bins.rows[filled]
    assert calibration(found).pooled == pytest.approx(gaps.sum() / 120)
    one = reliability(probability[:, 1], truth[:, 1])
    assert calibration(found).labels["b"] == pytest.approx(np.nansum(np.abs(one.probability - one.rate) * one.rows) / 40)


def test_reliability_bins_counted_by_hand() -> None:
    bins = reliability(np.array([0.0, 0.02, 0.5, 1.0]), np.array([False, True, True, True]))
    assert bins.rows.tolist() == [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert (bins.probability[0], bins.rate[0], bins.rate[7], bins.probability[14]) == (pytest.approx(0.01), 0.5, 1.0, 1.0)
    assert np.isnan(bins.rate[1])
    errors = calibration(Head(("a",), flags(".", "x", "x", "x"), flags(".", ".", "x", "x"), np.array([[0.0], [0.02], [0.5], [1.0]])))
    assert errors.pooled == errors.labels["a"] == pytest.approx((0.98 + 0.5 + 0.0) / 4)


def test_confusion_takes_the_likeliest_of_what_is_said() -> None:
    found = confusion(
        head(
            ["x..", ".x.", ".x.", "xx.", "..x"],
            ["xx.", ".x.", "...", "..x", "x.."],
            [[0.6, 0.7, 0.9], [0.1, 0.8, 0.9], [0.4, 0.4, 0.4], [0.1, 0.1, 0.8], [0.7, 0.1, 0.1]],
        )
    )
    assert found.columns == ("a", "b", "c", NOTHING)
    assert found.counts.tolist() == [[0, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0]]


def test_confusion_without_silence_has_no_column_for_it() -> None:
    found = confusion(head(["x..", ".x."], ["x..", "x.."]))
    assert found.columns == found.names
    assert found.counts.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_safety_counts_alarms_on_calm_rows_only() -> None:
    found = safety(head(["x..", "x..", ".x.", "...", "...", "...", "..."], ["x..", ".x.", "xx.", "x..", "xx.", "...", "..."]))
    assert found.signals["a"] == (0.5, 0.5, 2, [1])
    assert found.signals["b"] == (1.0, 0.25, 1, [])
    assert (found.calm_rows, found.false_alarms) == (4, [3, 4])


# --- proposals


@pytest.mark.parametrize(
    ("due", "heard", "kind"),
    [
        (None, None, None),
        (Proposal(days=30), Proposal(days=30), None),
        (Proposal(fraction=0.3333), Proposal(fraction=1 / 3), None),
        (Proposal(days=30), None, "unheard"),
        (None, Proposal(days=30), "invented"),
        (Proposal(days=30), Proposal(days=31), "other_value"),
        (Proposal(days=30), Proposal(days=30, ambiguous=True), "asked"),
        (Proposal(every="month", ambiguous=True), Proposal(every="month"), "guessed"),
        (Proposal(every="month", ambiguous=True), Proposal(every="month", amount="80.00", ambiguous=True), "guessed"),
        (Proposal(every="month", ambiguous=True), Proposal(ambiguous=True), "other_value"),
        (Proposal(every="month", ambiguous=True), None, "unheard"),
    ],
)
def test_ways_to_miss(due: Proposal | None, heard: Proposal | None, kind: str | None) -> None:
    assert miss_kind(due, heard) == kind


def test_proposals_are_counted_and_the_worst_misses_come_first() -> None:
    thirty, unclear = Proposal(days=30), Proposal(ambiguous=True)
    lines = [("a", thirty, None), ("b", thirty, thirty), ("c", unclear, thirty), ("d", None, None), ("e", unclear, unclear)]
    found = proposal_figures(lines)
    assert (found.lines, found.exact, found.ambiguous) == (5, 3, 2)
    assert found.kinds == {"guessed": 1, "invented": 0, "other_value": 0, "unheard": 1, "asked": 0}
    assert [miss.text for miss in found.misses] == ["c", "a"]


# --- latency


def test_every_row_is_timed_in_every_round_but_the_first() -> None:
    seen: list[int] = []
    found = timed({"one": seen.append, "other": lambda row: None}, rows=3, rounds=2)
    assert seen == [0, 1, 2] * 3
    assert found["one"].calls == found["other"].calls == 6
    assert all(0 <= one.median_ms <= one.p95_ms for one in found.values())


# --- lines


def test_our_utterances_are_read_and_every_label_occurs() -> None:
    found = read_utterances()
    assert {name for one in found for name in one.intents} == set(INTENTS)
    assert {name for one in found for name in one.emotions} == set(EMOTIONS)
    assert {one.tactic for one in found} == set(TACTICS)
    assert any(len(one.context) == 2 for one in found)
    assert UTTERANCES.is_file()


def test_turns_before_are_read_with_their_speaker(tmp_path: Path) -> None:
    path = tmp_path / "utterances.jsonl"
    path.write_text(line("Yes.", "accept", context=["A: Is 80 right?", "C: hm"]) + "\n\n")
    assert read_utterances(path)[0].context == (Turn("agent", "Is 80 right?"), Turn("customer", "hm"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "no lines"),
        ("{", ":1: "),
        (line("hm", "nonsense"), r"intent is \['nonsense'\]"),
        (line("hm", "other", tactic="charm"), r"tactic is \['charm'\]"),
        (line("hm", ""), r"intent is \[\]"),
        (line("hm", "other", context=["B: who?"]), "'B: who\\?' names no speaker"),
        ('{"text": "hm", "more": 1}', ":1: "),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "utterances.jsonl"
    path.write_text(written)
    with pytest.raises(LabelledError, match=said):
        read_utterances(path)


def test_proposals_are_read(tmp_path: Path) -> None:
    path = tmp_path / "proposals.jsonl"
    path.write_text(
        '{"text": "30 days", "today": "2026-11-23", "proposal": {"days": 30}}\n{"text": "hm", "today": "2026-11-23", "proposal": null}\n'
    )
    found = [(one.text, one.today, one.proposal) for one in read_proposals(path)]
    assert found == [("30 days", TODAY, Proposal(days=30)), ("hm", TODAY, None)]
    with pytest.raises(LabelledError, match="No such file"):
        read_proposals(tmp_path / "elsewhere.jsonl")


# --- a whole run


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    utterances, proposals = tmp_path / "utterances.jsonl", tmp_path / "proposals.jsonl"
    said = [
        line("it is a joy to greet you this morning", "greet", "joy"),
        line("there is self_harm in my life and so much sadness", "self_harm", "sadness"),
        line("I dispute all of this, it fills me with disgust", "dispute stop_contact", "disgust", "pressure", ["A: hello", "C: what"]),
        line("I would like to see a human being", "other"),
    ]
    utterances.write_text("\n".join(said))
    proposals.write_text(
        '{"text": "I can pay in 30 days", "today": "2026-11-23", "proposal": {"days": 30}}\n'
        '{"text": "I can pay in 20 days", "today": "2026-11-23", "proposal": {"days": 21}}\n'
    )
    return ["--utterances", str(utterances), "--proposals", str(proposals), "--rounds", "1"]


def test_a_small_run_ends_in_json_and_draws(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    image = pytest.importorskip("matplotlib.image")
    monkeypatch.setattr(understanding, "Encoder", StandInEncoder)
    whole, drawn = tmp_path / "figures.json", tmp_path / "new" / "plots"
    assert understanding.main([*files, "--json", str(whole), "--plot", str(drawn)]) == 0
    printed = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(printed[-1])
    assert found == json.loads(whole.read_text())
    assert list(found) == [
        "machine", "bundle", "version", "utterances", "emotion", "intent", "tactic", "safety", "proposals", "latency",
    ]  # fmt: skip
    assert list(found["emotion"]) == ["macro_f1", "classes", "expected_calibration_error", "expected_calibration_errors"]
    assert list(found["emotion"]["classes"]) == list(found["emotion"]["expected_calibration_errors"]) == list(EMOTIONS)
    assert found["emotion"]["classes"]["joy"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert list(found["intent"]["classes"]) == list(INTENTS)
    assert list(found["tactic"]["classes"]) == list(TACTICS)
    assert list(found["safety"]) == ["signals", "calm_rows", "false_alarm_rate", "missed", "false_alarms"]
    assert list(found["safety"]["signals"]) == list(SAFETY_INTENTS)
    assert found["safety"]["signals"]["human"] == {"recall": 0.0, "false_alarm_rate": 0.5, "support": 0}
    missed = [(miss["signal"], miss["context"]) for miss in found["safety"]["missed"]]
    assert missed == [("stop_contact", ["agent: hello", "customer: what"])]
    assert any(one.startswith("missed stop_contact: [agent: hello] ") for one in printed)
    assert found["safety"]["calm_rows"] == 2
    assert [alarm["text"] for alarm in found["safety"]["false_alarms"]] == ["I would like to see a human being"]
    assert (found["proposals"]["exact_share"], found["proposals"]["kinds"]["other_value"]) == (0.5, 1)
    assert found["proposals"]["misses"][0]["due"]["days"] == 21
    timings = [(row["subject"], row["threads"], row["calls"]) for row in found["latency"]]
    assert timings == [(subject, threads, 4) for threads in (1, 2) for subject in ("understand", "encoder", "parser")]
    names = sorted(path.name for path in drawn.iterdir())
    assert names == ["confusion_emotion.png", "confusion_intent.png", "confusion_tactic.png", "reliability.png"]
    for name in names:
        pixels = image.imread(drawn / name)
        assert len(np.unique(np.rint(255 * pixels[..., :3]) @ [65536, 256, 1])) > 10
        assert 300 < pixels.shape[0] < 2000


def test_what_is_missing_or_no_encoder_is_named(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert understanding.main(["--utterances", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl: No such file" in capsys.readouterr().err
    assert understanding.main([*files, "--bundle", str(bundled("slm"))]) == 2
    assert "understanding: " in (said := capsys.readouterr().err)
    assert "'encoder'" in said
