"""Conservation laws of affine symmetries, which are written down at once.

Let ξ = Aθ + b be orthogonal to every control field X = ∇φ_i (`affine_symmetries`).

- Where A is symmetric, ½⟨θ, Aθ⟩ + ⟨b, θ⟩ is conserved in gradient flow: ξ is its gradient.
- Where A is skew, e^t⟨ξ, θ̇⟩ is conserved with momentum, and for A = 0 so is ⟨b, θ̇ + θ⟩. The unit of time is that of
  friction.

>>> gradient_laws([{0: {(1,): 1}, 1: {(0,): 1}}], 2).laws      # φ = θ₀θ₁: θ₀² − θ₁²
(AffineLaw(growth=0, Q={(0, 0): 1, (1, 1): -1}),)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from symlag.symmetry.counting.affine_symmetries import affine_symmetries
from symlag.symmetry.counting.polynomials import Monomial, Point, Polynomial, VectorField, gradient
from symlag.symmetry.modular.linear_algebra import SHORT_PRIMES, Echelon


@dataclass(frozen=True)
class AffineLaw:
    """A conserved function e^{rt}Q, by its growth r and a polynomial Q of θ = 0 … D − 1 and θ̇ = D … 2D − 1."""

    growth: int
    Q: Polynomial

    def differential(self, D: int) -> VectorField:
        """Its gradient at t = 0, on θ, θ̇ and t = 2D."""
        by_time = {2 * D: dict(self.Q)} if self.growth else {}
        return {**gradient(self.Q), **by_time}


@dataclass(frozen=True)
class AffineLaws:
    """The laws of affine symmetries, for D parameters."""

    laws: tuple[AffineLaw, ...]
    D: int

    @cached_property
    def rank(self) -> int:
        """How many are independent at a generic point: no fewer than at one point, modulo a prime."""
        return _rank(self.laws, Point.random(2 * self.D + 1, SHORT_PRIMES[1], Random(0)), self.D)

    @cached_property
    def rank_of_growing_at_rest(self) -> int:
        """How many of e^t⟨ξ, θ̇⟩ are independent at a generic point at rest: no control pushes θ̇ along their ξ."""
        place = Point.random(self.D, SHORT_PRIMES[1], Random(0))
        growing = [law for law in self.laws if law.growth]
        return _rank(growing, Point([*place.values, *[0] * (self.D + 1)], place.prime), self.D)


def gradient_laws(controls: Sequence[VectorField], D: int) -> AffineLaws:
    """The laws of gradient flow: ½⟨θ, Aθ⟩ + ⟨b, θ⟩, doubled."""
    laws: list[AffineLaw] = []
    for xi in affine_symmetries(controls, D, 1):
        potential: defaultdict[Monomial, int] = defaultdict(int)
        for a, f in xi.items():
            for monomial, c in f.items():
                potential[tuple(sorted((a, *monomial)))] += c * (2 - len(monomial))
        laws.append(AffineLaw(0, {monomial: c for monomial, c in potential.items() if c}))
    return AffineLaws(tuple(laws), D)


def momentum_laws(controls: Sequence[VectorField], D: int) -> AffineLaws:
    """The laws with momentum: e^t⟨ξ, θ̇⟩, and ⟨b, θ̇ + θ⟩ for translations."""
    symmetries = affine_symmetries(controls, D, -1)
    laws = [AffineLaw(1, _momentum_along(xi, D)) for xi in symmetries]
    translations = [xi for xi in symmetries if all(not monomial for f in xi.values() for monomial in f)]
    laws += [AffineLaw(0, _momentum_along(xi, D) | {(a,): f[()] for a, f in xi.items()}) for xi in translations]
    return AffineLaws(tuple(laws), D)


def _momentum_along(xi: VectorField, D: int) -> Polynomial:
    """⟨ξ, θ̇⟩."""
    return {(*monomial, D + a): c for a, f in xi.items() for monomial, c in f.items()}


def _rank(laws: Iterable[AffineLaw], at: Point, D: int) -> int:
    echelon = Echelon(at.prime)
    return sum(bool(echelon.insert(at.value(law.differential(D)))) for law in laws)
