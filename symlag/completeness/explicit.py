"""The laws that are written down at once: those of affine symmetries ξ = Aθ + b of φ.

Where ξ is orthogonal to all that pushes, X = ∇φ, and A is symmetric, ½⟨θ, Aθ⟩ + ⟨b, θ⟩ is conserved in gradient flow.
Where A is skew, e^t⟨ξ, θ̇⟩ is with momentum, and for A = 0 so is ⟨b, θ̇ + θ⟩. The entries of A and b solve linear
equations, one a monomial of X·ξ; in mirror flow X = [∇²h]⁻¹∇φ.

>>> affine([{0: {(1,): 1}, 1: {(0,): 1}}], 2, 1)               # φ = θ₀θ₁: A = diag(1, −1)
[{0: {(0,): 1}, 1: {(1,): -1}}]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from math import lcm

from symlag.completeness.polynomials import Field, Polynomial, Vector, slopes
from symlag.symmetry.residues import PRIMES, Echelon, rational

# The unknowns: A_ab with a ≤ b, and b_a.
Unknown = tuple[int, ...]


def affine(pushes: Sequence[Field], D: int, sign: int) -> list[Field]:
    """The fields ξ = Aθ + b with Aᵀ = ±A and X·ξ = 0 for all that pushes, a basis."""
    unknowns = [*combinations_with_replacement(range(D), 2), *((a,) for a in range(D))]
    number = {u: i for i, u in enumerate(unknowns)}
    system = Echelon(PRIMES[0], {i: {i: 1} for (a, *b), i in number.items() if sign < 0 and [a] == b})
    for row in sorted((row for X in pushes for row in _equations(X, D, sign, number)), key=len):
        system.insert(row)
    free = [i for i in range(len(unknowns)) if i not in system.rows]
    return [_field(_solution(system, i), unknowns, sign) for i in free]


def conserved(xi: Field) -> Polynomial:
    """½⟨θ, Aθ⟩ + ⟨b, θ⟩, doubled."""
    found: defaultdict[tuple[int, ...], int] = defaultdict(int)
    for a, f in xi.items():
        for monomial, c in f.items():
            found[tuple(sorted((a, *monomial)))] += c * (2 - len(monomial))
    return {monomial: c for monomial, c in found.items() if c}


def gradient_laws(pushes: Sequence[Field], D: int) -> list[tuple[int, Polynomial]]:
    """Of gradient flow: each law with the exponent of its growth, which is zero."""
    return [(0, conserved(xi)) for xi in affine(pushes, D, 1)]


def momentum_laws(pushes: Sequence[Field], D: int) -> list[tuple[int, Polynomial]]:
    """With momentum: polynomials Q of θ = 0 … D − 1 and θ̇ = D … 2D − 1 with growth r, such that eʳᵗQ is conserved."""
    turns = [(1, _impulse(xi, D)) for xi in affine(pushes, D, -1)]
    shifts = [xi for xi in affine(pushes, D, -1) if all(not m for f in xi.values() for m in f)]
    return turns + [(0, {**_impulse(xi, D), **{(a,): f[()] for a, f in xi.items()}}) for xi in shifts]


def differential(growth: int, Q: Polynomial, D: int) -> Field:
    """The gradient of eʳᵗQ at t = 0, on θ, θ̇ and t = 2D."""
    return {**slopes(Q), **({2 * D: dict(Q)} if growth else {})}


def _impulse(xi: Field, D: int) -> Polynomial:
    """⟨ξ, θ̇⟩."""
    return {(*monomial, D + a): c for a, f in xi.items() for monomial, c in f.items()}


def _equations(X: Field, D: int, sign: int, number: dict[Unknown, int]) -> Iterator[Vector]:
    """The coefficients of ∇φ·ξ, one a monomial, in the unknowns."""
    found: defaultdict[tuple[int, ...], Vector] = defaultdict(dict)
    for a, f in X.items():
        for monomial, c in f.items():
            _add(found[monomial], number[a,], c)
            for b in range(D):
                pair = (a, b) if a <= b else (b, a)
                _add(found[tuple(sorted((*monomial, b)))], number[pair], c if a <= b else sign * c)
    yield from found.values()


def _add(row: Vector, column: int, c: int) -> None:
    row[column] = row.get(column, 0) + c


def _solution(system: Echelon, free: int) -> Vector:
    """The solution that is one on a free column and zero on the others."""
    found = {free: 1}
    for lead in sorted(lead for lead in system.rows if lead > free):
        value = -sum(c * found.get(i, 0) for i, c in system.rows[lead].items() if i != lead) % system.prime
        if value:
            found[lead] = value
    return found


def _field(solution: Vector, unknowns: Sequence[Unknown], sign: int) -> Field:
    """The field of a solution, times the common denominator of its coefficients."""
    read = {i: rational(value, PRIMES[0]) or (value, 1) for i, value in solution.items()}
    common = lcm(*(q for _, q in read.values()))
    xi: Field = {}
    for i, (p, q) in read.items():
        c, (a, *rest) = p * common // q, unknowns[i]
        xi.setdefault(a, {})[tuple(rest)] = c
        if rest and rest != [a]:
            xi.setdefault(rest[0], {})[a,] = sign * c
    return xi
