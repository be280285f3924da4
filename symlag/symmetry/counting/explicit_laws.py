"""The laws that are written down at once: those of affine symmetries ξ = Aθ + b of φ.

Where ξ is orthogonal to all that pushes, X = ∇φ, and A is symmetric, ½⟨θ, Aθ⟩ + ⟨b, θ⟩ is conserved in gradient flow.
Where A is skew, e^t⟨ξ, θ̇⟩ is with momentum, and for A = 0 so is ⟨b, θ̇ + θ⟩.

>>> gradient_laws([{0: {(1,): 1}, 1: {(0,): 1}}], 2).known     # φ = θ₀θ₁: θ₀² − θ₁²
(Law(growth=0, Q={(0, 0): 1, (1, 1): -1}),)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from symlag.symmetry.counting.affine_symmetries import affine
from symlag.symmetry.counting.polynomials import Field, Monomial, Point, Polynomial, slopes
from symlag.symmetry.modular.linear_algebra import SHORT, Echelon


@dataclass(frozen=True)
class Law:
    """A conserved function e^{rt}Q, by its growth r and a polynomial Q of θ = 0 … D − 1 and θ̇ = D … 2D − 1."""

    growth: int
    Q: Polynomial

    def differential(self, D: int) -> Field:
        """Its gradient at t = 0, on θ, θ̇ and t = 2D."""
        return {**slopes(self.Q), **({2 * D: dict(self.Q)} if self.growth else {})}


@dataclass(frozen=True)
class Laws:
    """Laws of D parameters."""

    known: tuple[Law, ...]
    D: int

    @cached_property
    def rank(self) -> int:
        """How many are independent at a generic point: no fewer than at one point, modulo a prime."""
        return _rank(self.known, Point.random(2 * self.D + 1, SHORT[1], Random(0)), self.D)

    @cached_property
    def held(self) -> int:
        """How many directions of θ̇ those that grow, e^t⟨ξ, θ̇⟩, keep from being pushed at a generic point at rest."""
        place = Point.random(self.D, SHORT[1], Random(0))
        growing = [law for law in self.known if law.growth]
        return _rank(growing, Point([*place.values, *[0] * (self.D + 1)], place.prime), self.D)


def gradient_laws(pushes: Sequence[Field], D: int) -> Laws:
    """Of gradient flow."""
    return Laws(tuple(Law(0, _potential(xi)) for xi in affine(pushes, D, 1)), D)


def momentum_laws(pushes: Sequence[Field], D: int) -> Laws:
    """With momentum."""
    found = affine(pushes, D, -1)
    shifts = [xi for xi in found if all(not m for f in xi.values() for m in f)]
    still = [Law(0, {**_impulse(xi, D), **{(a,): f[()] for a, f in xi.items()}}) for xi in shifts]
    return Laws((*(Law(1, _impulse(xi, D)) for xi in found), *still), D)


def _rank(laws: Iterable[Law], at: Point, D: int) -> int:
    span = Echelon(at.prime)
    return sum(bool(span.insert(at.value(law.differential(D)))) for law in laws)


def _potential(xi: Field) -> Polynomial:
    """½⟨θ, Aθ⟩ + ⟨b, θ⟩, doubled."""
    found: defaultdict[Monomial, int] = defaultdict(int)
    for a, f in xi.items():
        for monomial, c in f.items():
            found[tuple(sorted((a, *monomial)))] += c * (2 - len(monomial))
    return {monomial: c for monomial, c in found.items() if c}


def _impulse(xi: Field, D: int) -> Polynomial:
    """⟨ξ, θ̇⟩."""
    return {(*monomial, D + a): c for a, f in xi.items() for monomial, c in f.items()}
