"""Warm-up: a mass that grows with time takes from the energy, and leaves the angular momentum alone."""

from sympy import symbols, tanh

from symlag import coordinates, rotation, t, time_translation

x, y = coordinates("x y")
mu, k = symbols("mu k", positive=True)
m = (1 + tanh(t)) / 2  # half of the whole at first
T = m * (x.dot**2 + y.dot**2) / 2
V = k * (x**2 + y**2) / 2
damping = (mu - m.diff(t)) / m  # so that m q̈ + μ q̇ + ∇V = 0
symmetry = [time_translation(), rotation(x, y)]
