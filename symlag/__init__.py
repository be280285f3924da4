"""symlag: from kinetic and potential energies to balance laws, kernels and verdicts on real training."""

from sympy import symbols

from symlag.backends import Kernel, kernel
from symlag.blocks import Skew, Symmetric, constant, inner, trace
from symlag.bregman import bregman
from symlag.derivation import Derivation, derive
from symlag.elementwise import elementwise, homogeneous
from symlag.errors import SymlagError
from symlag.generator import (
    Generator,
    bracket,
    general_linear,
    mix_units,
    rescale,
    rescale_units,
    rotation,
    scale,
    time_translation,
    translation,
    turn_units,
)
from symlag.hadamard import hadamard
from symlag.jet import block, coordinates, fields, t
from symlag.lagrangian import Lagrangian
from symlag.letters import diagonal, ones
from symlag.losses import invariant_loss, loss
from symlag.motion import accelerations, energy, euler_lagrange, hamiltonian, momenta
from symlag.noether import Law, MomentumMap, noether
from symlag.rules import Rule, heavy_ball
from symlag.survival import mirror_flow, split, survival, verdicts

__all__ = [
    "Derivation",
    "Generator",
    "Kernel",
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
    "bregman",
    "constant",
    "coordinates",
    "derive",
    "diagonal",
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
    "kernel",
    "loss",
    "mirror_flow",
    "mix_units",
    "momenta",
    "noether",
    "ones",
    "rescale",
    "rescale_units",
    "rotation",
    "scale",
    "split",
    "survival",
    "symbols",
    "t",
    "time_translation",
    "trace",
    "translation",
    "turn_units",
    "verdicts",
]
