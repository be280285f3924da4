import random

import pytest
from sympy import (
    Abs,
    Add,
    Heaviside,
    Integral,
    Max,
    Min,
    Mul,
    Rational,
    S as ZERO_AND_ONE,
    Symbol,
    atan,
    cos,
    exp,
    log,
    sign,
    sin,
    sqrt,
)

from symlag.calculus.differential_operators import damped_total, evolutionary
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import coordinates, t
from symlag.calculus.matrices import inner, trace
from symlag.calculus.zero_test import vanishes
from tests.support.cases import K, S, U, W, X, a, c, gamma, k, m, omega, w, x, y

a_ = Symbol("a_")
NONE = ZERO_AND_ONE.Zero
RATES = [NONE, gamma, 3 / t]
JETS = (x, y, x.dot, y.dot, t)


def random_polynomial(dice):
    """A polynomial in coordinates, velocities and time."""
    products = (Mul(*dice.choices(JETS, k=dice.randint(1, 4))) for _ in range(4))
    return Add(*(dice.randint(-4, 4) * product for product in products))


@pytest.mark.parametrize("seed", range(40))
def test_the_antiderivative_of_a_total_derivative_is_found(seed):
    B = random_polynomial(random.Random(seed))
    found = antiderivative(damped_total(B, NONE).expand(), NONE)
    assert not (found - B).expand().free_symbols


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rate", RATES[1:], ids=str)
def test_the_antiderivative_is_found_under_damping(seed, rate):
    B = random_polynomial(random.Random(seed))
    source = damped_total(B, rate).expand()
    assert vanishes(damped_total(antiderivative(source, rate), rate) - source)


FUNCTIONS = [
    sin(x) * exp(-y),
    sqrt(x**2 + y**2),
    log(1 + x**2) * y,
    atan(x),
    exp(-gamma * t) * x**2 / 2,
    cos(omega * t) * x + sin(omega * t) * x.dot,
    x * y / (1 + t**2),
    x.dot * y - x * y.dot,
    x**3 * x.dot.dot,
    1 / (x**2 + y**2),
]


@pytest.mark.parametrize("B", FUNCTIONS, ids=str)
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_functions_are_found_as_well_as_polynomials(B, rate):
    source = damped_total(B, rate)
    assert vanishes(damped_total(antiderivative(source, rate), rate) - source)


def test_a_derivative_that_cancels_does_not_hide_a_total_derivative():
    idle = (1 - k) / (1 + k) - (k - 1) ** 2 / (1 - k**2)
    for source in (x * x.dot + idle * x.dot * y.dot.dot, 2 * x * x.dot + x.dot.dot * (1 + idle * x.dot.dot)):
        B = antiderivative(source, NONE)
        assert B != 0
        assert vanishes(damped_total(B, NONE) - source)


def test_coefficients_are_left_as_they_are():
    assert antiderivative(2 * x * x.dot * (k - 1) ** 2 / (k + 1), NONE) == x**2 * (k - 1) ** 2 / (k + 1)


BLOCKS = [
    inner(w, c),
    inner(w, w) ** 2 / 2,
    trace(W * U * W * U),
    inner(W, W) * inner(w, c),
    trace(W * W.T * S) * t**2,
    inner(W.dot, K * W),
    exp(-gamma * t) * inner(w, w.dot),
    x * inner(w, w) * y.dot,
    inner(a, W * w),
    trace(X * W * W.dot.T),
]


@pytest.mark.parametrize("B", BLOCKS, ids=str)
@pytest.mark.parametrize("rate", RATES[:2], ids=str)
def test_functions_of_blocks_are_found(B, rate):
    source = damped_total(B, rate)
    assert vanishes(damped_total(antiderivative(source, rate), rate) - source)


NOT_TOTAL = [
    x.dot**2,
    x * y.dot,
    x,
    x * x.dot.dot,
    y * x.dot.dot,
    inner(w.dot, w.dot),
    inner(w, w),
    inner(W.dot, K * W),
    t * x.dot,
    x.dot * sin(y),
    x.dot**2 * x.dot.dot + y * x.dot,
]


@pytest.mark.parametrize("source", NOT_TOTAL, ids=str)
def test_what_is_no_total_derivative_has_no_antiderivative(source):
    assert antiderivative(source, NONE) == 0


