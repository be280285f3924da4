"""The rotation law on a learned metric: each plane of its hidden space is one trial of the law."""

from itertools import combinations

import numpy as np

from derivations import rotation as theorem
from numeric._networks import metric
from numeric._training import steps, train
from symlag.trials import Record

__all__ = ["fast", "record", "steps", "theorem"]

fast = True


def record(step: float) -> Record:
    """The map W (n, 1, dimensions, pixels), and the turn A (planes, dimensions, dimensions) of every plane.

    Training begins with a push: whatever starts from rest never turns.
    """
    path = train(metric(), step, push=0.1)
    W = path.weights["W.weight"]
    E = np.eye(W.shape[1])
    A = np.stack([np.outer(x, y) - np.outer(y, x) for x, y in combinations(E, 2)])
    return path.record({"W": W[:, None]}, A=A)
