"""The exact scale law on a network with batch normalisation, held against torch's SGD: each filter is one trial."""

from torch.optim import SGD

from derivations import exact_scale as theorem
from numeric._networks import normalised
from numeric._recorded_optimizers import DECAY, Training, steps
from numeric._weight_arrays import filters

__all__ = ["fast", "record", "refined", "steps", "theorem"]

fast = True

training = Training(theorem, normalised, filters, SGD, {"momentum": 0.9, "weight_decay": DECAY})
record, refined = training.record, training.refined
