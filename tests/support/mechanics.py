"""Systems of mechanics that several tests look at."""

from sympy import exp, symbols

from symlag.calculus.jets import coordinates
from symlag.symmetry.action_symmetries import symmetries
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y, z = coordinates("x y z")
k = symbols("k", positive=True)


def kinetic(*coordinates):
    """The kinetic energy of unit masses."""
    return sum(q.dot**2 for q in coordinates) / 2


def henon_heiles(a, b, slope, cubic):
    """The system of Hénon and Heiles with frequencies √a and √b."""
    return Lagrangian(kinetic(x, y), (a * x**2 + b * y**2) / 2 + slope * x**2 * y + cubic * y**3 / 3)


toda = Lagrangian(kinetic(x, y, z), exp(x - y) + exp(y - z))
calogero = Lagrangian(kinetic(x, y, z), k / (x - y) ** 2 + k / (y - z) ** 2 + k / (z - x) ** 2)


def assert_all_symmetries_with_laws(L, dimension):
    """The symmetries are as many as expected, all of them, in closed form, and each has a law with its proof."""
    found = symmetries(L)
    assert (found.dimension, found.complete, found.closed) == (dimension, True, True)
    for X in found:
        law = noether(L, X)
        assert law.conserved
        assert law.defect() == 0
