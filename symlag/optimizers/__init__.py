"""Optimizers: update rules as data, their exact discrete laws, modified equations, and live optimizers of torch."""

from symlag.optimizers.backward_error.modified_equation import ModifiedEquation, modified_equation
from symlag.optimizers.exact_law import DiscreteLaw, account, exact, momentum_account, momentum_law
from symlag.optimizers.from_torch import Group, from_torch
from symlag.optimizers.library.adaptive import adagrad, adam, adamw, amsgrad, centred, nadam, nadamw, rmsprop
from symlag.optimizers.library.momentum import averaged, nesterov, sgd, sgdw
from symlag.optimizers.library.sign_and_polar import lion, muon, sign_sgd
from symlag.optimizers.parameter_groups import GroupedLaw, across
from symlag.optimizers.scale_invariant_weights import SphereRule, on_sphere
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta

__all__ = [
    "DiscreteLaw",
    "Group",
    "GroupedLaw",
    "Letter",
    "ModifiedEquation",
    "SphereRule",
    "UpdateRule",
    "account",
    "across",
    "adagrad",
    "adam",
    "adamw",
    "amsgrad",
    "averaged",
    "centred",
    "exact",
    "from_torch",
    "g",
    "k",
    "lion",
    "modified_equation",
    "momentum_account",
    "momentum_law",
    "muon",
    "nadam",
    "nadamw",
    "nesterov",
    "on_sphere",
    "rmsprop",
    "sgd",
    "sgdw",
    "sign_sgd",
    "theta",
]
