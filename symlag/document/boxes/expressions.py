r"""Expressions as boxes: numbers, sums, products, powers, and coordinates with their derivatives.

Terms with the highest derivatives come first, constants stand before what moves, and nothing depends on the order in
which SymPy happens to hold its arguments.

>>> from symlag.document.tex import tex
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> m, k = Symbol("m"), Symbol("k")
>>> print(tex(typeset(k * x**2 / 2 - m * x.dot**2 / 2)))
-\frac{m}{2}\dot{x}^{2}+\frac{k}{2}x^{2}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

from sympy import Add, Basic, Float, Function, Mul, Pow, Rational, S, Symbol
from sympy.core.numbers import NumberSymbol

from symlag.calculus.jets import Jet, Prolonged, jets, t
from symlag.document.boxes.box import (
    MINUS,
    PLUS,
    Box,
    Dotted,
    Fence,
    Fraction,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
    fenced,
    inline,
    listed,
    row,
)
from symlag.document.boxes.names import named, split
from symlag.document.boxes.term_order import divides, gathered, negative, parted, positive, ranked, split_term
from symlag.document.boxes.width import LINE, width
from symlag.names import checked_name


@singledispatch
def typeset(expression: Basic) -> Box:
    """The box of an expression; a kind of node without a notation of its own is written as a function."""
    return called(function_name(checked_name(type(expression).__name__)), expression.args)


def called(name: Box, arguments: Iterable[Any]) -> Box:
    """A function with its arguments."""
    return row(name, fenced(listed(*map(typeset, arguments))))


def function_name(name: str) -> Box:
    """The name of a function: a letter as a letter, a word in upright type."""
    letter = named(name)
    return Word(name) if letter == Name(name) and len(name) > 1 else letter


def power(base: Any, exponent: Any) -> Box:
    """A power with a positive exponent; that of a squared norm is a power of the norm."""
    shown = typeset(base)
    if isinstance(shown, Script) and isinstance(shown.base, Fence) and shown.above == Number("2"):
        return shown.base if 2 * exponent == 1 else raised(shown.base, typeset(2 * exponent))
    if isinstance(exponent, Rational) and exponent.p == 1:
        return Root(shown, None if exponent.q == 2 else Number(str(exponent.q)))
    if isinstance(base, Function) and isinstance(shown, Row) and isinstance(shown.parts[0], Word):
        return row(Script(shown.parts[0], above=typeset(exponent)), *shown.parts[1:])
    return raised(shown, typeset(exponent))


def raised(base: Box, above: Box) -> Script:
    """A box with an exponent, in parentheses where it needs them."""
    match base:
        case Script(letter, below, None):
            return Script(letter, below, inline(above))
        case Name() | Number() | Dotted() | Fence():
            return Script(base, above=inline(above))
        case _:
            return Script(fenced(base), above=inline(above))


def total_of(terms: Iterable[Any]) -> Box:
    """A sum; a constant that several terms share is written once."""
    return without_plus([piece for group in gathered(ranked(terms)) for piece in _shown(group)])


def without_plus(pieces: Sequence[Box]) -> Box:
    """Terms with their signs, less a plus before the first."""
    return row(*(pieces[1:] if pieces[:1] == [PLUS] else pieces))


def product(factors: Sequence[Any]) -> Box:
    """A product: a fraction of constants before what moves, or one fraction where something that moves divides."""
    resting, moving, below = parted(factors)
    if not below:
        return _times([*resting, *moving])
    if any(map(jets, below)) or not moving:
        return Fraction(_times([*resting, *moving]), _times(below))
    return row(Fraction(_times(resting), _times(below)), *map(as_factor, moving))


def as_factor(expression: Any) -> Box:
    """The box of an expression that stands in a product: in parentheses where a sign or an integral is open."""
    shown = typeset(expression)
    return fenced(shown) if isinstance(shown, Row) and any(map(_open, shown.parts)) else shown


def dotted(jet: Prolonged) -> Box:
    """A coordinate or a derivative of it: dots for time, subscripts for the variables of a field."""
    letter, subscript = split(jet.stem)
    if jet.base != (t,):
        along = [named(v.name) for v, n in zip(jet.base, jet.order, strict=True) for _ in range(n)]
        lower = [part for part in (subscript, row(*along) if along else None) if part]
        return Script(letter, listed(*lower)) if lower else letter
    return jet_box(letter, subscript, *jet.order)


def jet_box(letter: Box, subscript: Box | None, count: int) -> Box:
    """A letter under one dot or two, or with the count of its derivatives above."""
    if count > 2:
        return Script(letter, subscript, fenced(Number(str(count))))
    marked = Dotted(letter, count) if count else letter
    return Script(marked, subscript) if subscript else marked


@typeset.register
def _(symbol: Symbol) -> Box:
    return named(symbol.name)


@typeset.register
def _(jet: Jet) -> Box:
    return dotted(jet)


@typeset.register
def _(number: Rational) -> Box:
    size = Number(str(abs(number.p)))
    shown = size if number.q == 1 else Fraction(size, Number(str(number.q)))
    return row(MINUS, shown) if number.p < 0 else shown


@typeset.register
def _(number: Float) -> Box:
    digits, _, tens = f"{float(abs(number)):.15g}".partition("e")
    shown = (
        row(Number(digits), Sign("·"), Script(Number("10"), above=typeset(Rational(tens)))) if tens else Number(digits)
    )
    return row(MINUS, shown) if number < 0 else shown


@typeset.register
def _(number: NumberSymbol) -> Box:
    return {"pi": Name("π"), "E": Name("e")}.get(str(number)) or Word(str(number))


@typeset.register
def _(total: Add) -> Box:
    content, primitive = total.as_content_primitive() if not jets(total) else (S.One, total)
    return total_of(total.as_ordered_terms()) if content == 1 else product((content, primitive))


@typeset.register
def _(term: Mul) -> Box:
    return row(MINUS, as_factor(positive(term))) if negative(term) else product(Mul.make_args(positive(term)))


@typeset.register
def _(raised: Pow) -> Box:
    return product((raised,)) if divides(raised) else power(*raised.args)


def _shown(group: list[Any]) -> list[Box]:
    """The terms that share a constant, with the signs before them."""
    parts = [split_term(term) for term in group]
    inside = without_plus([box for minus, _, moving in parts for box in (_sign(minus, parts[0][0]), as_factor(moving))])
    if len(group) == 1 or width(inside) > LINE:
        return [box for term in group for box in (_sign(negative(term)), typeset(positive(term)))]
    return [_sign(parts[0][0]), as_factor(parts[0][1]), fenced(inside)]


def _sign(*minuses: bool) -> Sign:
    """The sign of a product of signs."""
    return MINUS if sum(minuses) % 2 else PLUS


def _open(box: Box) -> bool:
    """Whether a box binds more loosely than a product."""
    sign = box.base if isinstance(box, Script) else box
    return isinstance(sign, Sign) and sign.text in "+−=≠<>≤≥∧∨∫∑⊙"


def _times(factors: Sequence[Any]) -> Box:
    """Factors side by side; one that stands alone needs no parentheses."""
    if len(factors) == 1:
        return typeset(factors[0])
    return row(*map(as_factor, factors)) if factors else Number("1")
