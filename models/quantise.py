"""Weights to 4 or 8 bits: MatMulNBits for every product with a constant matrix, GatherBlockQuantized for a large embedding.

Symmetric, one float scale per block along the reduction axis, `accuracy_level` 4 (int8 activations). Works tensor by tensor, so that
no more than one of them is in memory in full precision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from .errors import ArchitectureError
from .export_request import Bits
from .onnx_file import load_tensor, read_array
from .surgery import drop_unused, projection

__all__ = ["EMBEDDING_LIMIT_BYTES", "Quantisation", "quantise"]

EMBEDDING_LIMIT_BYTES: Final = 16 * 2**20
"""A float embedding up to this stays: reading one row costs nothing, only the file grows."""
_DOMAIN: Final = "com.microsoft"
_ACCURACY_LEVEL: Final = 4
_UNTIED_EMBEDDING_BITS: Final = 8
_VALUES: Final = "_quantised"
_SCALES: Final = "_scales"


class _Packed(NamedTuple):
    """values: [columns, blocks, block * bits / 8] uint8, low half first, offset by 2**(bits - 1). scales: [columns, blocks] float32."""

    values: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float32]


class Quantisation(NamedTuple):
    """What was done to the weights.

    matrices: matrix products that were quantised.
    worst_error: the largest ||W - W'|| / ||W|| (Frobenius) over them; W' is what the stored integers stand for.
    embedding: `float` (small, or of a width that no block fits), `shared` with the head (tied), or `own`: 8 bits.
    """

    matrices: int
    worst_error: float
    embedding: Literal["float", "shared", "own"]


def quantise(
    model: ModelProto, folder: Path, bits: Bits, block: int, *, embedding_limit_bytes: int = EMBEDDING_LIMIT_BYTES
) -> Quantisation:
    """Quantise a graph in place; afterwards all its tensors are loaded.

    Args:
        model: large tensors may lie in external data.
        folder: where that external data lies.
        bits: of every matrix, the head included.
        block: weights that share a scale, a power of two from 16 to 256.
        embedding_limit_bytes: a larger float embedding is quantised too.

    Raises:
        ArchitectureError: the graph has no product with a constant matrix.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    if not products:
        raise ArchitectureError("the graph multiplies by no constant matrix; there is nothing to quantise")
    table = _large_embedding(graph, weights, block, embedding_limit_bytes)
    shared_with = _tied(graph, weights, table, folder)
    worst = 0.0
    for name in dict.fromkeys(node.input[1] for node in products):
        matrix = read_array(weights[name], folder)
        packed = _pack(matrix, bits, block)
        worst = max(worst, _error(matrix, packed, bits))
        _store(graph, name, packed)
        for node in products:
            if node.input[1] == name:
                _use(graph, node, matrix.shape, bits, block)
    how: Literal["float", "shared", "own"] = "float"
    if table is not None:
        how = "shared" if shared_with is not None else "own"
        _quantise_embedding(graph, table, weights, folder, shared_with, bits, block)
    drop_unused(graph)
    for tensor in graph.initializer:
        load_tensor(tensor, folder)
    if not any(entry.domain == _DOMAIN for entry in model.opset_import):
        model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    return Quantisation(len(products), worst, how)


def _large_embedding(graph: GraphProto, weights: dict[str, TensorProto], block: int, limit_bytes: int) -> NodeProto | None:
    """The Gather of the token embedding, when its table is larger than the limit and as wide as whole blocks."""
    tokens = {"input_ids"}
    for node in graph.node:
        if node.op_type in ("Reshape", "Cast") and node.input[0] in tokens:
            tokens.add(node.output[0])
        if node.op_type == "Gather" and node.input[1] in tokens and node.input[0] in weights:
            rows, width = weights[node.input[0]].dims
            return node if 4 * rows * width > limit_bytes and width % block == 0 else None
    return None


