"""The general linear law on a network of two matrices: each of some random X is one trial of the law."""

import numpy as np

from derivations import linear_pair as theorem
from numeric._networks import linear
from numeric._training import steps, train
from symlag.trials import Record

__all__ = ["fast", "record", "steps", "theorem"]

fast = True


def record(step: float) -> Record:
    """The matrices U (n, 1, classes, width) and W (n, 1, pixels, width), and eight X (8, width, width)."""
    path = train(linear(), step)
    U, W = path.weights["1.weight"], path.weights["0.weight"].swapaxes(1, 2)
    X = np.random.default_rng(0).standard_normal((8, U.shape[-1], U.shape[-1]))
    return path.record({"U": U[:, None], "W": W[:, None]}, X=X)
