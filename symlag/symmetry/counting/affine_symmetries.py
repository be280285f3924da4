"""The affine symmetries of φ: fields ξ = Aθ + b, with A symmetric or skew, orthogonal to all that pushes.

The entries of A and b solve linear equations, one a monomial of X·ξ = 0, with X = ∇φ, or [∇²h]⁻¹∇φ in mirror flow. They
are solved modulo a prime, and X·ξ = 0 is seen to hold of the whole numbers read back. Meanwhile a monomial goes by a
number, the sum of random ones of its variables: that two of N share theirs has odds of N² to 2¹²⁰.

>>> affine([{0: {(1,): 1}, 1: {(0,): 1}}], 2, 1)               # φ = θ₀θ₁: A = diag(1, −1)
[{0: {(0,): 1}, 1: {(1,): -1}}]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations_with_replacement
from math import lcm
from random import Random

from symlag.errors import SymlagError
from symlag.symmetry.counting.polynomials import Field, Vector, orthogonal
from symlag.symmetry.modular.linear_algebra import PRIMES, Echelon, rational

# Of the factors of a monomial: where the rest occurs in a field, by the variables moved by it, and coefficients.
Moved = Sequence[tuple[int, Sequence[tuple[int, int]]]]
# The unknowns: A_ab with a ≤ b, and b_a as (a, ONE); of each a the b whose unknown may be other than naught.
Unknown = tuple[int, int]
Row = tuple[tuple[Unknown, int], ...]
Partners = list[set[int]]
ONE = -1
BITS = 120  # of the number that a variable goes by


def affine(pushes: Sequence[Field], D: int, sign: int) -> list[Field]:
    """The fields ξ = Aθ + b with Aᵀ = ±A and X·ξ = 0 for all that pushes, a basis; `SymlagError` if unreadable."""
    partners = [{b for b in range(ONE, D) if sign > 0 or b != a} for a in range(D)]
    dice = Random(0)
    codes = defaultdict[int, int](lambda: dice.getrandbits(BITS), {ONE: 0})
    rows = {row for X in pushes for row in _equations(X, sign, partners, codes)}
    known = *combinations_with_replacement(range(D), 2), *((a, ONE) for a in range(D))
    unknowns = [(a, b) for a, b in known if b in partners[a]]
    fields = [_field(solution, unknowns, sign) for solution in _solutions(rows, unknowns)]
    if not all(orthogonal(X, xi) for X in pushes for xi in fields):
        wrong = "its symmetries have coefficients of over 38 digits"
        raise SymlagError("count_laws(φ)", wrong, "φ in other units, with smaller coefficients")
    return fields


def _equations(X: Field, sign: int, partners: Partners, codes: defaultdict[int, int]) -> Iterator[Row]:
    """The coefficients of X·ξ, one row a monomial; an unknown that is alone in a row is naught, and left out of all."""
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    terms = [(a, m, sum(codes[v] for v in m), c) for a, f in X.items() for m, c in f.items()]
    for a, _, coded, c in terms:
        places[coded].append((a, c))
    seen = set[int]()
    for a, monomial, coded, _ in terms:
        for b in tuple(partners[a]):
            product = coded + codes[b]
            if product not in seen:
                seen.add(product)
                within = [(v, product - codes[v]) for v in {*monomial, b, ONE}]
                row = _row([(v, places[rest]) for v, rest in within if rest in places], sign, partners)
                if len(row) == 1:
                    _drop(row[0][0], partners)
                else:
                    yield row


def _row(moved: Moved, sign: int, partners: Partners) -> Row:
    """The coefficient of a monomial in X·ξ, as a linear form in the unknowns."""
    found: dict[Unknown, int] = {}
    for b, terms in moved:
        for a, c in terms:
            if b in partners[a]:
                pair, factor = ((a, b), c) if b == ONE or a <= b else ((b, a), sign * c)
                found[pair] = found.get(pair, 0) + factor
    return tuple(sorted(term for term in found.items() if term[1]))


def _drop(pair: Unknown, partners: Partners) -> None:
    """Notes that an unknown is naught."""
    a, b = pair
    partners[a].discard(b)
    if b != ONE:
        partners[b].discard(a)


def _solutions(rows: Iterable[Row], unknowns: Sequence[Unknown]) -> Iterator[Vector]:
    """A basis of the solutions of the rows, without the unknowns that are naught, modulo a prime."""
    number, system = {unknown: i for i, unknown in enumerate(unknowns)}, Echelon(PRIMES[0])
    numbered = {tuple(sorted((number[u], c) for u, c in row if u in number)) for row in rows}
    for row in sorted(numbered, key=len):
        system.insert(dict(row))
    found: defaultdict[int, Vector] = defaultdict(dict)
    told: list[Vector] = []
    for i in range(len(unknowns)):
        told.append(_told(system.rows[i], i, told, system.prime) if i in system.rows else {i: 1})
        for free, c in told[i].items():
            found[free][i] = c
    yield from found.values()


def _told(row: Vector, lead: int, told: Sequence[Vector], prime: int) -> Vector:
    """The leading unknown of a row, by the free ones."""
    found: Vector = {}
    for i, c in row.items():
        if i != lead:
            for free, value in told[i].items():
                found[free] = (found.get(free, 0) - c * value) % prime
    return {free: c for free, c in found.items() if c}


def _field(solution: Vector, unknowns: Sequence[Unknown], sign: int) -> Field:
    """The field of a solution, times the common denominator of its coefficients."""
    read = {i: rational(value, PRIMES[0]) or (value, 1) for i, value in solution.items()}
    common = lcm(*(q for _, q in read.values()))
    xi: Field = {}
    for i, (p, q) in read.items():
        c, (a, b) = p * common // q, unknowns[i]
        xi.setdefault(a, {})[() if b == ONE else (b,)] = c
        if b not in {a, ONE}:
            xi.setdefault(b, {})[a,] = sign * c
    return xi
