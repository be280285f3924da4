"""Rotation: a loss of |q| alone leaves angular momentum to friction, which takes it as e^{−μt/m} (NLD Fig. 2)."""

from sympy import symbols

from symlag import Lagrangian, coordinates, noether, rotation
from symlag.variational.closed_form import Relaxation

x, y = coordinates("x y")
m, mu = symbols("m mu", positive=True)
T = m * (x.dot**2 + y.dot**2) / 2
V = (x**2 + y**2 - 1) ** 2 / 4
damping = mu / m
symmetry = rotation(x, y)
law = noether(Lagrangian(T, V, damping=damping), symmetry)
decay = Relaxation(law.charge, law.rate, law.source).expression  # C(t) = C(0) e^{−μt/m}, from the first value C_0 on
