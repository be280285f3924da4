"""How many independent laws training has, by closing brackets of vector fields."""

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
