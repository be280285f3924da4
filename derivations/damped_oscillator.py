"""Damped oscillator: its energy and half the friction's share decay as one, at the rate of the friction."""

from sympy import symbols

from symlag import Generator, coordinates

x = coordinates("x")
m, k, gamma = symbols("m k gamma", positive=True)
T = m * x.dot**2 / 2
V = k * x**2 / 2
damping = gamma
symmetry = Generator({x: -gamma * x / 2}, tau=1, name="shrinking time translation")
