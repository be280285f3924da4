"""Calogero's particles on a line: the inverse square repels alike on every scale, so that sl(2,ℝ) acts."""

from sympy import symbols

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

x, y, z = coordinates("x y z")  # counted from places three apart
k = symbols("k", positive=True)
T = (x.dot**2 + y.dot**2 + z.dot**2) / 2
V = k / (x - y - 3) ** 2 + k / (y - z - 3) ** 2 + k / (z - x + 6) ** 2
algebra = symmetries(Lagrangian(T, V))  # sl(2,ℝ) ⋉ ℝ², complete, proved
symmetry = list(algebra.generators)
