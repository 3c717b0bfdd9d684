"""What the encoder's training computes without a training framework: corpora, the utterance bank, calibration, figures."""

from __future__ import annotations

import json
from pathlib import Path

import naive
import numpy as np
import pytest
from eqnegotiator.models.encoder_input import Turn
from eqnegotiator.models.encoder_labels import EMOTIONS, HEADS, INTENTS, TACTICS
from eqnegotiator.models.train import utterance_bank as bank
from eqnegotiator.models.train.emotion_corpus import load_emotion_corpora, sample_majority
from eqnegotiator.models.train.encoder_quality import Measured, ParityError, calibrate, check_parity, emotion_figures, own_figures
from eqnegotiator.models.train.encoder_rows import COLUMNS, LABELS, Rows, bank_rows, distorted, emotion_rows, joined, rows_of, taken
from eqnegotiator.models.train.label_calibration import (
    PlattScaling,
    best_threshold,
    class_figures,
    expected_calibration_error,
    fit_platt,
    fit_softmax,
    softmax,
)
from eqnegotiator.models.train.utterance_values import PLACEHOLDERS, value
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

SCORES = arrays(np.float64, 12, elements=st.sampled_from(np.linspace(0.05, 0.95, 7)))
FLAGS = arrays(np.bool_, 12)


def test_platt_recovers_the_scaling_that_made_the_labels() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(0.0, 2.0, 200_000)
    truth = PlattScaling(1.6, -0.7, 0.0)
    labels = generator.random(logits.size) < truth.probability(logits)
    fitted = fit_platt(logits, labels)
    assert fitted.temperature == pytest.approx(truth.temperature, rel=0.02)
    assert fitted.bias == pytest.approx(truth.bias, abs=0.02)


def test_platt_mean_probability_is_the_prior() -> None:
    generator = np.random.default_rng(2)
    labels = generator.random(500) < 0.1
    logits = generator.normal(0.0, 1.0, 500) + 1.5 * labels
    fitted = fit_platt(logits, labels)
    # Platt's targets stop short of 0 and 1 by one row of each kind.
    targets = np.where(labels, (labels.sum() + 1) / (labels.sum() + 2), 1 / ((~labels).sum() + 2))
    assert fitted.probability(logits).mean() == pytest.approx(targets.mean(), abs=1e-9)
    assert fitted.prior == labels.mean()


@pytest.mark.parametrize("value", [True, False])
def test_platt_refuses_a_constant_label(value: bool) -> None:
    with pytest.raises(ValueError, match="constant over 5 rows"):
        fit_platt(np.arange(5.0), np.full(5, value))


def test_platt_stays_finite_on_logits_that_separate_the_label() -> None:
    logits = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    fitted = fit_platt(logits, logits > 0)
    assert 0.1 < fitted.temperature < 10
    assert abs(fitted.bias) < 1e-9


def test_platt_refuses_logits_that_point_the_wrong_way() -> None:
    logits = np.array([0.0, 1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="do not predict"):
        fit_platt(logits, np.array([True, True, False, True]))


@given(score=SCORES, labels=FLAGS)
def test_no_threshold_beats_the_best_one(score: np.ndarray, labels: np.ndarray) -> None:
    best = class_figures(score >= best_threshold(score, labels), labels).f1
    assert best >= max(class_figures(score >= threshold, labels).f1 for threshold in score) - 1e-12


def test_a_threshold_lies_half_way_to_the_next_row() -> None:
    threshold = best_threshold(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))
    assert threshold == pytest.approx(0.5)


def test_figures_of_a_hand_counted_case() -> None:
    figures = class_figures(np.array([True, True, False, False]), np.array([True, False, True, False]))
    assert figures == (0.5, 0.5, 0.5, 2)


def test_softmax_scaling_recovers_what_made_the_classes() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(0.0, 2.0, (20_000, 4))
    truth = softmax(logits / 1.5 + np.array([0.8, -0.2, -0.6, 0.0]))
    labels = (truth.cumsum(axis=1) > generator.random((20_000, 1))).cumsum(axis=1) == 1
    temperature, biases = fit_softmax(logits, labels)
    assert temperature == pytest.approx(1.5, rel=0.05)
    np.testing.assert_allclose(biases - biases.mean(), np.array([0.8, -0.2, -0.6, 0.0]), atol=0.1)


@given(logits=arrays(np.float64, (5, 3), elements=st.floats(-50, 50)))
def test_softmax_agrees_with_the_definition(logits: np.ndarray) -> None:
    np.testing.assert_allclose(softmax(logits), [naive.softmax(row) for row in logits.tolist()], rtol=1e-9, atol=1e-300)


