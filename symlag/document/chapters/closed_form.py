"""What a law comes to in the course of time, in the words of `symlag.variational.closed_form`."""

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
    damping_letter,
    equation,
    sentence,
    signed_sum,
    unused_letter,
)
from symlag.variational.closed_form import PUSH, START, Oscillation, Relaxation, solve
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

FIRST, MOMENT = symbols("t_0 s", positive=True)
CHARGE, SOURCE, KICK, Q, GREEN = map(Role, "CSKQG")


def closed_form(law: Law) -> Section:
    """The charge as a function of time: what is left of its first value, and what the sources have fed into it."""
    first = FIRST if law.rate.has(t) else S.Zero
    left = row(_share_left(law, first), _at_time(CHARGE, first))
    fed = row(_integral_from(first), _share_left(law, MOMENT), _at_time(SOURCE, MOMENT), _measure())
    right = signed_sum(left) if law.conserved else signed_sum(left, fed)
    since = "" if law.conserved else ", and of what the sources {S} fed into it since"
    reason = sentence(f"What is left of the first charge{since}:", S=SOURCE)
    return Section("In the course of time", reason, display((_at_time(CHARGE, t), row(EQUALS, right))))


def integrated_charge(law: Law) -> Iterator[Section]:
    """Where a function Q of the coordinates lies behind the charge and moves like an oscillator: its motion."""
    found = solve(law)
    if isinstance(found, Oscillation) and (found.friction, found.stiffness) != (0, 0):
        yield _oscillator(law.lagrangian, found)


def propagator(damping: Any, stiffness: Any) -> Expr:
    """The motion of Q̈ + γQ̇ + κQ = 0 from Q = 0 and Q̇ = 1."""
    free = Oscillation(S.Zero, S.One, damping, stiffness, S.Zero)
    over, critical, under = (_kick(motion()) for motion in (free.overdamped, free.critical, free.underdamped))
    if stiffness == 0:
        return expand(over.rewrite(exp))
    if damping == 0:
        return under
    return Piecewise((under, damping**2 < 4 * stiffness), (over, damping**2 > 4 * stiffness), (critical, True))


def _kick(motion: Expr) -> Expr:
    return motion.xreplace({START: S.Zero, PUSH: S.One})


def _oscillator(L: Lagrangian, found: Oscillation) -> Section:
    """The step that integrates the equation of Q."""
    gamma = damping_letter(L) if L.damping != 0 else S.Zero
    stiffness, kick = (
        lowest_terms(found.stiffness / found.mass),
        L.spelling.read(lowest_terms(found.source / found.mass)),
    )
    kappa = unused_letter(L, "kappa", "rho") if stiffness != 0 else S.Zero
    drag = [row(as_box(gamma), Dotted(Q, 1))] if gamma != 0 else []
    pull = [row(as_box(kappa), Q)] if kappa != 0 else []
    moved = row(as_box(found.mass), Dotted(Q, 1)) if found.mass != 1 else Dotted(Q, 1)
    lines = [equation(Q, L.spelling.read(found.quantity)), equation(CHARGE, moved)]
    lines += [equation(kappa, stiffness)] if kappa != 0 else []
    lines += [equation(KICK, kick)] if kick != 0 else []
    lines += [(signed_sum(Dotted(Q, 2), *drag, *pull), row(EQUALS, KICK if kick != 0 else ZERO))]
    lines += [_motion(gamma, kick), *_propagated(L, gamma, kappa)]
    reason = sentence(
        "The charge is the rate of a function {Q} of the coordinates, which moves like an oscillator:", Q=Q
    )
    return Section("Integrated once more", reason, display(*lines))


def _propagated(L: Lagrangian, gamma: Any, kappa: Any) -> list[tuple[Box, Box]]:
    """G(t), with a letter for its frequency where it has both friction and stiffness."""
    green = propagator(gamma, kappa)
    if 0 in (gamma, kappa):
        return [equation(_at_time(GREEN, t), green)]
    omega, split = unused_letter(L, "omega", "Omega"), gamma**2 - 4 * kappa
    short = green.xreplace({sqrt(sign * split) ** n: (2 * omega) ** n for sign in (1, -1) for n in (1, -1)})
    return [equation(_at_time(GREEN, t), short), equation(omega, sqrt(Abs(split)) / 2)]


def _motion(gamma: Any, kick: Any) -> tuple[Box, Box]:
    """Q(t) from Q(0), Q̇(0) and the kicks since."""
    fading = [row(as_box(gamma), _at_time(GREEN, t))] if gamma != 0 else []
    still = row(_bracket(_at_time(Dotted(GREEN, 1), t), *fading), _at_time(Q, S.Zero))
    thrown = row(_at_time(GREEN, t), _at_time(Dotted(Q, 1), S.Zero))
    kicks = (
        [row(_integral_from(S.Zero), GREEN, _time_since(MOMENT), _at_time(KICK, MOMENT), _measure())]
        if kick != 0
        else []
    )
    return _at_time(Q, t), row(EQUALS, signed_sum(still, thrown, *kicks))


def _share_left(law: Law, since: Expr) -> Box:
    """What friction leaves until the time t of a charge at an earlier time."""
    if law.rate == 0:
        return NOTHING
    if law.rate.has(t):
        return as_factor(Relaxation(law.charge, law.lagrangian.damping, law.source).kept(since))
    elapsed = as_box(t) if since == 0 else _time_since(since)
    return Script(Name("e"), above=row(MINUS, as_box(damping_letter(law.lagrangian)), elapsed))


def _time_since(since: Any) -> Box:
    return parenthesized(row(as_box(t), MINUS, as_box(since)))


def _integral_from(first: Any) -> Box:
    return Script(Sign("∫"), as_box(first), as_box(t))


def _measure() -> Box:
    return row(THIN, Name("d"), as_box(MOMENT))


def _bracket(first: Box, *others: Box) -> Box:
    return parenthesized(signed_sum(first, *others)) if others else first


def _at_time(letter: Box, time: Any) -> Box:
    return row(letter, parenthesized(as_box(time)))
