"""Geodesics of the sphere: three rotations, found in angles that hide two of them."""

from sympy import sin

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries

theta, phi = coordinates("theta phi")
T = (theta.dot**2 + sin(theta) ** 2 * phi.dot**2) / 2
V = 0 * theta
algebra = symmetries(Lagrangian(T, V, [theta, phi]))  # so(3) ⊕ ℝ, complete, proved
symmetry = list(algebra.generators)
