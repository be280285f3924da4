"""Derivations: a Python file that defines energies and symmetries, and what follows from it."""

from symlag.derivation.derive import Derivation, derive

__all__ = [
    "Derivation",
    "derive",
]
