"""Functions of one number applied to every entry of a matrix.

Functions of one matrix multiply like the numbers they are made of, so that σ′(Z)∘Z = pσ(Z) for a homogeneous σ is
seen, not proved (the product ∘ is in `hadamard`).

>>> from sympy import exp
>>> from symlag.calculus.jets import block
>>> W = block("W", 3, 4)
>>> words(elementwise(lambda z: 2 * exp(z), W))
{([exp(z)](W),): 2}
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

from sympy import Add, Basic, Expr, Function, HadamardPower, HadamardProduct, MatMul, S, Symbol, Transpose, expand
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation import Derive, rule
from symlag.calculus.matrices import normal, trace
from symlag.calculus.matrix_words import Words, collected_word, sum_of, words
from symlag.calculus.structured_matrices import all_ones
from symlag.calculus.term_order import spelled
from symlag.names import checked_name

SLOT = Symbol("z", real=True)


class Elementwise(MatrixExpr):
    """A function of one number, an expression in SLOT, applied to each entry of a matrix."""

    def __new__(cls, formula: Any, argument: Any) -> Self:
        return Basic.__new__(cls, S(formula), normal(argument))

    @property
    def formula(self) -> Expr:
        return self.args[0]

    @property
    def argument(self) -> MatrixExpr:
        return self.args[1]

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.argument.shape

    @property
    def free_symbols(self) -> set[Any]:
        return (self.formula.free_symbols - {SLOT}) | self.argument.free_symbols

    def _sympystr(self, printer: Any) -> str:
        return f"[{printer.doprint(self.formula)}]({printer.doprint(self.argument)})"


def elementwise(function: Callable[[Symbol], Any], matrix: MatrixExpr) -> Elementwise:
    """A function of one number applied to each entry of a matrix."""
    return Elementwise(function(SLOT), matrix)


def homogeneous(name: str, degree: Any) -> type[Function]:
    """An unknown function of one number with σ(cz) = cᵖσ(z) for c > 0, such as a power of ReLU: zσ′(z) = pσ(z)."""

    def fdiff(self: Function, _: int = 1) -> Expr:
        return degree * self / self.args[0]

    return type(Function)(checked_name(name), (Function,), {"fdiff": fdiff, "degree": S(degree), "is_real": True})


@words.register
def _(matrix: Elementwise) -> Words:
    if matrix.shape == (1, 1):
        return {(): matrix.formula.xreplace({SLOT: trace(matrix.argument)})}
    terms = Add.make_args(expand(matrix.formula))
    if len(terms) > 1:
        return sum_of(words(Elementwise(term, matrix.argument)) for term in terms)
    number, formula = terms[0].as_independent(SLOT, as_Add=False)
    if formula in (SLOT, S.One):
        return words(MatMul(number, matrix.argument if formula == SLOT else all_ones(matrix.shape)))
    if formula.is_Pow and formula.base == SLOT and formula.exp.is_Integer and formula.exp > 1:
        return words(MatMul(number, HadamardProduct(*[matrix.argument] * int(formula.exp))))
    if (turned := upright(matrix.argument)) != matrix.argument:
        return words(MatMul(number, Transpose(Elementwise(formula, turned))))
    return collected_word((Elementwise(formula, matrix.argument),), number)


@words.register
def _(matrix: HadamardPower) -> Words:
    return words(Elementwise(SLOT**matrix.exp, matrix.base))


@rule.register
def _(node: HadamardPower, derive: Derive) -> MatrixExpr:
    return derive(Elementwise(SLOT**node.exp, node.base))


@rule.register
def _(node: Elementwise, derive: Derive) -> MatrixExpr:
    return HadamardProduct(Elementwise(node.formula.diff(SLOT), node.argument), derive(node.argument))


@lru_cache(maxsize=2**12)
def upright(matrix: MatrixExpr) -> MatrixExpr:
    """Of a matrix and its transpose the one that stands for both."""
    turned = normal(Transpose(matrix))
    return matrix if before(matrix, turned) else turned


def before(one: MatrixExpr, other: MatrixExpr) -> bool:
    """Columns come before rows, then names."""
    return (one.rows == 1, spelled(one)) <= (other.rows == 1, spelled(other))
