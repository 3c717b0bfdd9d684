"""Quantised graphs run by onnxruntime against the integers taken apart by hand; external data; the embedding's three fates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from eqnegotiator.models.errors import ArchitectureError
from eqnegotiator.models.export_request import Bits
from eqnegotiator.models.onnx_file import opset_of, read_array, save_model
from eqnegotiator.models.quantise import Quantisation, quantise
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(5)


def decoder(vocabulary: int, width: int, *, tied: bool) -> ModelProto:
    """input_ids -> embedding -> head -> logits."""
    embedding = RANDOM.standard_normal((vocabulary, width)).astype(np.float32)
    head = embedding.T.copy() if tied else RANDOM.standard_normal((width, vocabulary)).astype(np.float32)
    nodes = [
        helper.make_node("Reshape", ["input_ids", "flat"], ["tokens"]),
        helper.make_node("Gather", ["embedding", "tokens"], ["hidden"], "look-up"),
        helper.make_node("MatMul", ["hidden", "head"], ["logits"], "head"),
    ]
    weights = [numpy_helper.from_array(embedding, "embedding"), numpy_helper.from_array(head, "head")]
    weights.append(helper.make_tensor("flat", TensorProto.INT64, [2], [1, -1]))
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "n", vocabulary]),
            helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, "n", width]),
        ],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def run(model: ModelProto, tokens: list[int]) -> tuple[Any, Any]:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return tuple(session.run(["logits", "hidden"], {"input_ids": np.array([tokens], dtype=np.int64)}))


def weights_of(model: ModelProto) -> dict[str, Any]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def by_hand(values: Any, scales: Any, bits: int, column: int) -> list[float]:
    """One column of a quantised matrix, integer by integer."""
    block_count, width = values.shape[1], values.shape[2]
    found = []
    for block in range(block_count):
        for byte in range(width):
            raw = int(values[column, block, byte])
            parts = [raw] if bits == 8 else [raw % 16, raw // 16]
            found += [(part - 2 ** (bits - 1)) * float(scales[column, block]) for part in parts]
    return found


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([4, 8]), st.sampled_from([16, 32, 64]), st.integers(0, 19))
def test_every_weight_is_the_nearest_of_its_block(bits: Bits, block: int, column: int) -> None:
    model = decoder(20, 64, tied=False)
    head = weights_of(model)["head"]
    quantise(model, Path(), bits, block)
    stored = weights_of(model)
    got = np.array(by_hand(stored["head_quantised"], stored["head_scales"], bits, column))
    steps = np.repeat(np.abs(stored["head_scales"][column]), block)
    # The largest value of a block may be clipped by one step: symmetric integers reach from -2**(n-1) to 2**(n-1) - 1.
    assert (np.abs(got - head[:, column]) <= 1.01 * steps).all()
    assert np.mean(np.abs(got - head[:, column]) <= 0.51 * steps) > 0.9


@pytest.mark.parametrize("bits", [4, 8])
def test_the_worst_error_is_the_frobenius_error_of_what_is_stored(bits: Bits) -> None:
    model = decoder(20, 64, tied=False)
    head = weights_of(model)["head"]
    done = quantise(model, Path(), bits, 32)
    stored = weights_of(model)
    got = np.array([by_hand(stored["head_quantised"], stored["head_scales"], bits, column) for column in range(20)]).T
    assert done == Quantisation(1, pytest.approx(float(np.linalg.norm(got - head) / np.linalg.norm(head)), rel=1e-4), "float")


@pytest.mark.parametrize("bits", [4, 8])
def test_a_tied_embedding_is_looked_up_in_the_heads_integers(bits: Bits) -> None:
    model = decoder(40, 64, tied=True)
    exact = run(model, [3, 39, 0])
    done = quantise(model, Path(), bits, 32, embedding_limit_bytes=0)
    stored = weights_of(model)
    assert done.embedding == "shared"
    assert not {"embedding", "head"} & set(stored)
    logits, hidden = run(model, [3, 39, 0])
    want = [by_hand(stored["head_quantised"], stored["head_scales"], bits, token) for token in (3, 39, 0)]
    assert np.allclose(hidden[0], want, atol=1e-6)
    assert np.linalg.norm(logits - exact[0]) < (0.2 if bits == 4 else 0.02) * np.linalg.norm(exact[0])


def test_a_large_untied_embedding_gets_8_bits_of_its_own() -> None:
    model = decoder(40, 64, tied=False)
    _, exact = run(model, [3, 39, 0])
    done = quantise(model, Path(), 4, 32, embedding_limit_bytes=0)
    _, hidden = run(model, [3, 39, 0])
    assert done.embedding == "own"
    assert 0 < np.linalg.norm(hidden - exact) < 0.01 * np.linalg.norm(exact)


@pytest.mark.parametrize(("width", "limit"), [(64, 10**9), (72, 0)])
def test_an_embedding_stays_exact_when_it_is_small_or_fits_no_block(width: int, limit: int) -> None:
    model = decoder(40, width, tied=True)
    _, exact = run(model, [3, 39, 0])
    done = quantise(model, Path(), 4, 32, embedding_limit_bytes=limit)
    assert done.embedding == "float"
    assert np.array_equal(run(model, [3, 39, 0])[1], exact)


def test_a_graph_without_constant_products_is_refused() -> None:
    model = decoder(40, 64, tied=True)
    model.graph.node[-1].op_type = "Mul"
    with pytest.raises(ArchitectureError, match="no constant matrix"):
        quantise(model, Path(), 4, 32)


def test_large_models_go_into_two_files_and_come_back(tmp_path: Path) -> None:
    model = decoder(40, 64, tied=False)
    exact, _ = run(model, [3, 39])
    assert save_model(model, tmp_path / "model.onnx", external_from_bytes=1000) == ["model.onnx", "model.onnx.data"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.onnx", "model.onnx.data"]
    session = ort.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    assert np.array_equal(session.run(["logits"], {"input_ids": np.array([[3, 39]])})[0], exact)
    reread = onnx.load(tmp_path / "model.onnx", load_external_data=False)
    assert opset_of(reread) == 21
    (tmp_path / "small").mkdir()
    quantise(reread, tmp_path, 8, 32)
    assert save_model(reread, tmp_path / "small" / "model.onnx") == ["model.onnx"]
    assert [path.name for path in (tmp_path / "small").iterdir()] == ["model.onnx"]


def test_external_tensors_are_read_where_they_lie(tmp_path: Path) -> None:
    model = decoder(40, 64, tied=False)
    want = weights_of(model)
    save_model(model, tmp_path / "model.onnx", external_from_bytes=0)
    lying = onnx.load(tmp_path / "model.onnx", load_external_data=False)
    for tensor in lying.graph.initializer:
        assert np.array_equal(read_array(tensor, tmp_path), want[tensor.name])
    assert any(tensor.data_location == TensorProto.EXTERNAL for tensor in lying.graph.initializer)
