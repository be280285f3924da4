"""Discrete mechanics: a Lagrangian of two neighbouring positions, its equation of motion, and Noether's theorem for it.

Definition. The action of positions q_k is Σ_k ϱᵏ ℓ(q_k, q_{k+1}), where ϱ is the growth of the weight per step. With
∂₁ and ∂₂ for the slopes of ℓ, and q⁻, q, q⁺ for three positions in a row, its stationary points obey

    E = ∂₁ℓ(q, q⁺) + ∂₂ℓ(q⁻, q)/ϱ = 0                              (discrete Euler–Lagrange).

Theorem (discrete Noether). For any ξ, with the charge J = ⟨∂₂ℓ(q⁻, q), ξ(q)⟩, on the motion and off it

    J⁺ = J/ϱ + δ_ξℓ − ⟨E, ξ(q)⟩,     δ_ξℓ = ⟨∂₁ℓ, ξ(q)⟩ + ⟨∂₂ℓ, ξ(q⁺)⟩.

Theorem. The heavy ball is such a motion, a variational integrator: ℓ = |q⁺ − q|²/(2h) − f(q) − (λ/2)|q|², h = η and
ϱ = 1/β for SGD with momentum.

Source: Marsden and West, *Discrete mechanics and variational integrators*, Acta Numerica 10 (2001), §1.3.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.learning.losses import invariant_loss
>>> w = block("w")
>>> law = discrete_noether(discrete_lagrangian(sgd(), invariant_loss("f", scale(w)), [w]), scale(w))
>>> law.propagator, law.defect()
(beta, 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, S, cancel, sympify

from symlag.calculus.differential_operators import add, directional, gradient, pairing, scaled
from symlag.calculus.jets import Block, Jet
from symlag.calculus.matrices import inner, normal
from symlag.calculus.normal_form import normal_form
from symlag.errors import SymlagError
from symlag.optimizers.transfer_function import transfer_function
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
    """J⁺ = propagator·J + Σ sources: the charge J in q and `before(q)`, the sources in q and `after(q)`."""

    lagrangian: DiscreteLagrangian
    generator: Generator
    charge: Expr
    propagator: Expr
    sources: Mapping[str, Expr]

    def defect(self) -> Expr:
        """The proof: J⁺ − propagator·J − Σ sources + ⟨E, ξ⟩, zero for all positions, on the motion or off it."""
        L, X = self.lagrangian, self.generator
        balance = _one_step_later(self.charge, L) - self.propagator * self.charge - Add(*self.sources.values())
        return normal_form(balance + pairing(discrete_euler_lagrange(L), X.components))


def after(coordinate: Any) -> Any:
    """The coordinate one step later."""
    return _at_another_step(coordinate, "new")


def before(coordinate: Any) -> Any:
    """The coordinate one step earlier."""
    return _at_another_step(coordinate, "old")


def discrete_euler_lagrange(L: DiscreteLagrangian) -> dict[Any, Any]:
    """E of each coordinate, in `before(q)`, q and `after(q)`: zero along the motion."""
    return {q: add([gradient(L.density, q), scaled(1 / L.growth, _momentum(L, q))], q) for q in L.coordinates}


def discrete_noether(L: DiscreteLagrangian, X: Generator) -> DiscreteBalance:
    """The balance of the charge of a generator, be it a symmetry or not, and its ξ linear or not."""
    moves = {q: xi for q, xi in X.components.items() if q in L.coordinates}
    both = moves | {after(q): _one_step_later(xi, L) for q, xi in moves.items()}
    charge = pairing({q: _momentum(L, q) for q in L.coordinates}, moves)
    sources = {"kinetic": directional(L.kinetic, both), "potential": -directional(L.potential, both)}
    return DiscreteBalance(L, X, charge, 1 / L.growth, {name: normal_form(e) for name, e in sources.items()})


def discrete_lagrangian(rule: UpdateRule, loss: Any, coordinates: Iterable[Any]) -> DiscreteLagrangian:
    """The discrete Lagrangian ϱᵏ(|q⁺ − q|²/(2h) − f − (λ/2)|q|²) whose motion the updates of a rule are.

    `SymlagError` where there is none, as for Nesterov's momentum, which reads two gradients, or without momentum.
    """
    moving, recurrence = tuple(coordinates), transfer_function(rule)
    if len(recurrence.positions) != 3 or recurrence.gradients[0] != 0 or recurrence.gradients[2] != 0:
        raise SymlagError(
            f"discrete_lagrangian({rule.name}, …)",
            "its updates are not the motion of a discrete Lagrangian of two positions, which takes one gradient and a "
            "momentum",
            "Use sgd() or sgdw().",
        )
    moves = [add([after(q), scaled(-1, q)], q) for q in moving]
    kinetic = Add(*(inner(move, move) / (2 * recurrence.step) for move in moves))
    decay = Add(*(recurrence.decay * inner(q, q) / 2 for q in moving))
    return DiscreteLagrangian(kinetic, sympify(loss) + decay, moving, cancel(1 / recurrence.positions[0]))


def _momentum(L: DiscreteLagrangian, coordinate: Any) -> Any:
    """∂₂ℓ(q⁻, q)."""
    earlier = {q: before(q) for q in L.coordinates} | {after(q): q for q in L.coordinates}
    return normal(gradient(L.density, after(coordinate)).xreplace(earlier))


def _one_step_later(expression: Any, L: DiscreteLagrangian) -> Any:
    """An expression in q and `before(q)`, one step later."""
    later = {q: after(q) for q in L.coordinates} | {before(q): q for q in L.coordinates}
    return normal(sympify(expression).xreplace(later))


def _at_another_step(coordinate: Any, age: str) -> Any:
    name = f"{coordinate.stem}_{age}"
    return Block(name, *coordinate.shape) if isinstance(coordinate, Block) else Jet(name)
