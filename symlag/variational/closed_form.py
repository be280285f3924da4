"""Closed forms of a balance law: its charge, or the quantity behind the charge, as a function of time.

**Theorem.** A law dC/dt + γC = S is solved by its integrating factor, C(t) = e^{−∫γ}C₀ + ∫e^{−∫γ}S ds (`Relaxation`).
Where C = m dQ/dt for a function Q of position, and the potential source is −κQ, the law is the driven oscillator
m Q̈ + μ Q̇ + κQ = S with μ = γm (`Oscillation`). With γ̄ = μ/2m and Ω² = γ̄² − κ/m it is solved by e^{−γ̄t} times cosh and
sinh of Ωt, their limits at Ω = 0, or cos and sin, and Green's function for the source.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.learning.losses import invariant_loss
>>> from symlag.variational.noether import noether
>>> from symlag.learning.continuous_rules import heavy_ball
>>> w = block("w")
>>> law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
>>> found = solve(law)
>>> found.quantity, found.stiffness
(Trace(w.T*w)/2, 2*lambda)
>>> steady_state(law)
Eq(Trace(w.T*w)/2, eta*(beta + 1)*Trace(w.dot.T*w.dot)/(4*lambda))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import (
    Eq,
    Expr,
    Function,
    Integral,
    Piecewise,
    S,
    Symbol,
    cos,
    cosh,
    exp,
    integrate,
    sin,
    sinh,
    sqrt,
    tanh,
)
from sympy.core.relational import Relational

from symlag.calculus.decimals import exact
from symlag.calculus.differential_operators import gradient
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import jets, t
from symlag.calculus.normal_form import lowest_terms, proportion
from symlag.errors import SymlagError
from symlag.variational.lagrangian import Lagrangian

if TYPE_CHECKING:
    from symlag.variational.noether import Law

s = Symbol("s", positive=True)
FIRST_CHARGE, FIRST_Q, FIRST_RATE = (Symbol(name, real=True) for name in ("C_0", "Q_0", "Qdot_0"))
START_TIME = Symbol("t_0", positive=True)
SOURCE = Function("S")


@dataclass(frozen=True)
class Relaxation:
    """The solution of dC/dt + γ(t)C = S(t).

    Parameters
    ----------
    charge : Expr
        C in coordinates and velocities.
    rate : Expr
        γ, a function of time.
    source : Expr
        S in coordinates and velocities.

    Examples
    --------
    >>> from sympy import symbols
    >>> C, gamma = symbols("C gamma", positive=True)
    >>> Relaxation(C, gamma, S.Zero).expression
    C_0*exp(-gamma*t)
    """

    charge: Expr
    rate: Expr
    source: Expr

    def remaining_share(self, since: Expr) -> Expr:
        """The share e^{−∫γ} of the charge that remains at time t.

        Parameters
        ----------
        since : Expr
            The earlier time from which γ is integrated.

        Returns
        -------
        Expr
            A function of t.
        """
        return exp(-integrate(self.rate, (t, since, t)))

    @property
    def expression(self) -> Expr:
        """C(t) from its first value C_0 and the source S(s) on the path, from time 0, or t_0 where γ depends on t."""
        start = START_TIME if self.rate.has(t) else S.Zero
        free = self.remaining_share(start) * FIRST_CHARGE
        return free if self.source == 0 else free + Integral(self.remaining_share(s) * SOURCE(s), (s, start, t))


@dataclass(frozen=True)
class Oscillation:
    """The driven oscillator m Q̈ + μ Q̇ + κQ = S for a function Q of position, with constant coefficients.

    Parameters
    ----------
    quantity : Expr
        Q, a function of position.
    mass, friction, stiffness : Expr
        m, μ and κ.
    source : Expr
        S in coordinates and velocities.

    Examples
    --------
    >>> from sympy import symbols
    >>> Q, m, k = symbols("Q m k", positive=True)
    >>> Oscillation(Q, m, S.Zero, k, S.Zero).underdamped()
    Q_0*cos(sqrt(k)*t/sqrt(m)) + Qdot_0*sqrt(m)*sin(sqrt(k)*t/sqrt(m))/sqrt(k)
    """

    quantity: Expr
    mass: Expr
    friction: Expr
    stiffness: Expr
    source: Expr

    @property
    def damping(self) -> Expr:
        """γ̄ = μ/2m."""
        return lowest_terms(self.friction / (2 * self.mass))

    @property
    def splitting(self) -> Expr:
        """Ω² = γ̄² − κ/m: positive over, zero at, negative under critical damping."""
        return lowest_terms(self.damping**2 - self.stiffness / self.mass)

    @property
    def oscillates(self) -> Relational:
        """The condition μ² < 4mκ under which Q oscillates."""
        return self.friction**2 < 4 * self.mass * self.stiffness

    def overdamped(self) -> Expr:
        """Q(t) where μ² > 4mκ."""
        frequency = sqrt(self.splitting)
        return self._driven(lambda time: cosh(frequency * time), lambda time: sinh(frequency * time) / frequency)

    def critical(self) -> Expr:
        """Q(t) where μ² = 4mκ."""
        return self._driven(lambda _: S.One, lambda time: time)

    def underdamped(self) -> Expr:
        """Q(t) where μ² < 4mκ."""
        frequency = sqrt(-self.splitting)
        return self._driven(lambda time: cos(frequency * time), lambda time: sin(frequency * time) / frequency)

    def massless(self) -> Expr:
        """Q(t) in the limit m → 0, first-order relaxation: μ Q̇ + κQ = S."""
        relaxation = Relaxation(self.quantity, lowest_terms(self.stiffness / self.friction), self.source)
        return relaxation.expression.xreplace({FIRST_CHARGE: FIRST_Q, SOURCE(s): SOURCE(s) / self.friction})

    def stable(self) -> tuple[Expr, Expr]:
        """Two functions of t for kernels, Q from (Q_0, Qdot_0) without a source, and Q from a unit kick.

        They neither overflow nor cancel, near critical damping or far from it: e^{−Ωt} sinh Ωt = tanh Ωt/(1 + tanh Ωt),
        and the slow rate is (κ/m)/(γ̄ + Ω).
        """
        over, under = (sqrt(sign * self.splitting) for sign in (1, -1))
        slow = exp(-self.stiffness / self.mass / (self.damping + over) * t) / (1 + tanh(over * t))
        decay = exp(-self.damping * t)
        kick = self._by_regime(slow * tanh(over * t) / over, decay * t, decay * sin(under * t) / under)
        swing = self._by_regime(slow, decay, decay * cos(under * t))
        return swing * FIRST_Q + (FIRST_RATE + self.damping * FIRST_Q) * kick, kick / self.mass

    def _by_regime(self, over: Expr, critical: Expr, under: Expr) -> Expr:
        return Piecewise((over, self.splitting > 0), (under, self.splitting < 0), (critical, True))

    def _driven(self, swing: Any, kick: Any) -> Expr:
        """The decay e^{−γ̄t} times the free motion, and the integral of Green's function over the source."""
        free = swing(t) * FIRST_Q + kick(t) * (FIRST_RATE + self.damping * FIRST_Q)
        kicks = exp(-self.damping * (t - s)) * kick(t - s) * SOURCE(s) / self.mass
        return exp(-self.damping * t) * free + (Integral(kicks, (s, 0, t)) if self.source != 0 else S.Zero)


