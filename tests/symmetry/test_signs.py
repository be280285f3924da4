"""Symmetries where signs matter: absolute values, roots of squares, Lagrangians that are real on several regions."""

import pytest
from sympy import Abs, Heaviside, Max, Min, Rational, Symbol, cos, log, sign, sin, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.analysis import verdict
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian

x, y = coordinates("x y")
k = symbols("k", positive=True)
T1, T2 = x.dot**2 / 2, (x.dot**2 + y.dot**2) / 2


@pytest.mark.parametrize(
    ("V", "other"),
    [
        (-1 / sqrt(x**2), -1 / Abs(x)),
        (sqrt(x**2 + 2 * x + 1) ** 3, Abs(x + 1) ** 3),
        (log(x**2), 2 * log(Abs(x))),
        (x**4 * sign(x), x**3 * Abs(x)),
        (Max(x, -x) ** 3, Abs(x) ** 3),
    ],
    ids=str,
)
def test_potentials_that_are_equal_have_equal_symmetries(V, other):
    found, expected = (symmetries(Lagrangian(T1, U)) for U in (V, other))
    assert (found.bound, [X.components for X in found]) == (expected.bound, [X.components for X in expected])


@pytest.mark.parametrize(
    ("V", "count"),
    [(-1 / Abs(x), 1), (Abs(x) ** 3, 1), (log(Abs(x)), 1), (1 / Abs(x) ** 2, 3), (Abs(x) ** k, 1)],
    ids=str,
)
def test_an_even_potential_has_the_symmetries_of_either_side(V, count):
    assert symmetries(Lagrangian(T1, V)).verdict == f"{count}, complete, proved"


@pytest.mark.parametrize(
    ("V", "degree"),
    [(-1 / Abs(x), -1), (Abs(x) ** 3, 3), (Abs(x) ** k, k), (Abs(x), 1), (Abs(x) ** Rational(-3, 2), Rational(-3, 2))],
    ids=str,
)
def test_the_scaling_of_a_power_keeps_the_motion(V, degree):
    scalings = [X for X in symmetries_of_motion(Lagrangian(T1, V)) if X.components]
    (X,) = scalings
    assert (X.components[x] / x - 2 * X.tau / t / (2 - degree)).simplify() == 0


@pytest.mark.parametrize("V", [Abs(x), Max(x, 0), x * Heaviside(x), sqrt((x - 1) ** 2), Min(2 * x, x)], ids=str)
def test_a_translation_that_holds_beside_a_corner_only_is_not_claimed(V):
    algebra = symmetries(Lagrangian(T1, V))
    assert [X.name for X in algebra] == ["time translation"]
    assert not algebra.complete


@pytest.mark.parametrize("V", [sign(x), Heaviside(x), x * sign(x - 1), sign(x * y), sign(x - y) + x], ids=str)
def test_a_potential_that_jumps_is_refused(V):
    with pytest.raises(SymlagError, match="jumps"):
        symmetries(Lagrangian(T2, V))


def test_the_root_of_a_perfect_square_is_none():
    algebra = symmetries(Lagrangian(T2, sqrt(x**4 + 2 * x**2 * y**2 + y**4)))
    assert algebra.verdict == "8, complete, proved"
    assert sum(X.components == {x: cos(sqrt(2) * t)} or X.components == {x: sin(sqrt(2) * t)} for X in algebra) == 2


def test_a_region_is_stated_where_a_lagrangian_is_another_function_on_another():
    assert symmetries(Lagrangian(T2, sqrt(x * y) - sqrt(x) * sqrt(y))).verdict == (
        "8, complete, proved, where x > 0 and y > 0"
    )
    assert symmetries(Lagrangian(T2, sqrt(x) * sqrt(y))).region == ()


def test_that_there_is_no_symmetry_is_an_answer():
    assert symmetries(Lagrangian(T1, x**2 + log(x**2), damping=1)).verdict == "0, complete, proved"


def test_more_symmetries_than_there_can_be_are_an_error():
    with pytest.raises(AssertionError, match="report"):
        verdict(10, 8)


@pytest.mark.parametrize("seed", range(5))
def test_modulo_a_prime_squares_are_the_positive_numbers(seed):
    at, z = Specialization(PRIMES[0], point=seed), Symbol("z")
    for zero in (
        Abs(x * y) - Abs(x) * Abs(y),
        sqrt(x**2 * y**2) - Abs(x) * Abs(y),
        sign(x) * Abs(x) - x,
        log(x**2 * Abs(y)) - 2 * log(Abs(x)) - log(Abs(y)),
        (x**2) ** z - Abs(x) ** (2 * z),
        Max(x, y) + Min(x, y) - x - y,
    ):
        assert at.value(zero) == 0
    if at.value(sign(x)) != 1:
        for unreal in (sqrt(x), log(x), x**z):
            with pytest.raises(UnluckyError):
                at.value(unreal)
