# What symlag.symmetry offers, loaded when it is first asked for.

__all__: list[str]

from . import counting as counting, lie as lie
from .action_symmetries import symmetries as symmetries
from .determining_equations.ansatz import Ansatz as Ansatz
from .equation_symmetries import symmetries_of_motion as symmetries_of_motion
from .find_laws import converse as converse, laws as laws, laws_in_training as laws_in_training
from .first_integrals import Integrals as Integrals, integrals as integrals
from .lie.algebra import Algebra as Algebra
from .liouville_integrability import (
    Integrability as Integrability,
    commute as commute,
    independent as independent,
    integrability as integrability,
)
from .loss_symmetries import symmetries_of_potential as symmetries_of_potential
from .special_parameters import special_values as special_values
