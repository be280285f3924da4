"""The law behind the implicit RMSProp, on a network trained by minibatches: each of its filters is one trial."""

from derivations import adaptive as theorem
from numeric._networks import normalised
from numeric._noise import Descent, path
from symlag.trial import Record

__all__ = ["record", "steps", "theorem"]

steps = (0.1, 0.05, 0.025)


def record(step: float) -> Record:
    """The filters w, (n, filters, pixels), a new minibatch every tenth of the time hk."""
    descent = Descent.refined(step, decay=0.01, batch=16, span=20, held=0.1)
    weights = path(normalised, descent)
    return Record.along(step, descent.time, {"w": weights["0.weight"]}, descent.arrays)
