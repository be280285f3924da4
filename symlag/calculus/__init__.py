"""Calculus on jet space, for numbers and for matrices of any size.

Coordinates and their derivatives are independent symbols; matrix expressions have one normal form; differentiation,
total and directional derivatives, zero testing and inverse divergences stand on these two.
"""

from symlag.calculus.differential_operators import directional, euler, gradient, total
from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.hadamard import hadamard
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import block, coordinates, fields, t
from symlag.calculus.matrices import Skew, Symmetric, constant, inner, trace
from symlag.calculus.structured_matrices import diagonal, ones
from symlag.calculus.zero_test import vanishes

__all__ = [
    "Skew",
    "Symmetric",
    "Unknown",
    "antiderivative",
    "block",
    "constant",
    "coordinates",
    "diagonal",
    "directional",
    "elementwise",
    "euler",
    "fields",
    "gradient",
    "hadamard",
    "homogeneous",
    "inner",
    "ones",
    "t",
    "total",
    "trace",
    "vanishes",
]
