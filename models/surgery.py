"""Graph surgery on a decoder of the onnxruntime-genai builder: rows of different lengths in one Run of `engine.py`.

Knows graphs only: no weights are read but the rotary tables, nothing is quantised here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from .errors import ArchitectureError

__all__ = ["Adjustments", "drop_unused", "gather_before", "packed", "projection"]

# GroupQueryAttention's inputs by position (com.microsoft, onnxruntime 1.32).
_QUERY_KEY_VALUE: Final = (0, 1, 2)
_PAST_KEY: Final = 3
_PAST_VALUE: Final = 4
_SEQLENS_K: Final = 5
_TOTAL_SEQUENCE_LENGTH: Final = 6
_COS_CACHE: Final = 7
_SIN_CACHE: Final = 8
_QUERY_SEQLENS: Final = 16

_NEW_INPUTS: Final[dict[str, tuple[int, list[str | int]]]] = {
    "row_index": (TensorProto.INT64, ["rows", "width", 2]),
    "token_index": (TensorProto.INT64, [1, "tokens", 2]),
    "logits_index": (TensorProto.INT64, ["wanted", 2]),
    "seqlens_k": (TensorProto.INT32, ["rows"]),
    "query_seqlens": (TensorProto.INT32, ["rows"]),
    "total_sequence_length": (TensorProto.INT32, []),
}

# What may stand between the last matrix product and the logits: bias, scale, mask, soft-capping.
_AFTER_HEAD: Final = frozenset({"Add", "Mul", "Div", "Tanh", "Where", "Cast"})


class Adjustments(NamedTuple):
    """What a builder graph leaves out or gets wrong, taken from the checkpoint's configuration.

    context: tokens the model shall hold at most; rotary tables are cut to it. None keeps what the tables hold.
    windows: for each layer how many of the latest tokens it attends to, itself included; None = all. The builder places
        sliding windows by a pattern of its own (for Gemma 2 on the wrong layers). None: left as built.
    rotary: for each layer whether it rotates queries and keys (SmolLM3 leaves some alone). None: left as built.
    embedding_scale: what embeddings are multiplied by (the builder rounds it to two decimals). None: left as built.
    """

    context: int | None = None
    windows: Sequence[int | None] | None = None
    rotary: Sequence[bool] | None = None
    embedding_scale: float | None = None


def packed(model: ModelProto, adjustments: Adjustments = Adjustments()) -> ModelProto:  # noqa: B008 (immutable)
    """Surgery in place: all matrix products work on real tokens only.

    Inputs become input_ids [1, N] (the tokens of all rows end to end), row_index [B, T, 2] (0 and where each row's tokens stand
    among the N, padding points anywhere), token_index [1, N, 2] (row and column of each token), logits_index [W, 2] (0 and the
    tokens whose logits are wanted), seqlens_k [B] (tokens after the step - 1), query_seqlens [B] (valid tokens of the row, 0 = idle) and
    total_sequence_length [] (= max_length). Output: logits [W, vocabulary]. `attention_mask` and what was computed from it go.

    Args:
        model: the graph; its rotary tables must be loaded, other weights may still lie in external data.
        adjustments: see there.

    Raises:
        ArchitectureError: no GroupQueryAttention, no head to gather before, or an input that no engine feeds.
    """
    graph = model.graph
    attention = [node for node in graph.node if node.op_type == "GroupQueryAttention"]
    if not attention:
        raise ArchitectureError("the graph has no GroupQueryAttention; export it with --attention dense")
    _inline_short_rotary_tables(graph)
    context = _cut_rotary_tables(graph, attention, adjustments.context)
    _adjust_attention(attention, adjustments, context)
    if adjustments.embedding_scale is not None:
        _set_embedding_scale(graph, adjustments.embedding_scale)
    for node in attention:
        _feed_lengths(node)
    _pack_attention(graph, attention)
    _gather_wanted_tokens(graph)
    _replace_inputs(graph, attention)
    helper.set_model_props(model, {"max_length": str(context)})
    drop_unused(graph)
    del graph.value_info[:]  # the builder's shapes are those of [batch, sequence]
    return model


def _adjust_attention(attention: Sequence[NodeProto], adjustments: Adjustments, context: int) -> None:
    for pattern in (adjustments.windows, adjustments.rotary):
        if pattern is not None and len(pattern) != len(attention):
            raise ArchitectureError(f"the configuration has {len(pattern)} layers, the graph {len(attention)} attention nodes")
    if adjustments.windows is not None:
        for node, window in zip(attention, adjustments.windows, strict=True):
            # A window as wide as the context hides nothing, and the kernel is quicker without one.
            _set_attribute(node, "local_window_size", -1 if window is None or window >= context else window)
    if adjustments.rotary is not None:
        for node, rotates in zip(attention, adjustments.rotary, strict=True):
            if not rotates:
                _set_attribute(node, "do_rotary", 0)
                node.input[_COS_CACHE] = node.input[_SIN_CACHE] = ""


def _feed_lengths(node: NodeProto) -> None:
    inputs = list(node.input) + [""] * (_QUERY_SEQLENS + 1 - len(node.input))
    inputs[_SEQLENS_K] = "seqlens_k"
    inputs[_TOTAL_SEQUENCE_LENGTH] = "total_sequence_length"
    inputs[_QUERY_SEQLENS] = "query_seqlens"
    del node.input[:]
    node.input.extend(inputs)


def _set_attribute(node: NodeProto, name: str, value: int) -> None:
    kept = [attribute for attribute in node.attribute if attribute.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def _replace_inputs(graph: GraphProto, attention: Sequence[NodeProto]) -> None:
    past = {node.input[index] for node in attention for index in (_PAST_KEY, _PAST_VALUE)}
    kept = [value for value in graph.input if value.name != "attention_mask"]
    foreign = sorted(value.name for value in kept if value.name not in past | {"input_ids"})
    if foreign:
        raise ArchitectureError(f"the graph wants the inputs {', '.join(foreign)}, which the engine does not feed; try --attention dense")
    del graph.input[:]
    graph.input.extend(kept)
    graph.input.extend(helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in _NEW_INPUTS.items())


def _inline_short_rotary_tables(graph: GraphProto) -> None:
    """LongRoPE: the builder picks one of two tables by the length of the mask. Up to the original context that is the short one,
    and a context beyond it is not offered: the tables would change under keys that are already in the cache."""
    for node in [node for node in graph.node if node.op_type == "If"]:
        branches = [attribute.g for attribute in node.attribute if attribute.type == AttributeProto.GRAPH]
        tables = [[_constant(part) for part in branch.node] for branch in branches]
        rows = [branch[0].dims[0] for branch in tables]
        short = tables[rows.index(min(rows))]
        for table, name in zip(short, node.output, strict=True):
            table.name = name
            graph.initializer.append(table)
        graph.node.remove(node)


def _constant(node: NodeProto) -> TensorProto:
    if node.op_type != "Constant":
        raise ArchitectureError(f"the graph chooses its rotary tables by {node.op_type} ({node.name}); only constant tables are known")
    table: TensorProto = next(attribute.t for attribute in node.attribute if attribute.name == "value")
    return table


def _cut_rotary_tables(graph: GraphProto, attention: Sequence[NodeProto], context: int | None) -> int:
    """Cut every rotary table to `context` rows; returns the context that is left."""
    names = {node.input[index] for node in attention for index in (_COS_CACHE, _SIN_CACHE) if len(node.input) > index} - {""}
    tables = [tensor for tensor in graph.initializer if tensor.name in names]
    rows = [int(tensor.dims[0]) for tensor in tables]
    if not rows and context is None:
        raise ArchitectureError("the graph has no rotary tables that would tell its context; name one with --context")
    held = min([*rows, *([context] if context is not None else [])])
    for tensor in tables:
        if tensor.dims[0] > held:
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(numpy_helper.to_array(tensor)[:held]), tensor.name))
    return held


def _set_embedding_scale(graph: GraphProto, scale: float) -> None:
    node = next((node for node in graph.node if node.name == "/model/embed_tokens/Mul"), None)
    if node is None:
        raise ArchitectureError("the configuration scales the embeddings, the graph does not")
    graph.initializer.append(numpy_helper.from_array(np.array(scale, dtype=np.float32), "engine/embedding_scale"))
    node.input[1] = "engine/embedding_scale"


def projection(graph: GraphProto) -> NodeProto:
    """The matrix product that the logits come from, soft-capping, scale, mask and bias set aside.

    Raises:
        ArchitectureError: the logits come from something else.
    """
    makers = {name: node for node in graph.node for name in node.output}
    node: NodeProto | None = makers.get("logits")
    while node is not None and node.op_type in _AFTER_HEAD:
        node = next((makers[name] for name in node.input if name in makers), None)
    if node is None or node.op_type not in ("MatMul", "MatMulNBits"):
        raise ArchitectureError(f"the logits come from {node.op_type if node else 'no node'}; a matrix product is expected")
    return node


def gather_before(graph: GraphProto, head: NodeProto, nodes: Sequence[NodeProto], hidden: str) -> None:
    """Put `nodes`, which pick the rows `hidden` out of the head's input, before the head: prefill logits are the largest cost otherwise.

    The output `logits` loses its sequence axis.
    """
    position = list(graph.node).index(head)
    head.input[0] = hidden
    for offset, node in enumerate(nodes):
        graph.node.insert(position + offset, node)
    logits = next(value for value in graph.output if value.name == "logits")
    del logits.type.tensor_type.shape.dim[1]


def _gather_wanted_tokens(graph: GraphProto) -> None:
    head = projection(graph)
    wanted = helper.make_node("GatherND", [head.input[0], "logits_index"], ["engine/hidden"], "engine/GatherND")
    gather_before(graph, head, [wanted], "engine/hidden")
    tokens = next(value for value in graph.input if value.name == "input_ids").type.tensor_type.shape
    tokens.dim[0].dim_value = 1
    tokens.dim[1].dim_param = "tokens"
    logits = next(value for value in graph.output if value.name == "logits").type.tensor_type.shape
    logits.dim[0].dim_param = "wanted"


def _pack_attention(graph: GraphProto, attention: Sequence[NodeProto]) -> None:
    """[1, N, hidden] -> [B, T, hidden] before each attention and back behind it."""
    for node in attention:
        position = list(graph.node).index(node)
        before = []
        for index in _QUERY_KEY_VALUE:
            if node.input[index]:
                rows = f"{node.name}/rows{index}"
                before.append(helper.make_node("GatherND", [node.input[index], "row_index"], [rows], f"{rows}/GatherND"))
                node.input[index] = rows
        output = node.output[0]
        node.output[0] = f"{node.name}/rows"
        after = helper.make_node("GatherND", [node.output[0], "token_index"], [output], f"{node.name}/tokens/GatherND")
        graph.node.insert(position + 1, after)
        for extra in reversed(before):
            graph.node.insert(position, extra)


def drop_unused(graph: GraphProto) -> None:
    """Remove nodes and weights that no output depends on."""
    outputs = {value.name for value in graph.output}
    while True:
        used = outputs | {name for node in graph.node for name in node.input}
        dead = [node for node in graph.node if not used & set(filter(None, node.output))]
        if not dead:
            break
        for node in dead:
            graph.node.remove(node)
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)
