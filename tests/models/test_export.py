"""Exports of every family: the bundle computes what PyTorch computes, says what it is, and a refusal leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from eqnegotiator.models.bundle import Bundle, load_bundle
from eqnegotiator.models.checkpoint import Checkpoint, context_of
from eqnegotiator.models.engine import EngineOptions
from eqnegotiator.models.engines import open_bundle
from eqnegotiator.models.errors import ArchitectureError
from tokenizers import Tokenizer

# The first export of the session pays for all of them.
pytestmark = pytest.mark.timeout(600)

GQA = ("llama", "qwen2", "qwen3", "gemma2", "gemma3", "smollm3", "phi3", "phi3_long", "qwen2_int4", "qwen2_vocabulary")
DENSE = ("gpt2", "gpt_neox", "opt", "gpt2_int4")
ROW_LENGTHS = (90, 50, 23)
END = 6


def rows_of(exported: Path, name: str) -> list[tuple[list[int], np.ndarray]]:
    """Token rows of different lengths, each with PyTorch's logits of its first 512 tokens: [length, 512]."""
    stored = np.load(exported / f"{name}.npz")
    tokens = [np.random.default_rng(length).integers(5, 512, length).tolist() for length in ROW_LENGTHS]
    return [(row, stored[f"logits{index}"]) for index, row in enumerate(tokens)]


def error(got: np.ndarray, want: np.ndarray) -> float:
    """Of centred logits, as a share of their norm."""
    got, want = got - got.mean(), want - want.mean()
    return float(np.linalg.norm(got - want) / np.linalg.norm(want))


