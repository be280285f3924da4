"""Lagrangian mechanics: equations of motion, generators, Noether's theorem with breaking, closed forms."""

from symlag.variational.closed_form import Oscillation, Relaxation
from symlag.variational.equations_of_motion import (
    accelerations,
    energy,
    euler_lagrange,
    hamiltonian,
    momenta,
    multipliers,
)
from symlag.variational.families import (
    general_linear,
    mix_units,
    rescale,
    rescale_units,
    rotate_units,
    rotation,
    scale,
    time_translation,
    translation,
)
from symlag.variational.generator import Generator, bracket
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, MomentumMap, noether

__all__ = [
    "Generator",
    "Lagrangian",
    "Law",
    "MomentumMap",
    "Oscillation",
    "Relaxation",
    "accelerations",
    "bracket",
    "energy",
    "euler_lagrange",
    "general_linear",
    "hamiltonian",
    "mix_units",
    "momenta",
    "multipliers",
    "noether",
    "rescale",
    "rescale_units",
    "rotate_units",
    "rotation",
    "scale",
    "time_translation",
    "translation",
]
