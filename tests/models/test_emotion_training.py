"""What the emotion encoder's training computes without a training framework: calibration, figures, corpus split."""

from __future__ import annotations

import json
from pathlib import Path

import naive
import numpy as np
import pytest
from eqnegotiator.models.train.emotion_calibration import (
    PlattScaling,
    average_precision,
    best_threshold,
    class_figures,
    expected_calibration_error,
    fit_platt,
)
from eqnegotiator.models.train.emotion_corpus import EMOTIONS, epoch_rows, load_split
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
    assert fitted.probability(logits).mean() == pytest.approx(fitted.prior, abs=1e-9)
    assert fitted.prior == labels.mean()


@pytest.mark.parametrize("value", [True, False])
def test_platt_refuses_a_constant_label(value: bool) -> None:
    with pytest.raises(ValueError, match="constant over 5 rows"):
        fit_platt(np.arange(5.0), np.full(5, value))


def test_platt_refuses_logits_that_point_the_wrong_way() -> None:
    logits = np.array([0.0, 1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="do not predict"):
        fit_platt(logits, np.array([True, True, False, True]))


@given(score=SCORES, labels=FLAGS)
def test_average_precision_agrees_with_the_definition(score: np.ndarray, labels: np.ndarray) -> None:
    expected = naive.average_precision(score.tolist(), labels.tolist())
    np.testing.assert_allclose(average_precision(score, labels), expected, rtol=1e-12, equal_nan=True)


@given(score=SCORES, labels=FLAGS)
def test_no_threshold_beats_the_best_one(score: np.ndarray, labels: np.ndarray) -> None:
    best = class_figures(score, labels, best_threshold(score, labels)).f1
    assert best >= max(class_figures(score, labels, threshold).f1 for threshold in score) - 1e-12


def test_figures_of_a_hand_counted_case() -> None:
    figures = class_figures(np.array([0.9, 0.8, 0.3, 0.2]), np.array([True, False, True, False]), 0.5)
    assert figures == pytest.approx((0.5, 0.5, 0.5, (1.0 + 2 / 3) / 2, 2))


def test_calibration_error_of_a_hand_counted_case() -> None:
    probability = np.array([[0.9, 0.9], [0.9, 0.1]])
    labels = np.array([[True, True], [False, False]])
    assert expected_calibration_error(probability, labels) == pytest.approx((abs(2.7 - 2) + 0.1) / 4)


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "emotion7"
    folder.mkdir()
    rows = {
        "goemotions_train": [("How nice", "joy"), ("how  NICE", "joy"), ("Seen in dev", "fear"), ("Run!", "fear")],
        "goemotions_dev": [("seen in DEV", "fear")],
        "xed_train": [(f"line {number}", "neutral") for number in range(40)],
        "topicalchat_valid_freq": [("Gross.", "disgust")],
        "topicalchat_valid_rare": [("Gross.", "disgust"), ("Oh!", "surprise")],
        "topicalchat_test_freq": [("Well.", "neutral")],
    }
    for name, examples in rows.items():
        lines = [json.dumps({"text": text, "labels": [label]}) for text, label in examples]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_no_text_is_on_both_sides_or_twice(corpora: Path) -> None:
    split = load_split(corpora, seed=3)
    assert [corpus.texts for corpus in split.train if corpus.name != "xed"] == [
        ["How nice", "Run!"],
        ["Gross."],
        ["Oh!"],
    ]
    xed_train, xed_dev = split.train[1].texts, split.dev[1].texts
    assert len(xed_dev) == 4
    assert sorted(xed_train + xed_dev) == sorted(f"line {number}" for number in range(40))
    assert load_split(corpora, seed=3).dev[1].texts == xed_dev


def test_an_epoch_keeps_every_rare_row_and_samples_the_rest(corpora: Path) -> None:
    split = load_split(corpora, seed=3)
    texts, labels = epoch_rows(split, seed=3, epoch=0)
    assert {"Run!", "Gross.", "Oh!"} <= set(texts)
    assert labels.shape == (len(texts), len(EMOTIONS))
    assert len(texts) < sum(len(corpus.texts) for corpus in split.train)
    assert epoch_rows(split, seed=3, epoch=0)[0] == texts
    assert epoch_rows(split, seed=3, epoch=1)[0] != texts


def test_unknown_label_names_file_and_line(corpora: Path) -> None:
    path = corpora / "emotion7" / "xed_train.jsonl"
    path.write_text('{"text": "a", "labels": ["joy"]}\n{"text": "b", "labels": ["trust"]}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"xed_train\.jsonl:2: labels \['trust'\]"):
        load_split(corpora, seed=3)
