"""Charged particle in a magnetic field: eight symmetries as for the free particle, at the frequency of Larmor."""

from sympy import symbols

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

x, y = coordinates("x y")
m, b = symbols("m b", positive=True)
T = m * (x.dot**2 + y.dot**2) / 2 + b * (x * y.dot - y * x.dot) / 2
V = 0 * x
algebra = symmetries(Lagrangian(T, V, [x, y]))  # complete, proved
symmetry = list(algebra.generators)
