from sympy import symbols

from symlag import Generator, fields, t
from symlag.calculus.operators import euler, total
from symlag.calculus.zero_test import vanishes


def test_a_wave_has_no_preferred_frame():
    """The boost, as a move of the field at fixed place and time, changes the density by a divergence."""
    s = symbols("s")
    u = fields("u", t, s)
    boost = Generator({u: -s * u.dot - t * u.d(s)})
    change = boost.act((u.dot**2 - u.d(s) ** 2) / 2)
    assert change != 0
    assert vanishes(euler(change, u))
    assert vanishes(change + total(s * (u.dot**2 - u.d(s) ** 2) / 2, t) + total(t * (u.dot**2 - u.d(s) ** 2) / 2, s))
