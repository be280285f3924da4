"""Straight-line programs: what a kernel will do, without a single number.

Lowering gives every symbol a name fit for code, turns traces and products of blocks into contractions of two factors,
and names whatever occurs twice. A backend has nothing left to do but to print.

>>> from symlag.blocks import inner
>>> from symlag.jet import block
>>> w, m = block("w"), Symbol("m")
>>> print(lower({"charge": m * inner(w, w.dot), "twice": 2 * inner(w, w.dot)}))
c0 = Σ w[i] w_dot[i]
charge = c0*m
twice = 2*c0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol, Trace
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.errors import LoweringError
from symlag.program._contractions import Contraction, Factor, Size, Value, contract, diagonals
from symlag.program._doors import Doors, Form, Slot, doors, wanted
from symlag.program._names import Names, public
from symlag.program._scalars import Assignment, straighten
from symlag.words import letters, words

__all__ = [
    "Assembly",
    "Assignment",
    "Contraction",
    "Form",
    "Names",
    "Program",
    "Slot",
    "Step",
    "Term",
    "Value",
    "lower",
    "public",
]


@dataclass(frozen=True)
class Term:
    """A number times a matrix or its transpose; without a matrix, times the identity."""

    coefficient: Expr
    factor: Factor | None = None

    def __str__(self) -> str:
        matrix = "I" if self.factor is None else self.factor.value.name + "ᵀ" * self.factor.flipped
        return f"({self.coefficient}) {matrix}"


@dataclass(frozen=True)
class Assembly:
    """A matrix named as a sum of numbers times matrices."""

    name: str
    shape: tuple[Size, ...]
    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return f"{self.name} = {' + '.join(map(str, self.terms)) or '0'}"


Step = Contraction | Assignment | Assembly
Summand = tuple[Expr, tuple[Any, ...]]


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


def lower(expressions: Any, inputs: Iterable[Any] | None = None) -> Program:
    """The program of a scalar or matrix expression, of a sequence or a mapping of them, or of a law.

    Of a law, its `charge` and `rate`, each source by its name, and their sum as `source`. `inputs` are symbols or
    their names, in the order in which the kernel is to take them; without them all free symbols are taken:
    coordinates and their derivatives, then constant matrices, then parameters, each by name.
    `LoweringError` where a symbol is not among the inputs, or where something has no value to compute.
    """
    form, asked = wanted(expressions)
    entry = doors(asked, inputs)
    sums = {key: _summands(expression) for key, expression in asked.items()}
    summands = [pair for terms in sums.values() for pair in terms]
    vectors, known = _diagonals(entry, summands)
    contractions, made, numbers = _contracted(entry.knowing(known), summands)
    coefficients = [entry.number(c, numbers) for terms in sums.values() for c, _ in terms]
    assignments, spelled = straighten(coefficients, entry.parameters, entry.names.numbered("s"))
    remaining = iter(spelled)
    endings = [
        step
        for slot, terms in zip(entry.outputs, sums.values(), strict=True)
        for step in _ending(slot, [Term(next(remaining), made.get(word)) for _, word in terms], entry)
    ]
    return Program(entry.inputs, entry.sizes, (*vectors, *contractions, *assignments, *endings), entry.outputs, form)


def _summands(expression: Any) -> list[Summand]:
    """The coefficients and words of a matrix; of a number, itself and the empty word."""
    if isinstance(expression, MatrixExpr):
        return [(coefficient, word) for word, coefficient in words(expression).items()]
    return [(expression, ())]


def _diagonals(entry: Doors, summands: Sequence[Summand]) -> tuple[list[Contraction], dict[Any, Factor]]:
    """The steps that make the diagonals of products of blocks, and what each of these became."""
    found = {d for c, word in summands for part in (c, *word) for d in part.atoms(DiagonalOf)}
    of = sorted(found, key=str)
    steps, vectors = diagonals([entry.word(_only_word(d.arg)) for d in of], entry.names.numbered("d"))
    return steps, dict(zip(of, vectors, strict=True))


def _only_word(matrix: MatrixExpr) -> tuple[Any, ...]:
    ((word, _),) = words(matrix).items()
    return word


def _contracted(
    entry: Doors, summands: Sequence[Summand]
) -> tuple[list[Contraction], dict[Any, Factor], dict[Any, Symbol]]:
    """The steps of all products of blocks, the factor that each word became and the symbol that each trace became."""
    opened = list(dict.fromkeys(word for _, word in summands if word))
    closed = sorted({trace for c, _ in summands for trace in c.atoms(Trace)}, key=str)
    chains = [entry.word(word) for word in opened]
    loops = [entry.word(letters(trace)) for trace in closed]
    for word, chain in zip(opened, chains, strict=True):
        if all(factor.diagonal for factor in chain):
            raise LoweringError(str(word), "a diagonal matrix by itself has no kernel", "its vector")
    steps, factors, numbers = contract(chains, loops, entry.names.numbered("c"))
    named = {trace: Symbol(v.name, real=True) for trace, v in zip(closed, numbers, strict=True)}
    return steps, dict(zip(opened, factors, strict=True)), named


def _ending(slot: Slot, terms: Sequence[Term], entry: Doors) -> Iterator[Step]:
    """The steps that name an output: a number as it is, a matrix as a sum whose coefficients are names or numbers."""
    if not slot.shape:
        yield Assignment(slot.name, terms[0].coefficient)
        return
    fresh = entry.names.numbered("s")
    named = {c: Assignment(next(fresh), c) for c in dict.fromkeys(t.coefficient for t in terms) if not _plain(c)}
    yield from named.values()
    symbols = {c: Symbol(assignment.name, real=True) for c, assignment in named.items()}
    yield Assembly(
        slot.name, slot.shape, tuple(Term(symbols.get(t.coefficient, t.coefficient), t.factor) for t in terms)
    )


def _plain(coefficient: Expr) -> bool:
    return coefficient.is_number or coefficient.is_Symbol or (-coefficient).is_Symbol
