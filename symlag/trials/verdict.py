"""The verdict on a law: by the order at which it closes in on the measured charge, never by a tolerance.

If a law is true, the relative gap between the charge that it predicts and the charge that was measured is the error of
the recorded run, and falls like a power hᵖ of its step size h. If a law is false, the gap tends to a constant, p = 0.
The *observed order* is p, by least squares through log gap against log h. A law holds with an observed order of 0.9 or
more; it is exact if no gap exceeds round-off.

>>> round(observed_order([0.4, 0.2, 0.1], [0.16, 0.04, 0.01]), 6)
2.0
>>> judge([0.4, 0.2, 0.1], [0.30, 0.31, 0.31]).name
'BROKEN'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from math import log, nan
from sys import float_info

from symlag.display import Displayable

LEAST_ORDER = 0.9
EPSILON = float_info.epsilon
ROUND_OFF = 1e-11  # relative: float64 positions, differenced over some thousand steps


class Verdict(Displayable, Enum):
    """What a trial can end with, the best first.

    Attributes
    ----------
    EXACT : Verdict
        The law holds to round-off at every step size.
    HOLDS : Verdict
        The gap to the measured charge closes with the step; of a claim, the figure is as required.
    EMPTY : Verdict
        Nothing was tried: there was nothing to compare, or the failing twin passes, too.
    BROKEN : Verdict
        The gap does not close with the step; of a claim, the figure is not as required.
    DIVERGED : Verdict
        A run diverged before the law could be judged.

    Examples
    --------
    >>> Verdict.EXACT.holds, Verdict.EMPTY.holds
    (True, False)
    """

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
        """Whether the law passed its trial."""
        return self in {Verdict.HOLDS, Verdict.EXACT}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts, in the order in which `Verdict` lists them.

    Parameters
    ----------
    verdicts : iterable of Verdict
        At least one verdict.

    Returns
    -------
    Verdict
        The last of them in the order of the class.

    Examples
    --------
    >>> worst([Verdict.HOLDS, Verdict.BROKEN, Verdict.EXACT]).name
    'BROKEN'
    """
    return max(verdicts, key=list(Verdict).index)


def observed_order(steps: Sequence[float], gaps: Sequence[float]) -> float:
    """The observed order p of gap ∝ hᵖ: the slope of log gap against log h, by least squares.

    Parameters
    ----------
    steps : sequence of float
        The step sizes h, positive.
    gaps : sequence of float
        A relative gap for each step size; one below machine precision counts as machine precision.

    Returns
    -------
    float
        The order; nan if there are fewer than two step sizes.

    Examples
    --------
    >>> round(observed_order([0.1, 0.05, 0.025], [0.2, 0.1, 0.05]), 6)
    1.0
    """
    if len(steps) < 2:
        return nan
    x, y = [log(h) for h in steps], [log(max(gap, EPSILON)) for gap in gaps]
    mean = sum(x) / len(x)
    return sum((a - mean) * b for a, b in zip(x, y, strict=True)) / sum((a - mean) ** 2 for a in x)


def judge(steps: Sequence[float], gaps: Sequence[float]) -> Verdict:
    """The verdict on the relative gaps of a law at some step sizes."""
    if max(gaps) <= ROUND_OFF:
        return Verdict.EXACT
    return Verdict.HOLDS if observed_order(steps, gaps) >= LEAST_ORDER else Verdict.BROKEN
