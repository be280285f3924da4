"""Entrywise products of matrices, and their sums of entries, in one form.

Diagonal factors stand outside, a rank-one factor is two diagonals, and functions of the same matrix are one function.
Then σ′(Z)∘Z = pσ(Z) for a homogeneous σ is seen, not proved; and a trace with a Hadamard product in it is a sum of
entries, in which no factor comes first.

>>> from symlag.elementwise import elementwise, homogeneous
>>> from symlag.jet import block
>>> W = block("W", 3, 4)
>>> relu = homogeneous("sigma", 1)
>>> hadamard(elementwise(lambda z: relu(z).diff(z), W), W) == elementwise(relu, W)
True
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import prod
from typing import Any

from sympy import (
    Add,
    DiagMatrix,
    Expr,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    S,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.blocks import normal, trace, zero_like
from symlag.calculus import adjoint
from symlag.differential import Derive, rule
from symlag.elementwise import SLOT, Elementwise, before
from symlag.errors import ShapeError
from symlag.letters import all_ones, bared, is_diagonal, ones
from symlag.words import (
    Word,
    Words,
    closing,
    collected_word,
    ending,
    matrix_of,
    reverse,
    spelled,
    sum_of,
    transposed,
    turned_word,
    words,
)


def hadamard(*factors: MatrixExpr) -> MatrixExpr:
    """The entrywise product of matrices of one shape."""
    if len({factor.shape for factor in factors}) > 1:
        raise ShapeError(f"hadamard({', '.join(map(str, factors))})", "the shapes differ", "matrices of one shape")
    return normal(HadamardProduct(*factors))


@words.register
def _(matrix: HadamardProduct) -> Words:
    if matrix.shape == (1, 1):
        return {(): Mul(*map(trace, matrix.args))}
    choices = product(*(words(factor).items() for factor in matrix.args))
    return sum_of(_entrywise([w for w, _ in choice], Mul(*(c for _, c in choice)), matrix.shape) for choice in choices)


@ending.register(HadamardProduct)
@ending.register(Transpose)
def _(letter: Any, vector: MatrixExpr) -> Words | None:
    """(A∘B)v as the diagonal of A·diag(v)·Bᵀ."""
    turned = isinstance(letter, Transpose)
    product = letter.arg if turned else letter
    if not isinstance(product, HadamardProduct) or len(product.args) != 2 or letter.rows == 1:
        return None
    A, B = map(Transpose, product.args) if turned else product.args
    return words(DiagonalOf(MatMul(A, DiagMatrix(vector), Transpose(B))))


@transposed.register
def _(letter: HadamardProduct) -> tuple[int, MatrixExpr]:
    sign, turned = _flipped(letter.args)
    return (sign, letter) if turned == letter else (1, Transpose(letter))


@rule.register
def _(node: HadamardProduct, derive: Derive) -> MatrixExpr:
    moved = [(i, derive(factor)) for i, factor in enumerate(node.args)]
    terms = (HadamardProduct(*node.args[:i], d, *node.args[i + 1 :]) for i, d in moved)
    return MatAdd(zero_like(node), *terms)


@adjoint.register
def _(letter: HadamardProduct, rest: MatrixExpr, variable: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    (moving,) = (factor for factor in letter.args if factor.has(variable))
    still = [factor for factor in letter.args if factor != moving]
    return normal(HadamardProduct(rest, *still)), moving


def _entrywise(factors: list[Word], coefficient: Expr, shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words, its diagonals outside; with a diagonal matrix in it, it is one."""
    if any(map(is_diagonal, factors)):
        return words(MatMul(coefficient, DiagMatrix(_diagonals(factors, shape))))
    sign, left, cores, right = _taken_apart(factors)
    inside = _merged(cores, shape)
    return sum_of(collected_word((*left, *word, *right), sign * coefficient * c) for word, c in inside.items())


def _diagonals(factors: list[Word], shape: tuple[Any, Any]) -> MatrixExpr:
    """The entrywise product of the diagonals of words."""
    return HadamardProduct(*(DiagonalOf(matrix_of({word: S.One}, shape)) for word in factors))


