"""The exact turn law of Muon on a network of two matrices: each plane of its hidden space is one trial."""

from derivations import exact_muon as theorem
from numeric._networks import WIDTH, linear
from numeric._optimizers import Muon
from numeric._recorded_optimizers import DECAY, Training
from numeric._weight_arrays import pair, turns

__all__ = ["record", "steps", "theorem"]

steps = (0.02, 0.01, 0.005)
options = {"momentum": 0.99, "weight_decay": DECAY}
training = Training(theorem, linear, pair, Muon, options, steps, push=0.1, still={"A": turns(WIDTH)})
record = training.record
