"""Collections that a search returns are sequences: of generators, of laws, of charges."""

from collections.abc import Sequence

import pytest
from sympy import symbols

from symlag.calculus.jets import coordinates
from symlag.learning.continuous_rules import heavy_ball
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.find_laws import laws, laws_in_training
from symlag.symmetry.first_integrals import integrals
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.symmetry.special_parameters import special_values
from symlag.variational.families import rotation, translation
from symlag.variational.lagrangian import Lagrangian

x, y = coordinates("x y")
k = symbols("k", positive=True)
oscillator = Lagrangian((x.dot**2 + y.dot**2) / 2, k * (x**2 + y**2) / 2)
quartic = Lagrangian((x.dot**2 + y.dot**2) / 2, x**4 + k * x**2 * y**2 + y**4)
V = (x * y - 1) ** 2

RETURNED = {
    "symmetries": (symmetries(oscillator), 8),
    "symmetries_of_motion": (symmetries_of_motion(oscillator), 15),
    "symmetries_of_potential": (symmetries_of_potential(V), 1),
    "laws": (laws(oscillator), 8),
    "laws_in_training": (laws_in_training(heavy_ball().lagrangian(V, [x, y]), V), 1),
    "integrals": (integrals(oscillator, 2), 5),
    "special_values": (special_values(quartic, k), 1),
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_is_returned_is_a_sequence(name):
    found, number = RETURNED[name]
    members = list(found)
    assert isinstance(found, Sequence)
    assert len(found) == len(members) == number
    assert [found[i] for i in range(-number, number)] == [*members, *members]
    assert list(reversed(found)) == members[::-1]
    assert all(member in found for member in members)
    assert "no member" not in found
    assert found.index(members[-1]) == number - 1
    with pytest.raises(IndexError):
        found[number]


@pytest.mark.parametrize("name", RETURNED)
def test_a_slice_is_a_tuple_of_members(name):
    found, _ = RETURNED[name]
    for part in (slice(None), slice(1, 3), slice(None, None, -1), slice(2, 2)):
        assert found[part] == tuple(found)[part]


def test_an_algebra_is_the_sequence_of_its_generators_and_a_slice_of_it_makes_an_algebra():
    euclid = Algebra(None, (rotation(x, y), translation(x), translation(y)))
    assert tuple(euclid) == euclid.generators
    assert translation(x) in euclid
    assert translation(x, 2) not in euclid
    assert Algebra(None, euclid[1:]).name == "ℝ²"


def test_an_algebra_without_generators_is_empty():
    none = symmetries(Lagrangian(x.dot**2 / 2, x**3 + symbols("a") * x**4, damping=1))
    assert (len(none), list(none), none.complete, none.name) == (0, [], True, "0")
