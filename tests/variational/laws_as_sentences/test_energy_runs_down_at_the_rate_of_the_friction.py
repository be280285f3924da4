from sympy import symbols

from symlag import Lagrangian, accelerations, coordinates, energy
from symlag.calculus.operators import total
from symlag.calculus.zero_test import vanishes


def test_energy_runs_down_at_the_rate_of_the_friction():
    x, y = coordinates("x y")
    m, k, gamma = symbols("m k gamma", positive=True)
    L = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, k * x**2 * y, damping=gamma)
    assert vanishes(total(energy(L)).xreplace(accelerations(L)) + gamma * m * (x.dot**2 + y.dot**2))