def ragged_steps(bundle: Bundle, rows: list[tuple[list[int], np.ndarray]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(engine's logits, PyTorch's): a prefill of all rows together, then steps in which one row decodes and another gets a chunk."""
    engine = open_bundle(bundle, EngineOptions(slots=len(rows)))
    slots = [engine.open() for _ in rows]
    at = [len(tokens) - END for tokens, _ in rows]
    got = engine.step([(slot, tokens[:stop]) for slot, (tokens, _), stop in zip(slots, rows, at, strict=True)])
    yield from ((logits[:512].copy(), want[stop - 1]) for logits, (_, want), stop in zip(got, rows, at, strict=True))
    for turn in range(END // 2):
        taken = [1 if index == turn else 2 for index in range(len(rows))]
        batch = [(slots[i], rows[i][0][at[i] : at[i] + taken[i]]) for i in range(len(rows))]
        got = engine.step(batch)
        at = [start + count for start, count in zip(at, taken, strict=True)]
        yield from ((logits[:512].copy(), want[stop - 1]) for logits, (_, want), stop in zip(got, rows, at, strict=True))


@pytest.mark.parametrize("name", GQA + DENSE)
def test_the_unquantised_graph_is_the_checkpoint(exported: Path, name: str) -> None:
    quality = load_bundle(exported / name, "slm").manifest.quality
    assert quality["structure_error_float32_vs_torch"] < 1e-5


@pytest.mark.parametrize("name", GQA + DENSE)
def test_ragged_steps_of_the_bundle_are_those_of_pytorch(exported: Path, name: str) -> None:
    pairs = list(ragged_steps(load_bundle(exported / name, "slm"), rows_of(exported, name)))
    assert len(pairs) == 12
    assert max(error(got, want) for got, want in pairs) < (0.5 if "int4" in name or "vocabulary" in name else 0.15)
    clear = [(got, want) for got, want in pairs if np.diff(np.sort(want)[-2:])[0] > 1.5]
    assert all(got.argmax() == want.argmax() for got, want in clear)


@pytest.mark.parametrize("name", GQA + DENSE)
def test_the_manifest_says_what_the_model_is(exported: Path, name: str) -> None:
    manifest = load_bundle(exported / name, "slm").manifest
    said = manifest.architecture
    config = json.loads((exported / f"{name}-hf" / "config.json").read_text())
    model = onnx.load(exported / name / "model.onnx")
    cache = [value for value in model.graph.input if value.name.startswith("past_key_values.")]
    _, kv_heads, _, head_dim = (dim.dim_value for dim in cache[0].type.tensor_type.shape.dim)
    assert (said["layers"], said["kv_heads"], said["head_dim"]) == (len(cache) // 2, kv_heads, head_dim)
    assert said["type"] == config["model_type"]
    assert said["vocabulary"] == config["vocab_size"] == model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    assert said["context"] == (128 if name == "phi3_long" else 256)
    assert {entry.key: entry.value for entry in model.metadata_props}["max_length"] == str(said["context"])
    assert said["attention"] == ("gqa" if name in GQA else "dense")
    assert said["opset"] in {entry.version for entry in model.opset_import if entry.domain == ""}
    assert (said["bits"], said["block"]) == (4 if "int4" in name or "vocabulary" in name else 8, 16)
    assert (manifest.kind, manifest.prompt_style, manifest.licence) == ("slm", "chat", "Apache-2.0")
    assert manifest.special_tokens == {"bos": "<s>", "eos": "<|im_end|>", "eos_2": "</s>"}
    assert {entry.path for entry in manifest.files} == {"model.onnx", "tokenizer.json", "chat_template.jinja", "tokenizer_config.json"}
    assert sorted(path.name for path in (exported / name).iterdir()) == sorted([*(entry.path for entry in manifest.files), "manifest.json"])


@pytest.mark.parametrize("name", GQA + DENSE)
def test_every_product_is_quantised(exported: Path, name: str) -> None:
    model = onnx.load(exported / name / "model.onnx")
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMulNBits"]
    said = load_bundle(exported / name, "slm").manifest.architecture
    attributes = [{entry.name: entry.i for entry in node.attribute} for node in products]
    assert {(a["bits"], a["block_size"], a["accuracy_level"]) for a in attributes} == {(said["bits"], 16, 4)}
    assert any(a["N"] == said["vocabulary"] for a in attributes), "the head"
    left = [node for node in model.graph.node if node.op_type in ("MatMul", "Gemm") and node.input[1] in weights]
    assert left == []


def test_a_large_tied_embedding_is_stored_once(exported: Path) -> None:
    said = load_bundle(exported / "qwen2_vocabulary", "slm").manifest.architecture
    assert said["embedding"] == "shared"
    # 4 bits and a float per 16 weights: three quarters of a byte.
    assert (exported / "qwen2_vocabulary" / "model.onnx").stat().st_size < 0.8 * said["vocabulary"] * 64 + 300_000
    assert load_bundle(exported / "qwen2", "slm").manifest.architecture["embedding"] == "float"


def test_the_fall_back_to_dense_attention_is_said_aloud(exported: Path) -> None:
    said = json.loads((exported / "said.json").read_text())
    fallen = {name for name, lines in said.items() if any("exporting by Optimum with dense attention" in line for line in lines)}
    assert fallen == set(DENSE)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_the_parity_figures_hold_water(exported: Path, name: str) -> None:
    parity = load_bundle(exported / name, "slm").manifest.quality["parity_int8_vs_torch"]
    assert parity["positions"] > 500
    assert parity["clear_positions"] >= 100
    assert parity["clear_agreement"] >= 0.99
    assert 0 < parity["divergence_nats"] < 0.02
    assert parity["perplexity_export"] == pytest.approx(parity["perplexity_source"], rel=0.02)


def test_the_tokenizer_of_the_bundle_encodes_its_template(exported: Path) -> None:
    bundle = load_bundle(exported / "llama", "slm")
    tokenizer = Tokenizer.from_file(str(bundle.file("tokenizer.json")))
    ids = tokenizer.encode("<|im_start|>user\nI lost my job.<|im_end|>\n", add_special_tokens=False).ids
    assert ids[0] == tokenizer.token_to_id("<|im_start|>")
    assert tokenizer.token_to_id(bundle.manifest.special_tokens["eos"]) in ids
    assert "im_start" in bundle.file("chat_template.jinja").read_text()


REFUSALS = {
    "no chat template": ("TokenizerError", "no chat template.*--chat-template"),
    "template refuses": ("TokenizerError", "refuses a plain conversation"),
    "no fast tokenizer": ("TokenizerError", "add a tokenizer.json"),
    "no end token": ("TokenizerError", "no end token"),
    "no licence": ("LicenceError", "--licence"),
    "code of its own": ("SourceError", "auto_map"),
    "not text only": ("ArchitectureError", "Gemma3ForConditionalGeneration is not a text decoder"),
    "no weights": ("SourceError", "no model.safetensors"),
    "damaged config": ("SourceError", "is not JSON"),
    "no config": ("SourceError", "config.json: No such file"),
    "context too long": ("ArchitectureError", "holds 256 tokens"),
    "bundle exists": ("ExportError", "taken exists"),
    "disk full": ("DiskFullError", "no space left"),
    "too coarse": ("ParityError", "Try --bits 8"),
    "wrong windows": ("ParityError", "the unquantised graph differs from PyTorch"),
    "not in the builder": ("NotInBuilderError", "not currently supported"),
    "like another": ("ArchitectureError", "was not made from"),
    "hub unreachable": ("SourceError", "owner/model.*offline"),
    "no such folder": ("SourceError", "no such folder"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_named_and_leaves_nothing(exported: Path, name: str) -> None:
    refusal: dict[str, Any] = json.loads((exported / "refusals.json").read_text())[name]
    kind, message = REFUSALS[name]
    assert refusal["error"] == kind
    assert re.search(message, refusal["message"])
    assert refusal["left"] == ["taken"]


def test_every_refusal_is_looked_at(exported: Path) -> None:
    assert set(json.loads((exported / "refusals.json").read_text())) == set(REFUSALS)


@pytest.mark.parametrize(
    ("config", "wanted", "context"),
    [
        ({"max_position_embeddings": 32768}, None, 4096),
        ({"max_position_embeddings": 32768}, 8192, 8192),
        ({"n_positions": 1024}, None, 1024),
        ({"max_position_embeddings": 131072, "original_max_position_embeddings": 2048, "rope_scaling": {"type": "longrope"}}, None, 2048),
    ],
)
def test_the_context_is_what_is_wanted_and_what_there_is(config: dict[str, Any], wanted: int | None, context: int) -> None:
    assert context_of(Checkpoint(Path(), "somewhere", "1", config), wanted) == context


def test_a_checkpoint_without_a_context_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="max_position_embeddings"):
        context_of(Checkpoint(Path(), "somewhere", "1", {}), None)
