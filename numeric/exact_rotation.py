"""The exact rotation law on a learned metric under torch's SGD: each plane of its hidden space is one trial."""

from torch.optim import SGD

from derivations import exact_rotation as theorem
from numeric._networks import metric
from numeric._recorded_optimizers import DECAY, Training, steps
from numeric._weight_arrays import plane, turns

__all__ = ["record", "refined", "steps", "theorem"]

options = {"momentum": 0.99, "weight_decay": DECAY}
training = Training(theorem, metric, plane, SGD, options, push=0.1, still={"A": turns(4)})
record, refined = training.record, training.refined
