"""Free particle with friction: eight symmetries in the plane, as many as without, each with the friction in it."""

from sympy import symbols

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

x, y = coordinates("x y")
m, gamma = symbols("m gamma", positive=True)
T = m * (x.dot**2 + y.dot**2) / 2
V = 0 * x
damping = gamma
algebra = symmetries(Lagrangian(T, V, [x, y], damping))  # (n² + 3n + 6)/2, complete, proved
symmetry = list(algebra.generators)
