"""Symmetries whose coefficients are modes along a cyclic variable: an angle, a radius, x in e^{2x}, and time in e^{ct}.

The right numbers are those of the same motion in Cartesian coordinates: a linear equation of second order has five
variational symmetries on a line, eight in the plane and twelve in space, where it is isotropic.
"""

import pytest
from sympy import Rational, cos, exp, log, sin, symbols

from symlag.calculus.jets import coordinates, t
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import assert_all_symmetries_with_laws

x, y, z, r, theta, phi = coordinates("x y z r theta phi")
k, gamma = symbols("k gamma", positive=True)

plane = (r.dot**2 + r**2 * theta.dot**2) / 2

SYSTEMS = {
    "plane, polar": (Lagrangian(plane), 8),
    "plane, radius squared": (Lagrangian(r.dot**2 / (8 * r) + r * theta.dot**2 / 2), 8),
    "plane, logarithm of the radius": (Lagrangian(exp(2 * x) * (x.dot**2 + theta.dot**2) / 2), 8),
    "plane, a multiple of the angle": (Lagrangian((r.dot**2 + 9 * r**2 * theta.dot**2) / 2), 8),
    "oscillator, polar": (Lagrangian(plane, k * r**2 / 2), 8),
    "Kepler, polar": (Lagrangian(plane, -k / r), 2),
    "inverse square, polar": (Lagrangian(plane, k / r**2), 4),
    "inverse square of a coordinate, polar": (Lagrangian(plane, k / (r * sin(theta)) ** 2), 5),
    "falling, polar": (Lagrangian(plane, k * r * cos(theta)), 8),
    "space, cylindrical": (Lagrangian(plane + z.dot**2 / 2), 12),
    "x² for x": (Lagrangian(x**2 * x.dot**2 / 2), 5),
    "(x + 3)² for x": (Lagrangian((x + 3) ** 2 * x.dot**2 / 2), 5),
    "root of x for x": (Lagrangian(x.dot**2 / x / 2), 5),
    "1/x for x, falling": (Lagrangian(x.dot**2 / x**4 / 2, k / x), 5),
    "e^x for x": (Lagrangian(exp(2 * x) * x.dot**2 / 2), 5),
    "e^x for x, oscillating": (Lagrangian(exp(2 * x) * (x.dot**2 - k) / 2), 5),
    "friction written out": (Lagrangian(exp(gamma * t) * x.dot**2 / 2), 5),
    "damped oscillator written out": (Lagrangian(exp(gamma * t) * (x.dot**2 - k * x**2) / 2), 5),
    "damped, at rates that are numbers": (Lagrangian(exp(3 * t) * (x.dot**2 - 2 * x**2) / 2), 5),
    "damped at the critical rate": (Lagrangian(exp(2 * t) * (x.dot**2 - x**2) / 2), 5),
    "integrable Duffing": (Lagrangian(exp(3 * t) * (x.dot**2 / 2 - x**2 - x**4 / 4)), 1),
    "power of time": (Lagrangian(t**3 * x.dot**2 / 2), 5),
    "Euler's equation, powers": (Lagrangian(t**2 * x.dot**2 / 2 - x**2), 5),
    "Euler's equation, a square": (Lagrangian(t**2 * x.dot**2 / 2 + x**2 / 8), 5),
    "Euler's equation, oscillating": (Lagrangian(t**2 * x.dot**2 / 2 - k * x**2 / 2), 5),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_symmetries_are_as_many_as_in_cartesian_coordinates_and_each_has_a_law(name):
    assert_all_symmetries_with_laws(*SYSTEMS[name])


def test_damping_written_out_leaves_the_symmetries_as_they_are():
    T, V = x.dot**2 / 2, k * x**2 / 2
    written_out, damped = symmetries(Lagrangian(exp(gamma * t) * (T - V))), symmetries(Lagrangian(T, V, damping=gamma))
    assert [(X.tau, X.components) for X in written_out] == [(X.tau, X.components) for X in damped]


def test_powers_of_time_that_oscillate_are_those_of_the_logarithm():
    moves = [X.components[x] for X in symmetries(Lagrangian(t**2 * x.dot**2 / 2 - x**2)) if X.tau == 0]
    # ẍ + 2ẋ/t + 2x/t² = 0 has t^λ with λ² + λ + 2 = 0.
    assert all(x not in move.free_symbols and move.has(log(t)) for move in moves)
    assert all(((t**2 * move.diff(t)).diff(t) + 2 * move).simplify() == 0 for move in moves)


@pytest.mark.parametrize(
    ("L", "expected"),
    [
        (Lagrangian(x**2 * x.dot**2 / 2), 8),
        (Lagrangian(exp(2 * x) * x.dot**2 / 2), 8),
        (Lagrangian(exp(3 * t) * (x.dot**2 - x**2) / 2), 8),
        (Lagrangian(t**2 * x.dot**2 / 2 - x**2 * Rational(1, 8)), 8),
        (Lagrangian(plane, -k / r), 3),
        (Lagrangian(plane), 15),
    ],
)
def test_symmetries_of_the_motion_are_as_many_as_in_cartesian_coordinates(L, expected):
    found = symmetries_of_motion(L)
    assert (found.dimension, found.complete) == (expected, True)
