"""The classical method of Runge and Kutta, of fourth order, with a fixed step.

Source: Hairer, Nørsett and Wanner, *Solving Ordinary Differential Equations I*, §II.1.

>>> import numpy as np
>>> state = runge_kutta_step(lambda time, state: state, 0.0, np.array([1.0]), 0.1)
>>> bool(abs(state[0] - np.exp(0.1)) < 1e-7)
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def runge_kutta_step(rates: Callable[[Any, Any], Any], time: float, state: Any, step: float) -> Any:
    """The state after a step, or the states of many motions."""
    k1 = rates(time, state)
    k2 = rates(time + step / 2, state + step / 2 * k1)
    k3 = rates(time + step / 2, state + step / 2 * k2)
    k4 = rates(time + step, state + step * k3)
    return state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
