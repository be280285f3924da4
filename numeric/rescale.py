"""The rescale law on a network of ReLU units with biases: each unit is one trial of the law."""

import numpy as np

from derivations import rescale as theorem
from numeric._networks import rectified
from numeric._training import steps, train
from symlag.trials import Record

__all__ = ["fast", "record", "steps", "theorem"]

fast = True


def record(step: float) -> Record:
    """What goes into each unit, u (n, units, pixels + 1) with its bias, and what comes out, v (n, units, classes)."""
    path = train(rectified(), step)
    row, bias, column = (path.weights[name] for name in ("0.weight", "0.bias", "2.weight"))
    return path.record({"u": np.concatenate([row, bias[..., None]], axis=-1), "v": column.swapaxes(1, 2)})
