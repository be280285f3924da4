"""Linear equations of motion with functions of time in them: Bessel's, Airy's and Euler's, and their laws."""

import pytest
from mpmath import mp
from sympy import Rational, S, airyai, airybi, besseli, besselj, besselk, bessely, exp, lambdify, pi, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.calculus.zero_test import vanishes
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.linear_equations_in_time import solutions
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.modular.linear_algebra import PRIMES
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import assert_all_symmetries_with_laws

x, y, z = coordinates("x y z")
k, omega, nu, b = symbols("k omega nu b", positive=True)

# Friction p and stiffness r of ü + p u̇ + r u = 0, with the function of time that is to be recognized.
EQUATIONS = {
    "Bessel, of order one": (3 / t, omega**2, (besselj, bessely)),
    "Bessel, of any order": (1 / t, 1 - nu**2 / t**2, (besselj, bessely)),
    "Bessel, modified": (1 / t, -1 - nu**2 / t**2, (besseli, besselk)),
    "Bessel, at another origin": (1 / (t + 3), omega**2, (besselj, bessely)),
    "Bessel, of a power": (0, k * t**2, (besselj, bessely)),
    "Bessel, of a root": (0, 1 / t, (besselj, bessely)),
    "ageing spring": (0, k * exp(-2 * b * t), (besselj, bessely)),
    "ageing spring with friction": (1, exp(-t), (besselj, bessely)),
    "Airy": (0, k * t, (airyai, airybi)),
    "Airy, falling away": (0, -t, (airyai, airybi)),
    "Airy, shifted": (0, 1 + 2 * t, (airyai, airybi)),
    "Airy, with friction": (4, 4 + t, (airyai, airybi)),
    "spherical Bessel": (2 / t, 1 - 6 / t**2, None),
    "spherical Bessel, modified": (2 / t, -(omega**2) - 2 / t**2, None),
    "inverted": (0, omega**2 / t**4, None),
    "Euler, powers": (0, -2 / t**2, None),
    "Euler, oscillating": (0, 2 / t**2, None),
    "Euler, a double root": (0, Rational(1, 4) / t**2, None),
    "growing friction": (2 * t, t**2 + 2, None),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_two_independent_solutions_are_recognized(name):
    friction, stiffness, functions = EQUATIONS[name]
    pair = solutions(S(friction), S(stiffness))
    assert pair is not None
    assert functions is None or all(u.has(function) for u, function in zip(pair, functions, strict=True))
    numbers = {k: Rational(3, 2), omega: Rational(4, 3), nu: Rational(2, 7), b: Rational(1, 3)}
    with mp.workdps(30):
        for u in pair:  # as mpmath's own Bessel functions and derivatives have it
            f, p, r = (lambdify(t, S(part).xreplace(numbers), "mpmath") for part in (u, friction, stiffness))
            for place in (mp.mpf("0.7"), mp.mpf("2.3")):
                assert abs(mp.diff(f, place, 2) + p(place) * mp.diff(f, place) + r(place) * f(place)) < 1e-8
        one, other = (lambdify(t, u.xreplace(numbers), "mpmath") for u in pair)
        assert abs(one(1.3) * mp.diff(other, 1.3) - other(1.3) * mp.diff(one, 1.3)) > 1e-3


SYSTEMS = {
    "Bessel": (Lagrangian(t**3 * (x.dot**2 - omega**2 * x**2) / 2), 5),
    "Bessel as damping": (Lagrangian(x.dot**2 / 2, x**2 / 2, damping=1 / t), 5),
    "Bessel, modified": (Lagrangian(x.dot**2 / 2, -(x**2) / 2, damping=1 / t), 5),
    "Bessel, in the plane": (Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2, damping=1 / t), 8),
    "Bessel, of two coordinates": (Lagrangian((x.dot**2 + y.dot**2) / 2, t * x**2 / 2 + t**2 * y**2 / 2), 4),
    "Airy": (Lagrangian(x.dot**2 / 2, k * t * x**2 / 2), 5),
    "ageing spring": (Lagrangian(x.dot**2 / 2, exp(-t) * x**2 / 2), 5),
    "mass that grows": (Lagrangian(t * x.dot**2 / 2, x**2 / 2), 5),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_linear_motion_has_all_its_symmetries_and_each_a_law(name):
    assert_all_symmetries_with_laws(*SYSTEMS[name])


def test_motion_with_airys_functions_has_eight_symmetries():
    found = symmetries_of_motion(Lagrangian(x.dot**2 / 2, t * x**2 / 2))
    assert (found.dimension, found.complete, len(found.variational)) == (8, True, 5)


def test_charge_of_a_bessel_function_is_constant_on_an_orbit_of_its_equation():
    L = Lagrangian(t**3 * (x.dot**2 - x**2) / 2)
    law = noether(L, next(X for X in symmetries(L) if X.tau.has(bessely) and X.tau.has(besselj)))
    orbit = (2 * besselj(1, t) + 3 * bessely(1, t)) / t
    charge = lambdify(t, law.charge.xreplace({x.dot: orbit.diff(t), x: orbit}), "mpmath")
    assert abs(charge(0.5) - charge(4.0)) < 1e-10
    assert abs(charge(0.5)) > 0.1


u = symbols("u", real=True)
IDENTITIES = [
    besselj(2, u) - 2 * besselj(1, u) / u + besselj(0, u),
    besselj(nu, u).diff(u, 2) * u**2 + u * besselj(nu, u).diff(u) + (u**2 - nu**2) * besselj(nu, u),
    u * (besselj(3, u) * bessely(2, u) - besselj(2, u) * bessely(3, u)) - 2 / pi,
    u * besseli(0, u).diff(u, 2) + besseli(0, u).diff(u) - u * besseli(0, u),
    airyai(u**2).diff(u, 2) * u - airyai(u**2).diff(u) - 4 * u**5 * airyai(u**2),
    besselj(0, sqrt(u)).diff(u) + besselj(1, sqrt(u)) / (2 * sqrt(u)),
]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identities_of_special_functions_are_proved_and_refuted(identity):
    assert vanishes(identity)
    assert Specialization(PRIMES[0], variables=(u,)).value(identity) == 0
    assert not vanishes(identity + besselj(1, u))
    assert Specialization(PRIMES[0], variables=(u,)).value(identity + besselj(1, u)) != 0
