"""Kernels: programs made to run, by NumPy, Numba or PyTorch.

>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> speed = kernel(inner(w.dot, w.dot), "numpy")
>>> print(speed.source)
import numpy as np
<BLANKLINE>
<BLANKLINE>
def kernel(w_dot):
    c0 = np.einsum("...i,...i->...", w_dot, w_dot)
    result = c0
    return (result,)
<BLANKLINE>
>>> speed([[3.0, 4.0], [1.0, 0.0]])
array([25.,  1.])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from symlag.errors import LoweringError
from symlag.kernels.interface import Form, Slot
from symlag.kernels.lower import lower
from symlag.kernels.signature import arranged, bind, inside, lengths, outside

BACKENDS = ("numpy", "numba", "torch")


@dataclass(frozen=True)
class Kernel:
    """A function of arrays, as readable Python text with what is needed to call it.

    Called with arrays by position or name, in the order of `inputs`. Leading axes are batch and broadcast: a number has
    shape (…), a block of one column (…, n), any other block (…, h, n). The result has the floating type of the arrays;
    plain Python numbers adapt. One array, a tuple or a dict comes back, as the kernel was made from one expression, a
    sequence, a mapping or a law. `LoweringError` where inputs are missing or too many, or a matrix that is to be
    inverted is singular at any point; `ShapeError` where shapes do not fit. A kernel is pickled as its text.
    """

    backend: str
    source: str
    slots: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    form: Form

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the arrays that it takes, in order."""
        return tuple(slot.key for slot in self.slots)

    def __call__(self, *arrays: Any, **named: Any) -> Any:
        library = _library(self.backend)
        given = library.arrays(self.slots, arranged(self.slots, arrays, named))
        batch, sizes = bind(self.slots, [tuple(array.shape) for array in given])
        folded = [_folded(array, slot, len(batch), sizes) for array, slot in zip(given, self.slots, strict=True)]
        shapes = [lengths(inside(slot.shape), sizes) for slot in self.outputs]
        try:
            results = library.evaluate(self.source, folded, batch, shapes)
        except library.SINGULAR:
            call, wrong = f"kernel({', '.join(self.inputs)})", "a matrix that is to be inverted is singular"
            raise LoweringError(call, wrong, "points at which it has an inverse") from None
        return self._formed(
            result.reshape((*batch, *lengths(outside(slot.shape), sizes)))
            for slot, result in zip(self.outputs, results, strict=True)
        )

    def _formed(self, results: Iterable[Any]) -> Any:
        if self.form == "dict":
            return {slot.key: result for slot, result in zip(self.outputs, results, strict=True)}
        made = tuple(results)
        return made[0] if self.form == "one" else made


def kernel(law_or_exprs: Any, backend: str = "numpy", inputs: Iterable[Any] | None = None) -> Kernel:
    """The kernel of a law, of an expression, or of a sequence or mapping of expressions.

    A law gives its charge and rate, each source by its name, and their sum as "source". `inputs` are the symbols, or
    names, of the arrays in order; without them all free symbols are taken: coordinates and derivatives, then constant
    matrices, then parameters by name. Of e^Γ there is nothing in a kernel. `LoweringError` where a symbol is not among
    the inputs, where the loss is unknown, or where the library lacks a function.
    """
    library = _library(backend)
    program = lower(law_or_exprs, inputs, library.rewrite)
    return Kernel(backend, library.source(program), program.inputs, program.outputs, program.form)


def _library(backend: str) -> Any:
    """The module of a backend, loaded when it is first asked for."""
    if backend not in BACKENDS:
        raise LoweringError(f"backend {backend!r}", "there is no such backend", " or ".join(map(repr, BACKENDS)))
    try:
        return import_module(f"symlag.kernels.{backend}")
    except ModuleNotFoundError as missing:
        raise LoweringError(
            f"backend {backend!r}", f"{missing.name} is not installed", f"pip install 'symlag[{backend}]'"
        ) from None


def _folded(array: Any, slot: Slot, axes: int, sizes: dict[str, int]) -> Any:
    """The array with all axes of the batch, and without the sides of length one that its block has."""
    batch = array.shape[: array.ndim - len(outside(slot.shape))]
    return array.reshape(((1,) * (axes - len(batch)) + batch) + lengths(inside(slot.shape), sizes))
