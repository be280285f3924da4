"""Learning as mechanics: rules in continuous time, losses with symmetries, what each flow conserves."""

from symlag.learning.bregman import bregman
from symlag.learning.continuous_rules import Rule, heavy_ball
from symlag.learning.flow_invariants import mirror_flow, split, survival, verdicts
from symlag.learning.losses import invariant_loss, loss
from symlag.learning.scale_invariant import adaptive, polar

__all__ = [
    "Rule",
    "adaptive",
    "bregman",
    "heavy_ball",
    "invariant_loss",
    "loss",
    "mirror_flow",
    "polar",
    "split",
    "survival",
    "verdicts",
]
