"""The exact rotation law on a learned metric under torch's SGD: each plane of its hidden space is one trial."""

from itertools import combinations

import numpy as np

from derivations import exact_rotation as theorem
from numeric._networks import metric
from numeric._steps import descend, steps
from symlag.discrete.forms import Frame
from symlag.trial import Record

__all__ = ["record", "steps", "theorem"]


def record(step: float) -> Record:
    """The map W and its momentum before and after every step, (n, 1, dimensions, pixels), and a turn of each plane."""
    frame = Frame(theorem.symmetry, theorem.rule.positions)
    A = np.stack([np.outer(x, y) - np.outer(y, x) for x, y in combinations(np.eye(4), 2)])
    return descend(metric(), "W.weight", frame, step, momentum=0.99).record(lambda W: W[:, None], A=A)
