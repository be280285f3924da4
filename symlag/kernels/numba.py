"""The backend of Numba: a compiled loop over points, with plain numbers inside.

Everything is computed in double precision, whatever the type of the arrays; the results have that type again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numba
import numpy as np
from sympy import (
    Abs,
    Max,
    Min,
    Mod,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    floor,
    log,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip

from symlag.kernels.batch import arrays, flatten_batch
from symlag.kernels.compiled_modules import compiled_kernel
from symlag.kernels.inputs_and_outputs import identity as rewrite
from symlag.kernels.loop_printer import PARALLEL_RANGE, LoopPrinter
from symlag.kernels.lowering import Program
from symlag.kernels.printer import Printer
from symlag.kernels.signature import Shape

__all__ = ["OPTIONS", "SINGULAR", "arrays", "evaluate", "rewrite", "source"]

OPTIONS = ("parallel",)
SINGULAR = np.linalg.LinAlgError

_FUNCTIONS = {
    Abs: "abs({0})",
    Max: "np.maximum({0}, {1})",
    Min: "np.minimum({0}, {1})",
    Mod: "np.mod({0}, {1})",
    acos: "math.acos({0})",
    acosh: "math.acosh({0})",
    asin: "math.asin({0})",
    asinh: "math.asinh({0})",
    atan: "math.atan({0})",
    atan2: "math.atan2({0}, {1})",
    atanh: "math.atanh({0})",
    ceiling: "np.ceil({0})",
    cos: "math.cos({0})",
    cosh: "math.cosh({0})",
    erf: "math.erf({0})",
    erfc: "math.erfc({0})",
    exp: "math.exp({0})",
    floor: "np.floor({0})",
    log: "math.log({0})",
    sign: "np.sign({0})",
    sin: "math.sin({0})",
    sinh: "math.sinh({0})",
    sqrt: "math.sqrt({0})",
    tan: "math.tan({0})",
    tanh: "math.tanh({0})",
}

_SCALARS = Printer("numba", _FUNCTIONS)


def source(program: Program, *, parallel: bool = False) -> str:
    """The text of a module with the function of a program: a loop over points that fills the arrays of its results."""
    return LoopPrinter.of(program, _SCALARS, parallel=parallel).text(program)


def evaluate(text: str, values: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    points = math.prod(batch)
    flattened = [flatten_batch(array, batch).astype(float, copy=False) for array in values]
    inputs = [np.broadcast_to(array, (points, *array.shape[1:])) for array in flattened]
    results = [np.empty((points, *shape)) for shape in shapes]
    function = _compiled(text, tuple(array.ndim for array in inputs), tuple(result.ndim for result in results))
    function(*inputs, *results)
    return [result.astype(values[0].dtype if values else float, copy=False) for result in results]


@cache
def _compiled(text: str, input_axes: tuple[int, ...], result_axes: tuple[int, ...]) -> Callable[..., None]:
    """The machine code for arrays of so many axes; inputs may have any layout in memory."""
    double = numba.types.float64
    signature = numba.void(
        *(numba.types.Array(double, axes, "A", readonly=True) for axes in input_axes),
        *(numba.types.Array(double, axes, "C") for axes in result_axes),
    )
    return compiled_kernel(text, signature, error_model="numpy", parallel=PARALLEL_RANGE in text)
