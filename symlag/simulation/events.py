"""Events: the times at which an expression is zero along a motion.

A zero is seen where the sign changes between two of a few points of a step, and then found to round-off by Brent's
method on the states in between. Zeros that the expression only touches are not seen, nor two between the same points.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> Event(x, ends=True)
Event(expression=x, ends=True, direction=0)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from symlag.errors import DefinitionError
from symlag.simulation.trajectory import Step

POINTS = 5  # of a step at which a sign is looked at, both ends included


@dataclass(frozen=True)
class Event:
    """The zeros of an expression along a motion.

    Parameters
    ----------
    expression : Expr
        A number, in coordinates, velocities, time and parameters, in the notation of the Lagrangian.
    ends : bool, optional
        Whether the motion ends at the first of them.
    direction : {-1, 0, 1}, optional
        Only zeros at which the expression falls, all of them, or only those at which it rises, in the direction in
        which the motion is followed.

    Raises
    ------
    DefinitionError
        Where the direction is no sign.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> Event(x, direction=-1)  # downwards
    Event(expression=x, ends=False, direction=-1)
    """

    expression: Any
    ends: bool = False
    direction: int = 0

    def __post_init__(self) -> None:
        if self.direction not in {-1, 0, 1}:
            raise DefinitionError(f"direction = {self.direction}", "it is no sign", "direction=1, 0 or -1")


Signal = Callable[[Any, Any], Any]  # from times and states to the value of an expression


def zeros_within(step: Step, start: float, event: Event, signal: Signal) -> Iterator[float]:
    """The times in a step at which an event happens, in order; its start is not among them, its end is."""
    import numpy as np
    from scipy.optimize import brentq

    def value(time: float) -> float:
        return float(np.asarray(signal(time, step.between(time))))

    times = np.linspace(start, step.time, POINTS)
    signs = np.sign([value(time) for time in times])
    for k in range(POINTS - 1):
        before, after = signs[k], signs[k + 1]
        if before not in {0, after} and event.direction in {0, -before}:
            zero = times[k + 1] if after == 0 else brentq(value, times[k], times[k + 1], xtol=1e-14, rtol=1e-14)
            yield float(zero)


def zeros_of(steps: Step, start: float, events: Sequence[Event], signals: Sequence[Signal]) -> list[tuple[float, int]]:
    """The times in a step at which any of the events happens, with its number, in the order of the motion."""
    found = [(t, i) for i, e in enumerate(events) for t in zeros_within(steps, start, e, signals[i])]
    return sorted(found, reverse=steps.time < start)
