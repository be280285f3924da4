"""Symmetries of equations of motion, counted and named as Lie and his followers did."""

import pytest
from sympy import sqrt, symbols

from symlag.generator import Generator
from symlag.jet import coordinates, t
from symlag.lagrangian import Lagrangian
from symlag.symmetry import symmetries
from symlag.symmetry.linearised import symmetries_of_motion

x, y, z = coordinates("x y z")
k, m, gamma = symbols("k m gamma", positive=True)

KNOWN = {
    "free particle": (Lagrangian(x.dot**2 / 2), 8, "sl(3,ℝ)"),
    "free particle in the plane": (Lagrangian((x.dot**2 + y.dot**2) / 2), 15, "sl(4,ℝ)"),
    "damped oscillator": (Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma), 8, "sl(3,ℝ)"),
    "Kepler": (
        Lagrangian((x.dot**2 + y.dot**2 + z.dot**2) / 2, -k / sqrt(x**2 + y**2 + z**2)),
        5,
        "so(3) ⊕ a solvable algebra of dimension 2",
    ),
    "inverse square": (Lagrangian(x.dot**2 / 2, k / x**2), 3, "sl(2,ℝ)"),
    "Lane-Emden 3": (Lagrangian(x.dot**2 / 2, x**4 / 4, damping=2 / t), 1, "ℝ"),
    "quartic": (Lagrangian(x.dot**2 / 2, x**4 + x), 1, "ℝ"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_symmetries_of_the_motion_are_counted_and_named(name):
    L, count, algebra = KNOWN[name]
    found = symmetries_of_motion(L)
    assert (found.dimension, found.complete, found.name) == (count, True, algebra)


@pytest.mark.parametrize("name", KNOWN)
def test_symmetries_of_the_action_are_among_them(name):
    L, *_ = KNOWN[name]
    assert symmetries(L).dimension <= symmetries_of_motion(L).dimension


def test_keplers_third_law_is_a_symmetry_of_the_motion_only():
    L = Lagrangian((x.dot**2 + y.dot**2) / 2, -k / sqrt(x**2 + y**2))
    third = Generator({x: 2 * x, y: 2 * y}, 3 * t)
    motion = [(X.tau, X.components) for X in symmetries_of_motion(L).generators]
    action = [(X.tau, X.components) for X in symmetries(L).generators]
    assert (third.tau, third.components) in motion
    assert (third.tau, third.components) not in action
