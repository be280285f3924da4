r"""The boxes of numbers, sums, products, powers, and coordinates with their derivatives.

`typeset` makes the box of any expression; other modules register the kinds of nodes that are not here.
Terms with the highest derivatives come first, constants stand before what depends on coordinates (`term_sorting`), and
nothing depends on the order in which SymPy happens to hold its arguments.

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
    OperatorName,
    Root,
    Row,
    Script,
    Sign,
    comma_separated,
    inline,
    parenthesized,
    row,
)
from symlag.document.boxes.names import name_box, stem_and_subscript
from symlag.document.boxes.term_sorting import (
    group_by_constant,
    is_denominator,
    is_negative,
    sorted_terms,
    split_fraction,
    split_term,
    without_sign,
)
from symlag.document.boxes.width import LINE, width
from symlag.names import checked_name


@singledispatch
def typeset(expression: Basic) -> Box:
    """The box of an expression; a kind of node without a notation of its own is written as a function."""
    return function_call(function_name(checked_name(type(expression).__name__)), expression.args)


def function_call(name: Box, arguments: Iterable[Any]) -> Box:
    """A function with its arguments."""
    return row(name, parenthesized(comma_separated(*map(typeset, arguments))))


def function_name(name: str) -> Box:
    """The name of a function: a letter as a letter, a word in upright type."""
    letter = name_box(name)
    return OperatorName(name) if letter == Name(name) and len(name) > 1 else letter


def power(base: Any, exponent: Any) -> Box:
    """A power with a positive exponent; that of a squared norm is a power of the norm."""
    box = typeset(base)
    if isinstance(box, Script) and isinstance(box.base, Fence) and box.above == Number("2"):
        return box.base if 2 * exponent == 1 else with_exponent(box.base, typeset(2 * exponent))
    if isinstance(exponent, Rational) and exponent.p == 1:
        return Root(box, None if exponent.q == 2 else Number(str(exponent.q)))
    if isinstance(base, Function) and isinstance(box, Row) and isinstance(box.parts[0], OperatorName):
        return row(Script(box.parts[0], above=typeset(exponent)), *box.parts[1:])
    return with_exponent(box, typeset(exponent))


def with_exponent(base: Box, above: Box) -> Script:
    """A box with an exponent, in parentheses where it needs them."""
    match base:
        case Script(letter, below, None):
            return Script(letter, below, inline(above))
        case Name() | Number() | Dotted() | Fence():
            return Script(base, above=inline(above))
        case _:
            return Script(parenthesized(base), above=inline(above))


def sum_of_terms(terms: Iterable[Any]) -> Box:
    """A sum; a constant that several terms share is written once."""
    return without_leading_plus(
        [piece for group in group_by_constant(sorted_terms(terms)) for piece in _group_with_signs(group)]
    )


def without_leading_plus(pieces: Sequence[Box]) -> Box:
    """Terms with their signs, less a plus before the first."""
    return row(*(pieces[1:] if pieces[:1] == [PLUS] else pieces))


def product_of_factors(factors: Sequence[Any]) -> Box:
    """A product: a fraction of constants before what varies, or one fraction where something that varies divides."""
    constant, varying, below = split_fraction(factors)
    if not below:
        return _side_by_side([*constant, *varying])
    if any(map(jets, below)) or not varying:
        return Fraction(_side_by_side([*constant, *varying]), _side_by_side(below))
    return row(Fraction(_side_by_side(constant), _side_by_side(below)), *map(as_factor, varying))


def as_factor(expression: Any) -> Box:
    """The box of an expression that stands in a product: in parentheses where a sign or an integral is open."""
    box = typeset(expression)
    return parenthesized(box) if isinstance(box, Row) and any(map(_binds_loosely, box.parts)) else box


def jet_box(jet: Prolonged) -> Box:
    """A coordinate or a derivative of it: dots for time, subscripts for the variables of a field."""
    letter, subscript = stem_and_subscript(jet.stem)
    if jet.base != (t,):
        along = [name_box(v.name) for v, n in zip(jet.base, jet.order, strict=True) for _ in range(n)]
        lower = [part for part in (subscript, row(*along) if along else None) if part]
        return Script(letter, comma_separated(*lower)) if lower else letter
    return dotted_letter(letter, subscript, *jet.order)


def dotted_letter(letter: Box, subscript: Box | None, count: int) -> Box:
    """A letter under one dot or two, or with the count of its derivatives above."""
    if count > 2:
        return Script(letter, subscript, parenthesized(Number(str(count))))
    marked = Dotted(letter, count) if count else letter
    return Script(marked, subscript) if subscript else marked


@typeset.register
def box_of_symbol(symbol: Symbol) -> Box:
    """A symbol by its name."""
    return name_box(symbol.name)


@typeset.register
def box_of_jet(jet: Jet) -> Box:
    """A coordinate or a derivative of it."""
    return jet_box(jet)


@typeset.register
def box_of_rational(number: Rational) -> Box:
    """An integer or a fraction."""
    size = Number(str(abs(number.p)))
    box = size if number.q == 1 else Fraction(size, Number(str(number.q)))
    return row(MINUS, box) if number.p < 0 else box


@typeset.register
def box_of_float(number: Float) -> Box:
    """A decimal number, with a power of ten where Python would write an exponent."""
    digits, _, tens = f"{float(abs(number)):.15g}".partition("e")
    box: Box = Number(digits)
    if tens:
        box = row(box, Sign("·"), Script(Number("10"), above=typeset(Rational(tens))))
    return row(MINUS, box) if number < 0 else box


@typeset.register
def box_of_constant(number: NumberSymbol) -> Box:
    """π, e, and other constants by their names."""
    return {"pi": Name("π"), "E": Name("e")}.get(str(number)) or OperatorName(str(number))


@typeset.register
def box_of_sum(total: Add) -> Box:
    """A sum; of a sum of constants, the common number stands before it."""
    content, primitive = total.as_content_primitive() if not jets(total) else (S.One, total)
    return sum_of_terms(total.as_ordered_terms()) if content == 1 else product_of_factors((content, primitive))


@typeset.register
def box_of_product(term: Mul) -> Box:
    """A product, with its minus in front."""
    return (
        row(MINUS, as_factor(without_sign(term)))
        if is_negative(term)
        else product_of_factors(Mul.make_args(without_sign(term)))
    )


@typeset.register
def box_of_power(expression: Pow) -> Box:
    """A power; below the line where its exponent is negative."""
    return product_of_factors((expression,)) if is_denominator(expression) else power(*expression.args)


def _group_with_signs(group: list[Any]) -> list[Box]:
    """The terms that share a constant, with the signs before them."""
    parts = [split_term(term) for term in group]
    inside = without_leading_plus(
        [box for minus, _, moving in parts for box in (_sign(minus, parts[0][0]), as_factor(moving))]
    )
    if len(group) == 1 or width(inside) > LINE:
        return [box for term in group for box in (_sign(is_negative(term)), typeset(without_sign(term)))]
    return [_sign(parts[0][0]), as_factor(parts[0][1]), parenthesized(inside)]


def _sign(*minuses: bool) -> Sign:
    """The sign of a product of signs."""
    return MINUS if sum(minuses) % 2 else PLUS


def _binds_loosely(box: Box) -> bool:
    """Whether a box binds more loosely than a product."""
    sign = box.base if isinstance(box, Script) else box
    return isinstance(sign, Sign) and sign.text in "+−=≠<>≤≥∧∨∫∑⊙"


def _side_by_side(factors: Sequence[Any]) -> Box:
    """Factors side by side; one that stands alone needs no parentheses."""
    if len(factors) == 1:
        return typeset(factors[0])
    return row(*map(as_factor, factors)) if factors else Number("1")
