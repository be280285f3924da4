"""The verdict on a law: by the order at which it closes in on the measured charge, never by a tolerance.

The gap between a true law and a measured charge falls with the step of the run; that of a false one stays.

>>> round(order([0.4, 0.2, 0.1], [0.16, 0.04, 0.01]), 6)
2.0
>>> judged([0.4, 0.2, 0.1], [0.30, 0.31, 0.31]).name
'BROKEN'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from math import log, nan
from sys import float_info

from symlag.display import Shown

LEAST_ORDER = 0.9
EPSILON = float_info.epsilon
ROUND_OFF = 1e-11  # relative: float64 positions, differenced over some thousand steps


class Verdict(Shown, Enum):
    """What a trial can end with, the best first."""

    EXACT = "The law holds to round-off at every step size."
    HOLDS = "The law holds: its gap to the measured charge closes with the step."
    EMPTY = "Nothing was tried: the charge and its sources are zero all along."
    BROKEN = "The law is broken: its gap to the measured charge does not close with the step."
    DIVERGED = "The run diverged before the law could be judged."

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return self.value

    @property
    def holds(self) -> bool:
        """Whether the law stood its trial."""
        return self in {Verdict.HOLDS, Verdict.EXACT}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The last of some verdicts in the order above."""
    return max(verdicts, key=list(Verdict).index)


def order(steps: Sequence[float], gaps: Sequence[float]) -> float:
    """The order p of gap ∝ stepᵖ: the slope of log gap against log step, by least squares; nan of one step."""
    if len(steps) < 2:
        return nan
    x, y = [log(h) for h in steps], [log(max(gap, EPSILON)) for gap in gaps]
    middle = sum(x) / len(x)
    return sum((a - middle) * b for a, b in zip(x, y, strict=True)) / sum((a - middle) ** 2 for a in x)


def judged(steps: Sequence[float], gaps: Sequence[float]) -> Verdict:
    """The verdict on relative gaps at some step sizes."""
    if max(gaps) <= ROUND_OFF:
        return Verdict.EXACT
    return Verdict.HOLDS if order(steps, gaps) >= LEAST_ORDER else Verdict.BROKEN
