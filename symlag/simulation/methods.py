"""The methods by which a motion is integrated: which there are, and the steps that each makes.

SciPy's methods take steps as long as a tolerance allows, all others steps of one length. A method makes step after
step, so that whoever asks for them can watch, and stop.

>>> FixedStep("verlet", 0.1)
FixedStep(name='verlet', step=0.1)
>>> [method.step for method in FixedStep("verlet", 0.1).ladder(1.0)]
[0.1, 0.05, 0.025]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from symlag.errors import SymlagError
from symlag.simulation.trajectory import HermitePath, Path, PiecewisePath, Step, hermite

ADAPTIVE = ("DOP853", "RK45", "RK23", "Radau", "BDF", "LSODA")
SHORTEST, MOST_SHORT = 1e-8, 300  # of the whole time, and how many such steps in a row are followed
LOOSER = 30.0  # from one rung of the ladder of an adaptive method to the next

Rates = Callable[[Any, Any], Any]  # from time and state to the rate of the state
Advance = Callable[[float, Any, float], Any]  # from time, state and step to the state after the step


class StoppedError(SymlagError):
    """A motion that cannot be followed any further."""


@dataclass(frozen=True)
class Adaptive:
    """A method of SciPy's, with a bound on the error of a step: rtol·|state| + atol in every number of the state."""

    name: str
    rtol: float
    atol: float
    longest: float = math.inf

    def __str__(self) -> str:
        return f"{self.name}, rtol = {self.rtol:g}, atol = {self.atol:g}"

    def ladder(self, span: float) -> tuple[Adaptive, ...]:
        """Three methods to see an order by, the coarsest first: this one the last, unless its tolerance is coarse."""
        rungs = (LOOSER**2, LOOSER, 1.0) if self.rtol <= 1e-6 else (1.0, 1 / LOOSER, 1 / LOOSER**2)
        # However little a tolerance asks for, there are twice as many steps from rung to rung.
        return tuple(
            replace(self, rtol=self.rtol * r, atol=self.atol * r, longest=min(self.longest, abs(span) / 4 / 2**k))
            for k, r in enumerate(rungs)
        )

    def steps(self, rates: Rates, _advance: Advance | None, start: Any, first: float, last: float) -> Iterator[Step]:
        """Step after step, up to the last time; `StoppedError` where SciPy gives up."""
        import scipy.integrate

        kind = getattr(scipy.integrate, self.name)
        options = {"rtol": self.rtol, "atol": self.atol, "max_step": self.longest}
        solver, short = kind(rates, first, start, last, **options), 0
        while solver.status == "running":
            told = solver.step()
            # A rate that jumps to and fro, as that of dry friction at rest, is followed by ever shorter steps for ever.
            short = short + 1 if told is None and abs(solver.t - solver.t_old) < SHORTEST * abs(last - first) else 0
            if short == MOST_SHORT:
                told = "the steps are too short to come to an end, because the rates jump to and fro."
            if told is not None:  # SciPy returns the reason where it fails
                raise StoppedError(f"simulate(…, method={self.name!r})", str(told).rstrip("."), "Begin elsewhere.")
            yield Step(float(solver.t), solver.y.copy(), solver.dense_output())

    def path(self, start: Any, first: float, taken: Sequence[Step], _rates: Rates) -> Path:
        """The path of the steps that were taken."""
        import numpy as np

        times = np.array([first, *(step.time for step in taken)])
        return PiecewisePath(times, np.array([start, *(step.state for step in taken)]), [s.between for s in taken])


@dataclass(frozen=True)
class FixedStep:
    """A method that takes steps of one length, but for the last one, which ends where the motion does."""

    name: str
    step: float

    def __str__(self) -> str:
        return f"{self.name}, step = {self.step:g}"

    def ladder(self, _span: float) -> tuple[FixedStep, ...]:
        """Three methods to see an order by, the coarsest first: this one, and with steps half and a quarter as long."""
        return tuple(replace(self, step=self.step / 2**k) for k in range(3))

    def steps(self, rates: Rates, advance: Advance | None, start: Any, first: float, last: float) -> Iterator[Step]:
        """Step after step, up to the last time."""
        assert advance is not None
        count = max(1, math.ceil(abs(last - first) / self.step * (1 - 1e-12)))
        step, direction = self.step, math.copysign(1, last - first)
        time, state, rate = first, start, rates(first, start)
        for k in range(1, count + 1):
            end = last if k == count else first + direction * k * step
            after = advance(time, state, end - time)
            rate_after = rates(end, after)
            between = partial(_cubic, time, end - time, (state, rate), (after, rate_after))
            yield Step(end, after, between)
            time, state, rate = end, after, rate_after

    def path(self, start: Any, first: float, taken: Sequence[Step], rates: Rates) -> Path:
        """The path of the steps that were taken."""
        import numpy as np

        times = np.array([first, *(step.time for step in taken)])
        states = np.array([start, *(step.state for step in taken)])
        return HermitePath(times, states, rates(times, states))


def _cubic(start: float, span: float, before: tuple[Any, Any], after: tuple[Any, Any], times: Any) -> Any:
    """The states between two, one column for each time, as SciPy's dense output gives them."""
    import numpy as np

    return hermite(((np.asarray(times) - start) / span)[..., None], span, before, after).T
