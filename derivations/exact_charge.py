"""Exact charge: a loss that does not see the length of its weights keeps m|ẇ + γw|²/2 + f(w) under any friction."""

from sympy import symbols

from symlag import Lagrangian, coordinates
from symlag.symmetry import symmetries

u, v = coordinates("u v")
m, gamma = symbols("m gamma", positive=True)
T = m * (u.dot**2 + v.dot**2) / 2
V = u * v / (u**2 + v**2)  # of degree zero
damping = gamma
algebra = symmetries(Lagrangian(T, V, damping=damping))  # e^{−γt}(∂_t − γ w·∂_w) and nothing else
symmetry = list(algebra.generators)
