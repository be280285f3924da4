"""Trials: a law against a recorded run, the verdict by observed order, and its picture.

`run(laws, record, steps)` records a run at each step size, integrates every law along it, and returns a `Trial`, which
knows its verdict. `record` is any function of a step size that returns a `Record`; `orbit(laws)` makes one that
integrates the mechanics' own equations of motion. `run_exact` tries the exact laws of an optimizer, whose verdict is
by round-off. `picture(trial, folder)` draws what was measured and predicted in time, `portrait(trial, folder)` in phase
space; `follow` integrates any rate and source from a first value on. A sentence of a paper, with the figure it stands
or falls with, is a `Claim`, and a trial of several a `Study`.

>>> from symlag.generator import time_translation
>>> from symlag.jet import coordinates
>>> from symlag.lagrangian import Lagrangian
>>> from symlag.noether import noether
>>> x = coordinates("x")
>>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
>>> trial = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01))
>>> print(trial.sentence)
The law holds: its gap to the measured charge closes with the step.
>>> round(trial.findings[0].order)
4
"""

from symlag.trial._account import Account, run_exact
from symlag.trial._balance import Curve, follow
from symlag.trial._claim import Claim, Study, claims
from symlag.trial._files import whole
from symlag.trial._orbit import STEPS, orbit
from symlag.trial._picture import draw, picture
from symlag.trial._portrait import figures, portrait
from symlag.trial._record import Record
from symlag.trial._setting import Setting, data, given, seed
from symlag.trial._style import (
    BLACK,
    BLUE,
    GREEN,
    MEASURED,
    ORANGE,
    PURPLE,
    SKY,
    THEORY,
    TWIN,
    VERMILION,
    YELLOW,
    drawn,
    save,
)
from symlag.trial._trial import Finding, Trial, run
from symlag.trial._verdict import Verdict, order, worst

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "MEASURED",
    "ORANGE",
    "PURPLE",
    "SKY",
    "STEPS",
    "THEORY",
    "TWIN",
    "VERMILION",
    "YELLOW",
    "Account",
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
    "drawn",
    "figures",
    "follow",
    "given",
    "orbit",
    "order",
    "picture",
    "portrait",
    "run",
    "run_exact",
    "save",
    "seed",
    "whole",
    "worst",
]
