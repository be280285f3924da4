"""What a law comes to in the course of time: the charge at any moment from the charge at the first."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, exp, integrate, symbols

from symlag.document.layout import EQUALS, MINUS, NOTHING, THIN, Box, Name, Script, Sign, display, fenced, row
from symlag.document.prose import Step, boxed, damping_of, joined, say
from symlag.document.typeset import as_factor
from symlag.jet import t
from symlag.noether import Law

FIRST, MOMENT, RUNNING = symbols("t_0 s u", positive=True)
CHARGE, SOURCE = Name("C"), Name("S")


def closed_form(law: Law) -> Step:
    """The charge as a function of time: what is left of its first value, and what the sources have fed into it."""
    first = FIRST if law.rate.has(t) else S.Zero
    left = row(_faded(law, first), _when(CHARGE, first))
    integral = Script(Sign("∫"), boxed(first), boxed(t))
    fed = row(integral, _faded(law, MOMENT), _when(SOURCE, MOMENT), THIN, Name("d"), boxed(MOMENT))
    right = joined(left) if law.conserved else joined(left, fed)
    reason = "What is left of the first charge" + (
        "" if law.conserved else ", and of what the sources {S} fed into it since"
    )
    return Step("In the course of time", say(f"{reason}:", S=SOURCE), display((_when(CHARGE, t), row(EQUALS, right))))


def _faded(law: Law, since: Expr) -> Box:
    """What friction leaves until the time t of a charge at an earlier time."""
    if law.rate == 0:
        return NOTHING
    if law.rate.has(t):
        running = law.lagrangian.damping.xreplace({t: RUNNING})
        return as_factor(exp(-integrate(running, (RUNNING, since, t)).factor()))
    elapsed = boxed(t) if since == 0 else fenced(row(boxed(t), MINUS, boxed(since)))
    return Script(Name("e"), above=row(MINUS, boxed(damping_of(law.lagrangian)), elapsed))


def _when(letter: Box, time: Any) -> Box:
    return row(letter, fenced(boxed(time)))
