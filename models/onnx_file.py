"""ONNX graphs on disk: tensors read one at a time, models beyond protobuf's 2 GB with their weights in a file beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import load_external_data_for_tensor

__all__ = ["EXTERNAL_FROM_BYTES", "load_tensor", "opset_of", "read_array", "save_model"]

EXTERNAL_FROM_BYTES: Final = 2**30
"""Weights of this much and more go into a file of their own, which onnxruntime maps instead of copying it twice."""


def load_tensor(tensor: TensorProto, folder: Path) -> TensorProto:
    """The tensor with its data inside, read from external data where it lies there."""
    if tensor.data_location == TensorProto.EXTERNAL:
        load_external_data_for_tensor(tensor, str(folder))
        tensor.data_location = TensorProto.DEFAULT
        del tensor.external_data[:]
    return tensor


def read_array(tensor: TensorProto, folder: Path) -> npt.NDArray[Any]:
    """A tensor's values; those in external data are mapped, not copied, and never become part of the model, which would keep them."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return np.asarray(numpy_helper.to_array(tensor))
    where = {entry.key: entry.value for entry in tensor.external_data}
    kind = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    return np.memmap(folder / where["location"], kind, "r", int(where.get("offset", 0)), tuple(tensor.dims))


def save_model(model: ModelProto, path: Path, external_from_bytes: int = EXTERNAL_FROM_BYTES) -> list[str]:
    """Write a model; returns the names of its files. The model's tensors are moved out of it when they go into a file of their own."""
    weights = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    if weights < external_from_bytes:
        onnx.save(model, path)
        return [path.name]
    data = f"{path.name}.data"
    (path.parent / data).unlink(missing_ok=True)  # onnx appends to what is there
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location=data)
    return [path.name, data]


def opset_of(model: ModelProto) -> int:
    """Version of the standard operators."""
    return next(int(entry.version) for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
