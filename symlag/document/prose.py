"""What a derivation is told in: steps, sentences with formulas in them, and the formulas that recur.

>>> from symlag.document.layout import Name
>>> say("Let {q} move.", q=Name("q"))
('Let ', Name(text='q'), ' move.')
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

from symlag.document.layout import Box, Display, Fraction, Name, Number, Row, Script, Sign, row
from symlag.document.typeset import typeset

Prose = tuple[str | Box, ...]

EQUALS, PLUS, MINUS, ZERO = Sign("="), Sign("+"), Sign("−"), Number("0")
RATE = Fraction(Name("d"), row(Name("d"), Name("t")))


@dataclass(frozen=True)
class Step:
    """One step of a derivation: what it is called, why it holds, and what it says."""

    title: str
    reason: Prose
    formula: Display


def say(sentence: str, **formulas: Any) -> Prose:
    """A sentence with a formula, a box or an expression, at each name in braces."""
    return tuple(_pieces(sentence, formulas))


def boxed(formula: Any) -> Box:
    """A box as it is, an expression as its box."""
    return formula if isinstance(formula, Box) else typeset(formula)


def equal(left: Any, *right: Any) -> tuple[Box, Box]:
    """A line of a display: a left side, and one or more right sides that equal it."""
    return boxed(left), row(*(piece for part in right for piece in (EQUALS, boxed(part))))


def joined(*terms: Any) -> Box:
    """A sum of boxes and expressions, a minus of its own before each that has one."""
    pieces = [piece for term in map(boxed, terms) for piece in ((term,) if _led_by_minus(term) else (PLUS, term))]
    return row(*(pieces[1:] if pieces[:1] == [PLUS] else pieces or [ZERO]))


def slope(above: Box, below: Box) -> Fraction:
    """A partial derivative."""
    return Fraction(row(Sign("∂"), above), row(Sign("∂"), below))


def at(letter: Box, place: Any) -> Script:
    """A letter with a formula below."""
    return Script(letter, boxed(place))


def _led_by_minus(box: Box) -> bool:
    return isinstance(box, Row) and box.parts[:1] == (MINUS,)


def _pieces(sentence: str, formulas: dict[str, Any]) -> Iterator[str | Box]:
    for text, name, _, _ in Formatter().parse(sentence):
        yield from (text,) if text else ()
        if name is not None:
            yield boxed(formulas[name])
