"""The exact scale law on a network with batch normalisation, held against torch's Adam: each filter is one trial."""

from torch.optim import Adam

from derivations import exact_adam as theorem
from numeric._networks import normalised
from numeric._recorded_optimizers import Training
from numeric._weight_arrays import filters

__all__ = ["fast", "record", "steps", "theorem"]

fast = True

steps = (0.04, 0.02, 0.01)
training = Training(theorem, normalised, filters, Adam, {"weight_decay": 0.01}, steps)
record = training.record