def _taken_apart(factors: list[Word]) -> tuple[int, Word, list[Word], Word]:
    """A sign, the diagonals before, the cores, and the diagonals after of all factors of a Hadamard product."""
    parts = [bared(factor) for factor in factors]
    inner = [_pieces(core) for _, _, core, _ in parts]
    left = tuple(letter for _, before, _, _ in parts for letter in before)
    right = tuple(letter for *_, after in parts for letter in after)
    cores = [word for _, words in inner for word in words]
    return prod(s for s, *_ in (*parts, *inner)), *_dressed(left, cores, right)


def _dressed(left: Word, cores: list[Word], right: Word) -> tuple[Word, list[Word], Word]:
    """The same, the first word of a function's argument put together again where all of it is there."""
    for function in filter(None, map(_function, cores)):
        lead = next(iter(words(function.argument)))
        _, before, core, after = bared(lead)
        bare = [word for word in cores if word != core]
        if not (before or after) or (core and len(bare) == len(cores)):
            continue
        outer, inner = _less(left, before), _less(right, after)
        if outer is not None and inner is not None:
            return outer, [*bare, *[core] * (len(cores) - len(bare) - bool(core)), lead], inner
    return left, cores, right


def _less(diagonals: Word, some: Word) -> Word | None:
    """The diagonals without some of their factors, where these are among them."""
    rest = _vectors(diagonals)
    for vector in _vectors(some):
        if vector not in rest:
            return None
        rest.remove(vector)
    return tuple(map(DiagMatrix, rest))


def _vectors(diagonals: Word) -> list[MatrixExpr]:
    """The vectors of diagonals, factor by factor."""
    found = (vector for letter in diagonals for vector in letter.args)
    return [factor for v in found for factor in (v.args if isinstance(v, HadamardProduct) else (v,))]


def _pieces(core: Word) -> tuple[int, list[Word]]:
    """The factors of a core that is a Hadamard product itself, with the sign of turning them."""
    if not core:
        return 1, []
    first, *more = core
    letter = first.arg if isinstance(first, Transpose) else first
    if more or not isinstance(letter, HadamardProduct):
        return 1, [core]
    if letter is first:
        return 1, [_word(factor) for factor in letter.args]
    turned = [reverse(_word(factor)) for factor in letter.args]
    return prod(sign for sign, _ in turned), [word for _, word in turned]


