"""Symmetries: all of an action, of equations of motion, of a loss; their Lie algebras, charges and number."""

from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.ansatz_search import Ansatz
from symlag.symmetry.equation_symmetries import symmetries_of_motion
from symlag.symmetry.find_laws import converse, laws, laws_in_training
from symlag.symmetry.first_integrals import Integrals, integrals
from symlag.symmetry.integrability import Integrability, commute, independent, integrability
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.symmetry.special_parameters import special_values

__all__ = [
    "Algebra",
    "Ansatz",
    "Integrability",
    "Integrals",
    "commute",
    "converse",
    "independent",
    "integrability",
    "integrals",
    "laws",
    "laws_in_training",
    "special_values",
    "symmetries",
    "symmetries_of_motion",
    "symmetries_of_potential",
]
