"""The exact charge of degree one: a normalised layer and a plain one under a loss proportional to the outputs."""

from dataclasses import replace

import numpy as np

from derivations import homogeneous_charge as theorem
from numeric._homogeneous import Descent, homogeneous, unhinged
from symlag.learning.continuous_rules import heavy_ball
from symlag.trials import Record

__all__ = ["record", "steps", "theorem"]

steps = (0.1, 0.05, 0.025)


def record(step: float) -> Record:
    """All weights w as one vector, (n, 1, weights), and g = f/|w|, (n, 1), at fixed friction and the decay it asks."""
    descent = Descent.refined(step)
    rule = heavy_ball(descent.eta, descent.beta, 0)
    run = replace(descent, span=4, decay=float(2 * rule.friction**2 / rule.mass / 9)).record(homogeneous(), unhinged)
    w, f = run.arrays["w"], run.arrays["f"]
    known = {"g": f / np.linalg.norm(w, axis=-1), "t": run.time[:, None]}
    return replace(run, arrays={**run.arrays, **known})
