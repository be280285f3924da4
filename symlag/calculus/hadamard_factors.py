"""What becomes of the factors of a Hadamard product: diagonals go outside, functions of one matrix are one function.

A function that meets its own argument takes it in, where the argument is a sum by way of its first word.

>>> from sympy import exp
>>> from symlag.calculus.elementwise import elementwise
>>> from symlag.calculus.jets import block
>>> W, U = block("W", 3, 4), block("U", 3, 4)
>>> merged([(U,), (elementwise(exp, W),), (elementwise(lambda z: z * exp(-z), W),)], (3, 4))
{(HadamardProduct(U, W),): 1}
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from sympy import DiagMatrix, Expr, HadamardProduct, MatAdd, MatMul, S, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import SLOT, Elementwise, before
from symlag.calculus.matrices import normal
from symlag.calculus.matrix_words import Word, Words, matrix_of, reverse, words
from symlag.calculus.structured_matrices import all_ones, bared
from symlag.calculus.term_order import spelled


def taken_apart(factors: list[Word]) -> tuple[int, Word, list[Word], Word]:
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
        return 1, [word_of(factor) for factor in letter.args]
    turned = [reverse(word_of(factor)) for factor in letter.args]
    return prod(sign for sign, _ in turned), [word for _, word in turned]


def merged(cores: list[Word], shape: tuple[Any, Any]) -> Words:
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
    upright, (sign, turned) = _product(map(word_of, factors)), flipped(factors)
    return {(upright,): S.One} if before(upright, turned) else {(Transpose(turned),): S(sign)}


def flipped(factors: Iterable[MatrixExpr]) -> tuple[int, MatrixExpr]:
    """The Hadamard product of the transposed factors, their signs drawn out."""
    turned = [reverse(word_of(factor)) for factor in factors]
    return prod(sign for sign, _ in turned), _product(word for _, word in turned)


def _product(factors: Iterable[Word]) -> MatrixExpr:
    """The Hadamard product of words, in their order."""
    made = (matrix_of({word: S.One}, (word[0].rows, word[-1].cols)) for word in factors)
    return HadamardProduct(*sorted(made, key=spelled))


def word_of(matrix: MatrixExpr) -> Word:
    """The word of a matrix that is one."""
    ((word, _),) = words(matrix).items()
    return word
