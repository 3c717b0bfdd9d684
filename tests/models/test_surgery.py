"""Graph surgery on a hand-made graph with the builder's names: what is cut, what is fed, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from eqnegotiator.models.dense_surgery import dense
from eqnegotiator.models.errors import ArchitectureError
from eqnegotiator.models.surgery import Adjustments, packed, projection
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

HEADS, KV_HEADS, HEAD_DIM, VOCABULARY, ROWS = 2, 1, 8, 12, 32
HIDDEN = HEADS * HEAD_DIM
QKV = (HEADS + 2 * KV_HEADS) * HEAD_DIM


def tensor(name: str, *shape: int) -> TensorProto:
    return numpy_helper.from_array(np.random.default_rng(len(name)).standard_normal(shape).astype(np.float32), name)


def builder_graph(layers: int = 2, tables: tuple[int, ...] = (ROWS,)) -> ModelProto:
    """A decoder as the builder writes one. With two tables it chooses between them by the length of the mask."""
    weights = [
        tensor("embed", VOCABULARY, HIDDEN),
        tensor("head", HIDDEN, VOCABULARY),
        helper.make_tensor("one", TensorProto.INT64, [], [1]),
    ]
    nodes = [helper.make_node("Shape", ["attention_mask"], ["mask_shape"]), helper.make_node("Gather", ["mask_shape", "one"], ["total"])]
    if len(tables) == 1:
        weights += [tensor("cos_cache", tables[0], HEAD_DIM // 2), tensor("sin_cache", tables[0], HEAD_DIM // 2)]
    else:
        long, short = (branch(f"{rows}", rows) for rows in tables)
        nodes += [
            helper.make_node("Greater", ["total", "one"], ["beyond"]),
            helper.make_node("If", ["beyond"], ["cos_cache", "sin_cache"], then_branch=long, else_branch=short),
        ]
    nodes += [
        helper.make_node("Gather", ["embed", "input_ids"], ["embedded"]),
        helper.make_node("Mul", ["embedded", "rounded"], ["hidden0"], "/model/embed_tokens/Mul"),
    ]
    weights.append(numpy_helper.from_array(np.array(4.01, dtype=np.float32), "rounded"))
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", VOCABULARY])]
    for layer in range(layers):
        past = [f"past_key_values.{layer}.{side}" for side in ("key", "value")]
        present = [f"present.{layer}.{side}" for side in ("key", "value")]
        shape = ["batch_size", KV_HEADS, "past_sequence_length", HEAD_DIM]
        inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in past]
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in present]
        weights.append(tensor(f"qkv{layer}", HIDDEN, QKV))
        nodes += [
            helper.make_node("MatMul", [f"hidden{layer}", f"qkv{layer}"], [f"projected{layer}"]),
            helper.make_node(
                "GroupQueryAttention", [f"projected{layer}", "", "", *past, "lengths", "total", "cos_cache", "sin_cache"],
                [f"hidden{layer + 1}", *present], f"attention{layer}", domain="com.microsoft",
                num_heads=HEADS, kv_num_heads=KV_HEADS, do_rotary=1, local_window_size=7,
            ),
        ]  # fmt: skip
    nodes.insert(0, helper.make_node("ReduceSum", ["attention_mask"], ["lengths"]))
    nodes += [helper.make_node("MatMul", [f"hidden{layers}", "head"], ["uncapped"]), helper.make_node("Tanh", ["uncapped"], ["logits"])]
    graph = helper.make_graph(nodes, "decoder", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])


def branch(name: str, rows: int) -> GraphProto:
    nodes = [
        helper.make_node("Constant", [], [f"{side}{name}"], value=numpy_helper.from_array(np.full((rows, 4), rows, np.float32)))
        for side in ("cos", "sin")
    ]
    shape = [rows, 4]
    return helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(n.output[0], TensorProto.FLOAT, shape) for n in nodes])


def attentions(model: ModelProto) -> list[NodeProto]:
    return [node for node in model.graph.node if node.op_type == "GroupQueryAttention"]


def attribute(node: NodeProto, name: str) -> Any:
    return next(helper.get_attribute_value(entry) for entry in node.attribute if entry.name == name)


def tables(model: ModelProto) -> dict[str, tuple[int, ...]]:
    return {entry.name: tuple(entry.dims) for entry in model.graph.initializer if entry.name.endswith("_cache")}


def test_the_mask_goes_and_lengths_and_indices_come() -> None:
    model = packed(builder_graph())
    names = [value.name for value in model.graph.input]
    new = {"row_index", "token_index", "logits_index", "seqlens_k", "query_seqlens", "total_sequence_length"}
    assert {name for name in names if not name.startswith("past_")} == {"input_ids"} | new
    assert not any(node.op_type in ("Shape", "ReduceSum") for node in model.graph.node)
    for node in attentions(model):
        assert (node.input[5], node.input[6], node.input[16]) == ("seqlens_k", "total_sequence_length", "query_seqlens")
    assert {entry.key: entry.value for entry in model.metadata_props}["max_length"] == str(ROWS)


def test_logits_come_of_wanted_tokens_only() -> None:
    model = packed(builder_graph())
    head = projection(model.graph)
    makers = {name: node for node in model.graph.node for name in node.output}
    assert makers[head.input[0]].input[1] == "logits_index"
    assert len(model.graph.output[0].type.tensor_type.shape.dim) == 2


def test_the_context_cuts_the_rotary_tables() -> None:
    model = packed(builder_graph(), Adjustments(context=20))
    assert tables(model) == {"cos_cache": (20, 4), "sin_cache": (20, 4)}
    assert model.metadata_props[0].value == "20"


def test_of_two_rotary_tables_the_short_one_stays() -> None:
    model = packed(builder_graph(tables=(ROWS, 24)))
    assert tables(model) == {"cos_cache": (24, 4), "sin_cache": (24, 4)}
    assert not any(node.op_type == "If" for node in model.graph.node)
    values = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    assert (values["cos_cache"] == 24).all()
    assert model.metadata_props[0].value == "24"


def test_windows_are_those_of_the_configuration() -> None:
    model = packed(builder_graph(layers=3), Adjustments(windows=[5, None, ROWS]))
    assert [attribute(node, "local_window_size") for node in attentions(model)] == [5, -1, -1]
    assert [attribute(node, "local_window_size") for node in attentions(packed(builder_graph()))] == [7, 7]


def test_a_layer_can_stay_unrotated() -> None:
    first, second = attentions(packed(builder_graph(), Adjustments(rotary=[False, True])))
    assert (attribute(first, "do_rotary"), first.input[7], first.input[8]) == (0, "", "")
    assert (attribute(second, "do_rotary"), second.input[7]) == (1, "cos_cache")


def test_the_embedding_scale_is_exact() -> None:
    model = packed(builder_graph(), Adjustments(embedding_scale=HIDDEN**0.5))
    scaling = next(node for node in model.graph.node if node.name == "/model/embed_tokens/Mul")
    values = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    assert values[scaling.input[1]] == np.float32(HIDDEN**0.5)
    assert "rounded" not in values


def without(model: ModelProto, op_type: str) -> ModelProto:
    for node in [node for node in model.graph.node if node.op_type == op_type]:
        model.graph.node.remove(node)
    return model


def with_input(model: ModelProto, name: str) -> ModelProto:
    model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.INT64, ["batch_size", "sequence_length"]))
    return model


@pytest.mark.parametrize(
    ("model", "adjustments", "message"),
    [
        (without(builder_graph(), "GroupQueryAttention"), Adjustments(), "no GroupQueryAttention.*--attention dense"),
        (with_input(builder_graph(), "position_ids"), Adjustments(), "wants the inputs position_ids"),
        (builder_graph(), Adjustments(windows=[None]), "has 1 layers, the graph 2"),
        (builder_graph(), Adjustments(rotary=[True] * 3), "has 3 layers, the graph 2"),
        (without(builder_graph(), "Mul"), Adjustments(embedding_scale=2.0), "scales the embeddings, the graph does not"),
    ],
)
def test_what_cannot_be_carried_is_refused(model: ModelProto, adjustments: Adjustments, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        packed(model, adjustments)


def test_logits_that_come_from_no_product_are_refused() -> None:
    model = builder_graph()
    model.graph.node[-2].op_type = "Softmax"
    with pytest.raises(ArchitectureError, match="logits come from Softmax"):
        projection(model.graph)


def test_dense_graphs_lose_their_gemms(tmp_path: Any) -> None:
    nodes = [
        helper.make_node("Gather", ["embed", "input_ids"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "up", "bias"], ["wide"], "up", transB=1),
        helper.make_node("Gemm", ["wide", "down"], ["narrow"], "down"),
        helper.make_node("MatMul", ["narrow", "head"], ["logits"]),
    ]
    weights = [tensor("embed", 12, 16), tensor("up", 24, 16), tensor("bias", 24), tensor("down", 24, 16), tensor("head", 16, 12)]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
        helper.make_tensor_value_info("past_key_values.0.key", TensorProto.FLOAT, ["batch_size", 1, "past", 8]),
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", 12])
    model = dense(helper.make_model(helper.make_graph(nodes, "g", inputs, [logits], weights)), tmp_path, 64)
    assert [node.op_type for node in model.graph.node] == ["Gather", "MatMul", "Add", "MatMul", "Gather", "MatMul"]
    assert {entry.name: tuple(entry.dims) for entry in model.graph.initializer}["up/transposed"] == (16, 24)
    assert model.metadata_props[0].value == "64"


def test_dense_graphs_without_a_cache_are_refused(tmp_path: Any) -> None:
    with pytest.raises(ArchitectureError, match="only past keys and values"):
        dense(with_input(builder_graph(), "conv_state"), tmp_path, 64)
