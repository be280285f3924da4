"""Learning as mechanics: rules in continuous time, losses with symmetries, what each flow conserves."""

from symlag.learning.bregman import bregman
from symlag.learning.continuous_rules import Rule, heavy_ball
from symlag.learning.flow_invariants import invariants, mirror_flow, symmetric_and_skew_parts, verdicts
from symlag.learning.losses import invariant_loss, loss
from symlag.learning.scale_invariant import equivalent_rmsprop, polar_equations

__all__ = [
    "Rule",
    "bregman",
    "equivalent_rmsprop",
    "heavy_ball",
    "invariant_loss",
    "invariants",
    "loss",
    "mirror_flow",
    "polar_equations",
    "symmetric_and_skew_parts",
    "verdicts",
]
