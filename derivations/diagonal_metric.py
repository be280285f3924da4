"""Diagonal metric: where a preconditioner depends on position, a translation of the loss is broken by the metric."""

from sympy import exp, symbols

from symlag import Generator, coordinates

x, y = coordinates("x y")
mu = symbols("mu", positive=True)
T = (exp(x) * x.dot**2 + exp(y) * y.dot**2) / 2
V = (x - y) ** 2 / 2
damping = mu
symmetry = Generator({x: 1, y: 1}, name="translation")