def _tied(graph: GraphProto, weights: dict[str, TensorProto], table: NodeProto | None, folder: Path) -> str | None:
    """Name of the head's weight when it is the embedding, transposed: by content, for a graph does not say so."""
    if table is None:
        return None
    name = projection(graph).input[1]
    if name not in weights or list(weights[name].dims) != list(weights[table.input[0]].dims)[::-1]:
        return None
    head = read_array(weights[name], folder)
    embedding = read_array(weights[table.input[0]], folder)
    return name if np.array_equal(head.T, embedding) else None


def _quantise_embedding(
    graph: GraphProto, node: NodeProto, weights: dict[str, TensorProto], folder: Path, shared_with: str | None, bits: Bits, block: int
) -> None:
    rows, width = weights[node.input[0]].dims
    depth = bits if shared_with is not None else _UNTIED_EMBEDDING_BITS
    name = shared_with or node.input[0]
    if shared_with is None:
        _store(graph, name, _pack(read_array(weights[name], folder).T, depth, block))
    # The product wants [rows, blocks, bytes], the look-up [rows, bytes]: one set of bytes in the file, seen in two shapes.
    position = list(graph.node).index(node)
    for part, shape in ((_VALUES, [rows, width * depth // 8]), (_SCALES, [rows, width // block])):
        graph.initializer.append(numpy_helper.from_array(np.array(shape, dtype=np.int64), f"engine/embedding{part}_shape"))
        reshape = helper.make_node(
            "Reshape", [name + part, f"engine/embedding{part}_shape"], [f"engine/embedding{part}"], f"engine/embedding{part}"
        )
        graph.node.insert(position, reshape)
    gather = helper.make_node(
        "GatherBlockQuantized", [f"engine/embedding{_VALUES}", node.input[1], f"engine/embedding{_SCALES}"], list(node.output), node.name,
        domain=_DOMAIN, bits=depth, block_size=block, gather_axis=0, quantize_axis=1,
    )  # fmt: skip
    graph.node.insert(position + 2, gather)
    graph.node.remove(node)


def _pack(matrix: npt.NDArray[np.float32], bits: Bits, block: int) -> _Packed:
    """[K, N] float32; blocks run along K."""
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, DefaultWeightOnlyQuantizer

    config = DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=True, accuracy_level=_ACCURACY_LEVEL, bits=bits)
    values, scales, _ = DefaultWeightOnlyQuantizer(config).qbits_block_quant(np.ascontiguousarray(matrix))
    return _Packed(values, scales)


def _unpack(packed: _Packed, bits: Bits) -> npt.NDArray[np.float32]:
    """[N, padded K] float32: what the stored integers stand for."""
    columns, blocks, _ = packed.values.shape
    integers = packed.values
    if bits == 4:
        integers = np.stack([integers & 0x0F, integers >> 4], axis=-1)
    centred = integers.reshape(columns, blocks, -1).astype(np.float32) - np.float32(2 ** (bits - 1))
    return np.asarray(centred * packed.scales.reshape(columns, blocks, 1), dtype=np.float32).reshape(columns, -1)


def _error(matrix: npt.NDArray[np.float32], packed: _Packed, bits: Bits) -> float:
    difference = _unpack(packed, bits)[:, : matrix.shape[0]].T - matrix
    return float(np.linalg.norm(difference)) / (float(np.linalg.norm(matrix)) or 1.0)  # a matrix of zeros is stored exactly


def _store(graph: GraphProto, name: str, packed: _Packed) -> None:
    graph.initializer.append(numpy_helper.from_array(packed.values, name + _VALUES))
    graph.initializer.append(numpy_helper.from_array(packed.scales, name + _SCALES))


def _use(graph: GraphProto, node: NodeProto, shape: tuple[int, ...], bits: Bits, block: int) -> None:
    product = helper.make_node(
        "MatMulNBits", [node.input[0], node.input[1] + _VALUES, node.input[1] + _SCALES], list(node.output), node.name,
        domain=_DOMAIN, K=shape[0], N=shape[1], bits=bits, block_size=block, accuracy_level=_ACCURACY_LEVEL,
    )  # fmt: skip
    graph.node.insert(list(graph.node).index(node), product)
    graph.node.remove(node)
