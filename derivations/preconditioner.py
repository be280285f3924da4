"""Preconditioned descent: a constant metric that is not turned with the loss breaks its rotation."""

from sympy import symbols

from symlag import coordinates, rotation

x, y = coordinates("x y")
a, b, mu = symbols("a b mu", positive=True)
T = (x.dot**2 + y.dot**2) / 2 + (a * x.dot + b * y.dot) ** 2 / 2  # ½⟨q̇, Gq̇⟩ with G = 1 + ssᵀ, s = (a, b)
V = (x**2 + y**2 - 2) ** 2 / 4
damping = mu
symmetry = rotation(x, y)
