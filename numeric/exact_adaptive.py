"""The exact law behind RMSProp on the sphere, on a network with batch normalisation: each filter is one trial.

The training itself is tried, too, beside that of the same network by RMSProp, which derives from the law.
"""

from typing import Any

import numpy as np
from torch.optim import SGD

from derivations import exact_adaptive as theorem
from numeric._networks import normalised
from numeric._recorded_optimizers import DECAY, Training, steps
from numeric._sphere import apart, by_descent, by_rmsprop, first_order
from numeric._weight_arrays import filters
from symlag.plot_style import BLACK, MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study

__all__ = ["record", "refined", "steps", "study", "theorem"]

training = Training(theorem, normalised, filters, SGD, {"weight_decay": DECAY})
record, refined = training.record, training.refined
TWIN_RULE = first_order(theorem.rmsprop)


def study() -> Study:
    """By how much the losses of 200 steps differ."""
    claim = Claim(
        "Descent before a norm has the losses of RMSProp on the sphere.",
        "NLD Eq. 18, made exact",
        apart(theorem.rmsprop),
        most=1e-12,
        twin=apart(TWIN_RULE),
        without="the squares of squares",
    )
    return Study([claim], {"losses": _draw})


def _draw(figure: Any) -> None:
    """The losses of both trainings, and their distance."""
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    descent, rmsprop, false = (
        np.array([*run]) for run in (by_descent(), *map(by_rmsprop, (theorem.rmsprop, TWIN_RULE)))
    )
    left.plot(descent, **MEASURED, label="SGD before a norm")
    left.plot(rmsprop, **THEORY, label="RMSProp on the sphere")
    left.set(xlabel="step $k$", ylabel="loss", yscale="log")
    right.plot(abs(rmsprop - descent).clip(1e-17), color=BLACK, linewidth=0.9, linestyle="-", label="by the law")
    right.plot(abs(false - descent).clip(1e-17), **TWIN, label="failing twin")
    right.set(xlabel="step $k$", ylabel="distance of the losses", yscale="log")
    for panel in (left, right):
        panel.legend()
        panel.margins(x=0.01)
