"""The exact scale law on a network with batch normalisation, held against torch's SGD: each filter is one trial."""

from derivations import exact_scale as theorem
from numeric._networks import normalised
from numeric._steps import descend, steps
from symlag.discrete.forms import Frame
from symlag.trial import Record

__all__ = ["record", "steps", "theorem"]


def record(step: float) -> Record:
    """The filters w and their momentum v_w before and after every step, (n, filters, pixels)."""
    frame = Frame(theorem.symmetry, theorem.rule.positions)
    return descend(normalised(), "0.weight", frame, step).record()
