"""Matrix products of any size as words, in one normal form.

A *letter* is a matrix that is no sum, product or transpose, such as a symbol; a *word* is a product of letters and
transposed letters. Every matrix expression is a sum of words with numbers as coefficients, and every trace a sum of
products of *closed words*, words up to rotation and transposition. Sizes may be symbols throughout.

**Rules.** An expression is rewritten as long as one of these rules applies:

1. `words`: sums, products, powers and transposes are multiplied out, (AB)ᵀ = BᵀAᵀ, and like words are collected.
2. `contract_neighbours`: two neighbours become what their kinds of letter say, as A A⁻¹ → 1.
3. `apply_to_vector`: a letter takes in a whole vector behind it, as diag(a) v → a∘v; transposed, one before it.
4. `draw_out_numbers`: a stretch of a word that is 1×1 is a number, and leaves the word as a trace of its own.
5. `trace_of_word`: in a trace, the last letter and the first are neighbours, and a closed word that is narrow at
   several places is a product of traces.
6. `loops_at_first_letter`: a trace is ⟨L, R⟩ = tr(Rᵀ L), where L is the first of all its letters in the term order,
   those within letters included, and R is what stands beside L, in normal form.
7. `least_rotation`: of all rotations of a closed word and of its transpose the first in the term order stands for
   them all; where one of them occurs with both signs, as in tr(K) of a skew K, the trace is zero.

The rules of single kinds of letter are methods of a `LetterKind`: rules 8 to 11 in `structured_matrices`, 12 to 14 in
`elementwise`, 15 to 21 in `hadamard`.

**Term order.** Letters are compared by name, functions of entries first and vectors last (`root_key`); words letter by
letter, one with a single row first (`term_order.word_sort_key`).

**Termination.** Take any expression as a tree of sums, products, transposes and letters, where a letter that is made of
matrices, as A∘B, has these as its branches, and compare expressions by four numbers, the first of which that differs
decides: the functions of entries, the letters that have branches, all letters, the nodes that are a sum, a product or
a transpose above another node. Each rule turns an expression into terms that are less.

- Rules 1, 12, 15 and 16 draw sums, transposes, numbers and diagonal matrices outwards, which is done when they are
  outermost: the last number falls in each term, and none of the others rises.
- Rules 2, 4, 5, 8, 9 and 17 remove letters, and make of two letters with branches one.
- Rule 19 makes of two functions one; rule 13 of a function none. Rule 20 leaves the number of functions, but each term
  has one letter less, or another word of Z in the place of the first, so that it applies no more often than W occurs.
- Rules 3, 10, 11 and 18 exchange one way of writing a vector for another: A∘B before a vector for dg, dg of a product
  that begins with a Hadamard product for a Hadamard product with one factor more. None of them makes what an earlier
  one takes away again: rule 18 applies to two factors, and rule 11 makes at least three.
- Rules 6, 7, 14 and 21 choose the first of finitely many forms, for which no other rule is left.

That the normal form is unique, so that equal traces are one expression, is by these choices alone: a rule never looks
at the brackets or the order in which an expression was written. `tests/calculus/test_confluence.py` tries it.

>>> from sympy import MatrixSymbol, symbols
>>> h, n = symbols("h n", integer=True, positive=True)
>>> A, B = MatrixSymbol("A", h, n), MatrixSymbol("B", h, n)
>>> words(A * B.T - 2 * A * A.T)
{(A, B.T): 1, (A, A.T): -2}
>>> trace_of(A * B.T) == trace_of(B * A.T)
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import prod
from typing import Any

from sympy import (
    Add,
    Expr,
    HadamardProduct,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    OneMatrix,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.letter_kinds import PLAIN, LetterKind, Word, Words, cached, kind_of
from symlag.calculus.term_order import sort_name, word_sort_key

Rest = Callable[[], MatrixExpr]


def words(matrix: MatrixExpr) -> Words:
    """The words of a matrix expression with their scalar coefficients (rule 1)."""
    match matrix:
        case ZeroMatrix():
            return {}
        case Identity():
            return {(): S.One}
        case MatAdd():
            return sum_of(map(words, matrix.args))
        case MatMul():
            return _words_of_product(matrix.args)
        case MatPow() if matrix.exp.is_Integer and not isinstance(matrix, Inverse):
            factor = matrix.base if matrix.exp > 0 else Inverse(matrix.base)
            return _words_of_product((factor,) * abs(int(matrix.exp)))
        case Transpose():
            return transposed_words(words(matrix.arg))
        case _:
            return dict(_words_of_letter(matrix))


@cached
def _words_of_letter(letter: MatrixExpr) -> Words:
    rewritten = kind_of(letter).words(letter)
    return reduced_word((letter,)) if rewritten is None else rewritten


def matrix_of(collected: Mapping[Word, Expr], shape: tuple[Any, Any]) -> MatrixExpr:
    """The matrix expression with the given words, the inverse of `words`."""
    terms: list[MatrixExpr] = []
    for word, coefficient in sorted(collected.items(), key=lambda item: word_sort_key(item[0])):
        factors = word or (Identity(shape[0]),)
        terms.append(_matrix_product(factors) if coefficient == 1 else MatMul(coefficient, *factors))
    return MatAdd(*terms) if len(terms) > 1 else terms[0] if terms else ZeroMatrix(*shape)


def sum_of(parts: Iterable[Words]) -> Words:
    """The sum of collections of words."""
    total: Words = {}
    for part in parts:
        for word, coefficient in part.items():
            total[word] = total.get(word, S.Zero) + coefficient
    return {word: coefficient for word, coefficient in total.items() if coefficient != 0}


def _words_of_product(factors: Iterable[Any]) -> Words:
    """The words of a product: every choice of a word from each factor."""
    total: Words = {(): S.One}
    for factor in factors:
        right = words(factor) if isinstance(factor, MatrixExpr) else {(): factor}
        total = sum_of({a + b: p * q} for a, p in total.items() for b, q in right.items())
    return sum_of(reduced_word(word, coefficient) for word, coefficient in total.items())


def transposed(letter: MatrixExpr) -> tuple[int, MatrixExpr]:
    """The sign and the letter of a transposed letter."""
    return (1, letter.arg) if isinstance(letter, Transpose) else _transposed_letter(letter)


@cached
def _transposed_letter(letter: MatrixExpr) -> tuple[int, MatrixExpr]:
    return kind_of(letter).transposed(letter)


def reverse(word: Word) -> tuple[int, Word]:
    """The sign and the word of a transposed word."""
    flipped = [transposed(letter) for letter in reversed(word)]
    return prod(sign for sign, _ in flipped), tuple(letter for _, letter in flipped)


def transposed_words(collected: Words) -> Words:
    """The words of the transposed matrix."""
    mirrored = ((*reverse(word), coefficient) for word, coefficient in collected.items())
    return sum_of({word: sign * coefficient} for sign, word, coefficient in mirrored)


def reduced_word(word: Word, coefficient: Expr = S.One) -> Words:
    """The normal form of a number times a word: rules 2 to 4, as long as one of them applies."""
    return {reduced: coefficient * number for reduced, number in _normal_form(word).items()}


@cached
def _normal_form(word: Word) -> Words:
    for rule in (contract_neighbours, apply_to_vector, draw_out_numbers):
        if (rewritten := rule(word)) is not None:
            return sum_of(reduced_word(shorter, number) for shorter, number in rewritten.items())
    return {word: S.One}


def contract_neighbours(word: Word) -> Words | None:
    """Rule 2: two neighbours in a word become what their kinds say."""
    for i, (left, right) in enumerate(pairwise(word)):
        if (together := product_of_neighbours(left, right)) is not None:
            return {word[:i] + middle + word[i + 2 :]: number for middle, number in together.items()}
    return None


def product_of_neighbours(left: MatrixExpr, right: MatrixExpr) -> Words | None:
    """What two letters become, asked of the kinds of both, for their product and for its transpose."""
    kinds = [kind for kind in dict.fromkeys((_kind_untransposed(left), _kind_untransposed(right))) if kind is not PLAIN]
    if not kinds:
        return None
    for kind in kinds:
        if (together := kind.product(left, right)) is not None:
            return together
    sign, (first, second) = reverse((left, right))
    for kind in kinds:
        if (together := kind.product(first, second)) is not None:
            return {w: sign * c for w, c in transposed_words(together).items()}
    return None


def _kind_untransposed(letter: MatrixExpr) -> LetterKind:
    """The kind of a letter or of the letter that it is the transpose of."""
    return kind_of(letter.arg if isinstance(letter, Transpose) else letter)


def apply_to_vector(word: Word) -> Words | None:
    """Rule 3: a letter takes in a whole vector behind it; transposed, one before it."""
    if not any(map(_takes_in_vectors, word)):
        return None
    if (rewritten := _applied_to_vector_behind(word)) is not None:
        return rewritten
    sign, mirror = reverse(word)
    if (rewritten := _applied_to_vector_behind(mirror)) is not None:
        return {w: sign * c for w, c in transposed_words(rewritten).items()}
    return None


def _takes_in_vectors(letter: MatrixExpr) -> bool:
    return type(_kind_untransposed(letter)).times_vector is not LetterKind.times_vector


def _applied_to_vector_behind(word: Word) -> Words | None:
    for i, letter in enumerate(word):
        end = next((j for j in range(i + 2, len(word) + 1) if word[j - 1].cols == 1), None)
        if end is not None and _takes_in_vectors(letter):
            vector = matrix_of({word[i + 1 : end]: S.One}, (letter.cols, S.One))
            if (together := _kind_untransposed(letter).times_vector(letter, vector)) is not None:
                return {word[:i] + middle + word[end:]: number for middle, number in together.items()}
    return None


def draw_out_numbers(word: Word) -> Words | None:
    """Rule 4: the stretches of a word that are 1×1 leave it as numbers; a 1×1 matrix is a number times I."""
    cuts = [i for i, letter in enumerate(word) if letter.rows == 1]
    if word and word[-1].cols == 1:
        cuts.append(len(word))
    if len(cuts) < 2:
        return None
    return {word[: cuts[0]] + word[cuts[-1] :]: Mul(*(trace_of_loop(word[i:j]) for i, j in pairwise(cuts)))}


def trace_of(matrix: MatrixExpr) -> Expr:
    """The trace of a square matrix expression in normal form."""
    return Add(*(coefficient * trace_of_word(word, matrix.rows) for word, coefficient in words(matrix).items()))


def trace_of_word(word: Word, size: Any) -> Expr:
    """Rule 5: the trace of a word, whose ends are neighbours; a product where it is narrow at several places."""
    if not word:
        return size
    if len(word) > 1 and (together := product_of_neighbours(word[-1], word[0])) is not None:
        joined = sum_of(reduced_word(middle + word[1:-1], number) for middle, number in together.items())
        return Add(*(number * trace_of_word(rest, word[0].cols) for rest, number in joined.items()))
    cuts = [i for i, letter in enumerate(word) if letter.rows == 1]
    if not cuts:
        return trace_of_loop(word)
    rotated = word[cuts[0] :] + word[: cuts[0]]
    ends = [*(i - cuts[0] for i in cuts), len(word)]
    return Mul(*(trace_of_loop(rotated[i:j]) for i, j in pairwise(ends)))


@cached
def trace_of_loop(word: Word) -> Expr:
    """The trace of a closed word that is narrow at its ends, or nowhere (rules 6 and 7)."""
    if not any(map(_is_composite, word)):
        return least_rotation([(1, word)])
    occurrences = list(_occurrences(word, lambda: Identity(word[0].rows)))
    # Two functions of one matrix may be far apart in the word, and beside each other only as seen from one of them.
    for letter, rest in occurrences:
        if _is_function(letter) and kind_of(letter).meets(letter, beside := rest()):
            return trace_of(MatMul(OneMatrix(letter.cols, letter.rows), HadamardProduct(letter, beside)))
    return loops_at_first_letter(occurrences)


def _is_composite(letter: MatrixExpr) -> bool:
    """Whether a letter is a function of entries, or linear in matrices within it."""
    base = letter.arg if isinstance(letter, Transpose) else letter
    return _is_function(base) or bool(kind_of(base).parts(base))


def _is_function(letter: MatrixExpr) -> bool:
    """Whether a letter may take in a factor of the matrix beside it."""
    return type(kind_of(letter)).meets is not LetterKind.meets


def loops_at_first_letter(occurrences: Sequence[tuple[MatrixExpr, Rest]]) -> Expr:
    """Rule 6: a trace as tr(Rᵀ L), where L is the first of its letters and R the rest.

    The letters that others are part of are looked into: each letter in them could as well be the one that stands open
    while all others are the rest, as in ⟨a, A b⟩ = ⟨A, a bᵀ⟩. L may occur several times, and rule 7 then chooses among
    the loops. Where a rest is no single word, its normal form has changed the trace, and it is looked at again.
    """
    first = min(root_key(letter) for letter, _ in occurrences)
    loops: list[tuple[int, Word]] = []
    for letter, rest in occurrences:
        if root_key(letter) == first:
            rest_words = words(Transpose(rest()))
            if len(rest_words) != 1 or abs(next(iter(rest_words.values()))) != 1:
                return Add(*(number * trace_of_word((*w, letter), letter.cols) for w, number in rest_words.items()))
            ((word, sign),) = rest_words.items()
            loop = (*word, letter)
            narrow = next((i for i, one in enumerate(loop) if one.rows == 1), 0)
            loops.append((int(sign), loop[narrow:] + loop[:narrow]))
    return least_rotation(loops)


def root_key(letter: MatrixExpr) -> tuple[Any, ...]:
    """The sort key of the letters of a trace: functions of entries first, vectors last, then by name."""
    return not _is_function(letter), letter.cols == 1, sort_name(letter)


def least_rotation(loops: Iterable[tuple[int, Word]]) -> Expr:
    """Rule 7: the trace that all the closed words, with their signs, are equal to, in its first form."""
    turns: list[tuple[Any, int, Word]] = []
    for sign, word in loops:
        mirror_sign, mirror = reverse(word)
        starts = range(1 if word[0].rows == 1 else len(word))  # a path aᵀ…b has its two directions alone
        for s, w in ((sign, word), (sign * mirror_sign, mirror)):
            turns.extend((word_sort_key(turned), s, turned) for turned in (w[i:] + w[:i] for i in starts))
    key, sign, chosen = min(turns, key=lambda turn: turn[0])
    both_signs = any(other == key and s != sign for other, s, _ in turns)
    return S.Zero if both_signs else sign * closed_word(chosen)


def _occurrences(word: Word, rest: Rest) -> Iterator[tuple[MatrixExpr, Rest]]:
    """The innermost letters L of a word, each with a function for the R′ of ⟨R, word⟩ = ⟨R′, L⟩."""
    for i, letter in enumerate(word):
        base = letter.arg if isinstance(letter, Transpose) else letter
        beside = partial(_rest_of_letter, word, i, rest)
        parts = kind_of(base).parts(base)
        if not parts:
            yield base, beside
        for k, part in enumerate(parts):
            ((inside, _),) = words(part).items()
            yield from _occurrences(inside, partial(_rest_of_part, base, k, beside))


def _rest_of_letter(word: Word, at: int, rest: Rest) -> MatrixExpr:
    (before_sign, before), (after_sign, after) = reverse(word[:at]), reverse(word[at + 1 :])
    around = MatMul(before_sign * after_sign, *before, rest(), *after)
    if isinstance(word[at], Transpose):
        around = Transpose(around)
    return matrix_of(words(around), around.shape)


def _rest_of_part(letter: MatrixExpr, at: int, rest: Rest) -> MatrixExpr:
    return kind_of(letter).adjoint(letter, at, rest())


def closed_word(word: Word) -> Trace:
    """The trace of a word as it stands."""
    return Trace(_matrix_product(word))


def letters(trace: Trace) -> Word:
    """The letters of a trace in normal form."""
    return tuple(trace.arg.args) if isinstance(trace.arg, MatMul) else (trace.arg,)


def _matrix_product(word: Word) -> MatrixExpr:
    first, *others = word
    return MatMul(first, *others) if others else first
