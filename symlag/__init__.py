"""symlag: from kinetic and potential energies to balance laws, kernels and verdicts on real training."""

from typing import TYPE_CHECKING, Any

from sympy import symbols

from symlag.backends import Kernel, kernel
from symlag.blocks import Skew, Symmetric, constant, inner, trace
from symlag.bregman import bregman
from symlag.citations import cite
from symlag.counting import count_laws
from symlag.derivation import Derivation, derive
from symlag.discrete import DiscreteLaw, account, exact
from symlag.discrete.groups import across
from symlag.discrete.library import (
    adagrad,
    adam,
    adamw,
    amsgrad,
    averaged,
    centred,
    lion,
    muon,
    nadam,
    nadamw,
    nesterov,
    rmsprop,
    sgd,
    sgdw,
    sign_sgd,
)
from symlag.discrete.updates import Letter, UpdateRule, g, theta
from symlag.elementwise import elementwise, homogeneous
from symlag.errors import SymlagError
from symlag.expansion import modified_equation
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
from symlag.laws import converse, laws, laws_in_training
from symlag.letters import diagonal, ones
from symlag.losses import invariant_loss, loss
from symlag.motion import accelerations, energy, euler_lagrange, hamiltonian, momenta
from symlag.noether import Law, MomentumMap, noether
from symlag.optimizers import from_torch
from symlag.rules import Rule, heavy_ball
from symlag.survival import mirror_flow, split, survival, verdicts
from symlag.symmetry import symmetries
from symlag.symmetry.algebra import Algebra
from symlag.symmetry.integrals import integrals
from symlag.symmetry.involution import commute, independent, integrability
from symlag.symmetry.linearised import symmetries_of_motion
from symlag.symmetry.search import Ansatz
from symlag.symmetry.special import special_values
from symlag.symmetry.stillness import symmetries_of_potential

if TYPE_CHECKING:
    from symlag.networks import Monitor as Monitor
    from symlag.networks import watch as watch

__all__ = [
    "Algebra",
    "Ansatz",
    "Derivation",
    "DiscreteLaw",
    "Generator",
    "Kernel",
    "Lagrangian",
    "Law",
    "Letter",
    "MomentumMap",
    "Rule",
    "Skew",
    "SymlagError",
    "Symmetric",
    "UpdateRule",
    "accelerations",
    "account",
    "across",
    "adagrad",
    "adam",
    "adamw",
    "amsgrad",
    "averaged",
    "block",
    "bracket",
    "bregman",
    "centred",
    "cite",
    "commute",
    "constant",
    "converse",
    "coordinates",
    "count_laws",
    "derive",
    "diagonal",
    "elementwise",
    "energy",
    "euler_lagrange",
    "exact",
    "fields",
    "from_torch",
    "g",
    "general_linear",
    "hadamard",
    "hamiltonian",
    "heavy_ball",
    "homogeneous",
    "independent",
    "inner",
    "integrability",
    "integrals",
    "invariant_loss",
    "kernel",
    "laws",
    "laws_in_training",
    "lion",
    "loss",
    "mirror_flow",
    "mix_units",
    "modified_equation",
    "momenta",
    "muon",
    "nadam",
    "nadamw",
    "nesterov",
    "noether",
    "ones",
    "rescale",
    "rescale_units",
    "rmsprop",
    "rotation",
    "scale",
    "sgd",
    "sgdw",
    "sign_sgd",
    "special_values",
    "split",
    "survival",
    "symbols",
    "symmetries",
    "symmetries_of_motion",
    "symmetries_of_potential",
    "t",
    "theta",
    "time_translation",
    "trace",
    "translation",
    "turn_units",
    "verdicts",
]


def __getattr__(name: str) -> Any:
    """What needs torch is loaded when it is first asked for."""
    if name in {"Monitor", "watch"}:
        from symlag import networks

        return getattr(networks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
