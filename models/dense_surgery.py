"""Graph surgery on an Optimum decoder, for `dense_engine.py`: logits of the last position only, every weight a plain matrix product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from .errors import ArchitectureError
from .onnx_file import read_array
from .surgery import drop_unused, gather_before, projection

__all__ = ["dense"]

_PAST = "past_key_values."
_FED = frozenset({"input_ids", "attention_mask", "position_ids"})


def dense(model: ModelProto, folder: Path, context: int) -> ModelProto:
    """Surgery in place. Inputs stay as Optimum made them (keys and values [B, heads, tokens, head_dim]); logits become [B, vocabulary].

    Args:
        model: large weights may lie in external data. folder: where that lies.
        context: tokens the model shall hold at most, kept in the model's metadata.

    Raises:
        ArchitectureError: an input that no engine feeds, a graph without past keys and values, or no head to gather before.
    """
    graph = model.graph
    names = [value.name for value in graph.input]
    foreign = sorted(name for name in names if name not in _FED and not name.startswith(_PAST))
    if foreign or not any(name.startswith(_PAST) for name in names):
        raise ArchitectureError(f"Optimum's graph wants the inputs {', '.join(names)}; only past keys and values can be kept between steps")
    _products(graph, folder)
    graph.initializer.append(helper.make_tensor("engine/minus_one", TensorProto.INT64, [], [-1]))
    head = projection(graph)
    last = helper.make_node("Gather", [head.input[0], "engine/minus_one"], ["engine/hidden"], "engine/Gather", axis=1)
    gather_before(graph, head, [last], "engine/hidden")
    helper.set_model_props(model, {"max_length": str(context)})
    drop_unused(graph)
    del graph.value_info[:]
    return model


def _products(graph: GraphProto, folder: Path) -> None:
    """Gemm by a constant matrix -> MatMul and Add, which is what quantisation looks for."""
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Gemm" and node.input[1] in weights]:
        attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        if attributes.get("alpha", 1.0) != 1.0 or attributes.get("beta", 1.0) != 1.0 or attributes.get("transA", 0):
            continue
        if attributes.get("transB", 0):
            tensor = weights[node.input[1]]
            name = f"{tensor.name}/transposed"
            if name not in weights:
                weights[name] = numpy_helper.from_array(np.ascontiguousarray(read_array(tensor, folder).T), name)
                graph.initializer.append(weights[name])
            node.input[1] = name
        _split(graph, node)


def _split(graph: GraphProto, node: NodeProto) -> None:
    biased = len(node.input) > 2
    product = f"{node.output[0]}/product" if biased else node.output[0]
    position = list(graph.node).index(node)
    if biased:
        graph.node.insert(position, helper.make_node("Add", [product, node.input[2]], list(node.output), f"{node.name}/Add"))
    graph.node.insert(position, helper.make_node("MatMul", list(node.input[:2]), [product], f"{node.name}/MatMul"))
    graph.node.remove(node)
