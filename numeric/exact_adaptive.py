"""The exact law behind RMSProp on the sphere, on a network with batch normalisation: each filter is one trial."""

from derivations import exact_adaptive as theorem
from numeric._networks import normalised
from numeric._steps import descend
from symlag.discrete.forms import Frame
from symlag.trial import Record

__all__ = ["record", "steps", "theorem"]

steps = (2.0, 1.0, 0.5)  # without momentum, large steps feed the norm as much as small ones with it


def record(step: float) -> Record:
    """The filters w before and after every step, and their gradients g_w, (n, filters, pixels)."""
    frame = Frame(theorem.symmetry, theorem.rule.positions)
    return descend(normalised(), "0.weight", frame, step, momentum=0).record()
