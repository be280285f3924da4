"""Weights before a normalisation layer in polar form, and the RMSProp that their norm makes of plain descent.

With q = ru, |u| = 1, the loss sees the direction u alone. The radius is then a memory of past gradients: where momentum
has settled, r⁴ relaxes to their mean square, and since a step on the sphere is ∝ 1/r², r⁴ plays RMSProp's G
(NLD Eq. 16-18, with the factor χ that the printed ones lack).

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.learning.losses import invariant_loss
>>> from symlag.variational.noether import noether
>>> from symlag.learning.continuous_rules import heavy_ball
>>> w = block("w")
>>> law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
>>> adaptive(law, Symbol("eta", positive=True)).at(S.One).rate
sqrt(2)*sqrt(eta)*sqrt(lambda)/sqrt(beta + 1)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, S, Symbol, solve, sqrt

from symlag.calculus.invariant_functions import Unknown, modulo_invariances
from symlag.calculus.jets import Block, Jet
from symlag.calculus.matrices import inner, normal
from symlag.calculus.normal_form import lowest_terms
from symlag.calculus.operators import add, euler, gradient, scaled, total
from symlag.citations import LEARNING_DYNAMICS, Cited, Work
from symlag.errors import SymlagError
from symlag.variational.closed_form import Relaxation, mass
from symlag.variational.noether import Law

CHI = Symbol("chi", positive=True)


@dataclass(frozen=True)
class Polar:
    """The motion of q = ru with |u| = 1: two expressions that are zero, the angular one tangent to the sphere."""

    radius: Jet
    direction: Block
    radial: Expr
    angular: Any
    gradient: Any


@dataclass(frozen=True)
class Adaptive(Cited):
    """The RMSProp on the sphere that a balance law of the norm amounts to.

    G ← ρG + (1−ρ)|ĝ|², u ← u − rate·ĝ/√G along the sphere, with r⁴ = scale·G and a memory of 1/(1−ρ) steps; χ is the
    share of the gradients' persistence, (1−β)²|v|²/|g|² of the momentum sum v.
    """

    retention: Expr
    rate: Expr
    scale: Expr
    chi: Expr = CHI

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's learning dynamics."""
        return (LEARNING_DYNAMICS,)

    @property
    def memory(self) -> Expr:
        """The steps that G remembers."""
        return lowest_terms(1 / (1 - self.retention))

    def at(self, chi: Expr) -> Adaptive:
        """The same at a given persistence."""
        return replace(self, rate=self._fixed(self.rate, chi), scale=self._fixed(self.scale, chi), chi=chi)

    @staticmethod
    def _fixed(expression: Expr, chi: Expr) -> Expr:
        return lowest_terms(expression.xreplace({CHI: chi}))


def polar(law: Law) -> Polar:
    """The radial and the angular equation behind the scale law of one block, exact.

    Derived with a multiplier ν for |u|² = 1, which the tangential part is free of. `SymlagError` for another law.
    """
    w = _scaled_block(law)
    r, nu, u = Jet("r"), Jet("nu"), Block("u", *w.shape)
    L = law.lagrangian
    turned = {w: r * u, w.dot: add([scaled(r.dot, u), scaled(r, u.dot)], u)}
    free = {f: Unknown(f.name, [u], [[u]]) for f in L.density.atoms(Unknown)}
    density = normal(L.density.xreplace(free).xreplace(turned)) - nu * (inner(u, u) - 1) / 2
    radial, pull = (_on_sphere(euler(density, x, L.damping), u) for x in (r, u))
    tangent = _on_sphere(add([pull, scaled(-_on_sphere(inner(u, pull), u), u)], u), u)
    (loss,) = free.values()
    return Polar(r, u, lowest_terms(radial), tangent, loss.gradients[0])


def fourth_power(law: Law) -> Relaxation:
    """The law of r⁴ where momentum has settled, NLD Eq. 17 with its source times χ: gradients that agree have χ = 1."""
    found, m = polar(law), mass(law.lagrangian)
    r, friction = found.radius, lowest_terms(law.rate * m)
    swing = CHI * inner(found.gradient, found.gradient) / (friction**2 * r**4)
    slow = found.radial.xreplace({r.dot.dot: S.Zero, inner(found.direction.dot, found.direction.dot): swing})
    drift = -slow.xreplace({r.dot: S.Zero}) / gradient(slow, r.dot)
    rate = total(r**4).xreplace({r.dot: drift}).expand()
    fed = rate.xreplace({inner(found.gradient, found.gradient): S.Zero})
    return Relaxation(r**4, lowest_terms(-fed / r**4), lowest_terms(rate - fed))


def adaptive(law: Law, step: Expr) -> Adaptive:
    """The RMSProp equivalent to a scale law, one step taking the time η (NLD Eq. 18)."""
    found, m = fourth_power(law), mass(law.lagrangian)
    g = polar(law).gradient
    scale = lowest_terms(found.source / found.rate / inner(g, g))
    return Adaptive(
        1 - lowest_terms(step * found.rate), sqrt(lowest_terms((step / (law.rate * m)) ** 2 / scale)), scale
    )


def persistent(beta: Expr) -> Expr:
    """χ of gradients that do not change: the momentum sum comes to rest at v = βv + g."""
    (settled,) = solve(CHI - beta * CHI - 1, CHI)
    return lowest_terms((1 - beta) ** 2 * settled**2)


def white(beta: Expr) -> Expr:
    """χ of gradients that know nothing of each other: E|v|² comes to rest at β²E|v|² + E|g|²."""
    (settled,) = solve(CHI - beta**2 * CHI - 1, CHI)
    return lowest_terms((1 - beta) ** 2 * settled)


def _scaled_block(law: Law) -> Block:
    moved = list(law.generator.components.items())
    if len(moved) != 1 or moved[0][0] != moved[0][1] or not isinstance(moved[0][0], Block):
        raise SymlagError(
            f"the law of {law.generator.name}", "only the scale of one block has a polar form", "scale(w)"
        )
    return moved[0][0]


def _on_sphere(expression: Any, u: Block) -> Any:
    """An expression modulo |u|² = 1 and what follows for its derivatives."""
    constraint = inner(u, u)
    known = {constraint: S.One}
    known |= {inner(u, u.dot): S.Zero, inner(u, u.dot.dot): -inner(u.dot, u.dot)}
    return modulo_invariances(normal(expression.expand().xreplace(known)))
