"""The scale law on a network with batch normalisation: each of its filters is one trial of the law."""

from derivations import scale as theorem
from numeric._networks import normalised
from numeric._training import steps, train
from symlag.trials import Record

__all__ = ["fast", "record", "steps", "theorem"]

fast = True


def record(step: float) -> Record:
    """The filters w, (n, filters, pixels)."""
    path = train(normalised(), step)
    return path.record({"w": path.weights["0.weight"]})
