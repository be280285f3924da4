"""How many independent conservation laws training has: networks as polynomials, and counts with their proof."""

from symlag.symmetry.counting.count_laws import count_laws
from symlag.symmetry.counting.factorizations import Factorization, attention, entropic, linear, relu, softmax
from symlag.symmetry.counting.law_count import ExactCount, LawCount

__all__ = [
    "ExactCount",
    "Factorization",
    "LawCount",
    "attention",
    "count_laws",
    "entropic",
    "linear",
    "relu",
    "softmax",
]
