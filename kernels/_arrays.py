"""Arguments of kernels, checked: each function returns a fresh, writable, C-ordered copy or raises.

A copy on purpose: Numba compiles a body once per array type, and a read-only table or a strided slice would be another
type, compiled again in the middle of a turn. The arrays here are small.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .status import KernelArgumentError

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
IntArray: TypeAlias = npt.NDArray[np.int64]

SUM_TOLERANCE: Final = 1e-6
"""How far a distribution may be from one: tables with six decimals pass, a forgotten normalisation does not."""


def real(name: str, value: npt.ArrayLike, shape: Sequence[int | None]) -> FloatArray:
    """Finite float64 array of `shape`, where None stands for any length of at least one."""
    array = _convert(name, value)
    if array.dtype.kind not in "fiu":
        raise KernelArgumentError(f"{name}: dtype {array.dtype} is not real numbers; pass floats")
    _check_shape(name, array, shape)
    copy = np.array(array, dtype=np.float64, order="C")
    if not np.isfinite(copy).all():
        raise KernelArgumentError(f"{name}: contains NaN or infinity at index {_first(~np.isfinite(copy))}")
    return copy


def non_negative(name: str, value: npt.ArrayLike, shape: Sequence[int | None]) -> FloatArray:
    """As `real`, and no element below zero."""
    array = real(name, value, shape)
    if (array < 0.0).any():
        index = _first(array < 0.0)
        raise KernelArgumentError(
            f"{name}: {array[index]} at index {index} is negative; pass probabilities or likelihoods"
        )
    return array


def distribution(name: str, value: npt.ArrayLike, shape: Sequence[int | None]) -> FloatArray:
    """As `non_negative`, and the last axis sums to one within `SUM_TOLERANCE`."""
    array = non_negative(name, value, shape)
    sums = array.sum(axis=-1)
    off = np.abs(sums - 1.0) > SUM_TOLERANCE
    if off.any():
        row = _first(off)
        where = f"row {row} sums" if row else "sums"
        raise KernelArgumentError(f"{name}: {where} to {sums[row]}, not to 1; normalise it")
    return array


def probability(name: str, value: npt.ArrayLike, shape: Sequence[int | None]) -> FloatArray:
    """As `non_negative`, and no element above one; nothing has to sum to one."""
    array = non_negative(name, value, shape)
    if (array > 1.0).any():
        index = _first(array > 1.0)
        raise KernelArgumentError(f"{name}: {array[index]} at index {index} is above 1; pass values in [0, 1]")
    return array


def boolean(name: str, value: npt.ArrayLike, shape: Sequence[int | None]) -> BoolArray:
    """Boolean array; numbers are refused, because an index list passed as a mask would be read as truth values."""
    array = _convert(name, value)
    if array.dtype.kind != "b":
        raise KernelArgumentError(f"{name}: dtype {array.dtype} is not bool; pass one True or False per element")
    _check_shape(name, array, shape)
    return np.array(array, dtype=np.bool_, order="C")


def indices(name: str, value: npt.ArrayLike, bound: int) -> IntArray:
    """One-dimensional integers in [0, bound), possibly none."""
    array = _convert(name, value)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise KernelArgumentError(f"{name}: shape {array.shape}, dtype {array.dtype}; pass a flat list of integers")
    outside = (array < 0) | (array >= bound)
    if outside.any():
        position = _first(outside)
        raise KernelArgumentError(f"{name}: {array[position]} at index {position} is outside 0..{bound - 1}")
    return np.array(array, dtype=np.int64, order="C")


def index(name: str, value: int, bound: int) -> int:
    """One integer in [0, bound)."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value < bound:
        raise KernelArgumentError(f"{name}: {value!r} is not an integer in 0..{bound - 1}")
    return int(value)


def count(name: str, value: int, least: int) -> int:
    """One integer of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise KernelArgumentError(f"{name}: {value!r} is not an integer of at least {least}")
    return int(value)


def shape_of(name: str, value: npt.ArrayLike) -> tuple[int, ...]:
    """Shape as numpy reads it; rows of different lengths are refused."""
    return _convert(name, value).shape


def scalar(name: str, value: float) -> float:
    """One finite number."""
    return float(real(name, value, ()))


def _convert(name: str, value: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise KernelArgumentError(f"{name}: rows of different lengths; pass a rectangular array") from error


def _check_shape(name: str, array: npt.NDArray[Any], shape: Sequence[int | None]) -> None:
    fits = array.ndim == len(shape) and all(
        length > 0 if wanted is None else length == wanted for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted_text = ", ".join("n" if wanted is None else str(wanted) for wanted in shape)
        raise KernelArgumentError(f"{name}: shape {array.shape}, expected ({wanted_text})")


def _first(where: npt.NDArray[np.bool_] | np.bool_) -> tuple[int, ...]:
    return tuple(int(axis) for axis in np.argwhere(where)[0])
