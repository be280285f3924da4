"""The exact linear law on a network of two matrices under SGDW: each of some random X is one trial."""

import numpy as np

from derivations import exact_decoupled as theorem
from numeric._networks import WIDTH, linear
from numeric._optimizers import SGDW
from numeric._recorded_optimizers import DECAY, Training, steps
from numeric._weight_arrays import pair

__all__ = ["record", "refined", "steps", "theorem"]

X = np.random.default_rng(0).standard_normal((8, WIDTH, WIDTH))
training = Training(theorem, linear, pair, SGDW, {"momentum": 0.9, "weight_decay": DECAY}, still={"X": X})
record, refined = training.record, training.refined
