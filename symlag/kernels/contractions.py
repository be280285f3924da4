"""Products of blocks as contractions of two factors, each product of two named once.

A word is shortened pair by pair: first where a vector is met, so that no outer product is formed on the way, then where
most words share the pair, then where it is short. A closed word, a trace, ends as the contraction of its last two
factors: tr(ABCD) = Σ (AB)ᵢₖ (CD)ₖᵢ. A transpose is a matter of which index comes first, and is never carried out. An
inverse is solved against its neighbour, and made only where it stands alone.

>>> A, w = Factor(Value("A", "n", "n")), Factor(Value("w", "n"))
>>> for step in contract([], [(w.T, A, w)], iter("pq"))[0]:
...     print(step)
p[j] = Σ w[i] A[i,j]
q = Σ p[i] w[i]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symlag.kernels.steps import Contraction, Factor, Quotient, Value

Product = Contraction | Quotient
Word = tuple[Factor, ...]
Pair = tuple[Factor, Factor]


def contract(
    opened: Sequence[Word], closed: Sequence[Word], fresh: Iterator[str]
) -> tuple[list[Product], list[Factor], list[Value]]:
    """The steps that make the open words (products) and closed ones (traces), and what each of them became."""
    steps, short = _multiplied([*(Strand(w) for w in opened), *(Strand(w, least=2, ring=True) for w in closed)], fresh)
    numbers = [_close(strand.word, fresh, steps) for strand in short[len(opened) :]]
    return steps, [strand.word[0] for strand in short[: len(opened)]], numbers


def diagonals(of: Sequence[Word], fresh: Iterator[str]) -> tuple[list[Product], list[Factor]]:
    """The steps that make the diagonals of square words as vectors, and these."""
    steps, short = _multiplied([Strand(word, least=2) for word in of], fresh)
    return steps, [Factor(_close(strand.word, fresh, steps, kept="i")) for strand in short]


@dataclass(frozen=True)
class Strand:
    """A word on its way to so many factors, or to one that is no inverse; in a ring, the last meets the first."""

    word: Word
    least: int = 1
    ring: bool = False

    @property
    def pairs(self) -> list[Pair]:
        if len(self.word) <= self.least and not any(factor.inverted for factor in self.word):
            return []
        first, *between, last = self.word if len(self.word) > 1 else (*self.word, *self.word)
        return [*pairwise(self.word), *([(last, first)] if self.ring and between else [])]

    def shortened(self, pair: Pair, made: Factor) -> Strand:
        """The word with each occurrence of the pair, or of its transpose, replaced by what was made of it."""
        shorter: Word = ()
        word = _turned(self.word, pair) if self.ring else self.word
        while word:
            head = word[:2]
            short = len(shorter) + len(word) <= self.least and not any(factor.inverted for factor in head)
            if head in _same(pair) and not short:
                shorter, word = (*shorter, made if head == pair else made.T), word[2:]
            else:
                shorter, word = (*shorter, word[0]), word[1:]
        return replace(self, word=shorter)

    def knowing(self, inverse: Factor, made: Value) -> Strand:
        """The word with an inverse, and its transpose, made."""
        known = {inverse: Factor(made, inverse.flipped), inverse.T: Factor(made, not inverse.flipped)}
        return replace(self, word=tuple(known.get(factor, factor) for factor in self.word))


def _multiplied(strands: list[Strand], fresh: Iterator[str]) -> tuple[list[Product], list[Strand]]:
    """The products that make the words as short as they may be, and what is left of them."""
    steps: list[Product] = []
    while found := _next(strands):
        step: Product
        if inverse := _alone(found):
            step = Quotient(replace(inverse.value, name=next(fresh)), replace(inverse, inverted=False, flipped=False))
            strands = [strand.knowing(inverse, step.result) for strand in strands]
        else:
            left, right = found
            step, made = _product((left, right), next(fresh))
            strands = [strand.shortened((left, right), made) for strand in strands]
        steps.append(step)
    return steps, strands


def _next(strands: Sequence[Strand]) -> Word:
    """The pair to multiply first; when none is left, an inverse by itself."""
    pairs = [pair for strand in strands for pair in strand.pairs]
    shared = Counter(map(_same, pairs))
    alone = [strand.word for strand in strands if len(strand.word) == 1 and strand.word[0].inverted]
    return min(
        pairs,
        key=lambda pair: (_alone(pair) is not None, *_cost(pair), -shared[_same(pair)], _letters(pair)),
        default=alone[0] if alone else (),
    )


def _alone(word: Word) -> Factor | None:
    """An inverse that finds nothing to be solved against: neither a diagonal nor another inverse is filled in."""
    solvable = any(not factor.inverted and not factor.diagonal for factor in word)
    return None if solvable else next((factor for factor in word if factor.inverted), None)


def _cost(pair: Pair) -> tuple[bool, int]:
    """Outer products last; vectors before matrices."""
    left, right = pair
    return left.shape[1] == 1, (left.shape[0] != 1) + (right.shape[1] != 1)


def _letters(pair: Pair) -> int:
    return pair[0].value.letters + pair[1].value.letters


def _same(pair: Pair) -> frozenset[Pair]:
    """A product and its transpose."""
    left, right = pair
    return frozenset({pair, (right.T, left.T)})


def _product(pair: Pair, name: str) -> tuple[Product, Factor]:
    left, right = pair
    if left.inverted or right.inverted:
        return _quotient(pair, name)
    rows, columns = left.shape[0], right.shape[1]
    row = rows == 1 and columns != 1
    made = Value(name, *((columns, rows) if row else (rows, columns)), _letters(pair))
    i, j, k = _indices(left, right)
    if left.diagonal and right.diagonal:
        made = replace(made, columns=1)
        return Contraction(made, (left.value, right.value), (i, i), i), Factor(made, diagonal=True)
    marks = left.subscripts(i, j), right.subscripts(j, k)
    remaining = i * (rows != 1) + k * (columns != 1)
    return _lettered(Contraction(made, (left.value, right.value), marks, remaining)), Factor(made, row)


def _quotient(pair: Pair, name: str) -> tuple[Quotient, Factor]:
    """M⁻¹B, or AM⁻¹ as the transpose of M⁻ᵀAᵀ."""
    left, right = pair
    turned = not left.inverted
    matrix, other = (right.T, left.T) if turned else pair
    made = Value(name, *other.shape, _letters(pair))
    return Quotient(made, replace(matrix, inverted=False), other), Factor(made, turned)


def _indices(left: Factor, right: Factor) -> tuple[str, str, str]:
    """The indices of a product; on a diagonal row and column are one."""
    j = "i" if left.diagonal else "j"
    return "i", j, j if right.diagonal else "k"


def _close(loop: Word, fresh: Iterator[str], steps: list[Product], kept: str = "") -> Value:
    """What a closed word of one or two factors comes to: a number, or with its index kept the diagonal, a vector."""
    if loop[0].shape == (1, 1):
        return loop[0].value
    j = "i" if len(loop) == 1 or any(factor.diagonal for factor in loop) else "j"
    marks = (loop[0].subscripts("i", j), *(other.subscripts(j, "i") for other in loop[1:]))
    result = Value(next(fresh), loop[0].shape[0] if kept else 1)
    steps.append(_lettered(Contraction(result, tuple(f.value for f in loop), marks, kept)))
    return result


def _lettered(step: Contraction) -> Contraction:
    """The contraction with its indices called i, j, k in the order in which they are met."""
    met = dict.fromkeys("".join(step.subscripts))
    table = str.maketrans(dict(zip(met, "ijk", strict=False)))
    subscripts = tuple(marks.translate(table) for marks in step.subscripts)
    return replace(step, subscripts=subscripts, remaining=step.remaining.translate(table))


def _turned(loop: Word, pair: Pair) -> Word:
    """The closed word, turned by one where the pair lies across its ends."""
    across = len(loop) > 2 and (loop[-1], loop[0]) in _same(pair)
    return loop[-1:] + loop[:-1] if across else loop