def test_calibration_error_of_a_hand_counted_case() -> None:
    probability = np.array([[0.9, 0.9], [0.9, 0.1]])
    labels = np.array([[True, True], [False, False]])
    assert expected_calibration_error(probability, labels) == pytest.approx((abs(2.7 - 2) + 0.1) / 4)


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "emotion7"
    folder.mkdir()
    rows = {
        "goemotions_train": [("How nice", "joy"), ("how  NICE", "joy"), ("Seen in dev", "fear"), ("Run!", "fear"), ("Gross.", "disgust")],
        "goemotions_dev": [("seen in DEV", "fear")],
        "xed_train": [(f"line {number}", "neutral") for number in range(40)],
    }
    for name, examples in rows.items():
        lines = [json.dumps({"text": text, "labels": [label]}) for text, label in examples]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_no_text_is_on_both_sides_or_twice(corpora: Path) -> None:
    loaded = load_emotion_corpora(corpora)
    assert loaded.train.texts == ["How nice", "Run!", "Gross."]
    assert loaded.test.texts == ["seen in DEV"]
    assert len(loaded.elsewhere.texts) == 40


def test_a_sample_keeps_every_rare_row_and_draws_the_rest(corpora: Path) -> None:
    elsewhere = load_emotion_corpora(corpora).elsewhere
    assert 5 < len(sample_majority(elsewhere, 0.5, np.random.default_rng(1)).texts) < 35
    train = load_emotion_corpora(corpora).train
    assert sample_majority(train, 0.0, np.random.default_rng(1)).texts == ["Run!", "Gross."]


def test_unknown_label_names_file_and_line(corpora: Path) -> None:
    path = corpora / "emotion7" / "xed_train.jsonl"
    path.write_text('{"text": "a", "labels": ["joy"]}\n{"text": "b", "labels": ["trust"]}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"xed_train\.jsonl:2: labels \['trust'\]"):
        load_emotion_corpora(corpora)


# --- the utterance bank

FAMILY = "## family=f1 intent=propose,hardship emotion=sadness tactic=none\n"


def written(folder: Path, name: str, text: str) -> list[bank.Pattern]:
    (folder / name).write_text(text, encoding="utf-8")
    return bank.load_bank(folder)


def test_a_family_and_a_line_are_read_with_their_context(tmp_path: Path) -> None:
    (tmp_path / "lines_b.txt").write_text("accept|joy|none|A: 50 a month? // C: hm // A: Well? >> fine, yes\n", encoding="utf-8")
    first, second = written(tmp_path, "families_a.txt", FAMILY + "I [can|could] pay {money}, my [dad|mum] died.\n")
    assert (first.family, first.intents, first.emotions, first.tactic) == ("f1", ("propose", "hardship"), ("sadness",), "none")
    wordings = {bank.expand(first, np.random.default_rng(seed)).text.split(" pay ")[0] for seed in range(20)}
    assert wordings == {"I can", "I could"}
    said = bank.expand(second, np.random.default_rng(0))
    assert said.text == "fine, yes"
    assert said.context == (Turn("agent", "50 a month?"), Turn("customer", "hm"), Turn("agent", "Well?"))
    assert second.family == second.text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("families_a.txt", "no section\n", "stands before the first"),
        ("families_a.txt", "## family=a intent=accept emotion=joy\nyes [a|b]\n", "needs a new family="),
        ("families_a.txt", FAMILY + "x [a|b]\n" + FAMILY + "y [a|b]\n", "families_a.txt:3.*needs a new family="),
        ("families_a.txt", FAMILY.replace("propose", "proposes") + "x [a|b]\n", "intent \\['proposes'\\] is not among"),
        ("families_a.txt", FAMILY + "x {cash}\n", "unknown placeholder \\['cash'\\]"),
        ("families_a.txt", FAMILY + "x [a|b\n", "open bracket"),
        ("lines_a.txt", "accept|joy|nothing|yes\n", "tactic \\['nothing'\\] is not among"),
        ("lines_a.txt", "accept|joy|none|B: who? >> yes\n", "names no speaker"),
        ("lines_a.txt", "accept|joy|none\n", "say what the customer answers"),
    ],
)
def test_a_line_that_breaks_the_format_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(bank.BankError, match=message):
        written(tmp_path, name, text)


def test_the_bank_that_ships_covers_every_label_and_no_text_of_the_test() -> None:
    patterns = bank.load_bank()
    assert len(patterns) >= 6000
    for head, names, said in (
        ("intent", INTENTS, [intent for pattern in patterns for intent in pattern.intents]),
        ("emotion", EMOTIONS, [emotion for pattern in patterns for emotion in pattern.emotions]),
        ("tactic", TACTICS, [pattern.tactic for pattern in patterns]),
    ):
        for name in names:
            assert said.count(name) >= 200, (head, name)
    assert len({pattern.text for pattern in patterns}) == len(patterns)


