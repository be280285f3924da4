"""The exact scale law of a rule with its own schedule, held against torch's SGD: each filter is one trial."""

from torch.optim import SGD

from derivations import exact_cosine as theorem
from numeric._networks import normalised
from numeric._recorded_optimizers import DECAY, Scheduled, steps
from numeric._weight_arrays import filters

__all__ = ["record", "steps", "theorem"]

training = Scheduled(theorem, normalised, filters, SGD, {"momentum": 0.9, "weight_decay": DECAY})
record = training.record
