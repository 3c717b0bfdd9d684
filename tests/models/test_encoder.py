"""The emotion encoder, on the bundle that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from eqnegotiator.models.bundle import (
    MANIFEST_NAME,
    Bundle,
    BundleFileMissingError,
    BundleHashError,
    BundleKindError,
    BundleSizeError,
    bundled,
    load_bundle,
)
from eqnegotiator.models.encoder import (
    EMOTIONS,
    EVIDENCE_CEILING,
    EVIDENCE_FLOOR,
    EmptyTextError,
    Encoder,
    EncoderBundleError,
)
from hypothesis import given, settings
from hypothesis import strategies as st

BUNDLE_BYTES = 25_000_000
OBVIOUS = [
    ("I am so happy, thank you so much, this is wonderful!", "joy"),
    ("Thank you, that is great news.", "joy"),
    ("I'm so sad, my mother died last month and I cry every day.", "sadness"),
    ("I feel so depressed and lonely.", "sadness"),
    ("This is outrageous, stop calling me, I am furious with you!", "anger"),
    ("I hate you people, shut up and leave me alone!", "anger"),
    ("I'm terrified of losing my home, I'm so scared.", "fear"),
    ("I am really afraid of what will happen to me.", "fear"),
    ("Wow, I did not expect that at all! Really?", "surprise"),
    ("What? I had no idea! I'm shocked!", "surprise"),
    ("That is disgusting, it makes me sick.", "disgust"),
    ("This is gross and revolting.", "disgust"),
    ("The payment is due on the third of May.", "neutral"),
    ("My account number is on the letter.", "neutral"),
]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(bundled("encoder"), "encoder")


@pytest.fixture(scope="module")
def encoder(bundle: Bundle) -> Encoder:
    return Encoder(bundle)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(bundled("encoder"), tmp_path / "encoder")


@pytest.mark.parametrize(("text", "emotion"), OBVIOUS)
def test_obvious_emotion_is_the_most_probable_and_has_evidence(encoder: Encoder, text: str, emotion: str) -> None:
    log_likelihood, probability = encoder.emotions(text)
    assert EMOTIONS[int(np.argmax(probability))] == emotion
    assert log_likelihood[EMOTIONS.index(emotion)] > 0.5


@given(text=st.text(min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_evidence_is_bounded_and_finite_for_any_text(encoder: Encoder, text: str) -> None:
    try:
        log_likelihood, probability = encoder.emotions(text)
    except EmptyTextError:
        assert not any(character.isalnum() for character in text)
        return
    assert log_likelihood.shape == probability.shape == (7,)
    assert log_likelihood.dtype == probability.dtype == np.float64
    assert ((log_likelihood >= EVIDENCE_FLOOR) & (log_likelihood <= EVIDENCE_CEILING)).all()
    assert ((probability > 0.0) & (probability < 1.0)).all()


def test_evidence_is_the_posterior_over_the_prior(bundle: Bundle, encoder: Encoder) -> None:
    log_likelihood, probability = encoder.emotions("The payment is due on the third of May.")
    prior = np.array([bundle.manifest.calibration[f"emotion.{name}.prior"] for name in EMOTIONS])
    expected = np.clip(np.log(probability / prior), EVIDENCE_FLOOR, EVIDENCE_CEILING)
    np.testing.assert_allclose(log_likelihood, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "Je suis très en colère !",
        "我很难过",
        "😡😡😡",
        "naïve café",
        "ẞ" * 40,
        "I\u0000 am\u200b sad\ufeff",
        "\U0010ffff a",
    ],
)
def test_unicode_is_read_without_error(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.emotions(text).log_likelihood).all()


@pytest.mark.parametrize("text", ["", " ", "\n\t\u2003", "\u0000\u0001", "\u200b"])
def test_empty_text_is_an_error(encoder: Encoder, text: str) -> None:
    with pytest.raises(EmptyTextError, match="no words"):
        encoder.emotions(text)


def test_long_text_is_cut_at_128_tokens(encoder: Encoder) -> None:
    head = "sad " * 126
    assert_same(encoder, head, head + "I am so happy! " * 20_000)
    assert not np.array_equal(encoder.emotions("sad " * 125).probability, encoder.emotions("sad " * 124).probability)


def test_same_text_gives_the_same_numbers(bundle: Bundle, encoder: Encoder) -> None:
    text = "I lost my job and I cannot pay this month."
    expected = encoder.emotions(text).probability
    encoder.emotions("Something else altogether, much longer than the sentence before it, to move any state there is.")
    assert np.array_equal(encoder.emotions(text).probability, expected)
    assert np.array_equal(Encoder(bundle).emotions(text).probability, expected)


def test_two_threads_agree_with_one(bundle: Bundle, encoder: Encoder) -> None:
    text = "I lost my job and I cannot pay this month."
    two = Encoder(bundle, threads=2).emotions(text).probability
    np.testing.assert_allclose(two, encoder.emotions(text).probability, atol=1e-5)


def test_bundle_is_small_and_says_what_was_measured(bundle: Bundle) -> None:
    assert sum(entry.size_bytes for entry in bundle.manifest.files) <= BUNDLE_BYTES
    assert bundle.manifest.labels == {"emotion": list(EMOTIONS)}
    for corpus in ("goemotions", "xed", "topicalchat"):
        assert set(bundle.manifest.quality["corpora"][corpus]["classes"]) == set(EMOTIONS)
    assert bundle.manifest.quality["parity"]["threshold_agreement"] >= 0.97


def test_damaged_byte_is_refused(copy: Path) -> None:
    with (copy / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)[0]
        file.seek(1_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(BundleHashError, match=r"model\.onnx"):
        load_bundle(copy)


def test_truncated_model_is_refused(copy: Path) -> None:
    with (copy / "model.onnx").open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(BundleSizeError, match=r"found 1000000"):
        load_bundle(copy)


def test_missing_tokenizer_is_refused(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(BundleFileMissingError, match=r"tokenizer\.json"):
        load_bundle(copy)


def test_slm_bundle_is_refused(bundle: Bundle) -> None:
    slm = bundle._replace(manifest=msgspec.structs.replace(bundle.manifest, kind="slm"))
    with pytest.raises(BundleKindError, match="'encoder' is needed"):
        Encoder(slm)


@pytest.mark.parametrize(
    ("key", "value"),
    [("emotion.fear.temperature", 0.0), ("emotion.joy.prior", -0.1), ("emotion.anger.bias", float("nan"))],
)
def test_impossible_calibration_is_named(bundle: Bundle, key: str, value: float) -> None:
    calibration = bundle.manifest.calibration | {key: value}
    damaged = bundle._replace(manifest=msgspec.structs.replace(bundle.manifest, calibration=calibration))
    with pytest.raises(EncoderBundleError, match=key):
        Encoder(damaged)


def test_missing_emotion_label_is_named(copy: Path) -> None:
    raw = msgspec.json.decode((copy / MANIFEST_NAME).read_bytes())
    raw["labels"]["emotion"].remove("fear")
    (copy / MANIFEST_NAME).write_bytes(msgspec.json.encode(raw))
    with pytest.raises(EncoderBundleError, match=r"labels\.emotion"):
        Encoder(load_bundle(copy))


def assert_same(encoder: Encoder, one: str, other: str) -> None:
    np.testing.assert_array_equal(encoder.emotions(one).probability, encoder.emotions(other).probability)
