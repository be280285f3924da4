"""Step schedule: where the learning rate drops at once, velocities stay, and so does the angular momentum."""

from sympy import Piecewise, symbols

from symlag import coordinates, rotation, scale, t

x, y = coordinates("x y")
mu, k = symbols("mu k", positive=True)
m = Piecewise((1, t < 1), (symbols("m", positive=True) / 2, True))
T = (x.dot**2 + y.dot**2) / 2
V = k * (x**2 + y**2) / (2 * m)  # m q̈ + μ q̇ + ∇f = 0, divided by m: what jumps is no part of the charge
damping = mu / m
symmetry = [rotation(x, y), scale(x, y)]
