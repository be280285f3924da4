"""Functions of one number applied to every entry of a matrix, as the activations of a network are.

φ(Z) is written with an expression φ in the symbol SLOT. Besides the rules of `matrix_words` there are these:

12. (φ + ψ)(Z) → φ(Z) + ψ(Z) and (cφ)(Z) → cφ(Z): a function is expanded into terms without numbers before them.
13. z(Z) → Z, zᵖ(Z) → Z∘…∘Z for p = 2, 3, …, 1(Z) is the matrix of ones, and φ(0) is φ(0) times it.
14. φ(Zᵀ) = φ(Z)ᵀ, of which the argument that is first in the term order is chosen.

What functions of one matrix become in a product ∘ is in `hadamard`.

>>> from sympy import exp
>>> from symlag.calculus.jets import block
>>> W = block("W", 3, 4)
>>> words(elementwise(lambda z: 2 * exp(z), W))
{([exp(z)](W),): 2}
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Self

from sympy import (
    Add,
    Basic,
    Expr,
    Function,
    HadamardPower,
    HadamardProduct,
    MatMul,
    S,
    Symbol,
    Transpose,
    ZeroMatrix,
    expand,
)
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.letter_kinds import Derive, LetterKind, Words, letter_kind
from symlag.calculus.matrices import normal, trace
from symlag.calculus.matrix_words import reduced_word, sum_of, words
from symlag.calculus.structured_matrices import all_ones, is_diagonal, split_diagonals
from symlag.calculus.term_order import sort_name
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
    """A function of one number applied to each entry of a matrix.

    Parameters
    ----------
    function : callable
        Takes a symbol and returns an expression in it, such as `sympy.tanh`.
    matrix : MatrixExpr
        The argument, of any shape.

    Returns
    -------
    Elementwise
        The matrix of the values, of the same shape.

    Examples
    --------
    >>> from sympy import tanh
    >>> from symlag.calculus import block, directional
    >>> w = block("w", 3)
    >>> elementwise(tanh, w)
    [tanh(z)](w)
    >>> directional(elementwise(tanh, w), {w: w.dot})
    w.dot - (HadamardProduct([tanh(z)**2](w), w.dot))
    """
    return Elementwise(function(SLOT), matrix)


@cache
def homogeneous(name: str, degree: Any) -> type[Function]:
    """A function of one number with σ(cz) = cᵖσ(z) for c > 0, such as a power of ReLU, and otherwise unknown.

    Its derivative is known from Euler's theorem, zσ′(z) = pσ(z).

    Parameters
    ----------
    name : str
        What it is called; an identifier.
    degree : int or Expr
        The degree p.

    Returns
    -------
    type of Function
        A SymPy function of one argument.

    Raises
    ------
    NameRefusedError
        Where the name is no identifier.

    Examples
    --------
    >>> from sympy import symbols
    >>> z = symbols("z", real=True)
    >>> relu = homogeneous("relu", 1)
    >>> relu(z).diff(z)
    relu(z)/z
    """

    def fdiff(self: Function, _: int = 1) -> Expr:
        return degree * self / self.args[0]

    return type(Function)(checked_name(name), (Function,), {"fdiff": fdiff, "degree": S(degree), "is_real": True})


@letter_kind(Elementwise)
class ElementwiseKind(LetterKind):
    """φ(Z), in which φ is one term and Z a matrix in normal form."""

    def words(self, letter: Elementwise, /) -> Words:
        argument = letter.argument
        if letter.shape == (1, 1):
            return {(): letter.formula.xreplace({SLOT: trace(argument)})}
        terms = Add.make_args(expand(letter.formula))
        if len(terms) > 1:
            return sum_of(words(Elementwise(term, argument)) for term in terms)
        number, formula = terms[0].as_independent(SLOT, as_Add=False)
        if formula in (SLOT, S.One):
            return words(MatMul(number, argument if formula == SLOT else all_ones(letter.shape)))
        if isinstance(argument, ZeroMatrix) and (at_zero := formula.xreplace({SLOT: S.Zero})).is_finite is not False:
            return words(MatMul(number * at_zero, all_ones(letter.shape)))
        if formula.is_Pow and formula.base == SLOT and formula.exp.is_Integer and formula.exp > 1:
            return words(MatMul(number, HadamardProduct(*[argument] * int(formula.exp))))
        if (turned := first_of_transposes(argument)) != argument:
            return words(MatMul(number, Transpose(Elementwise(formula, turned))))
        return reduced_word((Elementwise(formula, argument),), number)

    def transposed(self, letter: Elementwise, /) -> tuple[int, MatrixExpr]:
        symmetric = normal(Transpose(letter.argument)) == letter.argument
        return 1, letter if symmetric else Transpose(letter)

    def meets(self, letter: Elementwise, rest: MatrixExpr, /) -> bool:
        """Whether R has a factor that is a function of Z, or the first word of Z (rules 19 and 20 of `hadamard`)."""
        if any(map(is_diagonal, words(rest))):
            return False
        product = words(HadamardProduct(letter, rest))
        if len(product) != 1:
            return True
        ((word, _),) = product.items()
        (_, _, core, _) = split_diagonals(word)
        if len(core) != 1:
            return True
        base = core[0].arg if isinstance(core[0], Transpose) else core[0]
        factors = base.args if isinstance(base, HadamardProduct) else (base,)
        return letter not in factors and self.transposed(letter)[1] not in factors

    def derivative(self, letter: Elementwise, derive: Derive, /) -> MatrixExpr:
        return HadamardProduct(Elementwise(letter.formula.diff(SLOT), letter.argument), derive(letter.argument))


@letter_kind(HadamardPower)
class HadamardPowerKind(LetterKind):
    """SymPy's power of each entry, the function zᵖ of the matrix."""

    def words(self, letter: HadamardPower, /) -> Words:
        return words(Elementwise(SLOT**letter.exp, letter.base))

    def derivative(self, letter: HadamardPower, derive: Derive, /) -> MatrixExpr:
        return derive(Elementwise(SLOT**letter.exp, letter.base))


@lru_cache(maxsize=2**12)
def first_of_transposes(matrix: MatrixExpr) -> MatrixExpr:
    """Of a matrix and its transpose the first in the term order."""
    turned = normal(Transpose(matrix))
    return matrix if precedes(matrix, turned) else turned


def precedes(one: MatrixExpr, other: MatrixExpr) -> bool:
    """Whether a matrix comes before its transpose, or is the same: a column before a row, then by name."""
    return (one.rows == 1, sort_name(one)) <= (other.rows == 1, sort_name(other))
