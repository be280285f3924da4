"""Flows of smooth vector fields to round-off: the midpoint rule, extrapolated to steps of size zero (Gragg 1965).

>>> import torch
>>> y, error = flow(lambda y: -y, torch.ones(1, dtype=torch.float64), 0.5)
>>> abs(float(y) - 0.6065306597126334) < 1e-12, error < 1e-10
(True, True)
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

PARTS = (2, 4, 6, 8, 10, 12)
ORDER = 2 * len(PARTS) - 1  # the error goes with this power of time


def flow(F: Callable[[Tensor], Tensor], y: Tensor, time: float) -> tuple[Tensor, float]:
    """Where ẏ = F(y) takes y in some time, and a relative error that it keeps below where F is smooth."""
    slope = F(y)
    row = [_midpoint(F, y, slope, time, PARTS[0])]
    for i, n in enumerate(PARTS[1:], start=1):
        new = [_midpoint(F, y, slope, time, n)]
        for k in range(i):
            new.append(new[k] + (new[k] - row[k]) / ((n / PARTS[i - k - 1]) ** 2 - 1))
        row = new
    return row[-1], float((row[-1] - row[-2]).norm() / row[-1].norm())


def _midpoint(F: Callable[[Tensor], Tensor], y: Tensor, slope: Tensor, time: float, parts: int) -> Tensor:
    """An even number of steps, smoothed at the end, so that the error is a series in even powers of the step."""
    h = time / parts
    last, here = y, y + h * slope
    for _ in range(parts - 1):
        last, here = here, last + 2 * h * F(here)
    return (last + here + h * F(here)) / 2
