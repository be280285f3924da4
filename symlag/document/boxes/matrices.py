r"""The boxes of matrices of any size, traces and gradients; a trace that is an inner product is written as one.

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
from symlag.calculus.letter_kinds import Word
from symlag.calculus.matrix_words import letters, reverse
from symlag.document.boxes.box import (
    Box,
    Fence,
    Name,
    Number,
    OperatorName,
    Script,
    Sign,
    Table,
    comma_separated,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import as_factor, jet_box, sum_of_terms, typeset, with_exponent
from symlag.document.boxes.names import name_box
from symlag.document.boxes.term_sorting import split_term


def norm_box(inside: Box) -> Fence:
    """The Euclidean norm."""
    return Fence("‖", inside, "‖")


def inner_product_box(left: Box, right: Box) -> Fence:
    """The inner product of two boxes."""
    return Fence("⟨", comma_separated(left, right), "⟩")


@typeset.register
def box_of_matrix_symbol(symbol: MatrixSymbol) -> Box:
    """A matrix by its name."""
    return name_box(symbol.name)


@typeset.register
def box_of_block(block: Block) -> Box:
    """A block or a derivative of it."""
    return jet_box(block)


@typeset.register
def box_of_trace(closed: Trace) -> Box:
    """A squared norm or an inner product where a trace is one, tr(…) otherwise."""
    word = letters(closed)
    half = len(word) // 2
    if len(word) == 2 * half and reverse(word[half:]) == (1, word[:half]):
        return Script(norm_box(_word(word[half:])), above=Number("2"))
    turns = [word[i:] + word[:i] for i in range(len(word)) if isinstance(word[i], Transpose)]
    if not turns or len(word) == 1:
        return row(OperatorName("tr"), parenthesized(_word(word)))
    return inner_product_box(typeset(turns[0][0].arg), _word(turns[0][1:]))


@typeset.register
def box_of_matrix_sum(total: MatAdd) -> Box:
    """A sum of matrices."""
    return sum_of_terms(sorted(total.args, key=default_sort_key))


@typeset.register
def box_of_matrix_product(term: MatMul) -> Box:
    """A product of matrices after its number."""
    minus, scalar, matrix = split_term(term)
    if minus:
        return row(Sign("−"), typeset(scalar * matrix))
    word = _word(matrix.args if matrix.is_MatMul else (matrix,))
    return word if scalar == 1 else row(as_factor(scalar), word)


@typeset.register
def box_of_transpose(matrix: Transpose) -> Box:
    """A⊤."""
    return with_exponent(typeset(matrix.arg), Sign("⊤"))


@typeset.register
def box_of_matrix_power(power: MatPow) -> Box:
    """Aⁿ."""
    return with_exponent(typeset(power.base), typeset(power.exp))


@typeset.register
def box_of_identity(_matrix: Identity) -> Box:
    """I."""
    return Name("I")


@typeset.register
def box_of_zero_matrix(_matrix: ZeroMatrix) -> Box:
    """0."""
    return Number("0")


@typeset.register
def box_of_entry(entry: MatrixElement) -> Box:
    """An entry of a matrix, its indices counted from one."""
    places = [typeset(i + 1) for i, size in zip(entry.indices, entry.parent.shape, strict=True) if size != 1]
    return Script(parenthesized(typeset(entry.parent)), comma_separated(*places))


@typeset.register
def box_of_matrix(array: MatrixBase) -> Box:
    """A matrix written out."""
    return Fence("[", Table(tuple(tuple(map(typeset, array.row(i))) for i in range(array.rows))), "]")


@typeset.register
def box_of_loss(function: Unknown) -> Box:
    """An unknown function of blocks, f(U, V)."""
    return row(name_box(function.name), parenthesized(comma_separated(*map(typeset, function.arguments))))


@typeset.register
def box_of_gradient(slope: Gradient) -> Box:
    """∇f, with directions in brackets where it is differentiated once more."""
    numbers = [pair for pair in slope.directions if not pair[1].is_Matrix]
    along = [_direction_bracket(slope.function, *pair) for pair in slope.directions if pair[1].is_Matrix]
    gradient = Script(Sign("∇"), typeset(slope.argument))
    return row(*_partials(slope.function, numbers), gradient, name_box(slope.function.name), *along)


@typeset.register
def box_of_partial(slope: Partial) -> Box:
    """∂f."""
    return row(*_partials(slope.function, slope.directions), name_box(slope.function.name))


def _partials(function: Unknown, directions: Any) -> list[Box]:
    """∂ with the numbers that a function is differentiated in."""
    places = [typeset(function.arguments[int(i)]) for i, _ in directions]
    return [Script(Sign("∂"), row(*places))] if places else []


def _direction_bracket(function: Unknown, index: Any, direction: Any) -> Box:
    """A direction of a second derivative, in brackets; below it the argument, where there are several."""
    bracket = Fence("[", typeset(direction), "]")
    return Script(bracket, typeset(function.arguments[int(index)])) if len(function.arguments) > 1 else bracket


def _word(word: Word) -> Box:
    return row(*map(as_factor if len(word) > 1 else typeset, word))
