r"""Matrices of any size, traces and gradients as boxes: traces are read as inner products wherever they are one.

>>> from symlag.calculus.matrices import inner
>>> from symlag.document.tex import tex
>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> print(tex(typeset(inner(w.dot, w.dot) - inner(w, w.dot))))
\lVert\dot{w}\rVert^{2}-\langle w,\dot{w}\rangle
"""

from __future__ import annotations

from typing import Any

from sympy import MatAdd, MatMul, MatPow, MatrixBase, MatrixSymbol, Trace, Transpose, default_sort_key
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import Identity, ZeroMatrix

from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.jets import Block
from symlag.calculus.matrix_words import Word as Letters, letters, reverse
from symlag.document.boxes.box import Box, Fence, Name, Number, Script, Sign, Table, Word, fenced, listed, row
from symlag.document.boxes.expressions import as_factor, dotted, raised, total_of, typeset
from symlag.document.boxes.names import named
from symlag.document.boxes.term_order import split_term


def norm(of: Box) -> Fence:
    """The Euclidean norm."""
    return Fence("‖", of, "‖")


def paired(left: Box, right: Box) -> Fence:
    """The inner product of two boxes."""
    return Fence("⟨", listed(left, right), "⟩")


@typeset.register
def _(symbol: MatrixSymbol) -> Box:
    return named(symbol.name)


@typeset.register
def _(block: Block) -> Box:
    return dotted(block)


@typeset.register
def _(closed: Trace) -> Box:
    word = letters(closed)
    half = len(word) // 2
    if len(word) == 2 * half and reverse(word[half:]) == (1, word[:half]):
        return Script(norm(_word(word[half:])), above=Number("2"))
    turns = [word[i:] + word[:i] for i in range(len(word)) if isinstance(word[i], Transpose)]
    if not turns or len(word) == 1:
        return row(Word("tr"), fenced(_word(word)))
    return paired(typeset(turns[0][0].arg), _word(turns[0][1:]))


@typeset.register
def _(total: MatAdd) -> Box:
    return total_of(sorted(total.args, key=default_sort_key))


@typeset.register
def _(term: MatMul) -> Box:
    minus, scalar, matrix = split_term(term)
    if minus:
        return row(Sign("−"), typeset(scalar * matrix))
    word = _word(matrix.args if matrix.is_MatMul else (matrix,))
    return word if scalar == 1 else row(as_factor(scalar), word)


@typeset.register
def _(flipped: Transpose) -> Box:
    return raised(typeset(flipped.arg), Sign("⊤"))


@typeset.register
def _(power: MatPow) -> Box:
    return raised(typeset(power.base), typeset(power.exp))


@typeset.register
def _(_: Identity) -> Box:
    return Name("I")


@typeset.register
def _(_: ZeroMatrix) -> Box:
    return Number("0")


@typeset.register
def _(entry: MatrixElement) -> Box:
    places = [typeset(i + 1) for i, size in zip(entry.indices, entry.parent.shape, strict=True) if size != 1]
    return Script(fenced(typeset(entry.parent)), listed(*places))


@typeset.register
def _(array: MatrixBase) -> Box:
    return Fence("[", Table(tuple(tuple(map(typeset, array.row(i))) for i in range(array.rows))), "]")


@typeset.register
def _(function: Unknown) -> Box:
    return row(named(function.name), fenced(listed(*map(typeset, function.arguments))))


@typeset.register
def _(slope: Gradient) -> Box:
    numbers = [pair for pair in slope.directions if not pair[1].is_Matrix]
    along = [_along(slope.function, *pair) for pair in slope.directions if pair[1].is_Matrix]
    gradient = Script(Sign("∇"), typeset(slope.argument))
    return row(*_partials(slope.function, numbers), gradient, named(slope.function.name), *along)


@typeset.register
def _(slope: Partial) -> Box:
    return row(*_partials(slope.function, slope.directions), named(slope.function.name))


def _partials(function: Unknown, directions: Any) -> list[Box]:
    """∂ with the numbers that a function is differentiated in."""
    places = [typeset(function.arguments[int(i)]) for i, _ in directions]
    return [Script(Sign("∂"), row(*places))] if places else []


def _along(function: Unknown, index: Any, direction: Any) -> Box:
    """A direction of a second derivative, in brackets; below it the argument, where there are several."""
    bracket = Fence("[", typeset(direction), "]")
    return Script(bracket, typeset(function.arguments[int(index)])) if len(function.arguments) > 1 else bracket


def _word(word: Letters) -> Box:
    return row(*map(as_factor if len(word) > 1 else typeset, word))
