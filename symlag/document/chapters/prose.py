"""The material of derivations: sections, sentences with formulas in them, and formulas that recur.

A chapter is a function that yields sections. Its sentences are templates with names in braces, at which boxes or
expressions are put in; `rate_of`, `friction_terms` and `signed_sum` make the formulas that most chapters need.

>>> from symlag.document.boxes.box import Name
>>> sentence("Let {q} move.", q=Name("q"))
('Let ', Name(text='q'), ' move.')
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import Any

from sympy import S, Symbol

from symlag.calculus.differential_operators import add, scaled
from symlag.calculus.jets import t
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
    """One step of a derivation, as a section of a document.

    `title` is plain text, `reason` says in text and formulas why the step holds, and `formula` is what it comes to.
    """

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
    """The sum of boxes and expressions in the given order; 0 where there is none."""
    pieces: list[Box] = []
    for term in map(as_box, terms):
        starts_with_minus = isinstance(term, Row) and term.parts[:1] == (MINUS,)
        if pieces and not starts_with_minus:
            pieces.append(PLUS)
        pieces.append(term)
    return row(*pieces) if pieces else ZERO


def multiple(constant: Any, box: Box) -> Box:
    """A box after the constant that it is multiplied by."""
    minus, size, _ = split_term(constant)
    sign = (MINUS,) if minus else ()
    factor = (as_factor(size),) if size != 1 else ()
    return row(*sign, *factor, box)


def common_constant(expression: Any) -> tuple[Any, Any]:
    """The constant that all terms of an expression share, one where they share none, and the rest."""
    parts = [split_term(term) for term in sorted_terms(_terms(expression))]
    minus, constant, _ = parts[0]
    if constant.has(t) or any(other != constant for _, other, _ in parts):
        return S.One, expression
    rest = add([scaled(-1 if sign != minus else 1, varying) for sign, _, varying in parts], expression)
    return -constant if minus else constant, rest


def rate_of(expression: Any) -> Box:
    """The rate of change d/dt of an expression, with a constant that all of its terms share before it."""
    constant, rest = common_constant(expression)
    operand = typeset(rest)
    if isinstance(operand, Row):
        operand = parenthesized(operand)
    if constant in (1, -1):
        return row(RATE, operand) if constant == 1 else row(MINUS, RATE, operand)
    return row(as_box(constant), THIN, RATE, operand)


def friction_terms(rate: Any, expression: Any) -> list[Any]:
    """The terms γC that friction adds to the rate of an expression C; none without friction."""
    if rate == 0:
        return []
    if rate.is_Symbol:
        return [row(as_box(rate), as_factor(expression))]
    return [add([scaled(rate, term) for term in _terms(expression)], expression)]


def damping_symbol(L: Lagrangian) -> Any:
    """The letter of the damping: a symbol stands for itself, all else is called γ where no other symbol is."""
    return L.damping if L.damping.is_Symbol else unused_symbol(L, "gamma", "nu", "chi")


def unused_symbol(L: Lagrangian, *names: str) -> Symbol:
    """The first of the names that stands for nothing in a Lagrangian."""
    used = {symbol.name for e in (L.kinetic, L.potential, L.damping) for symbol in e.free_symbols}
    return Symbol(next(name for name in (*names, f"{names[0]}_0") if name not in used), positive=True)


def partial_derivative(above: Box, below: Box) -> Fraction:
    """The partial derivative ∂f/∂x."""
    return Fraction(row(Sign("∂"), above), row(Sign("∂"), below))


def with_subscript(letter: Box, place: Any) -> Script:
    """A letter with a formula as its subscript."""
    return Script(letter, as_box(place))


def _terms(expression: Any) -> tuple[Any, ...]:
    return expression.args if expression.is_Add or expression.is_MatAdd else (expression,)
