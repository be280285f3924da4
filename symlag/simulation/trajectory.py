"""The path of a state in time: what it was at the end of every step, and what it is in between.

Between two steps the state is a polynomial. A method of SciPy's brings one of its own order; of the others it is the
cubic that has the state and its rate at both ends (Hermite's), whose error falls like h⁴. Source: Hairer, Nørsett and
Wanner, *Solving Ordinary Differential Equations I*, §II.6.

>>> import numpy as np
>>> path = HermitePath(np.array([0.0, 1.0]), np.array([[0.0], [1.0]]), np.array([[0.0], [3.0]]))
>>> path(0.5)  # of the cube of time
array([0.125])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Step(NamedTuple):
    """The end of a step: its time and state, and the states of the step between."""

    time: float
    state: Any
    between: Callable[[Any], Any]  # from times (n,) to states (size, n), as SciPy has it


class Path(Protocol):
    """The states at some times, from the ends of the steps."""

    @property
    def times(self) -> Any:
        """The ends of the steps, from the start on, shape (n,)."""
        ...

    @property
    def states(self) -> Any:
        """The state at each of them, shape (n, size)."""
        ...

    def __call__(self, time: Any) -> Any:
        """The state at a time, or at many: shape (…, size) for times of shape (…)."""
        ...


@dataclass(frozen=True, eq=False)
class HermitePath:
    """A path by cubics, from states and rates at the ends of the steps."""

    times: Any
    states: Any
    rates: Any

    def __call__(self, time: Any) -> Any:
        import numpy as np

        time = np.asarray(time, float)
        forwards = self.times[-1] >= self.times[0]
        places = np.searchsorted(self.times if forwards else -self.times, time if forwards else -time) - 1
        k = np.clip(places, 0, len(self.times) - 2)
        span = self.times[k + 1] - self.times[k]
        return hermite(
            ((time - self.times[k]) / span)[..., None],
            span[..., None],
            (self.states[k], self.rates[k]),
            (self.states[k + 1], self.rates[k + 1]),
        )


@dataclass(frozen=True, eq=False)
class PiecewisePath:
    """A path by the polynomials that a method brings for each step."""

    times: Any
    states: Any
    pieces: Sequence[Callable[[Any], Any]]

    def __call__(self, time: Any) -> Any:
        import numpy as np
        from scipy.integrate import OdeSolution

        flat = np.asarray(time, float).ravel()
        return OdeSolution(self.times, self.pieces)(flat).T.reshape((*np.shape(time), self.states.shape[1]))


def hermite(u: Any, span: Any, start: tuple[Any, Any], end: tuple[Any, Any]) -> Any:
    """The cubic at u from 0 to 1 with states and rates at both ends of a span of time."""
    (y, f), (y_end, f_end) = start, end
    rise = y_end - y
    return y + u * (rise + (1 - u) * ((1 - u) * (span * f - rise) - u * (span * f_end - rise)))