@pytest.mark.parametrize(
    ("source", "rate", "B"),
    [
        (k, NONE, k * t),
        (k, gamma, k / gamma),
        (cos(t), NONE, sin(t)),
        (m * k, 3 / t, m * k * t / 4),
        (NONE, gamma, 0),
    ],
    ids=str,
)
def test_a_function_of_time_is_integrated_under_the_weight(source, rate, B):
    assert vanishes(antiderivative(source, rate) - B)


def test_what_has_no_elementary_primitive_is_an_integral():
    for source in (exp(t**t), x.dot + exp(t**t), y.dot * exp(sin(y)) + t):
        B = antiderivative(source, NONE)
        assert B.has(Integral)
        assert vanishes(damped_total(B, NONE) - source)


CORNERED = [
    x * Abs(x) / 2,
    t * Abs(x),
    Abs(x - y),
    Max(x, 0) ** 2,
    Min(x, y) * t,
    x**2 * sign(x) * y,
    x**2 * Heaviside(x),
    Abs(x - 1) * Abs(x),
    log(Abs(x)),
    x * log(Abs(x)),
    Abs(x) ** k,
    Abs(x) ** Rational(3, 2) * y,
    1 / Abs(x),
    sign(x) * sin(x),
    Abs(t**2) * x,
]


@pytest.mark.parametrize("B", CORNERED, ids=str)
def test_functions_with_corners_are_found_and_are_continuous(B):
    source = damped_total(B, NONE)
    found = antiderivative(source, NONE)
    assert vanishes(damped_total(found, NONE) - source)
    difference = (found - B).subs({k: 3})
    values = [
        difference.subs({x: a, y: 2, t: 3}).evalf(20) for a in (-4, Rational(-1, 3), Rational(1, 2), Rational(3, 2), 5)
    ]
    assert all(abs(value - values[0]) < 1e-12 for value in values)


INTEGRALS = [
    exp(sin(x)) * x.dot,
    sqrt(1 + x**3) * x.dot,
    exp(sin(x)) / x * x.dot,
    exp(sin(x * y)) * (x * y.dot + y * x.dot),
    exp(cos(y)) * y.dot + sqrt(1 + x**3) * x.dot,
    t * exp(x**2) * x.dot + Integral(exp(a_**2), (a_, 0, x)),
]


@pytest.mark.parametrize("source", INTEGRALS, ids=str)
def test_integrals_are_antiderivatives_too(source):
    B = antiderivative(source, NONE)
    assert B.has(Integral)
    assert vanishes(damped_total(B, NONE) - source)


def test_slopes_that_do_not_fit_are_refused_with_integrals_too():
    assert antiderivative(exp(sin(x * y)) * (x * y.dot - y * x.dot), NONE) == 0
    assert antiderivative(y * exp(sin(x)) * x.dot, NONE) == 0


@pytest.mark.parametrize("plane", [(0, 1), (1, 2), (2, 0)], ids=str)
def test_the_potential_of_a_magnetic_monopole_turns_by_a_gradient(plane):
    x1, x2, x3 = q = coordinates("x1 x2 x3")
    r = sqrt(x1**2 + x2**2 + x3**2)
    coupling = (x1 * x2.dot - x2 * x1.dot) / (r * (r + x3))
    i, j = (q[n] for n in plane)
    source = evolutionary(coupling, {i: -j, j: i})
    B = antiderivative(source, NONE)
    assert not B.has(Integral)
    assert vanishes(damped_total(B, NONE) - source)


def test_a_power_of_symbolic_degree_is_integrated():
    B = x ** (2 * k) * y
    assert vanishes(damped_total(antiderivative(damped_total(B, NONE), NONE), NONE) - damped_total(B, NONE))
    assert vanishes(antiderivative(damped_total(inner(w, w) ** k, NONE), NONE) - inner(w, w) ** k)


def test_what_is_not_affine_in_its_highest_derivative_is_refused_before_anything_is_expanded(monkeypatch):
    monkeypatch.setattr("symlag.calculus.homotopy.normal_form", pytest.fail)
    assert antiderivative((x.dot**2 + y.dot**2) * t + 1 / (x - y) ** 2, NONE) == 0
