"""Arguments as arrays: of real numbers, of one floating type, and for a loop the whole batch as one axis of points.

What the backends take is the same: numbers, arrays and nested lists of numbers that a double can hold. An integer that
is too long for the machine's becomes the nearest double, and so does a long double.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from symlag.errors import LoweringError
from symlag.kernels.inputs_and_outputs import Port
from symlag.kernels.signature import Shape


def arrays(ports: Sequence[Port], values: Sequence[Any]) -> list[np.ndarray]:
    """The arguments as arrays of one floating type: the widest among those that are more than plain Python numbers."""
    converted = [real_array(port, value) for port, value in zip(ports, values, strict=True)]
    typed = (array for array, value in zip(converted, values, strict=True) if not isinstance(value, int | float))
    floats = [array.dtype for array in typed if array.dtype.kind == "f"]
    common = np.result_type(*floats) if floats else np.dtype(float)
    return [array.astype(common, copy=False) for array in converted]


def real_array(port: Port, value: Any) -> np.ndarray:
    """An argument as an array of real numbers, none of more bits than a double."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise LoweringError(port.key, "some of its entries are masked", f"{port.key}.astype(float).filled(numpy.nan)")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        tensor, wrong = hasattr(value, "detach"), f"this {type(value).__name__} is no array of real numbers"
        cure = f"{port.key}.detach().cpu().double().numpy()" if tensor else "Pass an array of real numbers."
        raise LoweringError(port.key, wrong, cure) from None
    if array.dtype.kind in "biuf" and array.dtype.itemsize <= np.dtype(float).itemsize:
        return array
    return _as_doubles(port, array)


def _as_doubles(port: Port, array: np.ndarray) -> np.ndarray:
    """Long doubles, and Python's numbers of any kind, as doubles."""
    strange = [type(entry).__name__.rstrip("_") for entry in array.flat if not isinstance(entry, Real)]
    if strange:
        raise LoweringError(port.key, f"its entries are of type {strange[0]}", "Pass an array of real numbers.")
    try:
        with np.errstate(over="ignore"):
            doubles = array.astype(float)
        overflows = array.dtype.kind == "f" and bool(np.any(np.isinf(doubles) != np.isinf(array)))
    except OverflowError:
        doubles, overflows = array, True
    if overflows:
        raise LoweringError(port.key, "an entry is larger than any double", "Pass numbers of at most 1e308.")
    return doubles


def flatten_batch(array: np.ndarray, batch: Shape) -> np.ndarray:
    """The array with one axis of points, of length one where it is the same at all of them."""
    sides = array.shape[len(batch) :]
    if math.prod(array.shape[: len(batch)]) == 1:
        return array.reshape((1, *sides))
    return np.broadcast_to(array, (*batch, *sides)).reshape((math.prod(batch), *sides))