def _merged(cores: list[Word], shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words without diagonals: functions of one matrix are one function."""
    formulas: dict[MatrixExpr, Expr] = {}
    plain: list[MatrixExpr] = []
    for core in cores:
        if function := _function(core):
            formulas[function.argument] = formulas.get(function.argument, S.One) * function.formula
        else:
            plain.append(matrix_of({core: S.One}, shape))
    for argument, formula in formulas.items():
        if lead := _leading(plain, argument):
            return _absorbed(lead, argument, formula, formulas, plain)
    return _letter([*(Elementwise(f, x) for x, f in formulas.items()), *plain], shape)


def _function(core: Word) -> Elementwise | None:
    """The elementwise function that a word consists of."""
    first, *more = core
    turned = isinstance(first, Transpose)
    letter = first.arg if turned else first
    if more or not isinstance(letter, Elementwise):
        return None
    return Elementwise(letter.formula, Transpose(letter.argument)) if turned else letter


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
        return words(factors[0] if factors else all_ones(shape))
    upright, (sign, turned) = _product(map(_word, factors)), _flipped(factors)
    return {(upright,): S.One} if before(upright, turned) else {(Transpose(turned),): S(sign)}


def _flipped(factors: Iterable[MatrixExpr]) -> tuple[int, MatrixExpr]:
    """The Hadamard product of the transposed factors, their signs drawn out."""
    turned = [reverse(_word(factor)) for factor in factors]
    return prod(sign for sign, _ in turned), _product(word for _, word in turned)


def _product(factors: Iterable[Word]) -> MatrixExpr:
    """The Hadamard product of words, in their order."""
    made = (matrix_of({word: S.One}, (word[0].rows, word[-1].cols)) for word in factors)
    return HadamardProduct(*sorted(made, key=spelled))


@closing.register(Elementwise)
@closing.register(HadamardProduct)
def _(letter: Elementwise | HadamardProduct, rest: MatrixExpr) -> Expr | None:
    """⟨R, letter⟩ as the sum of the entries of R∘letter; a function with a diagonal beside it stays a letter."""
    if isinstance(letter, Elementwise) and all(map(is_diagonal, words(rest))):
        return None
    factors = letter.args if isinstance(letter, HadamardProduct) else (letter,)
    choices = product(*(words(factor).items() for factor in (rest, *factors)))
    return Add(*(Mul(*(c for _, c in choice)) * _entry_sum([w for w, _ in choice], letter.shape) for choice in choices))


def _entry_sum(factors: list[Word], shape: tuple[Any, Any]) -> Expr:
    """The sum of the entries of a Hadamard product of words."""
    if any(map(is_diagonal, factors)):
        return trace(MatMul(Transpose(ones(shape[0])), _diagonals(factors, shape)))
    sign, left, cores, right = _taken_apart(factors)
    if (anchored := _anchored(left, cores, right, shape)) is not None:
        return sign * anchored
    rows, columns = ([letter.args[0] for letter in side] for side in (left, right))
    if shape[1] == 1:
        cores, rows = cores + [word for row in rows for word in words(row)], []
    return Add(*(sign * c * _framed(rows, word, columns) for word, c in _merged(cores, shape).items()))


def _anchored(left: Word, cores: list[Word], right: Word, shape: tuple[Any, Any]) -> Expr | None:
    """The same, where one of the cores is a letter that closes traces by itself."""
    for i, (first, *more) in enumerate(cores):
        turned = isinstance(first, Transpose)
        letter = first.arg if turned else first
        if more or closing.dispatch(type(letter)) in _PLAIN:
            continue
        others = (matrix_of({word: S.One}, shape) for word in cores[:i] + cores[i + 1 :])
        rest = MatMul(*left, HadamardProduct(all_ones(shape), *others), *right)
        beside = words(Transpose(rest) if turned else rest)
        closed = [(c, closing(letter, matrix_of({word: S.One}, letter.shape))) for word, c in beside.items()]
        if all(term is not None for _, term in closed):
            return Add(*(c * term for c, term in closed))
    return None


def _framed(rows: list[MatrixExpr], word: Word, columns: list[MatrixExpr]) -> Expr:
    """uᵀ M v, the vectors those of the diagonals; without any, the first factor of M against the others."""
    if word[1:] and any(isinstance(letter, DiagMatrix) for letter in (word[0], word[-1])):
        before, core, after = _rid(word)
        return _framed([*rows, *before], core, [*columns, *after])
    if isinstance(word[0], Transpose) and not word[1:]:
        return _framed(columns, (word[0].arg,), rows)
    if rows or columns or not isinstance(word[0], HadamardProduct):
        sign, left = reverse(_vector(rows, word[0].rows))
        return sign * turned_word((*left, *word, *_vector(columns, word[-1].cols)))
    first, *others = word[0].args
    sign, left = reverse(_word(first))
    ((right, number),) = words(HadamardProduct(*others) if others[1:] else others[0]).items()
    return sign * number * turned_word((*left, *right))


def _rid(word: Word) -> tuple[list[MatrixExpr], Word, list[MatrixExpr]]:
    """The vectors of the diagonals before and after a word, and what is left between them."""
    ends = word[:1], word[-1:]
    before, after = ([letter.args[0] for letter in end if isinstance(letter, DiagMatrix)] for end in ends)
    return before, word[len(before) : len(word) - len(after)], after


def _word(matrix: MatrixExpr) -> Word:
    """The word of a matrix that is one."""
    ((word, _),) = words(matrix).items()
    return word


def _vector(factors: list[MatrixExpr], size: Any) -> Word:
    """The Hadamard product of vectors as one word."""
    if size == 1:
        return ()
    return _word(HadamardProduct(*factors) if factors[1:] else factors[0] if factors else ones(size))


# The closings of letters that are parts of a sum of entries, and of those that have none.
_PLAIN = {closing.dispatch(kind) for kind in (object, Elementwise, HadamardProduct, DiagMatrix, DiagonalOf)}
