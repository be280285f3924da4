"""The exact rescale law of Lion on ReLU units: each unit is one trial."""

from derivations import exact_lion as theorem
from numeric._networks import rectified
from numeric._optimizers import Lion
from numeric._recorded_optimizers import Training
from numeric._weight_arrays import units

__all__ = ["record", "steps", "theorem"]

steps = (0.004, 0.002, 0.001)
training = Training(theorem, rectified, units, Lion, {"betas": (0.9, 0.99), "weight_decay": 0.1}, steps)
record = training.record
