"""Searches that end with all symmetries: those that a search to a fixed number of equations or degree would miss."""

import pytest
from sympy import S, cos, exp, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.ansatz import Ansatz
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.modular.lattice import combination, shortest_vector
from symlag.symmetry.modular.linear_algebra import PRIMES
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import kinetic

x, y, z = coordinates("x y z")
a, b, c, d = coordinates("a b c d")
bodies = [coordinates(f"x_{i} y_{i}") for i in (1, 2, 3)]
k = symbols("k", positive=True)


def distance(p, q):
    return sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)


SYSTEMS = {
    # Pairs that attract each other: time, and for each pair two symmetries of its centre; the two centres turn.
    "two pairs": (Lagrangian(kinetic(a, b, c, d), (a - b) ** 4 + (c - d) ** 4), 6),
    "two pairs that differ": (Lagrangian(kinetic(a, b, c, d), (a - b) ** 4 + (c - d) ** 6), 6),
    "a pair and two free bodies": (Lagrangian(kinetic(a, b, c, d), (a - b) ** 4), 1 + 6 + 3),
    "a chain of four": (Lagrangian(kinetic(a, b, c, d), (a - b) ** 4 + (b - c) ** 4 + (c - d) ** 4), 3),
    # Galilei's: time, two translations, two boosts, a rotation; in the plane of configurations one turn more.
    "three bodies in the plane": (
        Lagrangian(
            kinetic(*bodies[0], *bodies[1], *bodies[2]),
            -1 / distance(*bodies[:2]) - 1 / distance(*bodies[1:]) - 1 / distance(bodies[0], bodies[2]),
        ),
        7,
    ),
    "two bodies in the plane": (Lagrangian(kinetic(*bodies[0], *bodies[1]), -k / distance(*bodies[:2])), 7),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_symmetry_is_found_where_equations_depend_on_each_other(name):
    L, dimension = SYSTEMS[name]
    found = symmetries(L)
    assert (found.dimension, found.complete, found.closed) == (dimension, True, True)


def test_a_turn_of_two_centres_is_found():
    found = symmetries(SYSTEMS["two pairs"][0])
    assert {a: -c - d, b: -c - d, c: a + b, d: a + b} in [X.components for X in found]


def test_the_search_goes_on_to_the_degree_at_which_the_list_is_complete():
    """1/(ẋ + x²) belongs to the equation ẍ + 3xẋ + x³ = 0, which is that of a free particle in other coordinates."""
    found = symmetries_of_motion(Lagrangian(1 / (x.dot + x**2)))
    assert (found.dimension, found.complete, found.name) == (8, True, "sl(3,ℝ)")


# Equations of motion ẍ = F that are linear in suitable coordinates have eight symmetries, by Lie's test.
FORCED = {
    "linear friction": (x**2 / 2, {x: -x.dot / 5}, 8),
    "a constant force": (S.Zero, {x: k}, 8),
    "friction of the square": (S.Zero, {x: -(x.dot**2)}, 8),
    "ẍ + 3xẋ + x³ = 0": (S.Zero, {x: -3 * x * x.dot - x**3}, 8),
    "van der Pol": (x**2 / 2, {x: (1 - x**2) * x.dot}, 1),
    "friction of the cube": (S.Zero, {x: -(x.dot**3)}, 8),
}


@pytest.mark.parametrize("name", FORCED)
def test_symmetries_of_a_forced_motion_are_counted(name):
    V, forces, dimension = FORCED[name]
    found = symmetries_of_motion(Lagrangian(x.dot**2 / 2, V, forces=forces))
    assert (found.dimension, found.complete) == (dimension, True)


def test_friction_by_a_force_by_damping_and_by_dissipation_has_the_same_symmetries():
    T, V = x.dot**2 / 2, x**2 / 2
    ways = [
        Lagrangian(T, V, forces={x: -x.dot / 3}),
        Lagrangian(T, V, dissipation=x.dot**2 / 6),
        Lagrangian(T, V, damping=S.One / 3),
    ]
    assert [symmetries_of_motion(L).dimension for L in ways] == [8, 8, 8]


# A change of scale x → c x maps one action to a multiple of another, so that its symmetries are as many.
SCALES = [0.5, S.One / 3, (1 + sqrt(5)) / 2]
SCALED = {
    "oscillator": (lambda q: q.dot**2 / 2, lambda q: q**2 / 2, 0, 5),
    "quartic": (lambda q: q.dot**2 / 2, lambda q: q**4, 0, 1),
    "inverse square": (lambda q: q.dot**2 / 2, lambda q: 1 / q**2, 0, 3),
    "damped": (lambda q: q.dot**2 / 2, lambda q: q**2 / 2, S.One / 3, 5),
    "falling": (lambda q: q.dot**2 / 2, lambda q: q, 0, 5),
    "pendulum": (lambda q: q.dot**2 / 2, lambda q: -cos(q), 0, 1),
    "Toda": (lambda q: q.dot**2 / 2, exp, 0, 1),
}


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("scale", SCALES)
def test_the_number_of_symmetries_does_not_depend_on_units(name, scale):
    T, V, damping, dimension = SCALED[name]
    there = {x: scale * x, x.dot: scale * x.dot}
    found = symmetries(Lagrangian(T(x).subs(there), S(V(x)).subs(there), damping=damping))
    assert (found.dimension, found.complete) == (dimension, True)


def test_generators_with_nested_roots_have_laws():
    L = Lagrangian(kinetic(x, y), x**2 / 2 + (x - y) ** 2 / 2)
    assert all(noether(L, X).conserved for X in symmetries(L))


def test_a_short_vector_is_found_in_a_lattice():
    shortest = shortest_vector([[101, 0], [-23, 1]])
    assert shortest is not None
    assert sorted(map(abs, shortest)) == [4, 9]
    root = pow(5, (PRIMES[0] + 1) // 4, PRIMES[0])
    residue = (7 + 3 * root) * pow(4, -1, PRIMES[0]) % PRIMES[0]
    combined = combination(residue, [1, root], PRIMES[0])
    assert combined is not None
    numbers, below = combined
    assert [n / below for n in numbers] == [7 / 4, 3 / 4]
    assert combination(pow(7, 10**6, PRIMES[0]), [1, root], PRIMES[0]) is None


def test_an_unfinished_search_says_what_was_not_found_and_claims_nothing_more():
    found = symmetries(Lagrangian(kinetic(x), t**5 * x**2 + exp(t) * x**2), Ansatz(degree=2))
    assert found.verdict == "at least 0 and at most 5: 5 not found"
