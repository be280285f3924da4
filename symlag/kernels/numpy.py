"""The backend of NumPy: arrays in chunks that stay in the cache, where a kernel has more than two operations.

NumPy has no error function. SciPy's is taken where SciPy is installed, else Python's own, point by point, which is
about fifty times slower.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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

from symlag.kernels.batch import arrays, flatten_batch
from symlag.kernels.inputs_and_outputs import identity as rewrite
from symlag.kernels.lowering import Program
from symlag.kernels.printer import SquaringPrinter
from symlag.kernels.python_text import function_of, passes
from symlag.kernels.signature import Shape
from symlag.kernels.tensor_printer import TensorPrinter

__all__ = ["OPTIONS", "SINGULAR", "arrays", "evaluate", "rewrite", "source"]

OPTIONS = ()
SINGULAR = np.linalg.LinAlgError

CHUNK = 2**16  # numbers in an array: about the size at which the arrays of one kernel leave the cache
FEW_PASSES = 2  # over the arrays: with no more of them, chunks cost as much in copies as they save

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


_PRINTER = TensorPrinter(
    scalars=SquaringPrinter(
        "numpy",
        _FUNCTIONS,
        conditional="np.where({0}, {1}, {2})",
        conjunction="({0} & {1})",
        disjunction="({0} | {1})",
        negation="(~{0})",
    ),
    contraction='np.einsum("{0}", {1})',
    transpose="np.swapaxes({0}, -1, -2)",
    inverse="np.linalg.inv({0})",
    solve="np.linalg.solve({0}, {1})",
    identity="np.eye({0}, dtype={1}.dtype)",
    empty="np.empty(0)",
    ones="np.ones({0}, {1}.dtype)",
    size="np.asarray({0}.shape[{1}], {0}.dtype)",
)

_IMPORTS_OF_ERROR_FUNCTIONS = """import numpy as np

try:
    from scipy.special import erf, erfc
except ImportError:
    import math

    erf, erfc = np.vectorize(math.erf, [float]), np.vectorize(math.erfc, [float])"""


def source(program: Program) -> str:
    """The text of a module with the function of a program."""
    needs_error_functions = any(expression.has(erf, erfc) for expression in program.scalar_expressions())
    imports = _IMPORTS_OF_ERROR_FUNCTIONS if needs_error_functions else "import numpy as np"
    return f"{imports}\n\n\n{_PRINTER.text(program)}"


def evaluate(text: str, values: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    function, points = function_of(text), math.prod(batch)
    flattened: list[np.ndarray] = []
    for value in values:
        array = flatten_batch(value, batch)
        # NumPy multiplies faster by a number without any axis.
        flattened.append(array.reshape(()) if array.shape == (1,) else array)
    dtype = values[0].dtype if values else np.dtype(float)
    all_shapes = [(points, *shape) for shape in shapes]
    width = max((math.prod(shape[1:]) for shape in (*(array.shape for array in flattened), *all_shapes)), default=1)
    chunk = points if passes(text) <= FEW_PASSES else max(1, CHUNK // max(1, width))
    with np.errstate(all="ignore"):
        if chunk >= points:
            return _separate_arrays(function(*flattened), all_shapes, dtype)
        return _evaluate_in_chunks(function, flattened, all_shapes, dtype, chunk)


def _separate_arrays(values: Sequence[Any], shapes: Sequence[Shape], dtype: np.dtype[Any]) -> list[np.ndarray]:
    """The values as arrays of the given shapes, each with memory of its own."""
    results: list[np.ndarray] = []
    for value, shape in zip(values, shapes, strict=True):
        own = isinstance(value, np.ndarray) and value.flags.owndata and not any(value is other for other in results)
        if own and value.shape == shape and value.dtype == dtype:
            results.append(value)
        elif np.ndim(value) == 0 and value == 0:
            results.append(np.zeros(shape, dtype))  # zeros come from the system and cost next to nothing
        else:
            results.append(np.full(shape, value, dtype))
    return results


def _evaluate_in_chunks(
    function: Callable[..., Any],
    flattened: Sequence[np.ndarray],
    shapes: Sequence[Shape],
    dtype: np.dtype[Any],
    chunk: int,
) -> list[np.ndarray]:
    """The results, filled chunk by chunk; a number that is the same at all points is filled in once."""
    results, constants = [np.empty(shape, dtype) for shape in shapes], dict[int, Any]()
    points = shapes[0][0]
    for start in range(0, points, chunk):
        part = slice(start, start + chunk)
        values = function(*(array[part] if array.shape[:1] == (points,) else array for array in flattened))
        for i, value in enumerate(values):
            if np.ndim(value) == 0:
                constants[i] = value
            else:
                results[i][part] = value
    for i, value in constants.items():
        (results[i],) = _separate_arrays([value], [shapes[i]], dtype)
    return results
