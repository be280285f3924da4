# What symlag.optimizers offers, loaded when it is first asked for.

__all__: list[str]

from . import backward_error as backward_error
from .backward_error.modified_equations import (
    ModifiedEquation as ModifiedEquation,
    modified_equation as modified_equation,
)
from .exact_law import (
    DiscreteLaw as DiscreteLaw,
    account as account,
    exact as exact,
    momentum_account as momentum_account,
    momentum_law as momentum_law,
)
from .library.adaptive import (
    adagrad as adagrad,
    adam as adam,
    adamw as adamw,
    amsgrad as amsgrad,
    centred as centred,
    nadam as nadam,
    nadamw as nadamw,
    rmsprop as rmsprop,
)
from .library.momentum import averaged as averaged, nesterov as nesterov, sgd as sgd, sgdw as sgdw
from .library.sign_and_polar import lion as lion, muon as muon, sign_sgd as sign_sgd
from .parameter_groups import GroupedLaw as GroupedLaw, across as across
from .scale_invariant_weights import SphereRule as SphereRule, on_sphere as on_sphere
from .torch_optimizers import Group as Group, from_torch as from_torch
from .update_rule import UpdateRule as UpdateRule
from .vectors import Letter as Letter, g as g, k as k, theta as theta
