"""Alarms: what goes wrong in a run and shows in its charges, in one sentence that says what to do.

Each kind is one function of `diagnosis` or `gradient_diagnosis`, which states its statistic and its threshold:

    kind       what is detected                                   statistic, and when it is too large
    option     an option that makes the step another rule's       the options that chose the rule, compared with now
    NaN        a number that is not finite                        any in the row of a step
    ranks      copies of a tensor that differ between ranks       a random signed sum over ranks, above round-off
    scale      a loss scale that is not undone                    |g| over that before, above 512
    decay      weight decay on vectors                            decay ≠ 0 where groups exist to keep vectors out of it
    clipping   a gradient without the symmetry of the loss        median |⟨g, ξ⟩| / |g||ξ|, above bfloat16 precision
    change     tensors changed between two steps                  relative jump of a charge, above 10⁻⁵
    reload     weights and momentum that do not belong together   the same, above 10⁻³ where writes are not seen
    law        a step that is not that of the rule                residual over round-off, above 10⁴
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """What is wrong in a run, since which step, and what to do.

    Parameters
    ----------
    kind : str
        The kind of alarm, as in the table at the head of `symlag.networks.monitor.alarm`.
    where : str
        The tensor or the family of charges; empty where it is the run as a whole. A monitor raises one alarm for each
        kind and place.
    step : int
        The step at which it shows first.
    sentence : str
        What is wrong, and what to do.

    Examples
    --------
    >>> print(Alarm("NaN", "", 3, "the gradient of 0.weight is no number any more: go back to a checkpoint."))
    Step 3: the gradient of 0.weight is no number any more: go back to a checkpoint.
    """

    kind: str
    where: str
    step: int
    sentence: str

    def __str__(self) -> str:
        return f"Step {self.step}: {self.sentence}"
