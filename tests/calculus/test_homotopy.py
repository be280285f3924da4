import random

import pytest
from sympy import Add, Mul, S as ZERO_AND_ONE, atan, cos, exp, log, sin, sqrt

from symlag.calculus.differential_operators import damped_total
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import t
from symlag.calculus.matrices import inner, trace
from symlag.calculus.zero_test import vanishes
from tests.support.cases import K, S, U, W, X, a, c, gamma, k, m, omega, w, x, y

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


def test_what_sympy_cannot_integrate_is_left_in_the_source():
    assert antiderivative(exp(t**t), NONE) == 0
    assert antiderivative(x.dot + exp(t**t), NONE) in (0, x)


def test_a_power_of_symbolic_degree_is_integrated():
    B = x ** (2 * k) * y
    assert vanishes(damped_total(antiderivative(damped_total(B, NONE), NONE), NONE) - damped_total(B, NONE))
    assert vanishes(antiderivative(damped_total(inner(w, w) ** k, NONE), NONE) - inner(w, w) ** k)


def test_what_is_not_affine_in_its_highest_derivative_is_refused_before_anything_is_expanded(monkeypatch):
    monkeypatch.setattr("symlag.calculus.homotopy.normal_form", pytest.fail)
    assert antiderivative((x.dot**2 + y.dot**2) * t + 1 / (x - y) ** 2, NONE) == 0
