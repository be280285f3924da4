"""The finder of symmetries against counts known from the literature, and against laws that it must fulfil."""

import pytest
from sympy import Rational, cos, cosh, exp, gamma as gamma_function, sin, sinh, sqrt, symbols

from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.ansatz import Ansatz
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import calogero, kinetic, toda

x, y, z = coordinates("x y z")
theta, phi, psi = coordinates("theta phi psi")
a, b, c, d = coordinates("x_1 y_1 x_2 y_2")
k, m, gamma = symbols("k m gamma", positive=True)


def isotropic(*moving):
    return sum(q**2 for q in moving) / 2


# Counts from the literature on variational symmetries; the maximal one is (n² + 3n + 6)/2.
KNOWN = {
    "free particle on a line": (Lagrangian(kinetic(x)), 5),
    "free particle in the plane": (Lagrangian(kinetic(x, y)), 8),
    "free particle in space": (Lagrangian(kinetic(x, y, z)), 12),
    "oscillator": (Lagrangian(m * kinetic(x), k * isotropic(x)), 5),
    "oscillator in the plane": (Lagrangian(m * kinetic(x, y), k * isotropic(x, y)), 8),
    "oscillator in space": (Lagrangian(kinetic(x, y, z), isotropic(x, y, z)), 12),
    "damped free particle": (Lagrangian(kinetic(x), damping=gamma), 5),
    "damped oscillator": (Lagrangian(m * kinetic(x), k * isotropic(x), damping=gamma), 5),
    "repeller": (Lagrangian(kinetic(x), -k * isotropic(x)), 5),
    "falling body": (Lagrangian(m * kinetic(x), m * k * x), 5),
    "inverse square": (Lagrangian(m * kinetic(x), k / x**2), 3),
    "Kepler in the plane": (Lagrangian(m * kinetic(x, y), -k / sqrt(x**2 + y**2)), 2),
    "Kepler in space": (Lagrangian(m * kinetic(x, y, z), -k / sqrt(x**2 + y**2 + z**2)), 4),
    "Toda": (toda, 3),
    "Calogero": (calogero, 5),
    "two bodies in the plane": (Lagrangian(kinetic(a, b, c, d), -k / sqrt((a - c) ** 2 + (b - d) ** 2)), 7),
    "spherical top": (Lagrangian(kinetic(theta, phi, psi) + cos(theta) * phi.dot * psi.dot), 7),
    "sphere": (Lagrangian((theta.dot**2 + sin(theta) ** 2 * phi.dot**2) / 2), 4),
    "hyperbolic plane": (Lagrangian((x.dot**2 + y.dot**2) / y**2 / 2), 4),
    "magnetic field": (Lagrangian(m * kinetic(x, y) + k * (x * y.dot - y * x.dot) / 2), 8),
    "Lane-Emden 3": (Lagrangian(kinetic(x), x**4 / 4, damping=2 / t), 0),
    "Lane-Emden 5": (Lagrangian(kinetic(x), x**6 / 6, damping=2 / t), 1),
    "pendulum": (Lagrangian(m * kinetic(theta), -k * cos(theta)), 1),
    "curvature of a path": (Lagrangian(x.dot.dot**2 / 2), 7),
    "oscillator of Pais and Uhlenbeck": (
        Lagrangian((x.dot.dot**2 - (k**2 + m**2) * x.dot**2 + k**2 * m**2 * x**2) / 2),
        5,
    ),
    "relativistic particle": (Lagrangian(-m * sqrt(1 - x.dot**2 - y.dot**2)), 6),
}


@pytest.mark.parametrize("name", KNOWN)
def test_number_of_symmetries_is_that_of_the_literature(name):
    L, expected = KNOWN[name]
    found = symmetries(L)
    assert (found.dimension, found.bound, found.complete) == (expected, expected, True)


@pytest.mark.parametrize("name", KNOWN)
def test_every_generator_is_a_symmetry_and_the_algebra_closes(name):
    L, _ = KNOWN[name]
    found = symmetries(L)
    assert found.closed
    for X in found.generators:
        law = noether(L, X)
        assert law.conserved
        assert law.defect() == 0


def test_the_search_can_be_told_what_to_try():
    L = Lagrangian(kinetic(x, y), isotropic(x, y) ** 2)
    assert symmetries(L, Ansatz(degree=1, functions=())).complete
    sphere, _ = KNOWN["sphere"]
    assert symmetries(sphere, Ansatz(degree=1, functions=())).dimension == 2
    ansatz = Ansatz(degree=1, functions=(cos(theta) / sin(theta),))
    assert symmetries(sphere, ansatz).complete


def test_unknown_solutions_are_counted_not_hidden():
    found = symmetries(Lagrangian(kinetic(x), (1 + cos(t)) * isotropic(x)))  # of Mathieu's functions
    assert (found.complete, found.bound) == (False, 5)
    assert found.verdict.endswith("5 not found")


def test_potential_without_symmetry_has_none():
    found = symmetries(Lagrangian(kinetic(x, y), x**2 + 3 * y**2 + x * y + x**3 + t * x))
    assert (found.dimension, found.complete) == (0, True)


