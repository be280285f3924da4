"""The order in which a mathematician writes the terms of a sum and the factors of a product, and the sign of a term.

A term is split into its sign, a constant, and a part that varies: that contains coordinates or their derivatives. In a
sum the highest derivatives come first, and unknown functions last; in a product numbers come before symbols, and
constants before what varies. Ties are broken by SymPy's sort key, so that the order is the same in every run.

>>> from sympy import symbols
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> k, m = symbols("k m")
>>> sorted_terms([-k * x / 2, -m * x.dot, m * x.dot.dot])
[m*x.dot.dot, -m*x.dot, -k*x/2]
>>> split_term(-k * x / 2)
(True, k/2, x)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sympy import Float, Mul, Pow, Rational, S, default_sort_key

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import jets


def split_term(term: Any) -> tuple[bool, Any, Any]:
    """Whether a term is written with a minus before it, the constant in it, and the part that varies."""
    scalar, matrix = term.as_coeff_mmul() if term.is_Matrix else (term, S.One)
    constants = [f for f in Mul.make_args(scalar) if not jets(f)]
    minuses = [f for f in constants if _has_minus(f)]
    constant = Mul(*(-f if f in minuses else f for f in constants))
    varying = Mul(*(f for f in Mul.make_args(scalar) if jets(f)))
    return len(minuses) % 2 == 1, constant, matrix if varying == 1 else varying * matrix


def is_negative(term: Any) -> bool:
    """Whether a term is written with a minus before it."""
    return split_term(term)[0]


def without_sign(term: Any) -> Any:
    """A term without the minus before it."""
    _, constant, varying = split_term(term)
    return constant * varying


def sorted_terms(terms: Iterable[Any]) -> list[Any]:
    """The terms of a sum in their order: the highest derivatives first, and a positive one before all of its rank."""
    ordered = sorted(terms, key=_sort_key)
    leading = [term for term in ordered if _sort_key(term)[:2] == _sort_key(ordered[0])[:2] and not is_negative(term)]
    return sorted(ordered, key=lambda term: term is not leading[0]) if leading else ordered


def group_by_constant(terms: Iterable[Any]) -> list[list[Any]]:
    """Terms with the same constant before them together, where that constant is not one."""
    groups: dict[Any, list[Any]] = {}
    for term in terms:
        _, constant, varying = split_term(term)
        alone = constant == 1 or varying == 1 or varying.is_Add
        groups.setdefault((term if alone else None, constant), []).append(term)
    return list(groups.values())


def split_fraction(factors: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """The factors of a product in their order: constants above the line, what varies above it, and all below it."""
    above = [f for factor in factors for f in _numerator(factor)]
    below = [f for factor in factors for f in _denominator(factor)]
    return (
        _sorted_factors(f for f in above if not jets(f)),
        _sorted_factors(f for f in above if jets(f)),
        _sorted_factors(below),
    )


def is_denominator(factor: Any) -> bool:
    """Whether a factor is written below the line."""
    return isinstance(factor, Pow) and bool(factor.exp.could_extract_minus_sign())


def _has_minus(factor: Any) -> bool:
    """Whether a constant is written better with the other sign: −2 as 2, β − 1 as 1 − β."""
    if not factor.is_Add:
        return bool(factor.is_number and factor.is_negative)
    number = factor.as_coeff_Add()[0]
    return bool(number.is_negative if number != 0 else all(map(is_negative, factor.args)))


def _sort_key(term: Any) -> tuple[int, bool, bool]:
    """Where a term stands in a sum: by its highest derivative, unknown functions last; numbers before symbols."""
    return -_highest_derivative(term), term.has(Unknown), not term.is_number


def _highest_derivative(expression: Any) -> int:
    """The highest derivative in an expression; −1 in a constant."""
    return max((sum(jet.order) for jet in jets(expression)), default=-1)


def _numerator(factor: Any) -> tuple[Any, ...]:
    """What a factor contributes above the line."""
    if isinstance(factor, Rational):
        return (Rational(factor.p),) if factor.p != 1 else ()
    return () if is_denominator(factor) or factor == Float(1) else (factor,)


def _denominator(factor: Any) -> tuple[Any, ...]:
    """What a factor contributes below the line."""
    if isinstance(factor, Rational):
        return (Rational(factor.q),) if factor.q != 1 else ()
    return (factor.base**-factor.exp,) if is_denominator(factor) else ()


def _sorted_factors(factors: Iterable[Any]) -> list[Any]:
    """Numbers, symbols, then what is composed; lower derivatives before higher ones."""
    return sorted(
        factors,
        key=lambda f: (not f.is_number, not f.as_base_exp()[0].is_Symbol, _highest_derivative(f), default_sort_key(f)),
    )
