"""Driven mechanics: the same symmetries as without driving, carried along with a particular solution."""

import pytest
from sympy import Rational, cos, cosh, exp, expand, log, sin, sqrt, symbols

from symlag.calculus.differential_operators import eulers
from symlag.calculus.exponential_polynomials import primitive_of_exponential_polynomial
from symlag.calculus.jets import coordinates, t
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.driving import without_driving
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import assert_all_symmetries_with_laws, kinetic

x, y = coordinates("x y")
a, b = coordinates("x_1 x_2")
k, omega, F, g = symbols("k omega F_0 g", positive=True)

SYSTEMS = {
    "driven": (Lagrangian(kinetic(x), k * x**2 / 2 - F * cos(omega * t) * x), 5),
    "driven at resonance": (Lagrangian(kinetic(x), x**2 / 2 - F * cos(t) * x), 5),
    "driven by a growing force": (Lagrangian(kinetic(x), x**2 / 2 - x * t * exp(t)), 5),
    "driven without a spring": (Lagrangian(kinetic(x), -(t**2) * x), 5),
    "driven by a velocity": (Lagrangian((x.dot + cos(2 * t)) ** 2 / 2, x**2 / 2), 5),
    "driven in the plane": (Lagrangian(kinetic(x, y), (x**2 + y**2) / 2 - x * cos(2 * t) - y * exp(-t)), 8),
    "driven together": (Lagrangian(kinetic(a, b), (a - b) ** 4 - (a + b) * cos(t)), 3),
    "a force that is given": (Lagrangian(kinetic(x), x**2 / 2, forces={x: F * cos(2 * t)}), 5),
    "a constant force": (Lagrangian(kinetic(x), x**2 / 2, forces={x: g}), 5),
    "a force with a potential": (Lagrangian(kinetic(x, y), forces={x: y, y: x}), 5),
    "a total derivative": (Lagrangian(kinetic(x) + t * x * x.dot + x**2 / 2), 5),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_driven_motion_has_the_symmetries_of_the_motion_without_driving(name):
    assert_all_symmetries_with_laws(*SYSTEMS[name])


@pytest.mark.parametrize("name", ["driven", "driven by a growing force", "driven together", "driven by a velocity"])
def test_the_particular_solution_maps_one_motion_to_the_other(name):
    L, _ = SYSTEMS[name]
    free, s = without_driving(L)
    assert any(s.values())
    shift = {q.at((n,)): q.at((n,)) + s[q].diff(t, n) for q in L.coordinates for n in range(3)}
    for q in L.coordinates:
        driven = eulers(L.density, L.coordinates, L.damping)[q].subs(shift, simultaneous=True)
        assert vanishes(expand(driven - eulers(free.density, L.coordinates, L.damping)[q]))


def test_symmetries_of_a_driven_equation_of_motion_are_those_of_a_linear_one():
    found = symmetries_of_motion(Lagrangian(kinetic(x), x**2 / 2 - x * cos(2 * t)))
    assert (found.dimension, found.complete) == (8, True)


def test_a_force_without_a_potential_is_refused_in_a_sentence():
    with pytest.raises(SymlagError, match="without forces"):
        symmetries(Lagrangian(kinetic(x, y), forces={x: y, y: -x}))


PRIMITIVES = [
    t**3 * exp(omega * t),
    cos(omega * t) * cos(k * t) * t,
    sin(t) ** 4,
    exp(-k * t) * sin(omega * t) ** 2,
    cosh(2 * t) * t**2 + Rational(1, 3),
]


@pytest.mark.parametrize("f", PRIMITIVES)
def test_exponential_polynomials_are_integrated(f):
    P = primitive_of_exponential_polynomial(f, t)
    assert P is not None
    assert vanishes(expand(P.diff(t) - f))


@pytest.mark.parametrize("f", [exp(t**2), log(t), 1 / t, sin(t) / t, sqrt(t) * exp(t)])
def test_other_functions_are_left_to_others(f):
    assert primitive_of_exponential_polynomial(f, t) is None
