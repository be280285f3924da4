"""Letters made of other matrices: inverses, diagonals, ones, elementwise functions and Hadamard products.

Each kind says four things: what words it is made of, what becomes of its transpose, what its derivative is, and how it
hands an inner product on to its parts. A Hadamard product is brought to one form: diagonal factors stand outside, a
rank-one factor is two diagonals, and functions of the same matrix are one function. Then σ′(Z)∘Z = pσ(Z) for a
homogeneous σ is seen, not proved.

>>> from symlag.jet import block
>>> W = block("W", 3, 4)
>>> relu = homogeneous("sigma", 1)
>>> hadamard(elementwise(lambda z: relu(z).diff(z), W), W) == elementwise(relu, W)
True
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, Self

from sympy import (
    Basic,
    DiagMatrix,
    Expr,
    Function,
    HadamardProduct,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    OneMatrix,
    S,
    Symbol,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.blocks import (
    Symmetric,
    Word,
    Words,
    collected_word,
    matrix_of,
    meeting,
    normal,
    reverse,
    sum_of,
    transposed,
    words,
)
from symlag.calculus import Derive, adjoint, rule
from symlag.errors import ShapeError
from symlag.jet import checked_name

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


def hadamard(*factors: MatrixExpr) -> MatrixExpr:
    """The entrywise product of matrices of one shape."""
    if len({factor.shape for factor in factors}) > 1:
        raise ShapeError(f"hadamard({', '.join(map(str, factors))})", "the shapes differ", "matrices of one shape")
    return normal(HadamardProduct(*factors))


def homogeneous(name: str, degree: Any) -> type[Function]:
    """An unknown function of one number with σ(cz) = cᵖσ(z) for c > 0, such as a power of ReLU: zσ′(z) = pσ(z)."""

    def fdiff(self: Function, _: int = 1) -> Expr:
        return degree * self / self.args[0]

    return type(Function)(checked_name(name), (Function,), {"fdiff": fdiff, "degree": S(degree), "is_real": True})


def ones(size: Any) -> OneMatrix:
    """The vector of ones."""
    return OneMatrix(size, 1)


def diagonal(vector: MatrixExpr) -> DiagMatrix:
    """The diagonal matrix of a vector."""
    return DiagMatrix(vector)


@words.register
def _(matrix: OneMatrix) -> Words:
    rows, columns = matrix.shape
    if columns == 1:
        return {(matrix,) if rows != 1 else (): S.One}
    return {(*((ones(rows),) if rows != 1 else ()), Transpose(ones(columns))): S.One}


@words.register
def _(matrix: Inverse) -> Words:
    inside = matrix.arg
    return words(Transpose(Inverse(inside.arg))) if isinstance(inside, Transpose) else {(Inverse(inside),): S.One}


@words.register
def _(matrix: DiagMatrix) -> Words:
    (vector,) = matrix.args
    return sum_of({(DiagMatrix(matrix_of({word: S.One}, vector.shape)),): c} for word, c in words(vector).items())


@words.register
def _(matrix: DiagonalOf) -> Words:
    return sum_of(_diagonal_of(word, c) for word, c in words(matrix.arg).items())


@words.register
def _(matrix: Elementwise) -> Words:
    number, rest = matrix.formula.as_independent(SLOT, as_Add=False)
    if rest in (SLOT, S.One):
        return words(MatMul(number, matrix.argument if rest == SLOT else OneMatrix(*matrix.shape)))
    return sum_of(
        [{word: number * c} for word, c in collected_word((Elementwise(rest, matrix.argument),), S.One).items()]
    )


@words.register
def _(matrix: HadamardProduct) -> Words:
    choices = product(*(words(factor).items() for factor in matrix.args))
    return sum_of(_entrywise([w for w, _ in choice], Mul(*(c for _, c in choice)), matrix.shape) for choice in choices)


@transposed.register
def _(letter: DiagMatrix) -> tuple[int, MatrixExpr]:
    return 1, letter


@transposed.register
def _(letter: Elementwise) -> tuple[int, MatrixExpr]:
    return 1, Elementwise(letter.formula, Transpose(letter.argument))


@transposed.register
def _(letter: HadamardProduct) -> tuple[int, MatrixExpr]:
    return 1, HadamardProduct(*sorted((normal(Transpose(factor)) for factor in letter.args), key=str))


@transposed.register
def _(letter: Inverse) -> tuple[int, MatrixExpr]:
    return 1, letter if isinstance(letter.arg, Symmetric) else Transpose(letter)


@meeting.register
def _(left: MatrixExpr, right: MatrixExpr) -> Words | None:
    if isinstance(left, DiagMatrix) and isinstance(right, DiagMatrix) and str(right) < str(left):
        return {(right, left): S.One}
    if isinstance(right, OneMatrix) and left == Transpose(right):
        return {(): right.rows}
    return {(): S.One} if _inverse(left) == right or left == _inverse(right) else None


@rule.register
def _(node: Elementwise, derive: Derive) -> MatrixExpr:
    return HadamardProduct(Elementwise(node.formula.diff(SLOT), node.argument), derive(node.argument))


@rule.register
def _(node: HadamardProduct, derive: Derive) -> MatrixExpr:
    moved = [(i, derive(factor)) for i, factor in enumerate(node.args)]
    terms = (HadamardProduct(*node.args[:i], d, *node.args[i + 1 :]) for i, d in moved)
    return MatAdd(ZeroMatrix(*node.shape), *terms)


@rule.register
def _(node: DiagMatrix, derive: Derive) -> MatrixExpr:
    return DiagMatrix(derive(node.args[0]))


@rule.register
def _(node: DiagonalOf, derive: Derive) -> MatrixExpr:
    return DiagonalOf(derive(node.arg))


@rule.register
def _(node: Inverse, derive: Derive) -> MatrixExpr:
    return MatMul(S.NegativeOne, node, derive(node.arg), node)


@adjoint.register
def _(letter: HadamardProduct, rest: MatrixExpr, variable: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    (moving,) = (factor for factor in letter.args if factor.has(variable))
    still = [factor for factor in letter.args if factor != moving]
    return normal(HadamardProduct(rest, *still)), moving


@adjoint.register
def _(letter: DiagMatrix, rest: MatrixExpr, _: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    return normal(DiagonalOf(rest)), letter.args[0]


@adjoint.register
def _(letter: DiagonalOf, rest: MatrixExpr, _: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    return normal(DiagMatrix(rest)), letter.arg


def _inverse(letter: MatrixExpr) -> MatrixExpr | None:
    """The matrix that a letter is the inverse of, where it is one."""
    if isinstance(letter, Transpose) and isinstance(letter.arg, Inverse):
        return transposed(letter.arg.arg)[1]
    return letter.arg if isinstance(letter, Inverse) else None


def _diagonal_of(word: Word, coefficient: Expr) -> Words:
    """The diagonal of a word: diagonal factors stand outside, and of a word and its transpose one is taken."""
    before, core, after = _bared(word)
    outside = (*before, *after)
    if not core:
        return sum_of([collected_word((*outside, ones(word[0].rows)), coefficient)])
    sign, mirrored = reverse(core)
    kept, number = min((core, S.One), (mirrored, S(sign)), key=lambda pair: str(pair[0]))
    inside = DiagonalOf(matrix_of({kept: S.One}, (core[0].rows, core[0].rows)))
    return collected_word((*outside, inside), coefficient * number)


def _entrywise(factors: list[Word], coefficient: Expr, shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words, its diagonals outside."""
    parts = [_bared(factor) for factor in factors]
    left = tuple(letter for before, _, _ in parts for letter in before)
    right = tuple(letter for _, _, after in parts for letter in after)
    inside = _merged([core for _, core, _ in parts if core], shape)
    return sum_of(collected_word((*left, *word, *right), coefficient * c) for word, c in inside.items())


