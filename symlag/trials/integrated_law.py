"""A balance law integrated along a measured path: C(t) = e^{−Γ(t)}C₀ + ∫ e^{−(Γ(t)−Γ(s))} S(s) ds, Γ̇ = γ.

From instant to instant S is taken to be linear and γ constant, and the integral is exact: it holds for any friction,
also one that a step does not resolve, and its exponents stay small however long the run.

>>> import numpy as np
>>> time = np.linspace(0, 1, 101)
>>> charge = follow(time, np.exp(-2 * time), rate=2 + 0 * time, source=0 * time)
>>> bool(abs(charge - np.exp(-2 * time)).max() < 1e-15)
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symlag.kernels.kernel import Kernel
from symlag.trials.record import Record, admitted

SERIES = 1e-3  # below, the quotients lose more to round-off than their series to its end


@dataclass(frozen=True, eq=False)
class Curve:
    """One law along one record: the charge measured and predicted, and what its failing twin predicts, each (n, …).

    The twin is the law with its source doubled; where nothing feeds the charge, one that gives it back what friction
    takes, and C/τ more, τ the length of the run.
    """

    time: Any
    measured: Any
    predicted: Any
    twin: Any

    @property
    def gap(self) -> float:
        """The greatest distance of the predicted from the measured charge, by the greatest of either."""
        return _gap(self.predicted, self.measured)

    @property
    def twin_gap(self) -> float:
        """The same of the twin."""
        return _gap(self.twin, self.measured)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to compare."""
        return not (self.measured.any() or self.predicted.any())


def curve(kernel: Kernel, record: Record) -> Curve:
    """What the kernel of a law says along a record."""
    import numpy as np

    with np.errstate(all="ignore"):  # a run that diverges passes through infinity
        told = kernel(**admitted(kernel, record.arrays))
        charge, rate, source = told["charge"], told["rate"], told["source"]
        spurious = source if np.any(source) else (rate + 1 / np.ptp(record.time)) * charge
        predictions = (follow(record.time, charge, rate, s) for s in (source, source + spurious))
        return Curve(record.time, charge, *predictions)


def follow(time: Any, charge: Any, rate: Any, source: Any) -> Any:
    """The charge that a law predicts from the first of the measured `charge` (n, …) on.

    `time` (n,), `rate` and `source` broadcast with the charge.
    """
    import numpy as np

    rate, source = np.broadcast_to(rate, charge.shape), np.broadcast_to(source, charge.shape)
    spans = np.diff(time).reshape(-1, *[1] * (charge.ndim - 1))
    lost = spans * (rate[1:] + rate[:-1]) / 2
    decays, (early, late) = np.exp(-lost), _shares(lost)
    gains = spans * (early * source[:-1] + late * source[1:])
    predicted = charge.copy()
    for k, (decay, gain) in enumerate(zip(decays, gains, strict=True)):
        predicted[k + 1] = decay * predicted[k] + gain
    return predicted


def _shares(lost: Any) -> tuple[Any, Any]:
    """∫₀¹ e^{−z(1−u)} (1−u) du and ∫₀¹ e^{−z(1−u)} u du: what stays of a source that falls, and of one that rises."""
    import numpy as np

    small = abs(lost) < SERIES
    z = np.where(small, 1, lost)
    whole = np.where(small, 1 - lost / 2 + lost**2 / 6 - lost**3 / 24, -np.expm1(-z) / z)
    late = np.where(small, 1 / 2 - lost / 6 + lost**2 / 24 - lost**3 / 120, (1 + np.expm1(-z) / z) / z)
    return whole - late, late


def _gap(predicted: Any, measured: Any) -> float:
    return float(abs(predicted - measured).max() / (max(abs(predicted).max(), abs(measured).max()) or 1))