def test_a_family_goes_to_one_side_as_a_whole() -> None:
    sides: dict[str, set[bool]] = {}
    for pattern in bank.load_bank():
        sides.setdefault(pattern.family, set()).add(bank.held_out(pattern))
    assert all(len(side) == 1 for side in sides.values())
    assert 0.05 < np.mean([side == {True} for side in sides.values()]) < 0.15


@given(placeholder=st.sampled_from(sorted(PLACEHOLDERS)), seed=st.integers(0, 2**32 - 1))
def test_a_value_is_said_and_has_no_braces(placeholder: str, seed: int) -> None:
    said = value(placeholder, np.random.default_rng(seed))
    assert said.strip() == said != ""
    assert not set("{}[]|") & set(said)


@given(text=st.text(max_size=80), seed=st.integers(0, 2**32 - 1))
def test_a_distorted_text_still_says_something(text: str, seed: int) -> None:
    assert bool(distorted(text, np.random.default_rng(seed)).strip()) == bool(text.strip())


def test_rows_know_what_was_labelled(corpora: Path) -> None:
    said = bank.Utterance("fine, 50", (), ("accept", "propose"), ("joy",), "none")
    rows = joined([rows_of([said]), emotion_rows(load_emotion_corpora(corpora).test)])
    assert [LABELS[column] for column in np.flatnonzero(rows.labels[0])] == [
        ("emotion", "joy"), ("intent", "propose"), ("intent", "accept"), ("tactic", "none")
    ]  # fmt: skip
    assert rows.known[0].all()
    assert rows.known[1].sum() == len(EMOTIONS) == rows.known[1, COLUMNS["emotion"]].sum()
    assert taken(rows, [1]).texts == ["seen in DEV"]


def test_an_epoch_of_the_bank_is_seeded_and_lends_contexts() -> None:
    patterns = [bank.Pattern(f"line {n}", ("other",), ("neutral",), "none", f"line {n}") for n in range(200)]
    patterns.append(bank.Pattern("asked", ("accept",), ("joy",), "none", "A: Would 50 do? >> yes"))
    rows = bank_rows(patterns, np.random.default_rng(4))
    again = bank_rows(patterns, np.random.default_rng(4))
    assert rows.texts == again.texts
    lent = [context for text, context in zip(rows.texts, rows.contexts, strict=True) if text.startswith("line") and context]
    assert 20 < len(lent) < 200
    assert set(lent) == {(Turn("agent", "Would 50 do?"),)}


# --- figures


def scored(generator: np.random.Generator, rows: int) -> Measured:
    """Rows whose logits know the labels, with noise."""
    labels = np.zeros((rows, len(LABELS)), dtype=np.float32)
    labels[:, : COLUMNS["tactic"].start] = generator.random((rows, COLUMNS["tactic"].start)) < 0.2
    labels[np.arange(rows), COLUMNS["tactic"].start + generator.integers(0, len(TACTICS), rows)] = 1.0
    logits = 4.0 * labels - 2.0 + generator.normal(0.0, 1.0, labels.shape)
    return Measured(Rows(["text"] * rows, [()] * rows, labels, np.ones_like(labels)), logits)


def test_calibration_has_every_parameter_and_figures_are_good_where_logits_are() -> None:
    generator = np.random.default_rng(5)
    general, own, test = (scored(generator, 600) for _ in range(3))
    calibration = calibrate(general, own)
    wanted = {"emotion": {"temperature", "bias", "prior", "threshold"}, "intent": {"temperature", "bias", "threshold"}}
    for head, names in HEADS.items():
        for name in names:
            for parameter in wanted.get(head, {"temperature", "bias"}):
                assert np.isfinite(calibration[f"{head}.{name}.{parameter}"])
    figures = own_figures(test, calibration)
    assert all(figures[head]["macro_f1"] > 0.85 for head in HEADS)
    assert figures["emotion"]["expected_calibration_error"] < 0.03
    assert emotion_figures(test, calibration, generator)["macro_f1"] > 0.85
    assert check_parity(test.logits, test.logits, test, calibration)["max_abs_difference"] == 0.0


def test_an_int8_model_that_reads_differently_is_refused() -> None:
    generator = np.random.default_rng(6)
    general, own = scored(generator, 600), scored(generator, 600)
    calibration = calibrate(general, own)
    with pytest.raises(ParityError, match="Quantise fewer operators"):
        check_parity(own.logits + generator.normal(0.0, 2.0, own.logits.shape), own.logits, own, calibration)
