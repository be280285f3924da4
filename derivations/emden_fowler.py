"""Emden–Fowler equation: of the polytropic gas spheres that of index five alone has a charge."""

from symlag import Lagrangian, coordinates, t
from symlag.symmetry.action_symmetries import symmetries

q = coordinates("q")
radius = t + 1  # the equation is singular at the centre
T = q.dot**2 / 2
V = q**6 / 6
damping = 2 / radius
algebra = symmetries(Lagrangian(T, V, damping=damping))  # one dilation, complete, proved
symmetry = list(algebra.generators)
