import pytest
from sympy import Function, Symbol, cos, exp, expand_trig, log, sin, sqrt, symbols, tan

from symlag.calculus.jets import t
from symlag.calculus.matrices import inner, trace
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes, zero_at_random_points
from tests.support.cases import K, S, U, W, X, gamma, k, m, w, x, y

p, q = symbols("p q", positive=True)
b = Symbol("b")
ZEROS = [
    sin(x) ** 2 + cos(x) ** 2 - 1,
    (x + y) ** 3 - x**3 - 3 * x**2 * y - 3 * x * y**2 - y**3,
    1 / (x - y) - 1 / (x + y) - 2 * y / (x**2 - y**2),
    exp(x + y) - exp(x) * exp(y),
    exp(-gamma * t) * exp(gamma * t) - 1,
    sqrt(p) * sqrt(q) - sqrt(p * q),
    p**b * p ** (1 - b) - p,
    log(p * q) - log(p) - log(q),
    cos(2 * x) - cos(x) ** 2 + sin(x) ** 2,
    (x**2 + y**2) ** b * (x**2 + y**2) - (x**2 + y**2) ** (b + 1),
    Function("f")(x) ** 2 - Function("f")(x) * Function("f")(x),
    inner(W, U.T) * k - k * trace(U * W),
    sqrt(inner(w, w)) ** 2 - inner(w, w),
]
OTHERS = [
    sin(x) - x,
    x - y,
    sqrt(b**2) - b,
    b + 10**-9,
    exp(x) - 1 - x - x**2 / 2,
    inner(W, W) - inner(W, U.T),
    Function("f")(x) - Function("f")(y),
    tan(x) - sin(x),
]


@pytest.mark.parametrize("zero", ZEROS, ids=str)
def test_what_vanishes_is_proved_to(zero):
    assert vanishes(zero)


@pytest.mark.parametrize("other", OTHERS, ids=str)
def test_what_does_not_vanish_is_not_taken_for_zero(other):
    assert not vanishes(other)


def test_a_matrix_vanishes_where_all_its_words_do():
    assert vanishes((p - p) * X + (sin(x) ** 2 + cos(x) ** 2 - 1) * S)
    assert vanishes(K + K.T)
    assert not vanishes(X + X.T)


def test_an_expression_is_tried_where_it_is_defined():
    assert zero_at_random_points(log(x) - log(x))
    assert not zero_at_random_points(1 / x)


@pytest.mark.parametrize("expression", [*ZEROS, *OTHERS], ids=str)
def test_the_normal_form_changes_no_value(expression):
    assert vanishes(normal_form(expression) - expression)


@pytest.mark.parametrize("zero", ZEROS, ids=str)
def test_the_normal_form_of_zero_is_zero(zero):
    assert normal_form(zero) == 0


def test_a_sum_of_fractions_with_roots_is_proved_zero():
    r = sqrt(x**2 + y**2)
    ends = [(x, y), (y, p), (p, x)]
    moved = sum((a - b) / (a - b) ** 3 for a, b in ends) * (t - q) / r
    still = sum(1 / (a - b) ** 2 for a, b in ends) * (t - q) * r / (x**2 + y**2)
    assert vanishes(moved - still)
    assert not vanishes(moved + still)


def test_the_normal_form_is_the_shorter_of_two():
    assert normal_form(m * (x + y) ** 5) == m * (x + y) ** 5
    assert normal_form((x + y) * x - x * y) == x**2
    assert expand_trig(normal_form(sin(2 * x))) == 2 * sin(x) * cos(x)
