"""Scale-invariant weights in polar form, and the RMSProp that their norm makes of plain descent.

**Setting.** Weights before a normalisation layer have a loss with f(cq) = f(q). With q = ru, |u| = 1, the loss sees the
direction u alone, and ∇f(q) = ĝ/r with ĝ = ∇f(u).

**Theorem.** Of m q̈ + μ q̇ + λq + ∇f = 0 the radial part is m r̈ + μṙ = (m|u̇|² − λ) r, and the angular part moves on the
sphere by −ĝ/r² (`polar_equations`). Once momentum has settled, r⁴ relaxes to the mean square of past gradients,

    d(r⁴)/dt = −(4λ/μ) r⁴ + (4mχ/μ³)|ĝ|²,    χ = (1−β)²|v|²/|g|²,

v the momentum sum (`fourth_power`). Since a step on the sphere goes as 1/r², r⁴ plays the part of RMSProp's G
(`equivalent_rmsprop`). χ is 1 for gradients that stay the same, and (1−β)/(1+β) for independent ones; the printed
equations have χ = 1 throughout. Source: Tanaka and Kunin, *Noether's Learning Dynamics*, Eq. 16–18.

>>> from symlag.calculus.jets import block
>>> from symlag.learning.continuous_rules import heavy_ball
>>> from symlag.learning.losses import invariant_loss
>>> from symlag.variational.families import scale
>>> from symlag.variational.noether import noether
>>> w = block("w")
>>> law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
>>> equivalent_rmsprop(law, Symbol("eta", positive=True)).at(S.One).rate
sqrt(2)*sqrt(eta)*sqrt(lambda)/sqrt(beta + 1)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, S, Symbol, solve, sqrt
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differential_operators import add, euler, gradient, scaled, total
from symlag.calculus.invariant_functions import Unknown, modulo_invariances
from symlag.calculus.jets import Block, Jet
from symlag.calculus.matrices import inner, normal
from symlag.calculus.normal_form import lowest_terms
from symlag.citations import LEARNING_DYNAMICS, Cited, Work
from symlag.errors import SymlagError
from symlag.variational.closed_form import Relaxation, mass
from symlag.variational.noether import Law

CHI = Symbol("chi", positive=True)


@dataclass(frozen=True)
class PolarEquations:
    """The equations of motion of q = ru with |u| = 1, as expressions that are zero on the motion.

    Parameters
    ----------
    radius : jet
        r.
    direction : block
        u.
    radial : Expr
        The equation of r.
    angular : MatrixExpr
        The equation of u, tangent to the sphere.
    gradient : MatrixExpr
        ĝ, the gradient of the loss at u.
    """

    radius: Jet
    direction: Block
    radial: Expr
    angular: MatrixExpr
    gradient: MatrixExpr


@dataclass(frozen=True)
class EquivalentRMSProp(Cited):
    """The RMSProp on the sphere that plain descent of scale-invariant weights amounts to.

    G ← ρG + (1−ρ)|ĝ|², u ← u − rate·ĝ/√G along the sphere, with r⁴ = scale·G.

    Parameters
    ----------
    retention : Expr
        ρ, for a memory of 1/(1−ρ) steps.
    rate : Expr
        The learning rate on the sphere.
    scale : Expr
        r⁴/G.
    chi : Expr
        The persistence χ of gradients, (1−β)²|v|²/|g|² for the momentum sum v.
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
        """The number of steps that G remembers."""
        return lowest_terms(1 / (1 - self.retention))

    def at(self, chi: Expr) -> EquivalentRMSProp:
        """The same at a given persistence of gradients.

        Parameters
        ----------
        chi : Expr
            The value of χ.

        Returns
        -------
        EquivalentRMSProp
            With χ put in.
        """
        rate, scale = (lowest_terms(part.xreplace({CHI: chi})) for part in (self.rate, self.scale))
        return replace(self, rate=rate, scale=scale, chi=chi)


