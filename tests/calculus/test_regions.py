import itertools
import random

import pytest
from sympy import Abs, DiracDelta, Heaviside, Max, Min, Rational, Symbol, cos, exp, log, sign, sin, sqrt, symbols

from symlag.calculus.fractions_of_functions import is_zero_fraction
from symlag.calculus.normal_form import normal_form
from symlag.calculus.regions import at_jumps, with_absolute_values
from symlag.calculus.zero_test import vanishes
from tests.support.cases import k, x, y

a, b = symbols("a b")

# Zero at every real point, whatever the signs.
EVERYWHERE = [
    log(x**2) - 2 * log(Abs(x)),
    log(x**2 * y) - 2 * log(Abs(x)) - log(y),
    sqrt(x**2) - Abs(x),
    sqrt(a**2 + 2 * a + 1) - Abs(a + 1),
    sqrt(x**4 + 2 * x**2 * y**2 + y**4) - x**2 - y**2,
    sqrt(x**2 * y**3) - Abs(x) * Abs(y) * sqrt(y),
    Abs(x) * sign(x) - x,
    Abs(x * y) - Abs(x) * Abs(y),
    Max(x, y) + Min(x, y) - x - y,
    Max(x, 0) - x * Heaviside(x),
    Abs(x - y) - Max(x, y) + Min(x, y),
    1 / (sqrt(x) - 1) - (sqrt(x) + 1) / (x - 1),
    (k * x) ** a - k**a * x**a,
    sqrt(exp(x)) - exp(x / 2),
    sqrt(1 - cos(x) ** 2) - Abs(sin(x)),
    x**2 * DiracDelta(x),
    (x - y) * DiracDelta(x - y),
    0.1 + b / 5 - (b + 0.5) / 5,
]

# Zero where symbols are positive, and not elsewhere; or zero in some quadrants.
SOMEWHERE = [
    log(x**2) - 2 * log(x),
    log(x * y) - log(x) - log(y),
    sqrt(x * y) - sqrt(x) * sqrt(y),
    sqrt(x**2) - x,
    sqrt(b**2) - b,
    sqrt(x**2 + 2 * x + 1) - x - 1,
    (x**3) ** Rational(1, 3) - x,
    x ** Rational(2, 3) - (x**2) ** Rational(1, 3),
    Abs(x) ** (2 * a) - x ** (2 * a),
    x * sqrt(y / x) - sqrt(x * y),
    sqrt(x - y) * sqrt(x + y) - sqrt(x**2 - y**2),
    Abs(x + y) - Abs(x) - Abs(y),
    sign(x) - 1,
    Max(x, -x) - x,
    sqrt(x**2 * y) - x * sqrt(y),
    sqrt(cos(x) ** 2) - cos(x),
]


@pytest.mark.parametrize("zero", EVERYWHERE, ids=str)
def test_what_is_zero_for_either_sign_is_proved_to_be(zero):
    assert vanishes(zero)


@pytest.mark.parametrize("other", SOMEWHERE, ids=str)
def test_what_is_zero_for_some_signs_only_is_not_taken_for_zero(other):
    assert not vanishes(other)


def value(expression, point):
    """The value of an expression at a point, by SymPy's evaluation of numbers alone."""
    return complex(expression.subs(point).evalf(15))


@pytest.mark.parametrize("expression", [e for e in (*EVERYWHERE, *SOMEWHERE) if not e.has(DiracDelta)], ids=str)
def test_normal_forms_have_the_same_value_in_every_quadrant(expression):
    dice, symbols = random.Random(0), sorted(expression.free_symbols, key=str)
    for signs in itertools.product((1, -1), repeat=len(symbols)):
        point = {s: abs(n) if s.is_positive else n for s, n in zip(symbols, signs, strict=True)}
        point = {s: n * Rational(dice.randint(20, 90), 37) for s, n in point.items()}
        expected = value(expression, point)
        for form in (normal_form(expression), with_absolute_values(expression)):
            assert value(form, point) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_proof_by_relations_holds_on_every_branch():
    r, s = sqrt(x**2 + y**2), Symbol("s")
    assert is_zero_fraction(1 / (r - x) - (r + x) / y**2)
    assert is_zero_fraction(sqrt(6) - sqrt(2) * sqrt(3))
    assert not is_zero_fraction(sqrt(s**2) - s)
    assert not is_zero_fraction(sqrt((1 + s) ** 2 - 1 - 2 * s - s**2) - s)


def test_a_delta_counts_where_it_is():
    assert at_jumps(cos(x) * DiracDelta(x)) == DiracDelta(x)
    assert at_jumps(x * y * DiracDelta(2 * x - y)) == y**2 * DiracDelta(2 * x - y) / 2
    assert not vanishes(cos(x) * DiracDelta(x))
