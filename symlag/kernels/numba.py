"""Kernels in Numba: a loop over points, with plain numbers inside.

Everything is computed in double precision, whatever the type of the arrays.
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

from symlag.kernels.batch import arrays, flat
from symlag.kernels.compiled_modules import module_of
from symlag.kernels.interface import same as rewrite
from symlag.kernels.loops import Loops
from symlag.kernels.lower import Program
from symlag.kernels.printer import Printer
from symlag.kernels.signature import Shape

__all__ = ["SINGULAR", "arrays", "evaluate", "rewrite", "source"]

SINGULAR = np.linalg.LinAlgError

_FUNCTIONS = {
    Abs: "abs({0})",
    Max: "max({0}, {1})",
    Min: "min({0}, {1})",
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

_PRINTER = Printer("numba", _FUNCTIONS)


def source(program: Program) -> str:
    """The function of a program, as a text: a loop over points that fills the arrays of its results."""
    return Loops.of(program, _PRINTER).text(program)


def evaluate(text: str, given: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    points = math.prod(batch)
    spread = [flat(array, batch).astype(float, copy=False) for array in given]
    entering = [np.broadcast_to(array, (points, *array.shape[1:])) for array in spread]
    results = [np.empty((points, *shape)) for shape in shapes]
    function = _compiled(text, tuple(a.ndim for a in entering), tuple(r.ndim for r in results))
    function(*entering, *results)
    return [result.astype(given[0].dtype if given else float, copy=False) for result in results]


@cache
def _compiled(text: str, entering: Shape, leaving: Shape) -> Callable[..., None]:
    """The machine code for arrays of so many axes, those that enter of any layout."""
    module = module_of(text)
    double = numba.types.float64
    signature = numba.void(
        *(numba.types.Array(double, axes, "A", readonly=True) for axes in entering),
        *(numba.types.Array(double, axes, "C") for axes in leaving),
    )
    return numba.njit(signature, cache=module.__file__ is not None, error_model="numpy")(module.kernel)
