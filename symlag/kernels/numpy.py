"""Kernels in NumPy: whole arrays, in chunks that stay in the cache where they are gone through more than a few times.

NumPy has no error function; SciPy's is taken where SciPy is installed, else Python's own, point by point, which is
about fifty times slower.
"""

from __future__ import annotations

import ast
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

from symlag.kernels.batch import arrays, flat
from symlag.kernels.interface import same as rewrite
from symlag.kernels.lower import Program
from symlag.kernels.printer import Squaring
from symlag.kernels.signature import Shape
from symlag.kernels.tensors import Tensors, numbers

__all__ = ["SINGULAR", "arrays", "evaluate", "rewrite", "source"]

SINGULAR = np.linalg.LinAlgError

CHUNK = 2**16  # numbers an array: about the size at which the arrays of one kernel leave the cache
FEW = 16  # passes over the arrays: with no more of them, what chunks save they cost in copies

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
    erf: "erf({0})",
    erfc: "erfc({0})",
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

_ERRORS = """import numpy as np

try:
    from scipy.special import erf, erfc
except ImportError:
    import math

    erf, erfc = np.vectorize(math.erf, [float]), np.vectorize(math.erfc, [float])"""


def source(program: Program) -> str:
    """The function of a program, as a text."""
    spoken = {function for number in numbers(program) for function in (erf, erfc) if number.has(function)}
    return f"{_ERRORS if spoken else 'import numpy as np'}\n\n\n{_TENSORS.source(program)}"


def evaluate(text: str, given: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    function, points = _compiled(text), math.prod(batch)
    spread = [_number(flat(array, batch)) for array in given]
    kind = given[0].dtype if given else np.dtype(float)
    wanted = [(points, *shape) for shape in shapes]
    width = max((math.prod(shape[1:]) for shape in (*(array.shape for array in spread), *wanted)), default=1)
    step = points if _passes(text) <= FEW else max(1, CHUNK // max(1, width))
    with np.errstate(all="ignore"):
        if step >= points:
            return _owned(function(*spread), wanted, kind)
        return _gathered(function, spread, [np.empty(shape, kind) for shape in wanted], step)


def _owned(values: Sequence[Any], wanted: Sequence[Shape], kind: np.dtype[Any]) -> list[np.ndarray]:
    """The values as arrays of the wanted shapes that nobody else holds."""
    results: list[np.ndarray] = []
    for value, shape in zip(values, wanted, strict=True):
        fresh = isinstance(value, np.ndarray) and value.flags.owndata and not any(value is other for other in results)
        whole = fresh and value.shape == shape and value.dtype == kind
        results.append(value if whole else _filled(value, shape, kind))
    return results


def _number(array: np.ndarray) -> np.ndarray:
    """A number that is the same at all points without any axis, which NumPy multiplies by faster."""
    return array.reshape(()) if array.shape == (1,) else array


def _filled(value: Any, shape: Shape, kind: np.dtype[Any]) -> np.ndarray:
    """The value at all points; zeros come from the system and cost next to nothing."""
    return np.zeros(shape, kind) if np.ndim(value) == 0 and value == 0 else np.full(shape, value, kind)


def _gathered(
    function: Callable[..., Any], spread: Sequence[np.ndarray], results: list[np.ndarray], step: int
) -> list[np.ndarray]:
    """The results, filled chunk by chunk."""
    points = len(results[0])
    for start in range(0, points, step):
        part = slice(start, start + step)
        values = function(*(array[part] if array.shape[:1] == (points,) else array for array in spread))
        for result, value in zip(results, values, strict=True):
            result[part] = value
    return results


@cache
def _passes(text: str) -> int:
    """How often a kernel goes through its arrays: once with every operation."""
    return sum(isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.Call) for node in ast.walk(ast.parse(text)))


@cache
def _compiled(text: str) -> Callable[..., tuple[Any, ...]]:
    space: dict[str, Any] = {}
    exec(compile(text, "<symlag kernel>", "exec"), space)
    return space["kernel"]
