"""Geodesics of the hyperbolic plane: the half-plane of Poincaré moves under sl(2,ℝ)."""

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

x, y = coordinates("x y")
T = (x.dot**2 + y.dot**2) / (2 * y**2)
V = 0 * x
algebra = symmetries(Lagrangian(T, V, [x, y]))  # sl(2,ℝ) ⊕ ℝ, complete, proved
symmetry = list(algebra.generators)