def test_irrational_frequency_is_exact():
    found = symmetries(Lagrangian(kinetic(x), Rational(5, 2) * x**2))
    assert found.dimension == 5
    assert any(X.components[x].has(cos(sqrt(5) * t)) for X in found.generators if x in X.components)


def test_lagrangian_without_motion_is_refused():
    with pytest.raises(SymlagError, match="every motion is a symmetry"):
        symmetries(Lagrangian(x.dot))


@pytest.mark.parametrize(
    ("L", "message"),
    [
        (Lagrangian(inner(block("w", 2).dot, block("w", 2).dot)), "coordinates of time that are numbers"),
        (Lagrangian(x.dot**2, forces={x: -x.dot}), "without forces"),
        (Lagrangian(x.dot**2, gamma_function(x)), "does not know this function"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_sentence(L, message):
    with pytest.raises(SymlagError, match=message):
        symmetries(L)


def test_motions_of_a_curved_space_are_called_isometries_and_those_with_time_are_not():
    sphere = Lagrangian((theta.dot**2 + sin(theta) ** 2 * phi.dot**2) / 2)
    names = sorted(X.name for X in symmetries(sphere).generators)
    assert names == ["isometry", "isometry", "time translation", "translation"]
    names = [X.name for X in symmetries(Lagrangian(x.dot**2 / 2, k * x**2 / 2)).generators]
    assert names == ["time translation", "conformal", "conformal", "solution", "solution"]


OSCILLATORS = {
    "Lane and Emden's of index one": (x**2 / 2, 2 / t, [cos(t) / t, sin(t) / t]),
    "of any stiffness": (k * x**2 / 2, 2 / t, [cos(sqrt(k) * t) / t, sin(sqrt(k) * t) / t]),
    "falling away": (-2 * x**2, 2 / t, [cosh(2 * t) / t, sinh(2 * t) / t]),
    "in a valley that grows steeper": (
        x**2 / 2 + t**2 * x**2 / 8,
        t,
        [exp(-(t**2) / 4) * f(t / sqrt(2)) for f in (cos, sin)],
    ),
}


@pytest.mark.parametrize("name", OSCILLATORS)
def test_solutions_of_an_oscillator_whose_friction_changes_are_among_its_symmetries(name):
    V, damping, solutions = OSCILLATORS[name]
    L = Lagrangian(x.dot**2 / 2, V, damping=damping)
    found = symmetries(L)
    assert (found.dimension, found.complete) == (5, True)
    assert all(noether(L, X).defect() == 0 and noether(L, X).conserved for X in found.generators)
    shifts = [X.components[x] for X in found.generators if X.name == "solution"]
    assert len(shifts) == 2
    assert all(any(vanishes(a - b) for b in shifts) for a in solutions)


def test_time_is_stretched_at_twice_the_frequency_of_an_oscillator():
    found = symmetries(Lagrangian(x.dot**2 / 2, 9 * x**2 / 2, damping=2 / t))
    assert {X.tau for X in found.generators} == {0, 1, cos(6 * t), sin(6 * t)}


def test_symmetries_without_closed_form_are_counted_and_said_to_be_missing():
    """A pendulum whose point of support shakes, linearized: its solutions are Mathieu's functions."""
    found = symmetries(Lagrangian(x.dot**2 / 2, (2 + cos(3 * t)) * x**2 / 2))
    assert (found.dimension, found.bound, found.complete) == (0, 5, False)
    assert found.verdict == "at least 0 and at most 5: 5 not found"


@pytest.mark.parametrize("number", range(2, 8))
def test_roots_of_numbers_in_frequencies_are_found_modulo_some_prime(number):
    found = symmetries(Lagrangian((x.dot**2 + y.dot**2 + z.dot**2) / 2, (number * x**2 + 11 * y**2 + 13 * z**2) / 2))
    assert (found.dimension, found.complete) == (7, True)


SPRINGS = {
    "two equal ones": x**2 / 2 + (x - y) ** 2 / 2,
    "two, without a smaller square root": 3 * x**2 / 2 + 5 * (x - y) ** 2 / 2,
    "two of any stiffness": k * x**2 / 2 + m * (x - y) ** 2 / 2,
    "two, turned by a magnetic field": x**2 / 2 + y**2 / 3 - x * y.dot,
    "two, one of which pushes": x**2 / 2 - y**2 / 3 - x * y.dot,
    "two that push, turned so little that they grow": -(x**2) / 2 - y**2 / 3 - x * y.dot,
    "three equal ones": x**2 / 2 + (x - y) ** 2 / 2 + (y - z) ** 2 / 2,
    "three, two of which are equal": x**2 / 2 + (x - y) ** 2 / 2 + 3 * (y - z) ** 2 / 2,
}


@pytest.mark.parametrize("name", SPRINGS)
def test_coupled_springs_swing_at_roots_of_their_polynomial(name):
    V = SPRINGS[name]
    n = 3 if V.has(z) else 2
    found = symmetries(Lagrangian(kinetic(*(x, y, z)[:n]), V))
    assert (found.dimension, found.complete) == (2 * n + 1, True)
    assert sum(X.name == "solution" for X in found) == 2 * n
