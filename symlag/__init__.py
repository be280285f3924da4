"""symlag: from kinetic and potential energies to balance laws, kernels and verdicts on real training."""

from sympy import symbols

from symlag.blocks import Skew, Symmetric, constant, inner, trace
from symlag.elementwise import elementwise, homogeneous
from symlag.errors import SymlagError
from symlag.generator import (
    Generator,
    bracket,
    general_linear,
    rescale,
    rotation,
    scale,
    time_translation,
    translation,
)
from symlag.hadamard import hadamard  # as soon as diagonals meet vectors, its rules of differentiation are needed
from symlag.jet import block, coordinates, fields, t
from symlag.lagrangian import Lagrangian
from symlag.losses import invariant_loss
from symlag.motion import accelerations, energy, euler_lagrange, hamiltonian, momenta
from symlag.noether import Law, MomentumMap, noether
from symlag.rules import Rule, heavy_ball

__all__ = [
    "Generator",
    "Lagrangian",
    "Law",
    "MomentumMap",
    "Rule",
    "Skew",
    "SymlagError",
    "Symmetric",
    "accelerations",
    "block",
    "bracket",
    "constant",
    "coordinates",
    "elementwise",
    "energy",
    "euler_lagrange",
    "fields",
    "general_linear",
    "hadamard",
    "hamiltonian",
    "heavy_ball",
    "homogeneous",
    "inner",
    "invariant_loss",
    "momenta",
    "noether",
    "rescale",
    "rotation",
    "scale",
    "symbols",
    "t",
    "time_translation",
    "trace",
    "translation",
]
