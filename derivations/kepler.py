"""Kepler problem: a planet keeps its angular momentum and its energy."""

from sympy import sqrt, symbols

from symlag import coordinates, rotation, time_translation

x, y = coordinates("x y")
m, k = symbols("m k", positive=True)
T = m * (x.dot**2 + y.dot**2) / 2
V = -k / sqrt(x**2 + y**2)
symmetry = [rotation(x, y), time_translation()]
