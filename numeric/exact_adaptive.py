"""The exact law behind RMSProp on the sphere, on a network with batch normalisation: each filter is one trial.

The training itself is tried, too, beside that of the same network by RMSProp, which derives from the law.
"""

from torch.optim import SGD

from derivations import exact_adaptive as theorem
from numeric._networks import normalised
from numeric._sphere import apart, first_order
from numeric._steps import DECAY, Training, steps
from numeric._views import filters
from symlag.trial._claim import Claim, Study

__all__ = ["record", "refined", "steps", "study", "theorem"]

training = Training(theorem, normalised, filters, SGD, {"weight_decay": DECAY})
record, refined = training.record, training.refined


def study() -> Study:
    """By how much the losses of 200 steps differ."""
    says = "Descent before a norm has the losses of RMSProp on the sphere."
    measured, twin = apart(theorem.rmsprop), apart(first_order(theorem.rmsprop))
    return Study(
        [Claim(says, "NLD Eq. 18, made exact", measured, most=1e-12, twin=twin, without="the squares of squares")]
    )
