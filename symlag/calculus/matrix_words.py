"""Matrix products of any size as words, in one normal form.

A matrix expression is a sum of *words*: products of letters, a letter being a symbol or its transpose. The trace of a
word does not change when the word is rotated or transposed, so each class of words has one representative, and equal
traces are equal SymPy expressions. A stretch of a word that is 1×1 is a number: it leaves the word as a trace of its
own. Sizes may be symbols throughout. New kinds of letter register what they are made of (`words`), what becomes of them
transposed (`transposed`), between neighbours (`meeting`) and in a trace (`closing`).

>>> from sympy import MatrixSymbol, symbols
>>> h, n = symbols("h n", integer=True, positive=True)
>>> A, B = MatrixSymbol("A", h, n), MatrixSymbol("B", h, n)
>>> words(A * B.T - 2 * A * A.T)
{(A, B.T): 1, (A, A.T): -2}
>>> trace_of(A * B.T) == trace_of(B * A.T)
True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch
from itertools import pairwise
from typing import Any

from sympy import Add, Expr, Inverse, MatAdd, MatMul, MatPow, Mul, S, Trace, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.term_order import order, spelled

Word = tuple[MatrixExpr, ...]
Words = dict[Word, Expr]


def trace_of(matrix: MatrixExpr) -> Expr:
    """The trace of a square matrix expression in normal form."""
    return Add(*(coefficient * _closed(word, matrix.rows) for word, coefficient in words(matrix).items()))


@singledispatch
def words(matrix: Any) -> Words:
    """The words of a matrix expression with their scalar coefficients; like words are collected.

    A matrix that is no sum, product or transpose is a letter; new kinds of matrix register what they are made of.
    """
    return collected_word((matrix,), S.One)


@words.register
def _(_: ZeroMatrix) -> Words:
    return {}


@words.register
def _(_: Identity) -> Words:
    return {(): S.One}


@words.register
def _(matrix: MatAdd) -> Words:
    return sum_of(words(term) for term in matrix.args)


@words.register
def _(matrix: MatMul) -> Words:
    return product_of(matrix.args)


@words.register
def _(matrix: MatPow) -> Words:
    if not matrix.exp.is_Integer:
        return collected_word((matrix,), S.One)
    factor = matrix.base if matrix.exp > 0 else Inverse(matrix.base)
    return product_of((factor,) * abs(int(matrix.exp)))


@words.register
def _(matrix: Transpose) -> Words:
    return sum_of(_reversed(word, coefficient) for word, coefficient in words(matrix.arg).items())


def letters(closed: Trace) -> Word:
    """The letters of a trace in normal form."""
    return tuple(closed.arg.args) if isinstance(closed.arg, MatMul) else (closed.arg,)


def matrix_of(collected: Mapping[Word, Expr], shape: tuple[Any, Any]) -> MatrixExpr:
    """The matrix expression with the given words, the inverse of `words`."""
    ordered = sorted(collected.items(), key=lambda item: order(item[0]))
    terms = [_term(word, coefficient, shape) for word, coefficient in ordered]
    return MatAdd(*terms) if len(terms) > 1 else terms[0] if terms else ZeroMatrix(*shape)


@singledispatch
def transposed(letter: Any) -> tuple[int, MatrixExpr]:
    """The sign and the letter of a transposed letter."""
    return 1, Transpose(letter)


@transposed.register
def _(letter: Transpose) -> tuple[int, MatrixExpr]:
    return 1, letter.arg


@singledispatch
def meeting(_left: Any, _right: Any) -> Words | None:
    """What two neighbours in a word become together, where that is not simply their product."""
    return None


@singledispatch
def ending(_letter: Any, _vector: MatrixExpr) -> Words | None:
    """What a letter and a whole vector behind it become together, where that is not simply their product."""
    return None


@singledispatch
def closing(_letter: Any, _rest: MatrixExpr) -> Expr | None:
    """The trace ⟨R, letter⟩, for a letter in which R has to find its place."""
    return None


def reverse(word: Word) -> tuple[int, Word]:
    """The sign and the word of a transposed word."""
    flipped = [transposed(letter) for letter in reversed(word)]
    sign = -1 if sum(sign < 0 for sign, _ in flipped) % 2 else 1
    return sign, tuple(letter for _, letter in flipped)


def _reversed(word: Word, coefficient: Expr) -> Words:
    sign, flipped = reverse(word)
    return {flipped: sign * coefficient}


def sum_of(parts: Iterable[Words]) -> Words:
    """The sum of collections of words."""
    total: Words = {}
    for part in parts:
        for word, coefficient in part.items():
            total[word] = total.get(word, S.Zero) + coefficient
    return {word: coefficient for word, coefficient in total.items() if coefficient != 0}


def product_of(factors: Iterable[Any]) -> Words:
    """The words of a product: every choice of a word from each factor, numbers drawn out of it."""
    total: Words = {(): S.One}
    for factor in factors:
        right = words(factor) if isinstance(factor, MatrixExpr) else {(): factor}
        total = sum_of({a + b: p * q} for a, p in total.items() for b, q in right.items())
    return sum_of(collected_word(word, coefficient) for word, coefficient in total.items())


def _cuts(word: Word) -> list[int]:
    """The places in a word where the inner dimension is one."""
    return [i for i, letter in enumerate(word) if letter.rows == 1] + [len(word)] * (word[-1].cols == 1)


def collected_word(word: Word, coefficient: Expr) -> Words:
    """The word with its neighbours met and less its 1×1 stretches, which join the coefficient as traces.

    A 1×1 matrix is thus a number times I.
    """
    for i, (left, right) in enumerate(pairwise(word)):
        if (together := meeting(left, right)) is not None:
            return _replaced(word[:i], together, word[i + 2 :], coefficient)
    sign, mirror = reverse(word)
    if (ended := _ended(word, coefficient)) is not None:
        return ended
    if (ended := _ended(mirror, sign * coefficient)) is not None:
        return sum_of(_reversed(turned, c) for turned, c in ended.items())
    cuts = _cuts(word) if word else []
    if len(cuts) < 2:
        return {word: coefficient}
    numbers = [_canonical(word[i:j]) for i, j in pairwise(cuts)]
    return {word[: cuts[0]] + word[cuts[-1] :]: coefficient * Mul(*numbers)}


def _ended(word: Word, coefficient: Expr) -> Words | None:
    """The word with a letter taken into the vector behind it, where one can be."""
    ends = [j for j, letter in enumerate(word, start=1) if letter.cols == 1]
    for i, letter in enumerate(word):
        end = next((j for j in ends if j > i + 1), None)
        if end is None or ending.dispatch(type(letter)) is ending.dispatch(object):
            continue
        vector = matrix_of({word[i + 1 : end]: S.One}, (letter.cols, S.One))
        if (together := ending(letter, vector)) is not None:
            return _replaced(word[:i], together, word[end:], coefficient)
    return None


def _replaced(before: Word, middle: Words, after: Word, coefficient: Expr) -> Words:
    return sum_of(collected_word(before + word + after, coefficient * number) for word, number in middle.items())


def _closed(word: Word, size: Any) -> Expr:
    """The trace of one word: a product of traces when the word has 1×1 stretches."""
    if not word:
        return size
    if len(word) > 1 and (together := meeting(word[-1], word[0])) is not None:
        joined = _replaced((), together, word[1:-1], S.One)
        return Add(*(number * _closed(rest, word[0].cols) for rest, number in joined.items()))
    cuts = [i for i in _cuts(word) if i < len(word)]
    if not cuts:
        return _canonical(word)
    rotated = word[cuts[0] :] + word[: cuts[0]]
    stretches = pairwise([*(i - cuts[0] for i in cuts), len(word)])
    return Mul(*(_canonical(rotated[i:j]) for i, j in stretches))


def _canonical(word: Word) -> Expr:
    """The representative of all rotations of a word and of its transpose; zero where the two differ in sign only."""
    mirror = reverse(word)
    for sign, turned in ((1, word), mirror):
        for at in sorted(range(len(word)), key=lambda i, turned=turned: spelled(turned[i])):
            if (closed := _closing_at(turned, at)) is not None:
                return sign * closed
    return turned_word(word)


def turned_word(word: Word) -> Expr:
    """The trace of the first of all rotations of a word and of its transpose; a path has its two directions alone."""
    mirror, starts = reverse(word), range(1 if word[0].rows == 1 else len(word))
    turns = [(order(w[i:] + w[:i]), s, w[i:] + w[:i]) for s, w in ((1, word), mirror) for i in starts]
    best, sign, chosen = min(turns, key=lambda turn: turn[0])
    both = any(key == best and other != sign for key, other, _ in turns)
    return S.Zero if both else sign * closed_word(chosen)


def _closing_at(word: Word, at: int) -> Expr | None:
    """The trace of a word as one of its letters closes it."""
    letter, rest = word[at], word[at + 1 :] + word[:at]
    if isinstance(letter, Transpose) or closing.dispatch(type(letter)) is closing.dispatch(object):
        return None
    sign, beside = reverse(rest)
    closed = closing(letter, matrix_of({beside: S.One}, letter.shape))
    return None if closed is None else sign * closed


def closed_word(word: Word) -> Trace:
    """The trace of a word as it stands."""
    return Trace(_bare(word))


def _term(word: Word, coefficient: Expr, shape: tuple[Any, Any]) -> MatrixExpr:
    factors = word or (Identity(shape[0]),)
    return _bare(factors) if coefficient == 1 else MatMul(coefficient, *factors)


def _bare(word: Word) -> MatrixExpr:
    return MatMul(*word) if word[1:] else word[0]
