# What symlag.learning offers, loaded when it is first asked for.

__all__: list[str]

from .bregman_lagrangian import bregman as bregman
from .continuous_rules import Rule as Rule, heavy_ball as heavy_ball
from .flow_invariants import (
    invariants as invariants,
    mirror_flow as mirror_flow,
    symmetric_and_skew_parts as symmetric_and_skew_parts,
    verdicts as verdicts,
)
from .losses import invariant_loss as invariant_loss, loss as loss
from .scale_invariant import equivalent_rmsprop as equivalent_rmsprop, polar_equations as polar_equations
