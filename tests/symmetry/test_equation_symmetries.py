"""Symmetries of equations of motion, counted and named as Lie and his followers did."""

import pytest
from sympy import sqrt, symbols

from symlag.calculus.differential_operators import eulers, total
from symlag.calculus.jets import coordinates, t
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.families import time_translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

x, y, z = coordinates("x y z")
k, m, gamma = symbols("k m gamma", positive=True)

KNOWN = {
    "free particle": (Lagrangian(x.dot**2 / 2), 8, "sl(3,ℝ)"),
    "free particle in the plane": (Lagrangian((x.dot**2 + y.dot**2) / 2), 15, "sl(4,ℝ)"),
    "damped oscillator": (Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma), 8, "sl(3,ℝ)"),
    "Kepler": (
        Lagrangian((x.dot**2 + y.dot**2 + z.dot**2) / 2, -k / sqrt(x**2 + y**2 + z**2)),
        5,
        "so(3) ⊕ aff(1)",
    ),
    "inverse square": (Lagrangian(x.dot**2 / 2, k / x**2), 3, "sl(2,ℝ)"),
    "Lane-Emden 1": (Lagrangian(x.dot**2 / 2, x**2 / 2, damping=2 / t), 8, "sl(3,ℝ)"),
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


# How many symmetries keep L dt, how many change it by a differential, and how many keep the motion alone.
KINDS = {
    "free particle": (Lagrangian(x.dot**2 / 2), (3, 2, 3)),
    "free particle in the plane": (KNOWN["free particle in the plane"][0], (5, 3, 7)),
    "oscillator": (Lagrangian(m * x.dot**2 / 2, k * x**2 / 2), (1, 4, 3)),
    "damped oscillator": (KNOWN["damped oscillator"][0], (1, 4, 3)),
    "Kepler": (KNOWN["Kepler"][0], (4, 0, 1)),
    "falling body": (Lagrangian(x.dot**2 / 2, k * x), (1, 4, 3)),
    "inverse square": (KNOWN["inverse square"][0], (2, 1, 0)),
}


@pytest.mark.parametrize("name", KINDS)
def test_symmetries_of_the_motion_are_marked_as_those_of_the_action_or_not(name):
    L, counts = KINDS[name]
    found = symmetries_of_motion(L)
    assert tuple(map(found.kinds.count, ("L dt", "L dt up to a divergence", "the motion"))) == counts
    assert (len(found.strict), len(found.variational)) == (counts[0], counts[0] + counts[1])
    assert len(found.variational) == symmetries(L).dimension


@pytest.mark.parametrize("name", KINDS)
def test_the_mark_of_a_symmetry_is_what_noethers_condition_says(name):
    L, _ = KINDS[name]
    found = symmetries_of_motion(L)
    for X, kind in zip(found.generators, found.kinds, strict=True):
        change = X.act(L.density) + (total(X.tau) + L.damping * X.tau) * L.density
        assert vanishes(change) == (kind == "L dt")
        assert all(map(vanishes, eulers(change, L.coordinates, L.damping).values())) == (kind != "the motion")


def test_a_basis_that_mixes_is_sorted_out():
    mixed = Algebra(Lagrangian(x.dot**2 / 2), (Generator({x: x + 1}), Generator({x: t - x}), time_translation()))
    assert [(X.tau, X.components) for X in mixed.variational] == [(0, {x: t + 1}), (1, {})]
    assert mixed.kinds == ("the motion", "the motion", "L dt")


def test_an_algebra_of_no_action_has_no_variational_symmetries():
    with pytest.raises(SymlagError, match=r"belongs to no action, .*; write symmetries_of_motion"):
        _ = Algebra(None, (time_translation(),)).variational
