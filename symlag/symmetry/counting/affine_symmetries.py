"""The affine symmetries of φ: fields ξ = Aθ + b, with A symmetric or skew, orthogonal to every control field.

The control fields X are ∇φ_i, or [∇²h]⁻¹∇φ_i in mirror flow. The entries of A and b solve linear equations, one for
each monomial of X·ξ = 0. They are solved modulo a prime, and X·ξ = 0 is checked over the integers for the solutions
read back.

As monomials are many, each goes by a code, the sum of random numbers of its variables. That two of N monomials share a
code has odds of N² to 2¹²⁰; their equations would be merged, and the check would notice what then is no symmetry.

>>> affine_symmetries([{0: {(1,): 1}, 1: {(0,): 1}}], 2, 1)    # φ = θ₀θ₁: A = diag(1, −1)
[{0: {(0,): 1}, 1: {(1,): -1}}]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations_with_replacement
from math import lcm
from random import Random

from symlag.errors import SymlagError
from symlag.symmetry.counting.polynomials import SparseVector, VectorField, are_orthogonal
from symlag.symmetry.modular.linear_algebra import PRIMES, Echelon, rational_reconstruction

# The unknowns: A_ab with a ≤ b, and b_a as (a, ONE).
Unknown = tuple[int, int]
ONE = -1
# A linear equation for unknowns.
Row = tuple[tuple[Unknown, int], ...]
# For each a the b whose unknown may be other than zero.
Partners = list[set[int]]
# The length of the random number of a variable, in bits.
BITS = 120


def affine_symmetries(controls: Sequence[VectorField], D: int, sign: int) -> list[VectorField]:
    """A basis of the fields ξ = Aθ + b with Aᵀ = ±A and X·ξ = 0 for all controls; `SymlagError` if unreadable."""
    partners = [{b for b in range(ONE, D) if sign > 0 or b != a} for a in range(D)]
    dice = Random(0)
    codes = defaultdict[int, int](lambda: dice.getrandbits(BITS), {ONE: 0})
    rows = {row for X in controls for row in _equations(X, sign, partners, codes)}
    pairs = *combinations_with_replacement(range(D), 2), *((a, ONE) for a in range(D))
    unknowns = [(a, b) for a, b in pairs if b in partners[a]]
    fields = [_field(solution, unknowns, sign) for solution in _null_vectors(rows, unknowns)]
    if not all(are_orthogonal(X, xi) for X in controls for xi in fields):
        raise SymlagError(
            "count_laws(φ)",
            "the symmetries of φ have coefficients of over 38 digits",
            "Give φ in other units, with smaller coefficients.",
        )
    return fields


def _equations(X: VectorField, sign: int, partners: Partners, codes: defaultdict[int, int]) -> Iterator[Row]:
    """The coefficients of X·ξ, one row for each monomial.

    An unknown that is alone in a row is zero: it is removed from the partners, and left out of all later rows.
    """
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    terms = [(a, m, sum(codes[v] for v in m), c) for a, f in X.items() for m, c in f.items()]
    for a, _, code, c in terms:
        places[code].append((a, c))
    seen = set[int]()
    for a, monomial, code, _ in terms:
        for b in tuple(partners[a]):
            product = code + codes[b]
            if product in seen:
                continue
            seen.add(product)
            # The factors v of the product, and the places (a, c) in X of what is left when θ_v is taken out.
            factors = [(v, product - codes[v]) for v in {*monomial, b, ONE}]
            row = _row([(v, places[rest]) for v, rest in factors if rest in places], sign, partners)
            if len(row) == 1:
                first, second = row[0][0]
                partners[first].discard(second)
                if second != ONE:
                    partners[second].discard(first)
            else:
                yield row


def _row(factors: Sequence[tuple[int, Sequence[tuple[int, int]]]], sign: int, partners: Partners) -> Row:
    """The coefficient of a monomial in X·ξ, as a linear form in the unknowns."""
    total: dict[Unknown, int] = {}
    for b, terms in factors:
        for a, c in terms:
            if b in partners[a]:
                unknown, weight = ((a, b), c) if b == ONE or a <= b else ((b, a), sign * c)
                total[unknown] = total.get(unknown, 0) + weight
    return tuple(sorted(term for term in total.items() if term[1]))


def _null_vectors(rows: Iterable[Row], unknowns: Sequence[Unknown]) -> Iterator[SparseVector]:
    """A basis of the solutions of the rows modulo a prime, by elimination and forward substitution."""
    number, system = {unknown: i for i, unknown in enumerate(unknowns)}, Echelon(PRIMES[0])
    numbered = {tuple(sorted((number[u], c) for u, c in row if u in number)) for row in rows}
    for row in sorted(numbered, key=len):
        system.insert(dict(row))
    basis: defaultdict[int, SparseVector] = defaultdict(dict)
    # The pivot of a row is its highest column, so that every unknown is a combination of free ones of lower number.
    by_free: list[SparseVector] = []
    for i in range(len(unknowns)):
        combination: SparseVector = {}
        if i not in system.rows:
            combination = {i: 1}
        else:
            for j, c in system.rows[i].items():
                if j != i:
                    for free, value in by_free[j].items():
                        combination[free] = (combination.get(free, 0) - c * value) % system.prime
        by_free.append({free: c for free, c in combination.items() if c})
        for free, c in by_free[i].items():
            basis[free][i] = c
    yield from basis.values()


def _field(solution: SparseVector, unknowns: Sequence[Unknown], sign: int) -> VectorField:
    """The field of a solution, times the common denominator of its coefficients."""
    fractions = {i: rational_reconstruction(value, PRIMES[0]) or (value, 1) for i, value in solution.items()}
    common = lcm(*(q for _, q in fractions.values()))
    xi: VectorField = {}
    for i, (p, q) in fractions.items():
        c, (a, b) = p * common // q, unknowns[i]
        xi.setdefault(a, {})[() if b == ONE else (b,)] = c
        if b not in {a, ONE}:
            xi.setdefault(b, {})[a,] = sign * c
    return xi
