"""Trials: a law against a recorded run, the verdict by observed order, and its picture.

`run(laws, record, steps)` records a run at each step size, integrates every law along it, and returns a `Trial`, which
knows its verdict. `record` is any function of a step size that returns a `Record`; `orbit(laws)` makes one that
integrates the mechanics' own equations of motion. `run_exact` tries the exact laws of an optimizer, whose verdict is
by round-off. `picture(trial, folder)` draws what was measured and predicted in time, `portrait(trial, folder)` in phase
space; `integrate_law` integrates any rate and source from a first value on. A sentence of a paper, with the figure that
decides it, is a `Claim`, and a trial of several a `Study`.

>>> from symlag import Lagrangian, coordinates, noether, time_translation
>>> x = coordinates("x")
>>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
>>> trial = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01))
>>> print(trial.sentence)
The law holds: its gap to the measured charge closes with the step.
>>> round(trial.findings[0].order)
4
"""

from symlag.trials.claim import Claim, Study, claims
from symlag.trials.exact_trial import run_exact
from symlag.trials.integrated_law import Curve, integrate_law
from symlag.trials.orbit import STEPS, orbit
from symlag.trials.phase_portrait import pictures_of, portrait
from symlag.trials.record import Record
from symlag.trials.setting import Setting, data, seed, use_setting
from symlag.trials.trial import Finding, Trial, run
from symlag.trials.trial_pictures import draw, picture
from symlag.trials.verdict import Verdict, observed_order, worst

__all__ = [
    "STEPS",
    "Claim",
    "Curve",
    "Finding",
    "Record",
    "Setting",
    "Study",
    "Trial",
    "Verdict",
    "claims",
    "data",
    "draw",
    "integrate_law",
    "observed_order",
    "orbit",
    "picture",
    "pictures_of",
    "portrait",
    "run",
    "run_exact",
    "seed",
    "use_setting",
    "worst",
]
