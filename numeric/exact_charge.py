"""The exact charge on a network whose every weight is before a batch normalisation, trained without weight decay."""

from derivations import exact_charge as theorem
from numeric._homogeneous import Descent, cross_entropy, scale_invariant
from symlag.trials import Record

__all__ = ["record", "steps", "theorem"]

steps = (0.1, 0.05, 0.025)


def record(step: float) -> Record:
    """All weights w as one vector, (n, 1, weights), and the loss f, (n, 1), at fixed friction."""
    return Descent.refined(step).record(scale_invariant(), cross_entropy)
