"""The chapter of time: what a balance law comes to when it is integrated.

The law (d/dt + γ)C = S has the solution C(t) = e^{−γt} C(0) + ∫₀ᵗ e^{−γ(t−s)} S(s) ds. Where the charge is the rate of
a function Q of the coordinates and the sources pull Q back, Q moves like a damped oscillator, and its motion is given
by the propagator G, the motion after a unit kick. `symlag.variational.closed_form` finds out what case a law is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Abs, Expr, Piecewise, S, exp, expand, sqrt, symbols

from symlag.calculus.jets import t
from symlag.calculus.normal_form import lowest_terms
from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    NOTHING,
    THIN,
    ZERO,
    Box,
    Dotted,
    Name,
    Role,
    Script,
    Sign,
    display,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import as_factor
from symlag.document.chapters.prose import (
    Section,
    as_box,
    damping_symbol,
    equation,
    sentence,
    signed_sum,
    unused_symbol,
)
from symlag.variational.closed_form import FIRST_Q, FIRST_RATE, Oscillation, Relaxation, solve
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

FIRST, MOMENT = symbols("t_0 s", positive=True)
CHARGE, SOURCE, KICK, Q, GREEN = map(Role, "CSKQG")
_D = Name("d")  # of the measure of an integral


def closed_form(law: Law) -> Section:
    """The charge as a function of time: what is left of its first value, and what the sources have fed into it."""
    first = FIRST if law.rate.has(t) else S.Zero
    terms = [row(_remaining_factor(law, first), _at_time(CHARGE, first))]
    if not law.conserved:
        terms.append(
            row(
                _integral_from(first),
                _remaining_factor(law, MOMENT),
                _at_time(SOURCE, MOMENT),
                THIN,
                _D,
                as_box(MOMENT),
            )
        )
    since = "" if law.conserved else ", and of what the sources {S} fed into it since"
    reason = sentence(f"What is left of the first charge{since}:", S=SOURCE)
    return Section("In the course of time", reason, display((_at_time(CHARGE, t), row(EQUALS, signed_sum(*terms)))))


def integrated_charge(law: Law) -> Iterator[Section]:
    """Where a function Q of the coordinates lies behind the charge and moves like an oscillator: its motion."""
    solution = solve(law)
    if isinstance(solution, Oscillation) and (solution.friction, solution.stiffness) != (0, 0):
        yield _oscillator(law.lagrangian, solution)


def propagator(damping: Any, stiffness: Any) -> Expr:
    """The motion of Q̈ + γQ̇ + κQ = 0 from Q = 0 and Q̇ = 1."""
    free = Oscillation(S.Zero, S.One, damping, stiffness, S.Zero)
    kick = {FIRST_Q: S.Zero, FIRST_RATE: S.One}
    over, critical, under = (f().xreplace(kick) for f in (free.overdamped, free.critical, free.underdamped))
    if stiffness == 0:
        return expand(over.rewrite(exp))
    if damping == 0:
        return under
    return Piecewise((under, damping**2 < 4 * stiffness), (over, damping**2 > 4 * stiffness), (critical, True))


def _oscillator(L: Lagrangian, oscillation: Oscillation) -> Section:
    """The section that integrates the equation of Q."""
    gamma = damping_symbol(L) if L.damping != 0 else S.Zero
    mass = oscillation.mass
    stiffness, kick = (
        lowest_terms(oscillation.stiffness / mass),
        L.notation.in_jets(lowest_terms(oscillation.source / mass)),
    )
    kappa = unused_symbol(L, "kappa", "rho") if stiffness != 0 else S.Zero
    velocity = Dotted(Q, 1)
    left: list[Box] = [Dotted(Q, 2)]
    lines = [
        equation(Q, L.notation.in_jets(oscillation.quantity)),
        equation(CHARGE, row(as_box(mass), velocity) if mass != 1 else velocity),
    ]
    if gamma != 0:
        left.append(row(as_box(gamma), velocity))
    if kappa != 0:
        left.append(row(as_box(kappa), Q))
        lines.append(equation(kappa, stiffness))
    if kick != 0:
        lines.append(equation(KICK, kick))
    lines.append((signed_sum(*left), row(EQUALS, KICK if kick != 0 else ZERO)))
    lines += [_motion(gamma, kick), *_propagator_lines(L, gamma, kappa)]
    reason = sentence(
        "The charge is the rate of a function {Q} of the coordinates, which moves like an oscillator:", Q=Q
    )
    return Section("Integrated once more", reason, display(*lines))


def _propagator_lines(L: Lagrangian, gamma: Any, kappa: Any) -> list[tuple[Box, Box]]:
    """G(t), with a letter for its frequency where it has both friction and stiffness."""
    green = propagator(gamma, kappa)
    if 0 in (gamma, kappa):
        return [equation(_at_time(GREEN, t), green)]
    omega, split = unused_symbol(L, "omega", "Omega"), gamma**2 - 4 * kappa
    in_omega = green.xreplace({sqrt(sign * split) ** n: (2 * omega) ** n for sign in (1, -1) for n in (1, -1)})
    return [equation(_at_time(GREEN, t), in_omega), equation(omega, sqrt(Abs(split)) / 2)]


def _motion(gamma: Any, kick: Any) -> tuple[Box, Box]:
    """Q(t) from Q(0), Q̇(0) and the kicks since."""
    released = _at_time(Dotted(GREEN, 1), t)
    if gamma != 0:
        released = parenthesized(signed_sum(released, row(as_box(gamma), _at_time(GREEN, t))))
    terms = [row(released, _at_time(Q, S.Zero)), row(_at_time(GREEN, t), _at_time(Dotted(Q, 1), S.Zero))]
    if kick != 0:
        convolution = (GREEN, _time_since(MOMENT), _at_time(KICK, MOMENT))
        terms.append(row(_integral_from(S.Zero), *convolution, THIN, _D, as_box(MOMENT)))
    return _at_time(Q, t), row(EQUALS, signed_sum(*terms))


def _remaining_factor(law: Law, since: Expr) -> Box:
    """The factor that friction leaves at the time t of a charge at an earlier time."""
    if law.rate == 0:
        return NOTHING
    if law.rate.has(t):
        return as_factor(Relaxation(law.charge, law.lagrangian.damping, law.source).remaining_share(since))
    elapsed = as_box(t) if since == 0 else _time_since(since)
    return Script(Name("e"), above=row(MINUS, as_box(damping_symbol(law.lagrangian)), elapsed))


def _time_since(since: Any) -> Box:
    return parenthesized(row(as_box(t), MINUS, as_box(since)))


def _integral_from(first: Any) -> Box:
    return Script(Sign("∫"), as_box(first), as_box(t))


def _at_time(letter: Box, time: Any) -> Box:
    return row(letter, parenthesized(as_box(time)))
