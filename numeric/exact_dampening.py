"""The exact rescale law on ReLU units, held against torch's SGD with dampening: each unit is one trial."""

from torch.optim import SGD

from derivations import exact_dampening as theorem
from numeric._networks import rectified
from numeric._recorded_optimizers import DECAY, Training, steps
from numeric._weight_arrays import units

__all__ = ["record", "refined", "steps", "theorem"]

training = Training(theorem, rectified, units, SGD, {"momentum": 0.9, "dampening": 0.3, "weight_decay": DECAY})
record, refined = training.record, training.refined
