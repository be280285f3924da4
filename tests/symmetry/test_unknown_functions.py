"""Symmetries of Lagrangians with functions that are not given: what holds for almost every one of them."""

import pytest
from sympy import Function, exp, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.modular.linear_algebra import PRIMES
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import kinetic

x, y, r, theta = coordinates("x y r theta")
F, G = Function("F"), Function("G")

# By hand: conserved are the energy, the momentum along which V does not change, and that of its boost.
SYSTEMS = {
    "a potential": (Lagrangian(kinetic(x), F(x)), 1, 1),
    "a central potential": (Lagrangian(kinetic(x, y), F(x**2 + y**2)), 2, 2),
    "a central potential of the radius": (Lagrangian(kinetic(x, y), F(sqrt(x**2 + y**2))), 2, 2),
    "a central potential, polar": (Lagrangian((r.dot**2 + r**2 * theta.dot**2) / 2, F(r)), 2, 2),
    "a potential of the distance": (Lagrangian(kinetic(x, y), F(x - y)), 3, 3),
    "a potential of two arguments": (Lagrangian(kinetic(x, y), F(x, y)), 1, 1),
    "two potentials": (Lagrangian(kinetic(x, y), F(x) + G(y)), 1, 1),
    "a potential of a product": (Lagrangian(kinetic(x, y), F(x * exp(y))), 1, 1),
    "a surface of revolution": (Lagrangian((r.dot**2 + F(r) ** 2 * theta.dot**2) / 2), 2, 2),
    "a stiffness that changes": (Lagrangian(kinetic(x), F(t) * x**2 / 2), 0, 5),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_symmetries_for_almost_every_function_are_found_or_bounded(name):
    L, expected, bound = SYSTEMS[name]
    found = symmetries(L)
    assert (found.dimension, found.bound) == (expected, bound)
    assert "for almost every F" in found.verdict
    for X in found:
        law = noether(L, X)
        assert law.conserved
        assert law.defect() == 0


u, v = symbols("u v")
IDENTITIES = [
    F(u * v).diff(u) * u - F(u * v).diff(v) * v,
    F(u - v).diff(u, 2) - F(u - v).diff(v, 2),
    F(u, u * v).diff(v, u) - F(u, u * v).diff(u, v),
    F(u + 2 * v).diff(v) - 2 * F(u + 2 * v).diff(u),
    (F(u) * G(v)).diff(u, v) - F(u).diff(u) * G(v).diff(v),
]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_derivatives_of_unknown_functions_obey_the_chain_rule_modulo_a_prime(identity):
    at = Specialization(PRIMES[0], variables=(u, v))
    assert at.value(identity) == 0
    assert at.value(identity + F(u).diff(u)) != 0


def test_the_series_of_an_unknown_function_is_that_of_its_derivatives():
    series = Specialization(PRIMES[0], variables=(u,), order=2).value(F(u**2))
    at = Specialization(PRIMES[0], variables=(u,))
    assert [series.parts[n][n] for n in range(3)] == [
        at.value(F(u**2)),
        at.value(F(u**2).diff(u)),
        at.value(F(u**2).diff(u, 2) / 2),
    ]
