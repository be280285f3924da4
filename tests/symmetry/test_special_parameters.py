"""Special values of parameters that the literature knows."""

import pytest
from sympy import symbols

from symlag.calculus.jets import coordinates, t
from symlag.errors import SymlagError
from symlag.symmetry.special_parameters import special_values
from symlag.variational.lagrangian import Lagrangian

x, y = coordinates("x y")
c, k, m, n, gamma = symbols("c k m n gamma", positive=True)

KNOWN = {
    "power laws": (Lagrangian(x.dot**2 / 2, x**n), n, {-2: 3, 0: 5, 1: 5, 2: 5}),
    "Lane and Emden": (Lagrangian(x.dot**2 / 2, x ** (n + 1) / (n + 1), damping=2 / t), n, {0: 5, 1: 5, 5: 1}),
    "decay that a quartic loss needs": (
        Lagrangian(m * x.dot**2 / 2, x**4 + c * x**2 / 2, damping=gamma),
        c,
        {2 * m * gamma**2 / 9: 1},
    ),
    "many at once": (
        Lagrangian((x.dot**2 + y.dot**2) / 2, x**6 + c * x**4 * y**2 + c**2 * x**2 * y**4 / 3 + y**6),
        c,
        {3: 2},
    ),
    "one that cancels": (Lagrangian(x.dot**2 / 2, (c + 1) * x**4 - c * x**4), c, {}),
    "two springs": (Lagrangian((x.dot**2 + y.dot**2) / 2, (k * x**2 + c * y**2) / 2), c, {k: 8}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_values_with_more_symmetries_are_those_of_the_literature(name):
    L, parameter, expected = KNOWN[name]
    assert {value: found.bound for value, found in special_values(L, parameter)} == expected


def test_a_quartic_is_round_at_one_value():
    L = Lagrangian((x.dot**2 + y.dot**2) / 2, x**4 + c * x**2 * y**2 + y**4)
    ((value, found),) = special_values(L, c)
    assert (value, found.dimension, found.complete) == (2, 2, True)


def test_what_is_no_parameter_is_refused():
    with pytest.raises(SymlagError, match="no such parameter"):
        special_values(Lagrangian(x.dot**2 / 2, x**n), c)
