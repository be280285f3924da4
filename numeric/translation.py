"""The translation law on a softmax classifier: each pixel's weights are one trial of the law."""

import numpy as np

from derivations import translation as theorem
from numeric._networks import CLASSES, softmax
from numeric._training import steps, train
from symlag.trials import Record

__all__ = ["fast", "record", "steps", "theorem"]

fast = True


def record(step: float) -> Record:
    """The weights w of each pixel, (n, pixels, classes), and the direction of ones."""
    path = train(softmax(), step)
    return path.record({"w": path.weights["0.weight"].swapaxes(1, 2)}, n=np.ones(CLASSES))
