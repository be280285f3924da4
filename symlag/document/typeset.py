r"""Expressions as boxes: sums, products, powers and functions of numbers.

Terms with the highest derivatives come first, constants stand before what moves, and nothing depends on the order in
which SymPy happens to hold its arguments.

>>> from symlag.document.tex import tex
>>> from symlag.jet import coordinates
>>> x = coordinates("x")
>>> m, k = Symbol("m"), Symbol("k")
>>> print(tex(typeset(k * x**2 / 2 - m * x.dot**2 / 2)))
-\frac{m}{2}\dot{x}^{2}+\frac{k}{2}x^{2}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    Float,
    Function,
    Integral,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    default_sort_key,
    exp,
)
from sympy.core.function import AppliedUndef
from sympy.core.numbers import NumberSymbol
from sympy.core.relational import Relational
from sympy.functions.elementary.trigonometric import InverseTrigonometricFunction
from sympy.logic.boolalg import And, BooleanTrue, Or

from symlag.document.layout import (
    THIN,
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
    Table,
    Word,
    fenced,
    listed,
    row,
)
from symlag.document.names import named, split
from symlag.jet import Jet, Prolonged, jets, t

_RELATIONS = {"==": "=", "!=": "≠", "<": "<", ">": ">", "<=": "≤", ">=": "≥"}


@singledispatch
def typeset(expression: Basic) -> Box:
    """The box of an expression; a kind of node without a notation of its own is written as a function."""
    return _called(Word(type(expression).__name__), expression.args)


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
            return Script(letter, below, above)
        case Name() | Number() | Dotted() | Fence():
            return Script(base, above=above)
        case _:
            return Script(fenced(base), above=above)


def total_of(terms: Iterable[Any]) -> Box:
    """A sum: the highest derivatives first, led by a positive term where there is one among them."""
    ordered = sorted(terms, key=_height, reverse=True)
    first = [term for term in ordered if _height(term) == _height(ordered[0]) and not negative(term)]
    if first:
        ordered.remove(first[0])
        ordered.insert(0, first[0])
    pieces = [piece for term in ordered for piece in _signed(term)]
    return row(*(pieces[1:] if pieces[0] == Sign("+") else pieces))


def negative(term: Any) -> bool:
    """Whether a term is written with a minus before it."""
    scalar = term.as_coeff_mmul()[0] if term.is_MatMul else term
    return (scalar.is_number and bool(scalar.is_negative)) or bool(scalar.as_coeff_Mul()[0].is_negative)


def product(factors: Sequence[Any]) -> Box:
    """A product: a fraction of constants before what moves, or one fraction where something that moves divides."""
    above = [f for factor in factors for f in _numerator(factor)]
    below = [f for factor in factors for f in _denominator(factor)]
    resting, moving = [f for f in above if not _moves(f)], [f for f in above if _moves(f)]
    if not below:
        return _times([*_ordered(resting), *_ordered(moving)])
    if any(map(_moves, below)) or not moving:
        return Fraction(_times([*_ordered(resting), *_ordered(moving)]), _times(_ordered(below)))
    fraction = Fraction(_times(_ordered(resting)), _times(_ordered(below)))
    return row(fraction, *(as_factor(f) for f in _ordered(moving)))


def as_factor(expression: Any) -> Box:
    """The box of an expression that stands in a product."""
    shown = typeset(expression)
    open_ended = expression.is_Add or expression.is_MatAdd or isinstance(expression, Integral | Relational)
    return fenced(shown) if open_ended else shown


def dotted(jet: Prolonged) -> Box:
    """A coordinate or a derivative of it: dots for time, subscripts for the variables of a field."""
    letter, subscript = split(jet.stem)
    if jet.base != (t,):
        along = [named(v.name) for v, n in zip(jet.base, jet.order, strict=True) for _ in range(n)]
        lower = [part for part in (subscript, row(*along) if along else None) if part]
        return Script(letter, listed(*lower)) if lower else letter
    (count,) = jet.order
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
    return row(Sign("−"), shown) if number.p < 0 else shown


@typeset.register
def _(number: Float) -> Box:
    digits, _, tens = f"{float(abs(number)):.15g}".partition("e")
    shown = (
        row(Number(digits), Sign("·"), Script(Number("10"), above=typeset(Rational(tens)))) if tens else Number(digits)
    )
    return row(Sign("−"), shown) if number < 0 else shown


@typeset.register
def _(number: NumberSymbol) -> Box:
    return {"pi": Name("π"), "E": Name("e")}.get(str(number)) or Word(str(number))


@typeset.register
def _(total: Add) -> Box:
    return total_of(total.as_ordered_terms())


@typeset.register
def _(term: Mul) -> Box:
    return row(Sign("−"), as_factor(-term)) if negative(term) else product(term.args)


@typeset.register
def _(raised: Pow) -> Box:
    return product((raised,)) if _divides(raised) else power(*raised.args)


@typeset.register
def _(growth: exp) -> Box:
    return Script(Name("e"), above=typeset(growth.exp))


@typeset.register
def _(size: Abs) -> Box:
    return Fence("|", typeset(size.args[0]), "|")


@typeset.register
def _(value: Function) -> Box:
    name = type(value).__name__.lower()
    arc = isinstance(value, InverseTrigonometricFunction) and not name.startswith("atan2")
    return _called(Word(f"arc{name[1:]}" if arc else name), value.args)


@typeset.register
def _(value: AppliedUndef) -> Box:
    return _called(named(type(value).__name__), value.args)


@typeset.register
def _(rate: Derivative) -> Box:
    sign = Name("d") if len(rate.expr.free_symbols) < 2 else Sign("∂")
    along = [row(sign, typeset(v) if n == 1 else raised(typeset(v), typeset(n))) for v, n in rate.variable_count]
    count = sum(n for _, n in rate.variable_count)
    above = sign if count == 1 else Script(sign, above=typeset(count))
    return row(Fraction(above, row(*along)), as_factor(rate.expr))


@typeset.register
def _(area: Integral) -> Box:
    signs = [Script(Sign("∫"), *map(typeset, limits[1:])) if len(limits) == 3 else Sign("∫") for limits in area.limits]
    measures = [row(THIN, Name("d"), typeset(limits[0])) for limits in area.limits]
    return row(*reversed(signs), as_factor(area.function), *measures)


@typeset.register
def _(cases: Piecewise) -> Box:
    cells = tuple((row(typeset(value), Sign(",")), typeset(condition)) for value, condition in cases.args)
    return Fence("{", Table(cells), "")


@typeset.register
def _(relation: Relational) -> Box:
    return row(typeset(relation.lhs), Sign(_RELATIONS[relation.rel_op]), typeset(relation.rhs))


@typeset.register(And)
@typeset.register(Or)
def _(joined: And | Or) -> Box:
    sign = Sign("∧" if isinstance(joined, And) else "∨")
    parts = [fenced(typeset(part)) for part in sorted(joined.args, key=default_sort_key)]
    return row(*[piece for part in parts for piece in (sign, part)][1:])


@typeset.register
def _(_: BooleanTrue) -> Box:
    return Word("otherwise")


def _called(name: Box, arguments: Iterable[Any]) -> Box:
    return row(name, fenced(listed(*map(typeset, arguments))))


def _signed(term: Any) -> tuple[Box, ...]:
    return (Sign("−"), as_factor(-term)) if negative(term) else (Sign("+"), typeset(term))


def _times(factors: Sequence[Any]) -> Box:
    """Factors side by side; one that stands alone needs no parentheses."""
    if len(factors) == 1:
        return typeset(factors[0])
    return row(*map(as_factor, factors)) if factors else Number("1")


def _numerator(factor: Any) -> tuple[Any, ...]:
    if isinstance(factor, Rational):
        return (Rational(factor.p),) if factor.p != 1 else ()
    return () if _divides(factor) else (factor,)


def _denominator(factor: Any) -> tuple[Any, ...]:
    if isinstance(factor, Rational):
        return (Rational(factor.q),) if factor.q != 1 else ()
    return (factor.base**-factor.exp,) if _divides(factor) else ()


def _divides(factor: Any) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.could_extract_minus_sign())


def _moves(factor: Any) -> bool:
    return bool(jets(factor))


def _ordered(factors: Sequence[Any]) -> list[Any]:
    """Numbers, symbols, then what is composed; lower derivatives before higher ones."""
    return sorted(factors, key=lambda f: (not f.is_number, not _plain(f), _height(f), default_sort_key(f)))


def _plain(factor: Any) -> bool:
    return factor.as_base_exp()[0].is_Symbol


def _height(term: Any) -> tuple[int, bool]:
    """The highest derivative in a term; among constants, numbers before symbols."""
    moving = jets(term)
    return (max(sum(jet.order) for jet in moving), False) if moving else (-1, term.is_number)
