"""What a derivation is told in: steps, sentences with formulas in them, and the formulas that recur.

>>> from symlag.document.boxes.box import Name
>>> sentence("Let {q} move.", q=Name("q"))
('Let ', Name(text='q'), ' move.')
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import Any

from sympy import S, Symbol

from symlag.calculus.jets import t
from symlag.calculus.operators import add, scaled
from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    PLUS,
    THIN,
    ZERO,
    Box,
    Display,
    Fraction,
    Name,
    Row,
    Script,
    Sign,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.term_sorting import sorted_terms, split_term
from symlag.variational.lagrangian import Lagrangian

Prose = tuple[str | Box, ...]

RATE = Fraction(Name("d"), row(Name("d"), Name("t")))


@dataclass(frozen=True)
class Section:
    """One step of a derivation: what it is called, why it holds, and what it says."""

    title: str
    reason: Prose
    formula: Display


def sentence(template: str, **formulas: Any) -> Prose:
    """A sentence with a formula, a box or an expression, at each name in braces."""
    pieces: list[str | Box] = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            pieces.append(text)
        if name is not None:
            pieces.append(as_box(formulas[name]))
    return tuple(pieces)


def as_box(formula: Any) -> Box:
    """A box as it is, an expression as its box."""
    return formula if isinstance(formula, Box) else typeset(formula)


def equation(left: Any, *right: Any) -> tuple[Box, Box]:
    """A line of a display: a left side, and one or more right sides that equal it."""
    return as_box(left), row(*(piece for part in right for piece in (EQUALS, as_box(part))))


def signed_sum(*terms: Any) -> Box:
    """A sum of boxes and expressions, a minus of its own before each that has one."""
    pieces = [piece for term in map(as_box, terms) for piece in ((term,) if _starts_with_minus(term) else (PLUS, term))]
    return row(*(pieces[1:] if pieces[:1] == [PLUS] else pieces or [ZERO]))


def multiple(constant: Any, box: Box) -> Box:
    """A box after the constant that it is multiplied by."""
    minus, size, _ = split_term(constant)
    return row(*[MINUS] * minus, *[as_factor(size)] * (size != 1), box)


def common_constant(expression: Any) -> tuple[Any, Any]:
    """The constant that all terms of an expression share, one where they share none, and the rest."""
    parts = [split_term(term) for term in sorted_terms(_terms(expression))]
    minus, constant, _ = parts[0]
    if constant.has(t) or any(other != constant for _, other, _ in parts):
        return S.One, expression
    rest = add([scaled(-1 if sign != minus else 1, moving) for sign, _, moving in parts], expression)
    return -constant if minus else constant, rest


def rate_of(expression: Any) -> Box:
    """The rate of an expression, a constant that all of it shares drawn before."""
    constant, rest = common_constant(expression)
    drawn = () if constant == 1 else (MINUS,) if constant == -1 else (as_box(constant), THIN)
    return row(*drawn, RATE, _whole(rest))


def friction_terms(rate: Any, expression: Any) -> list[Any]:
    """What friction takes of an expression, term by term; nothing without friction."""
    if rate == 0:
        return []
    if rate.is_Symbol:
        return [row(as_box(rate), as_factor(expression))]
    return [add([scaled(rate, term) for term in _terms(expression)], expression)]


def damping_letter(L: Lagrangian) -> Any:
    """The letter of the damping: a symbol stands for itself, all else is called γ where that is free."""
    return L.damping if L.damping.is_Symbol else unused_letter(L, "gamma", "nu", "chi")


def unused_letter(L: Lagrangian, *names: str) -> Symbol:
    """The first of the names that stands for nothing in a Lagrangian."""
    taken = {symbol.name for e in (L.kinetic, L.potential, L.damping) for symbol in e.free_symbols}
    return Symbol(next(name for name in (*names, f"{names[0]}_0") if name not in taken), positive=True)


def partial_derivative(above: Box, below: Box) -> Fraction:
    """A partial derivative."""
    return Fraction(row(Sign("∂"), above), row(Sign("∂"), below))


def with_subscript(letter: Box, place: Any) -> Script:
    """A letter with a formula below."""
    return Script(letter, as_box(place))


def _whole(expression: Any) -> Box:
    """The box of an expression of which the rate is taken: in parentheses where it is more than one symbol."""
    shown = typeset(expression)
    return parenthesized(shown) if isinstance(shown, Row) else shown


def _terms(expression: Any) -> tuple[Any, ...]:
    return expression.args if expression.is_Add or expression.is_MatAdd else (expression,)


def _starts_with_minus(box: Box) -> bool:
    return isinstance(box, Row) and box.parts[:1] == (MINUS,)
