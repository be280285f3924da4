"""Products of blocks as contractions of two factors, each product of two named once.

A word is shortened pair by pair: first where a vector is met, so that no outer product is formed on the way, then where
most words share the pair, then where it is short. A closed word, a trace, ends as the contraction of its last two
factors: tr(ABCD) = Σ (AB)ᵢₖ (CD)ₖᵢ. A transpose is a matter of which index comes first, and is never carried out.

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

Size = int | str


@dataclass(frozen=True)
class Value:
    """A named array: a number, a vector or a matrix, made of so many letters; a number has sides of length one."""

    name: str
    rows: Size
    columns: Size = 1
    letters: int = 1


@dataclass(frozen=True)
class Factor:
    """A value as it stands in a word: as it is, transposed, or as the diagonal of a matrix, which is never filled."""

    value: Value
    flipped: bool = False
    diagonal: bool = False

    @property
    def shape(self) -> tuple[Size, Size]:
        rows, columns = self.value.rows, self.value.rows if self.diagonal else self.value.columns
        return (columns, rows) if self.flipped else (rows, columns)

    @property
    def T(self) -> Factor:
        return self if self.diagonal else Factor(self.value, not self.flipped)

    def subscripts(self, row: str, column: str) -> str:
        """The indices of the value, with those of the factor given; a side of length one has none."""
        if self.diagonal:
            return row
        first, second = (column, row) if self.flipped else (row, column)
        return first * (self.value.rows != 1) + second * (self.value.columns != 1)


@dataclass(frozen=True)
class Contraction:
    """The sum over all indices that do not remain of a product of one or two values."""

    result: Value
    operands: tuple[Value, ...]
    subscripts: tuple[str, ...]
    remaining: str

    @property
    def extents(self) -> dict[str, Size]:
        """The size of each index."""
        sides = [[side for side in (v.rows, v.columns) if side != 1] for v in self.operands]
        return {
            index: size
            for marks, sizes in zip(self.subscripts, sides, strict=True)
            for index, size in zip(marks, sizes, strict=True)
        }

    def __str__(self) -> str:
        parts = (_indexed(v.name, marks) for v, marks in zip(self.operands, self.subscripts, strict=True))
        return f"{_indexed(self.result.name, self.remaining)} = Σ {' '.join(parts)}"


Word = tuple[Factor, ...]
Pair = tuple[Factor, Factor]


def contract(
    opened: Sequence[Word], closed: Sequence[Word], fresh: Iterator[str]
) -> tuple[list[Contraction], list[Factor], list[Value]]:
    """The steps that make the open words (products) and closed ones (traces), and what each of them became."""
    steps, short = _multiplied([*(Strand(w) for w in opened), *(Strand(w, least=2, ring=True) for w in closed)], fresh)
    numbers = [_close(strand.word, fresh, steps) for strand in short[len(opened) :]]
    return steps, [strand.word[0] for strand in short[: len(opened)]], numbers


def diagonals(of: Sequence[Word], fresh: Iterator[str]) -> tuple[list[Contraction], list[Factor]]:
    """The steps that make the diagonals of square words as vectors, and these."""
    steps, short = _multiplied([Strand(word, least=2) for word in of], fresh)
    return steps, [Factor(_close(strand.word, fresh, steps, kept="i")) for strand in short]


@dataclass(frozen=True)
class Strand:
    """A word on its way to so many factors at least; in a ring, the last meets the first."""

    word: Word
    least: int = 1
    ring: bool = False

    @property
    def pairs(self) -> list[Pair]:
        if len(self.word) <= self.least:
            return []
        return [*pairwise(self.word), *([(self.word[-1], self.word[0])] if self.ring else [])]

    def shortened(self, pair: Pair, made: Factor) -> Strand:
        """The word with each occurrence of the pair, or of its transpose, replaced by what was made of it."""
        shorter: Word = ()
        word = _turned(self.word, pair) if self.ring else self.word
        while word:
            head = word[:2]
            if head in _same(pair) and len(shorter) + len(word) > self.least:
                shorter, word = (*shorter, made if head == pair else made.T), word[2:]
            else:
                shorter, word = (*shorter, word[0]), word[1:]
        return replace(self, word=shorter)


def _multiplied(strands: list[Strand], fresh: Iterator[str]) -> tuple[list[Contraction], list[Strand]]:
    """The products that make the words as short as they may be, and what is left of them."""
    steps: list[Contraction] = []
    while found := _next(strands):
        step, made = _product(found, next(fresh))
        steps.append(step)
        strands = [strand.shortened(found, made) for strand in strands]
    return steps, strands


def _next(strands: Sequence[Strand]) -> Pair | None:
    """The pair to multiply first."""
    pairs = [pair for strand in strands for pair in strand.pairs]
    shared = Counter(map(_same, pairs))
    return min(pairs, key=lambda pair: (*_cost(pair), -shared[_same(pair)], _letters(pair)), default=None)


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


def _product(pair: Pair, name: str) -> tuple[Contraction, Factor]:
    left, right = pair
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


def _indices(left: Factor, right: Factor) -> tuple[str, str, str]:
    """The indices of a product; on a diagonal row and column are one."""
    j = "i" if left.diagonal else "j"
    return "i", j, j if right.diagonal else "k"


def _close(loop: Word, fresh: Iterator[str], steps: list[Contraction], kept: str = "") -> Value:
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


def _indexed(name: str, marks: str) -> str:
    return f"{name}[{','.join(marks)}]" if marks else name
