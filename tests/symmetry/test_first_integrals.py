"""Charges of higher degree in the momenta: those that the textbooks found by hand."""

import pytest
from sympy import exp, sqrt, symbols

from symlag.calculus.differential_operators import total
from symlag.calculus.jets import coordinates
from symlag.calculus.zero_test import vanishes
from symlag.symmetry.first_integrals import integrals
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import calogero, henon_heiles, kinetic, toda

x, y, z = coordinates("x y z")
k = symbols("k", positive=True)


r = sqrt(x**2 + y**2)
KNOWN = {
    "Laplace, Runge and Lenz": (Lagrangian(kinetic(x, y), -k / r), 2, 5, k * x / r - x * y.dot**2 + x.dot * y * y.dot),
    "Fradkin": (Lagrangian(kinetic(x, y), k * (x**2 + y**2) / 2), 2, 5, k * x * y + x.dot * y.dot),
    "Toda": (
        toda,
        3,
        6,
        x.dot * y.dot * z.dot - x.dot * exp(y - z) - z.dot * exp(x - y),
    ),
    "Hénon and Heiles, Sawada–Kotera": (henon_heiles(1, 1, 1, 1), 2, 2, None),
    "Hénon and Heiles, Korteweg–de Vries": (henon_heiles(3, 5, 1, 6), 2, 2, None),
    "Hénon and Heiles, generic": (henon_heiles(1, 1, 1, -1), 2, 1, None),
    "Calogero": (
        calogero,
        2,
        6,
        x.dot + y.dot + z.dot,
    ),
    "magnetic field": (Lagrangian(kinetic(x, y) + k * (x * y.dot - y * x.dot) / 2), 1, 3, None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_charges_of_the_textbooks_are_found(name):
    L, degree, count, charge = KNOWN[name]
    found = integrals(L, degree)
    assert (len(found.charges), found.complete) == (count, True)
    assert charge is None or any(vanishes(C - charge) or vanishes(C + charge) for C in found.charges)


@pytest.mark.parametrize("name", KNOWN)
def test_charges_are_constant_on_the_motion(name):
    L, degree, *_ = KNOWN[name]
    motion = accelerations(L)
    for C in integrals(L, degree).charges:
        assert vanishes(total(C).xreplace(motion))


def test_henon_and_heiles_with_sixteen_has_a_quartic_charge():
    found = integrals(henon_heiles(1, 16, 1, 16), 4)
    assert (len(found.charges), found.complete) == (3, True)
