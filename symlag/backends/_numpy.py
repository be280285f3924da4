"""Kernels in NumPy: whole arrays, in chunks that stay in the cache."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

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

from symlag.backends._points import arrays, flat
from symlag.backends._printer import Squaring
from symlag.backends._signature import Shape
from symlag.backends._tensors import Tensors
from symlag.program import Program

__all__ = ["SINGULAR", "arrays", "evaluate", "source"]

SINGULAR = np.linalg.LinAlgError

CHUNK = 2**14  # numbers an array: about the size at which the arrays of one kernel leave the cache

_FUNCTIONS = {
    Abs: "np.abs({0})",
    Max: "np.maximum({0}, {1})",
    Min: "np.minimum({0}, {1})",
    Mod: "np.mod({0}, {1})",
    acos: "np.arccos({0})",
    acosh: "np.arccosh({0})",
    asin: "np.arcsin({0})",
    asinh: "np.arcsinh({0})",
    atan: "np.arctan({0})",
    atan2: "np.arctan2({0}, {1})",
    atanh: "np.arctanh({0})",
    ceiling: "np.ceil({0})",
    cos: "np.cos({0})",
    cosh: "np.cosh({0})",
    erf: "np.vectorize(math.erf, [float])({0})",
    erfc: "np.vectorize(math.erfc, [float])({0})",
    exp: "np.exp({0})",
    floor: "np.floor({0})",
    log: "np.log({0})",
    sign: "np.sign({0})",
    sin: "np.sin({0})",
    sinh: "np.sinh({0})",
    sqrt: "np.sqrt({0})",
    tan: "np.tan({0})",
    tanh: "np.tanh({0})",
}


_TENSORS = Tensors(
    printer=Squaring(
        "numpy",
        _FUNCTIONS,
        choice="np.where({0}, {1}, {2})",
        both="({0} & {1})",
        either="({0} | {1})",
        opposite="(~{0})",
    ),
    contraction='np.einsum("{0}", {1})',
    transpose="np.swapaxes({0}, -1, -2)",
    inverse="np.linalg.inv({0})",
    solution="np.linalg.solve({0}, {1})",
    identity="np.eye({0}, dtype={1}.dtype)",
    nothing="np.empty(0)",
    ones="np.ones({0}, {1}.dtype)",
    size="np.asarray({0}.shape[{1}], {0}.dtype)",
)


def source(program: Program) -> str:
    """The function of a program, as a text."""
    return f"import math\n\nimport numpy as np\n\n\n{_TENSORS.source(program)}"


def evaluate(text: str, given: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    function, points = _compiled(text), math.prod(batch)
    spread = [flat(array, batch) for array in given]
    kind = given[0].dtype if given else float
    results = [np.empty((points, *shape), kind) for shape in shapes]
    width = max((math.prod(array.shape[1:]) for array in (*spread, *results)), default=1)
    step = max(1, CHUNK // max(1, width))
    with np.errstate(all="ignore"):
        for part in (slice(start, start + step) for start in range(0, points, step)):
            values = function(*(array if len(array) == 1 else array[part] for array in spread))
            for result, value in zip(results, values, strict=True):
                result[part] = value
    return results


@cache
def _compiled(text: str) -> Callable[..., tuple[Any, ...]]:
    space: dict[str, Any] = {}
    exec(compile(text, "<symlag kernel>", "exec"), space)
    return space["kernel"]