def polar_equations(law: Law) -> PolarEquations:
    """The radial and the angular equation of motion behind the scale law of one block, exact.

    Parameters
    ----------
    law : Law
        The law of `scale` of one block, of a loss that is invariant under it.

    Returns
    -------
    PolarEquations
        In the jets r and u.

    Raises
    ------
    SymlagError
        For any other law.

    Notes
    -----
    |u|² = 1 is a constraint with a multiplier ν: L − ν(|u|² − 1)/2. The radial equation and the tangential part of the
    angular one are free of ν.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.learning.continuous_rules import heavy_ball
    >>> from symlag.learning.losses import invariant_loss
    >>> from symlag.variational.families import scale
    >>> from symlag.variational.noether import noether
    >>> w = block("w")
    >>> L = heavy_ball(momentum=0, weight_decay=0).lagrangian(invariant_loss("f", scale(w)), [w])
    >>> polar_equations(noether(L, scale(w))).radial
    eta*r*Trace(u.dot.T*u.dot)/2 - eta*r.dot.dot/2 - r.dot
    """
    moved = list(law.generator.components.items())
    if len(moved) != 1 or moved[0][0] != moved[0][1] or not isinstance(moved[0][0], Block):
        raise SymlagError(
            f"the law of {law.generator.name}",
            "only the scale of one block has a polar form",
            "noether(L, scale(w)) for a block w",
        )
    w = moved[0][0]
    r, nu, u = Jet("r"), Jet("nu"), Block("u", *w.shape)
    L = law.lagrangian
    polar = {w: r * u, w.dot: add([scaled(r.dot, u), scaled(r, u.dot)], u)}
    losses = {f: Unknown(f.name, [u], [[u]]) for f in L.density.atoms(Unknown)}
    density = normal(L.density.xreplace(losses).xreplace(polar)) - nu * (inner(u, u) - 1) / 2
    radial, angular = (_on_sphere(euler(density, x, L.damping), u) for x in (r, u))
    tangent = _on_sphere(add([angular, scaled(-_on_sphere(inner(u, angular), u), u)], u), u)
    (loss,) = losses.values()
    return PolarEquations(r, u, lowest_terms(radial), tangent, loss.gradients[0])


def fourth_power(law: Law) -> Relaxation:
    """The law of r⁴ once momentum has settled: NLD Eq. 17 with its source times χ."""
    equations, m = polar_equations(law), mass(law.lagrangian)
    r, friction, u = equations.radius, lowest_terms(law.rate * m), equations.direction
    squared_gradient = inner(equations.gradient, equations.gradient)
    # Without inertia |u̇|² = χ|ĝ|²/(μr²)², and the radial equation, less its r̈, is solved for ṙ.
    settled = {r.dot.dot: S.Zero, inner(u.dot, u.dot): CHI * squared_gradient / (friction**2 * r**4)}
    slow = equations.radial.xreplace(settled)
    drift = -slow.xreplace({r.dot: S.Zero}) / gradient(slow, r.dot)
    rate = total(r**4).xreplace({r.dot: drift}).expand()
    decay = rate.xreplace({squared_gradient: S.Zero})
    return Relaxation(r**4, lowest_terms(-decay / r**4), lowest_terms(rate - decay))


def equivalent_rmsprop(law: Law, step: Expr) -> EquivalentRMSProp:
    """The RMSProp on the sphere that is equivalent to a scale law.

    Parameters
    ----------
    law : Law
        The law of `scale` of one block, of a loss that is invariant under it.
    step : Expr
        The time η that one step of training takes.

    Returns
    -------
    EquivalentRMSProp
        Retention, rate and scale, with the symbol χ for the persistence of gradients.

    Raises
    ------
    SymlagError
        For any other law.

    References
    ----------
    Tanaka and Kunin, Noether's Learning Dynamics (2021), Eq. 18.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.learning.continuous_rules import heavy_ball
    >>> from symlag.learning.losses import invariant_loss
    >>> from symlag.variational.families import scale
    >>> from symlag.variational.noether import noether
    >>> w, rule = block("w"), heavy_ball(momentum=0)
    >>> law = noether(rule.lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    >>> equivalent_rmsprop(law, rule.step).retention
    -4*eta*lambda + 1
    """
    relaxation, m = fourth_power(law), mass(law.lagrangian)
    g = polar_equations(law).gradient
    scale = lowest_terms(relaxation.source / relaxation.rate / inner(g, g))
    rate = sqrt(lowest_terms((step / (law.rate * m)) ** 2 / scale))
    return EquivalentRMSProp(1 - lowest_terms(step * relaxation.rate), rate, scale)


def chi_of_constant_gradients(beta: Expr) -> Expr:
    """χ of gradients that do not change: the momentum sum comes to rest at v = βv + g."""
    (settled,) = solve(CHI - beta * CHI - 1, CHI)
    return lowest_terms((1 - beta) ** 2 * settled**2)


def chi_of_white_noise(beta: Expr) -> Expr:
    """χ of independent gradients of mean zero: E|v|² comes to rest at β²E|v|² + E|g|²."""
    (settled,) = solve(CHI - beta**2 * CHI - 1, CHI)
    return lowest_terms((1 - beta) ** 2 * settled)


def _on_sphere(expression: Any, u: Block) -> Any:
    """An expression modulo |u|² = 1 and what follows for the derivatives of u."""
    known = {inner(u, u): S.One, inner(u, u.dot): S.Zero, inner(u, u.dot.dot): -inner(u.dot, u.dot)}
    return modulo_invariances(normal(expression.expand().xreplace(known)))