def mass(L: Lagrangian) -> Expr:
    """The m of a Euclidean kinetic energy (m/2)|q̇|², which may depend on time; an error for any other metric."""
    masses = {proportion(gradient(L.kinetic, q.dot), q.dot) for q in L.coordinates}
    if len(masses) != 1 or None in masses or jets(*masses):
        raise SymlagError(
            f"T = {L.kinetic}", "it is not (m/2)|q̇|² with one mass m", "m * inner(q.dot, q.dot) / 2, summed over all q"
        )
    return masses.pop()


def potential(law: Law) -> Expr:
    """The function Q of position with charge = m dQ/dt; an error where ξ is no gradient field, as for rotations."""
    m = mass(law.lagrangian)
    charge = law.lagrangian.notation.to_jets(law.charge)
    Q = lowest_terms(antiderivative(charge / m))
    if Q == 0:
        raise SymlagError(
            f"the charge {law.charge}",
            "it is not integrable, it is the rate of no function of position",
            "law.solve()",
        )
    return law.lagrangian.notation.to_functions(Q)


def solve(law: Law) -> Oscillation | Relaxation:
    """The closed form of a law: of Q where there is one and its coefficients are constant, of the charge otherwise."""
    sources = {name: exact(source) for name, source in law.sources.items()}
    law = replace(law, charge=exact(law.charge), rate=exact(law.rate), sources=sources)
    try:
        Q = exact(potential(law))
        m = mass(law.lagrangian)
    except SymlagError:
        return Relaxation(law.charge, law.rate, law.source)
    # The part −κQ of the potential source; none where that source is no multiple of Q.
    stiffness = proportion(-law.sources["potential"], Q)
    if stiffness is None or jets(stiffness):
        stiffness = S.Zero
    if any(coefficient.has(t) for coefficient in (m, law.rate, stiffness)):
        return Relaxation(law.charge, law.rate, law.source)
    return Oscillation(Q, m, lowest_terms(law.rate * m), stiffness, lowest_terms(law.source + stiffness * Q))


def steady_state(law: Law) -> Eq:
    """What the law says of averages once nothing changes any more: κQ = S, or γC = S where no Q goes back.

    `SymlagError` where nothing restores: no friction and no stiffness.
    """
    form = solve(law)
    if isinstance(form, Oscillation) and form.stiffness != 0:
        return Eq(form.quantity, lowest_terms(form.source / form.stiffness), evaluate=False)
    rate = exact(law.rate)
    if rate == 0:
        raise SymlagError(
            f"the law of {law.charge}",
            "nothing restores it, so that it has no steady state",
            "Give the Lagrangian a damping, or the loss a decay.",
        )
    return Eq(law.charge, lowest_terms(exact(law.source) / rate), evaluate=False)