def _bared(word: Word) -> tuple[Word, Word, Word]:
    """The diagonals before, the core, and the diagonals after; a rank-one word is diagonals alone."""
    if word and isinstance(word[0], DiagMatrix):
        before, core, after = _bared(word[1:])
        return (word[0], *before), core, after
    if word and isinstance(word[-1], DiagMatrix):
        before, core, after = _bared(word[:-1])
        return before, core, (*after, word[-1])
    cut = next((i for i, letter in enumerate(word) if i and letter.rows == 1), None)
    if cut is not None:
        return _spread(word[:cut]), (), _spread(reverse(word[cut:])[1])
    return (), () if isinstance(word[0], OneMatrix) else word, ()


def _spread(vector: Word) -> Word:
    """The diagonal matrix of a vector; none for the vector of ones."""
    if isinstance(vector[0], OneMatrix):
        return ()
    return (DiagMatrix(matrix_of({vector: S.One}, (vector[0].rows, S.One))),)


def _merged(cores: list[Word], shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words without diagonals: functions of one matrix are one function."""
    formulas: dict[MatrixExpr, Expr] = {}
    plain: list[MatrixExpr] = []
    for core in cores:
        if isinstance(core[0], Elementwise) and len(core) == 1:
            formulas[core[0].argument] = formulas.get(core[0].argument, S.One) * core[0].formula
        else:
            plain.append(matrix_of({core: S.One}, shape))
    for argument, formula in formulas.items():
        if lead := _leading(plain, argument):
            return _absorbed(lead, argument, formula, formulas, plain)
    return _letter([*(Elementwise(f, x) for x, f in formulas.items()), *plain], shape)


def _leading(plain: list[MatrixExpr], argument: MatrixExpr) -> MatrixExpr | None:
    """The first word of a matrix, where it stands among the factors."""
    first = matrix_of(dict(list(words(argument).items())[:1]), argument.shape)
    bare = matrix_of(dict.fromkeys(words(first), S.One), argument.shape)
    return bare if bare in plain else None


def _absorbed(
    lead: MatrixExpr, Z: MatrixExpr, formula: Expr, formulas: dict[MatrixExpr, Expr], plain: list[MatrixExpr]
) -> Words:
    """φ(Z)∘W with Z = cW + R, as φ(Z)∘Z/c − φ(Z)∘R/c."""
    others = [Elementwise(f, x) for x, f in formulas.items() if x != Z]
    others += [factor for factor in plain if factor != lead]
    number = next(iter(words(Z).values()))
    rest = normal(MatAdd(Z, MatMul(-number, lead)))
    whole = HadamardProduct(Elementwise(formula * SLOT, Z), *others) if others else Elementwise(formula * SLOT, Z)
    less = HadamardProduct(Elementwise(formula, Z), *others, rest)
    return words(MatAdd(MatMul(1 / number, whole), MatMul(-1 / number, less)))


def _letter(factors: list[MatrixExpr], shape: tuple[Any, Any]) -> Words:
    """One letter of several factors, or the words of a single one, or of ones where none is left."""
    if len(factors) < 2:
        return words(factors[0] if factors else OneMatrix(*shape))
    return {(HadamardProduct(*sorted(factors, key=str)),): S.One}
