"""Kepler problem: no symmetry is declared; found are time, so(3), and the hidden one of Laplace, Runge and Lenz."""

from sympy import sqrt, symbols

from symlag import coordinates

x, y, z = coordinates("x y z")
m, k = symbols("m k", positive=True)
T = m * (x.dot**2 + y.dot**2 + z.dot**2) / 2
V = -k / sqrt(x**2 + y**2 + z**2)
degree = 1  # of the symmetries in the velocities
