"""The exact law behind RMSProp on the sphere, on a network with batch normalisation: each filter is one trial."""

from torch.optim import SGD

from derivations import exact_adaptive as theorem
from numeric._networks import normalised
from numeric._steps import DECAY, Training
from numeric._views import filters

__all__ = ["record", "steps", "theorem"]

steps = (2.0, 1.0, 0.5)  # without momentum, large steps feed the norm as much as small ones with it
record = Training(theorem, normalised, filters, SGD, {"weight_decay": DECAY}, steps).record
