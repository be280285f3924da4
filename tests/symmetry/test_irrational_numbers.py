"""Irrational constants in a Lagrangian are numbers like any other: all symmetries are found, and proved to be all."""

import pytest
from sympy import (
    E,
    EulerGamma,
    GoldenRatio,
    Rational,
    TribonacciConstant,
    cos,
    exp,
    gamma,
    log,
    pi,
    sin,
    sqrt,
    symbols,
)

from symlag.calculus.jets import coordinates
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.modular.linear_algebra import PRIMES, primes
from symlag.symmetry.modular.rotations import fraction_of_a_turn
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import kinetic

x, y = coordinates("x y")
k = symbols("k", positive=True)

NUMBERS = {
    "pi": (2 * pi) ** 2,
    "root of two": sqrt(2),
    "cubic root": 2 ** Rational(1, 3),
    "sum of roots": sqrt(2) + sqrt(3),
    "difference of roots": sqrt(2) - 1,
    "root in a root": sqrt(2 + sqrt(3)),
    "root of a large prime": sqrt(29),
    "golden ratio": GoldenRatio,
    "tribonacci": TribonacciConstant,
    "e": E,
    "root of pi": sqrt(pi),
    "less than pi": pi - 3,
    "Euler's constant": EulerGamma,
    "logarithm": log(2),
    "sine": sin(1),
    "seventh of a turn": cos(pi / 7),
    "power": 2 ** sqrt(2),
    "gamma": gamma(Rational(1, 3)),
    "times a symbol": k * pi / sqrt(2),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_an_oscillator_of_any_stiffness_has_five_symmetries(name):
    found = symmetries(Lagrangian(x.dot**2 / 2, NUMBERS[name] * x**2))
    assert (found.dimension, found.complete, found.name) == (5, True, "sl(2,ℝ) ⋉ ℝ²")


@pytest.mark.parametrize("name", ["root of two", "pi", "golden ratio"])
def test_a_body_of_any_mass_falls_with_five_symmetries_and_their_laws(name):
    c = NUMBERS[name]
    L = Lagrangian(c * x.dot**2 / 2, c**2 * x)
    found = symmetries(L)
    assert (found.dimension, found.complete) == (5, True)
    assert all(noether(L, X).defect() == 0 for X in found)


# Pairs of numbers that are equal, or are no relation of each other's: the oscillator in the plane is round, or not.
PAIRS = {
    "squares of sums": ((1 + sqrt(2)) ** 2, 3 + 2 * sqrt(2), 8),
    "powers of e": (exp(1) ** 2, exp(2), 8),
    "logarithms": (log(4), 2 * log(2), 8),
    "logarithms of products": (log(6), log(2) + log(3), 8),
    "double angles": (sin(2), 2 * sin(1) * cos(1), 8),
    "the golden ratio": (GoldenRatio**2, GoldenRatio + 1, 8),
    "powers": (2 ** sqrt(2) * 2 ** sqrt(2), 4 ** sqrt(2), 8),
    "different roots": (sqrt(2), sqrt(3), 5),
    "pi and e": (pi, E, 5),
    "pi and nearly pi": (pi, Rational(22, 7), 5),
}


@pytest.mark.parametrize("name", PAIRS)
def test_relations_between_numbers_are_known(name):
    one, other, dimension = PAIRS[name]
    found = symmetries(Lagrangian(kinetic(x, y), one * x**2 + other * y**2))
    assert (found.dimension, found.complete) == (dimension, True)


ZEROS = {
    "thirds of a turn": cos(x) + cos(x + 2 * pi / 3) + cos(x + 4 * pi / 3),
    "sevenths of a turn": cos(x + pi / 7) + cos(x - pi / 7) - 2 * cos(pi / 7) * cos(x),
    "eighths of a turn": sqrt(2) * cos(x + pi / 4) - cos(x) + sin(x),
    "tenths of a turn": 4 * cos(x + pi / 5) + 4 * cos(x - pi / 5) - 2 * (1 + sqrt(5)) * cos(x),
    "shifted exponentials": exp(x + 1) - E * exp(x),
    "shifted logarithms": x * (log(6) - log(2) - log(3)),
}


@pytest.mark.parametrize("name", ZEROS)
def test_a_potential_that_is_zero_in_disguise_leaves_the_free_particle(name):
    found = symmetries(Lagrangian(x.dot**2 / 2, ZEROS[name]))
    assert (found.dimension, found.complete) == (5, True)


def test_symmetries_of_motion_with_irrational_numbers():
    found = symmetries_of_motion(Lagrangian(pi * x.dot**2 / 2, sqrt(3) * x**2, damping=sqrt(2)))
    assert (found.dimension, found.complete, found.name) == (8, True, "sl(3,ℝ)")


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 8, 10, 12, 15, 24])
def test_parts_of_a_turn_are_parts_of_a_turn_modulo_a_prime(n):
    c, s = fraction_of_a_turn(Rational(1, n), PRIMES[0])
    value = Specialization(PRIMES[0]).value
    if n not in {15, 24}:
        assert (value(cos(2 * pi / n)), value(sin(2 * pi / n))) == (c, s)
    a, b = 1, 0
    for _ in range(n):
        assert (a, b) != (1, 0) or _ == 0
        a, b = (a * c - b * s) % PRIMES[0], (a * s + b * c) % PRIMES[0]
    assert (a, b) == (1, 0)


def test_further_primes_have_the_roots_that_the_first_have():
    for prime, _ in zip(primes(), range(5), strict=False):
        value = Specialization(prime).value
        assert all(pow(value(sqrt(n)), 2, prime) == n for n in (2, 3, 5))
