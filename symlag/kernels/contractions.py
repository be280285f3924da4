"""Products of blocks as contractions of two factors, each product of two named once.

A word (a product of factors) is multiplied out pair by pair, all words of a program at once. The next pair is chosen
greedily: first one with a vector, so that no outer product is formed on the way; then the pair that most words share,
up to transposition; then the shortest. An open word ends as one factor. A closed word, the trace of a product, ends as
the contraction of its last two factors, tr(ABCD) = Σ (AB)ᵢₖ (CD)ₖᵢ: of the product of all four only the diagonal would
be used. A transpose is a matter of which index comes first, and is never carried out. An inverse is solved against its
neighbour, and computed only where it stands alone.

Every product shortens a word and lengthens none, and every inverse that is computed leaves one inverse less, so this
ends.

>>> A, w = Factor(Value("A", "n", "n")), Factor(Value("w", "n"))
>>> for instruction in contract([], [(w.T, A, w)], iter("pq"))[0]:
...     print(instruction)
p[j] = Σ w[i] A[i,j]
q = Σ p[i] w[i]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symlag.kernels.instructions import Contraction, Factor, Quotient, Value

Product = Contraction | Quotient
Word = tuple[Factor, ...]
Pair = tuple[Factor, Factor]


def contract(
    open_words: Sequence[Word], closed_words: Sequence[Word], fresh: Iterator[str]
) -> tuple[list[Product], list[Factor], list[Value]]:
    """The instructions that compute open words (products) and closed words (traces), and the results of both."""
    words = [*(PartialProduct(word) for word in open_words), *(PartialProduct(w, 2, cyclic=True) for w in closed_words)]
    instructions, shortened = _multiply(words, fresh)
    factors = [product.word[0] for product in shortened[: len(open_words)]]
    traces = [_contract_closed(product.word, fresh, instructions) for product in shortened[len(open_words) :]]
    return instructions, factors, traces


def diagonals(square_words: Sequence[Word], fresh: Iterator[str]) -> tuple[list[Product], list[Factor]]:
    """The instructions that compute the diagonals of square words as vectors, and these vectors."""
    instructions, shortened = _multiply([PartialProduct(word, 2) for word in square_words], fresh)
    return instructions, [Factor(_contract_closed(p.word, fresh, instructions, remaining="i")) for p in shortened]


@dataclass(frozen=True)
class PartialProduct:
    """A word that is being multiplied out, until it has `length` factors, or one that is no inverse.

    In a cyclic word the last factor is the neighbour of the first.
    """

    word: Word
    length: int = 1
    cyclic: bool = False

    @property
    def pairs(self) -> list[Pair]:
        """The neighbours that may be multiplied next."""
        if len(self.word) <= self.length and not any(factor.inverted for factor in self.word):
            return []
        pairs = list(pairwise(self.word))
        if self.cyclic and len(self.word) > 2:
            pairs.append((self.word[-1], self.word[0]))
        return pairs

    def with_product(self, pair: Pair, product: Factor) -> PartialProduct:
        """The word with each occurrence of the pair, or of its transpose, replaced by the product or its transpose."""
        word, result = self.word, list[Factor]()
        if self.cyclic and len(word) > 2 and (word[-1], word[0]) in _up_to_transpose(pair):
            word = word[-1:] + word[:-1]  # turned by one, so that the pair does not lie across the ends
        while word:
            head = word[:2]
            # Where the word would become too short, it keeps the pair, unless an inverse in it must be solved.
            long_enough = len(result) + len(word) > self.length or any(factor.inverted for factor in head)
            if head in _up_to_transpose(pair) and long_enough:
                result.append(product if head == pair else product.T)
                word = word[2:]
            else:
                result.append(word[0])
                word = word[1:]
        return replace(self, word=tuple(result))

    def with_inverse(self, inverse: Factor, value: Value) -> PartialProduct:
        """The word with the computed value for an inverse, and for its transpose."""
        known = {inverse: Factor(value, inverse.transposed), inverse.T: Factor(value, not inverse.transposed)}
        return replace(self, word=tuple(known.get(factor, factor) for factor in self.word))


def _multiply(words: list[PartialProduct], fresh: Iterator[str]) -> tuple[list[Product], list[PartialProduct]]:
    """The instructions that shorten all words as far as needed, and what is left of the words."""
    instructions: list[Product] = []
    while True:
        pairs = [pair for partial in words for pair in partial.pairs]
        lone_inverses = [partial.word for partial in words if len(partial.word) == 1 and partial.word[0].inverted]
        if not pairs and not lone_inverses:
            return instructions, words
        pair = _best(pairs) if pairs else None
        inverse = _isolated_inverse(pair or lone_inverses[0])
        if inverse is not None:
            value = replace(inverse.value, name=next(fresh))
            instructions.append(Quotient(value, replace(inverse, inverted=False, transposed=False)))
            words = [partial.with_inverse(inverse, value) for partial in words]
        elif pair is not None:
            instruction, product = _product(pair, next(fresh))
            instructions.append(instruction)
            words = [partial.with_product(pair, product) for partial in words]


def _best(pairs: Sequence[Pair]) -> Pair:
    """The pair to multiply next."""
    frequency = Counter(map(_up_to_transpose, pairs))

    def cost(pair: Pair) -> tuple[bool, bool, int, int, int]:
        left, right = pair
        outer_product = left.shape[1] == 1
        dimension = (left.shape[0] != 1) + (right.shape[1] != 1)
        needs_inverse = _isolated_inverse(pair) is not None
        return needs_inverse, outer_product, dimension, -frequency[_up_to_transpose(pair)], _letter_count(pair)

    return min(pairs, key=cost)


def _isolated_inverse(factors: Word) -> Factor | None:
    """An inverse that finds nothing to be solved against: neither a diagonal nor another inverse is stored."""
    solvable = any(not factor.inverted and not factor.diagonal for factor in factors)
    return None if solvable else next((factor for factor in factors if factor.inverted), None)


def _letter_count(pair: Pair) -> int:
    return pair[0].value.letters + pair[1].value.letters


def _up_to_transpose(pair: Pair) -> frozenset[Pair]:
    """A product and its transpose, which are computed together."""
    left, right = pair
    return frozenset({pair, (right.T, left.T)})


def _product(pair: Pair, name: str) -> tuple[Product, Factor]:
    """The instruction that multiplies two factors, and its result as a factor."""
    left, right = pair
    if left.inverted or right.inverted:
        # M⁻¹B, or AM⁻¹ as the transpose of M⁻ᵀAᵀ.
        transposed = not left.inverted
        matrix, other = (right.T, left.T) if transposed else pair
        solution = Value(name, *other.shape, _letter_count(pair))
        return Quotient(solution, replace(matrix, inverted=False), other), Factor(solution, transposed)
    rows, columns = left.shape[0], right.shape[1]
    row = rows == 1 and columns != 1
    value = Value(name, *((columns, rows) if row else (rows, columns)), _letter_count(pair))
    # Row i, the common index j, column k; the row and the column of a diagonal matrix are one index.
    i = "i"
    j = i if left.diagonal else "j"
    k = j if right.diagonal else "k"
    if left.diagonal and right.diagonal:
        value = replace(value, columns=1)
        return Contraction(value, (left.value, right.value), (i, i), i), Factor(value, diagonal=True)
    subscripts = left.subscripts(i, j), right.subscripts(j, k)
    remaining = (i if rows != 1 else "") + (k if columns != 1 else "")
    return _canonical(Contraction(value, (left.value, right.value), subscripts, remaining)), Factor(value, row)


def _contract_closed(word: Word, fresh: Iterator[str], instructions: list[Product], remaining: str = "") -> Value:
    """The trace of a word of one or two factors, or, with an index that remains, its diagonal as a vector."""
    first, *others = word
    if first.shape == (1, 1):
        return first.value
    j = "i" if not others or any(factor.diagonal for factor in word) else "j"
    subscripts = (first.subscripts("i", j), *(other.subscripts(j, "i") for other in others))
    result = Value(next(fresh), first.shape[0] if remaining else 1)
    instructions.append(_canonical(Contraction(result, tuple(f.value for f in word), subscripts, remaining)))
    return result


def _canonical(contraction: Contraction) -> Contraction:
    """The contraction with its indices called i, j, k in the order of their first occurrence."""
    occurring = dict.fromkeys("".join(contraction.subscripts))
    table = str.maketrans(dict(zip(occurring, "ijk", strict=False)))
    subscripts = tuple(indices.translate(table) for indices in contraction.subscripts)
    return replace(contraction, subscripts=subscripts, remaining=contraction.remaining.translate(table))
