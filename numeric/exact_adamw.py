"""The exact scale law on a network with batch normalisation, held against torch's AdamW: each filter is one trial."""

from torch.optim import AdamW

from derivations import exact_adamw as theorem
from numeric._networks import normalised
from numeric._recorded_optimizers import Training
from numeric._weight_arrays import filters

__all__ = ["record", "steps", "theorem"]

steps = (0.04, 0.02, 0.01)
training = Training(theorem, normalised, filters, AdamW, {"weight_decay": 0.1}, steps)
record = training.record
