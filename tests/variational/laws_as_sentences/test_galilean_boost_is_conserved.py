from sympy import symbols

from symlag import Generator, Lagrangian, coordinates, noether, t


def test_galilean_boost_is_conserved():
    x, m = coordinates("x"), symbols("m")
    law = noether(Lagrangian(m * x.dot**2 / 2), Generator({x: t}))
    assert law.charge == m * t * x.dot - m * x
    assert law.conserved
    assert law.defect() == 0
