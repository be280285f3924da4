"""Charges among each other: independence, brackets, integrability."""

import pytest
from sympy import sqrt, symbols

from symlag.calculus.jets import coordinates
from symlag.errors import SymlagError
from symlag.symmetry.find_laws import laws
from symlag.symmetry.first_integrals import integrals
from symlag.symmetry.liouville_integrability import commute, independent, integrability
from symlag.variational.equations_of_motion import energy
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import calogero, henon_heiles, kinetic, toda

x, y, z = coordinates("x y z")
k, m = symbols("k m", positive=True)


kepler = Lagrangian(m * kinetic(x, y, z), -k / sqrt(x**2 + y**2 + z**2))
chaos = henon_heiles(1, 1, 1, -1)
magnetic = Lagrangian(m * kinetic(x, y) + k * (x * y.dot - y * x.dot) / 2)
curved = Lagrangian((x.dot**2 + y.dot**2) / y**2)


@pytest.mark.parametrize(
    ("L", "degree", "verdict"),
    [
        (kepler, 2, "superintegrable: 5 independent charges, 3 of them in involution"),
        (toda, 3, "integrable in the sense of Liouville: 3 independent charges in involution"),
        (calogero, 2, "superintegrable: 4 independent charges, 3 of them in involution"),
        (henon_heiles(1, 1, 1, 1), 2, "integrable in the sense of Liouville: 2 independent charges in involution"),
        (henon_heiles(3, 5, 1, 6), 2, "integrable in the sense of Liouville: 2 independent charges in involution"),
        (henon_heiles(1, 16, 1, 16), 4, "integrable in the sense of Liouville: 2 independent charges in involution"),
        (chaos, 2, "1 charge in involution for 2 degrees of freedom: not shown to be integrable"),
        (curved, 1, "1 charge in involution for 2 degrees of freedom: not shown to be integrable"),
        (curved, 2, "superintegrable: 3 independent charges, 2 of them in involution"),
    ],
)
def test_verdict_on_integrability(L, degree, verdict):
    assert integrability(L, integrals(L, degree).charges).verdict == verdict


def test_angular_momenta_do_not_commute_but_their_square_does():
    A, B, C = y * z.dot - z * y.dot, z * x.dot - x * z.dot, x * y.dot - y * x.dot
    assert not commute(kepler, A, B)
    assert commute(kepler, A, A**2 + B**2 + C**2)
    assert commute(kepler, energy(kepler), A)


def test_momenta_of_a_magnetic_field_do_not_commute():
    momenta = (m * x.dot - k * y, m * y.dot + k * x)
    assert not commute(magnetic, *momenta)
    assert all(commute(magnetic, energy(magnetic), p) for p in momenta)


def test_laws_of_kepler_are_independent():
    found = laws(kepler)
    assert independent(found) == found
    assert len(independent([*(law.charge for law in found), found[0].charge ** 2 + found[1].charge])) == 4


def test_a_degenerate_mass_is_refused():
    with pytest.raises(SymlagError, match="degenerate"):
        commute(Lagrangian(x.dot**2 + y * x), x.dot, x)
