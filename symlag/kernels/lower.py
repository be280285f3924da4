"""Straight-line programs: what a kernel will do, without a single number.

Lowering gives every symbol a name fit for code, turns traces and products of blocks into contractions of two factors,
and names whatever occurs twice. A backend has nothing left to do but to print.

>>> from sympy import Symbol
>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w, m = block("w"), Symbol("m")
>>> print(lower({"charge": m * inner(w, w.dot), "twice": 2 * inner(w, w.dot)}))
c0 = Σ w[i] w_dot[i]
charge = c0*m
twice = 2*c0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sympy import Expr

from symlag.kernels.identifiers import Names, public
from symlag.kernels.interface import Doors, Form, Slot, doors, same, wanted
from symlag.kernels.scalars import Assignment
from symlag.kernels.steps import Assembly, Contraction, Entrywise, Factor, Quotient, Step, Term, Value
from symlag.kernels.structured_matrices import assembled, learned, levels, summed

__all__ = [
    "Assembly",
    "Assignment",
    "Contraction",
    "Entrywise",
    "Factor",
    "Form",
    "Names",
    "Program",
    "Quotient",
    "Slot",
    "Step",
    "Term",
    "Value",
    "lower",
    "public",
    "same",
]


@dataclass(frozen=True)
class Program:
    """Named inputs, steps each of which uses only what is named before it, and the names that come out.

    `sizes` tells from which input, and which of its sides counted from the last, each symbolic size is read. `form` is
    what a kernel returns: one array, a tuple, or a dict.
    """

    inputs: tuple[Slot, ...]
    sizes: Mapping[str, tuple[str, int]]
    steps: tuple[Step, ...]
    outputs: tuple[Slot, ...]
    form: Form

    def __str__(self) -> str:
        return "\n".join(map(str, self.steps))


def lower(expressions: Any, inputs: Iterable[Any] | None = None, rewrite: Callable[[Expr], Expr] = same) -> Program:
    """The program of a scalar or matrix expression, of a sequence or a mapping of them, or of a law.

    Of a law, its `charge` and `rate`, each source by its name, and their sum as `source`. `inputs` are symbols or
    their names, in the order in which the kernel is to take them; without them all free symbols are taken:
    coordinates and their derivatives, then constant matrices, then parameters, each by name.
    `rewrite` is applied to every number, and to every function of entries, before its parts are named.
    `LoweringError` where a symbol is not among the inputs, or where something has no value to compute.
    """
    form, asked = wanted(expressions)
    entry = doors(asked, inputs, rewrite)
    letters: list[Step] = []
    for level in levels(asked.values()):
        steps, entry = learned(entry, level)
        letters.extend(steps)
    shared, sums = summed(entry, list(asked.values()))
    named = zip(entry.outputs, sums, strict=True)
    endings = chain.from_iterable(_ending(entry, slot, terms) for slot, terms in named)
    return Program(entry.inputs, entry.lengths.read, (*letters, *shared, *endings), entry.outputs, form)


def _ending(entry: Doors, slot: Slot, terms: Sequence[Term]) -> Iterable[Step]:
    """The steps that name an output: a number as it is, a matrix as a sum."""
    if not slot.shape:
        return [Assignment(slot.name, terms[0].coefficient)]
    return assembled(entry, slot.name, slot.shape, terms)
