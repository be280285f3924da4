"""Closed forms of a law: how its charge, or the quantity behind the charge, goes on in time.

Every law dC/dt + γC = S is solved by its integrating factor (`Relaxation`). Where C = m dQ/dt for a function Q of
position, and the sources give back −κQ, it is the driven oscillator m Q̈ + μ Q̇ + κQ = S (`Oscillation`).

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

from dataclasses import dataclass
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

from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import jets, t
from symlag.calculus.normal_form import lowest_terms, proportion
from symlag.calculus.operators import gradient
from symlag.errors import SymlagError
from symlag.variational.lagrangian import Lagrangian

if TYPE_CHECKING:
    from symlag.variational.noether import Law

s = Symbol("s", positive=True)
FIRST, START, PUSH = (Symbol(name, real=True) for name in ("C_0", "Q_0", "Qdot_0"))
BEGINNING = Symbol("t_0", positive=True)
SOURCE = Function("S")


@dataclass(frozen=True)
class Relaxation:
    """dC/dt + γ(t)C = S(t): what is left of the first charge, and of what was fed into it since."""

    charge: Expr
    rate: Expr
    source: Expr

    def kept(self, since: Expr) -> Expr:
        """The share e^{−∫γ} of the charge at an earlier time that is left at time t."""
        return exp(-integrate(self.rate, (t, since, t)))

    @property
    def expression(self) -> Expr:
        """C(t) from its first value C_0 and the source S(s) on the path, from time 0, or t_0 where γ depends on t."""
        start = BEGINNING if self.rate.has(t) else S.Zero
        first = self.kept(start) * FIRST
        return first if self.source == 0 else first + Integral(self.kept(s) * SOURCE(s), (s, start, t))


@dataclass(frozen=True)
class Oscillation:
    """m Q̈ + μ Q̇ + κQ = S: a driven oscillator for a function Q of position, with constant coefficients."""

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
        """The condition for Q to swing: μ² < 4mκ."""
        return self.friction**2 < 4 * self.mass * self.stiffness

    def overdamped(self) -> Expr:
        """Q(t) where μ² > 4mκ."""
        return self._driven(*_waves(cosh, sinh, sqrt(self.splitting)))

    def critical(self) -> Expr:
        """Q(t) where μ² = 4mκ."""
        return self._driven(lambda _: S.One, lambda time: time)

    def underdamped(self) -> Expr:
        """Q(t) where μ² < 4mκ."""
        return self._driven(*_waves(cos, sin, sqrt(-self.splitting)))

    def massless(self) -> Expr:
        """Q(t) in the limit m → 0, first-order relaxation: μ Q̇ + κQ = S."""
        relaxation = Relaxation(self.quantity, lowest_terms(self.stiffness / self.friction), self.source)
        fed = {FIRST: START, SOURCE(s): SOURCE(s) / self.friction}
        return relaxation.expression.xreplace(fed)

    def stable(self) -> tuple[Expr, Expr]:
        """Two functions of t for kernels, Q from (Q_0, Qdot_0) without a source, and Q from a unit kick.

        They neither overflow nor cancel, near critical damping or far from it: e^{−Ωt} sinh Ωt = tanh Ωt/(1 + tanh Ωt),
        and the slow rate is (κ/m)/(γ̄ + Ω).
        """
        over, under = (sqrt(sign * self.splitting) for sign in (1, -1))
        slow = exp(-self.stiffness / self.mass / (self.damping + over) * t) / (1 + tanh(over * t))
        kick = _by_regime(
            self.splitting,
            slow * tanh(over * t) / over,
            exp(-self.damping * t) * t,
            exp(-self.damping * t) * sin(under * t) / under,
        )
        swing = _by_regime(self.splitting, slow, exp(-self.damping * t), exp(-self.damping * t) * cos(under * t))
        return swing * START + (PUSH + self.damping * START) * kick, kick / self.mass

    def _driven(self, swing: Any, kick: Any) -> Expr:
        """Decay times the free motion, and the sum of all kicks by the source."""
        free = swing(t) * START + kick(t) * (PUSH + self.damping * START)
        kicks = exp(-self.damping * (t - s)) * kick(t - s) * SOURCE(s) / self.mass
        return exp(-self.damping * t) * free + (Integral(kicks, (s, 0, t)) if self.source != 0 else S.Zero)


def mass(L: Lagrangian) -> Expr:
    """The m of a Euclidean kinetic energy (m/2)|q̇|², which may depend on time; an error for any other metric."""
    found = {proportion(gradient(L.kinetic, q.dot), q.dot) for q in L.coordinates}
    if len(found) != 1 or None in found or jets(*found):
        raise SymlagError(f"T = {L.kinetic}", "it is not (m/2)|q̇|² with one mass m", "a Euclidean kinetic energy")
    return found.pop()


def potential(law: Law) -> Expr:
    """The function Q of position with charge = m dQ/dt; an error where ξ is no gradient field, as for rotations."""
    m = mass(law.lagrangian)
    charge = law.lagrangian.spelling.read(law.charge)
    found = lowest_terms(antiderivative(charge / m, S.Zero))
    if found == 0:
        raise SymlagError(
            f"the charge {law.charge}",
            "it is not integrable, it is the rate of no function of position",
            "law.solve()",
        )
    return law.lagrangian.spelling.speak(found)


def solve(law: Law) -> Oscillation | Relaxation:
    """The closed form of a law: of Q where there is one and its coefficients are constant, of the charge otherwise."""
    try:
        found = potential(law)
        m = mass(law.lagrangian)
    except SymlagError:
        return Relaxation(law.charge, law.rate, law.source)
    stiffness = _stiffness(law, found)
    if any(coefficient.has(t) for coefficient in (m, law.rate, stiffness)):
        return Relaxation(law.charge, law.rate, law.source)
    return Oscillation(found, m, lowest_terms(law.rate * m), stiffness, lowest_terms(law.source + stiffness * found))


def steady_state(law: Law) -> Eq:
    """What the law says of averages once nothing changes any more: κQ = S, or γC = S where no Q goes back.

    `SymlagError` where nothing restores: no friction and no stiffness.
    """
    found = solve(law)
    if isinstance(found, Oscillation) and found.stiffness != 0:
        return Eq(found.quantity, lowest_terms(found.source / found.stiffness), evaluate=False)
    if law.rate == 0:
        raise SymlagError(
            f"the law of {law.charge}", "nothing restores it, so it has no steady state", "damping, or decay"
        )
    return Eq(law.charge, lowest_terms(law.source / law.rate), evaluate=False)


def _stiffness(law: Law, quantity: Expr) -> Expr:
    """The κ of the part −κQ of the potential source; zero where the source is no multiple of Q."""
    found = proportion(-law.sources["potential"], quantity)
    return S.Zero if found is None or jets(found) else found


def _waves(even: Any, odd: Any, frequency: Expr) -> tuple[Any, Any]:
    return (lambda time: even(frequency * time)), (lambda time: odd(frequency * time) / frequency)


def _by_regime(splitting: Expr, over: Expr, critical: Expr, under: Expr) -> Expr:
    return Piecewise((over, splitting > 0), (under, splitting < 0), (critical, True))
