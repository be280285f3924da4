"""Lie algebras of generators: structure constants, decomposition, names."""

from symlag.symmetry.lie.algebra import Algebra

__all__ = [
    "Algebra",
]
