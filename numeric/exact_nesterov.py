"""The exact translation law on a softmax classifier, held against torch's Nesterov momentum: each pixel is a trial."""

import numpy as np
from torch.optim import SGD

from derivations import exact_nesterov as theorem
from numeric._networks import CLASSES, softmax
from numeric._recorded_optimizers import DECAY, Training
from numeric._weight_arrays import pixels

__all__ = ["record", "refined", "steps", "theorem"]

steps = (0.05, 0.025, 0.0125)
options = {"momentum": 0.9, "nesterov": True, "weight_decay": DECAY}
training = Training(theorem, softmax, pixels, SGD, options, steps, still={"n": np.ones(CLASSES)})
record, refined = training.record, training.refined
