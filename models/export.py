"""Hugging Face decoder -> ONNX for `engine.py`: builder graph (GroupQueryAttention), weights to 4 or 8 bits, graph surgery, parity check.

`python -P -m eqnegotiator.models.export SRC OUT` needs the `export` extra. The onnxruntime-genai builder is used at export time only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnx
from onnx import TensorProto, helper

__all__ = ["Parity", "export_decoder", "ragged", "verify"]

# GroupQueryAttention's inputs by position (com.microsoft, onnxruntime 1.32).
_SEQLENS_K: Final = 5
_TOTAL_SEQUENCE_LENGTH: Final = 6
_COS_CACHE: Final = 7
_QUERY_SEQLENS: Final = 16


class Parity(NamedTuple):
    """How far the exported model is from its source on the same token sequences.

    top1_agreement: share of positions where both rank the same token first.
    perplexity_source, perplexity_export: on the tokens of the sequences.
    max_logit_error: largest difference of a logit, positions: how many were compared.
    """

    top1_agreement: float
    perplexity_source: float
    perplexity_export: float
    max_logit_error: float
    positions: int


def export_decoder(source: Path, target: Path, bits: int, block: int = 32) -> None:
    """Write `target/model.onnx` (weights inside) from the Hugging Face folder `source`.

    bits: 4 or 8 for all matrix products, the head included; block: weights that share a scale.
    """
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
    from onnxruntime_genai.models.builder import create_model

    with tempfile.TemporaryDirectory() as scratch:
        # hf_token=false: a local folder needs none, and without this the builder asks for one.
        create_model("", str(source), scratch, "fp32", "cpu", f"{scratch}/cache", hf_token="false")
        model = onnx.load(Path(scratch) / "model.onnx")
    config = DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=True, accuracy_level=4, bits=bits)
    quantizer = MatMulNBitsQuantizer(model, algo_config=config)
    quantizer.process()
    quantised = ragged(quantizer.model.model)
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(quantised, target / "model.onnx")


def ragged(model: onnx.ModelProto) -> onnx.ModelProto:
    """Surgery on a builder graph, in place: rows of different lengths in one Run, logits of the last valid position only.

    Inputs become input_ids [B, T], seqlens_k [B] (tokens after the step - 1), total_sequence_length [] (= max_len) and
    query_seqlens [B] (valid tokens of the row in this step, 0 = idle); `attention_mask` and what was computed from it go.

    Raises:
        ValueError: the graph has no GroupQueryAttention or no head to gather before.
    """
    graph = model.graph
    attention = [node for node in graph.node if node.op_type == "GroupQueryAttention"]
    if not attention:
        raise ValueError("the graph has no GroupQueryAttention; export it with the builder for cpu")
    for node in attention:
        inputs = list(node.input) + [""] * (_QUERY_SEQLENS + 1 - len(node.input))
        inputs[_SEQLENS_K], inputs[_TOTAL_SEQUENCE_LENGTH], inputs[_QUERY_SEQLENS] = (
            "seqlens_k",
            "total_sequence_length",
            "query_seqlens",
        )
        del node.input[:]
        node.input.extend(inputs)
    kept = [value for value in graph.input if value.name != "attention_mask"]
    del graph.input[:]
    graph.input.extend(kept)
    graph.input.extend(
        [
            helper.make_tensor_value_info("seqlens_k", TensorProto.INT32, ["batch_size"]),
            helper.make_tensor_value_info("total_sequence_length", TensorProto.INT32, []),
            helper.make_tensor_value_info("query_seqlens", TensorProto.INT32, ["batch_size"]),
        ]
    )
    cosine = next(tensor for tensor in graph.initializer if tensor.name == attention[0].input[_COS_CACHE])
    helper.set_model_props(model, {"max_length": str(cosine.dims[0])})
    _gather_last_row(graph)
    _drop_dead_nodes(graph)
    return model


def _gather_last_row(graph: onnx.GraphProto) -> None:
    """hidden [B, T, H] -> each sequence's last valid row [B, H], before the head: prefill logits are the largest cost otherwise."""
    head = next((node for node in reversed(graph.node) if "logits" in node.output), None)
    if head is None or head.op_type not in ("MatMulNBits", "MatMul"):
        raise ValueError(f"logits come from {head.op_type if head else 'nothing'}; a matrix product is expected")
    one, zero, axis = "engine/one", "engine/zero", "engine/axis"
    graph.initializer.extend(
        [
            helper.make_tensor(one, TensorProto.INT32, [], [1]),
            helper.make_tensor(zero, TensorProto.INT32, [], [0]),
            helper.make_tensor(axis, TensorProto.INT64, [1], [1]),
        ]
    )
    nodes = [
        helper.make_node("Sub", ["query_seqlens", one], ["engine/last"], "engine/Sub"),
        helper.make_node("Max", ["engine/last", zero], ["engine/last_or_zero"], "engine/Max"),
        helper.make_node("Cast", ["engine/last_or_zero"], ["engine/last_64"], "engine/Cast", to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["engine/last_64", axis], ["engine/index"], "engine/Unsqueeze"),
        helper.make_node("GatherND", [head.input[0], "engine/index"], ["engine/hidden"], "engine/GatherND", batch_dims=1),
    ]
    position = list(graph.node).index(head)
    head.input[0] = "engine/hidden"
    for offset, node in enumerate(nodes):
        graph.node.insert(position + offset, node)
    logits = next(value for value in graph.output if value.name == "logits")
    del logits.type.tensor_type.shape.dim[1]


def _drop_dead_nodes(graph: onnx.GraphProto) -> None:
    outputs = {value.name for value in graph.output}
    while True:
        used = outputs | {name for node in graph.node for name in node.input}
        dead = [node for node in graph.node if not used & set(filter(None, node.output))]
        if not dead:
            return
        for node in dead:
            graph.node.remove(node)


def verify(source: Path, model: Path, sequences: Sequence[Sequence[int]]) -> Parity:
    """Run the same sequences through the PyTorch source and the exported model, position by position in order."""
    import torch
    from transformers import AutoModelForCausalLM

    from .engine import Engine

    reference = AutoModelForCausalLM.from_pretrained(source).eval()
    engine = Engine.from_file(model, slots=1, threads=2)
    agree = positions = 0
    loss_source = loss_export = worst = 0.0
    for sequence in sequences:
        with torch.no_grad():
            expected = reference(torch.tensor([list(sequence)])).logits[0].double().numpy()
        slot = engine.open()
        for position, token in enumerate(sequence[:-1]):
            got = engine.step([(slot, [token])])[0].astype(np.float64)
            following = sequence[position + 1]
            loss_source -= _log_softmax(expected[position])[following]
            loss_export -= _log_softmax(got)[following]
            agree += int(got.argmax() == expected[position].argmax())
            worst = max(worst, float(np.abs(got - expected[position]).max()))
            positions += 1
        engine.close(slot)
    return Parity(
        agree / positions,
        float(np.exp(loss_source / positions)),
        float(np.exp(loss_export / positions)),
        worst,
        positions,
    )


def _log_softmax(logits: Any) -> Any:
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="Hugging Face folder")
    parser.add_argument("target", type=Path)
    parser.add_argument("--bits", type=int, choices=(4, 8), default=8)
    parser.add_argument("--block", type=int, default=32)
    arguments = parser.parse_args()
    export_decoder(arguments.source, arguments.target, arguments.bits, arguments.block)
    print(json.dumps({"model": str(arguments.target / "model.onnx"), "bytes": (arguments.target / "model.onnx").stat().st_size}))


if __name__ == "__main__":
    main()
