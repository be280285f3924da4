"""Discrete mechanics: a Lagrangian of two neighbouring positions, its equation of motion, and Noether's theorem for it.

The action is Σ_k ϱᵏ ℓ(q_k, q_{k+1}), where ϱ is the growth of the weight per step. With ∂₁ and ∂₂ for the slopes of ℓ,

    E = ∂₁ℓ(q, q⁺) + ∂₂ℓ(q⁻, q)/ϱ = 0                              (discrete Euler–Lagrange)
    J⁺ = J/ϱ + δ_ξℓ − ⟨E, ξ(q)⟩,     J = ⟨∂₂ℓ(q⁻, q), ξ(q)⟩        (discrete Noether, off the motion too).

The heavy ball is such a motion (Marsden & West, *Discrete mechanics and variational integrators*, 2001).

>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library import sgd
>>> from symlag.learning.losses import invariant_loss
>>> w = block("w")
>>> law = discrete_noether(integrator(sgd(), invariant_loss("f", scale(w)), [w]), scale(w))
>>> law.keep, law.defect()
(beta, 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, S, cancel, sympify

from symlag.calculus.invariant_functions import settle
from symlag.calculus.jets import Block, Jet
from symlag.calculus.matrices import inner, normal
from symlag.calculus.operators import add, directional, gradient, pairing, scaled
from symlag.calculus.zero_test import tidy, vanishes
from symlag.errors import SymlagError
from symlag.optimizers.transfer_function import transfer
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.generator import Generator


@dataclass(frozen=True)
class DiscreteLagrangian:
    """ℓ = kinetic − potential in q and `after(q)` of each coordinate, and the growth ϱ of its weight per step."""

    kinetic: Expr
    potential: Expr
    coordinates: tuple[Any, ...]
    growth: Expr = S.One

    @property
    def density(self) -> Expr:
        """ℓ(q, q⁺)."""
        return self.kinetic - self.potential


@dataclass(frozen=True)
class DiscreteBalance:
    """J⁺ = keep·J + Σ sources, the charge J in q and `before(q)`, the sources in q and `after(q)`; with its proof."""

    lagrangian: DiscreteLagrangian
    generator: Generator
    charge: Expr
    keep: Expr
    sources: Mapping[str, Expr]

    def defect(self) -> Expr:
        """J⁺ − keep·J − Σ sources + ⟨E, ξ⟩: zero for all positions, on the motion or off it."""
        L, X = self.lagrangian, self.generator
        cost = pairing(discrete_euler_lagrange(L), X.components)
        stated = _shifted(self.charge, L.coordinates, after) - self.keep * self.charge - Add(*self.sources.values())
        gap = settle(normal(stated + cost))
        return S.Zero if vanishes(gap) else gap


def after(coordinate: Any) -> Any:
    """The coordinate one step later."""
    return _named(coordinate, "new")


def before(coordinate: Any) -> Any:
    """The coordinate one step earlier."""
    return _named(coordinate, "old")


def discrete_euler_lagrange(L: DiscreteLagrangian) -> dict[Any, Any]:
    """E of each coordinate, in `before(q)`, q and `after(q)`: zero along the motion."""
    return {q: add([gradient(L.density, q), scaled(1 / L.growth, _momentum(L, q))], q) for q in L.coordinates}


def discrete_noether(L: DiscreteLagrangian, X: Generator) -> DiscreteBalance:
    """The balance of the charge of a generator, symmetry or not; any ξ, linear or not."""
    moves = {q: xi for q, xi in X.components.items() if q in L.coordinates}
    both = moves | {after(q): _shifted(xi, L.coordinates, after) for q, xi in moves.items()}
    charge = pairing({q: _momentum(L, q) for q in L.coordinates}, moves)
    sources = {"kinetic": directional(L.kinetic, both), "potential": -directional(L.potential, both)}
    return DiscreteBalance(L, X, charge, 1 / L.growth, {name: tidy(settle(e)) for name, e in sources.items()})


def integrator(rule: UpdateRule, loss: Any, coordinates: Iterable[Any]) -> DiscreteLagrangian:
    """The discrete Lagrangian whose motion the rule's updates are: ϱᵏ(|q⁺ − q|²/(2h) − f − (λ/2)|q|²).

    `SymlagError` where there is none, as for Nesterov's momentum, which reads two gradients, or without momentum.
    """
    moving, made = tuple(coordinates), transfer(rule)
    if len(made.positions) != 3 or made.gradients[0] != 0 or made.gradients[2] != 0:
        raise SymlagError(rule.name, "no discrete Lagrangian of two positions moves like it", "sgd() or sgdw()")
    kinetic = Add(*(_square(add([after(q), scaled(-1, q)], q)) / (2 * made.step) for q in moving))
    decay = Add(*(made.decay * _square(q) / 2 for q in moving))
    return DiscreteLagrangian(kinetic, sympify(loss) + decay, moving, cancel(1 / made.positions[0]))


def _momentum(L: DiscreteLagrangian, coordinate: Any) -> Any:
    """∂₂ℓ(q⁻, q)."""
    slope = gradient(L.density, after(coordinate))
    earlier = {q: before(q) for q in L.coordinates} | {after(q): q for q in L.coordinates}
    return normal(slope.xreplace(earlier))


def _shifted(expression: Any, coordinates: tuple[Any, ...], shift: Any) -> Any:
    """An expression in q and before(q), one step later."""
    later = {q: shift(q) for q in coordinates} | {before(q): q for q in coordinates}
    return normal(sympify(expression).xreplace(later))


def _square(vector: Any) -> Expr:
    return inner(vector, vector)


def _named(coordinate: Any, age: str) -> Any:
    name = f"{coordinate.stem}_{age}"
    return Block(name, *coordinate.shape) if isinstance(coordinate, Block) else Jet(name)
