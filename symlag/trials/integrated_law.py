"""A balance law integrated along a measured path.

The law Ċ + γC = S has the solution C(t) = e^{−Γ(t)}C₀ + ∫₀ᵗ e^{−(Γ(t)−Γ(s))} S(s) ds with Γ̇ = γ, by variation of
constants. From one instant to the next S is taken to be linear and γ constant, and the integral is then exact. It is a
method of second order that holds for any friction, also one that a step does not resolve, and its exponents stay small
however long the run is (an exponential integrator: Hochbruck & Ostermann, Acta Numerica 19, 2010, Section 2).

>>> import numpy as np
>>> time = np.linspace(0, 1, 101)
>>> charge = integrate_law(time, np.exp(-2 * time), rate=2 + 0 * time, source=0 * time)
>>> bool(abs(charge - np.exp(-2 * time)).max() < 1e-15)
True
"""

from __future__ import annotations

from typing import Any

from symlag.kernels.array_function import Kernel
from symlag.simulation.charges import Curve
from symlag.trials.record import Record, kernel_arguments

SMALL = 1e-3  # below, the closed forms lose more digits to cancellation than their series to its truncation


def charge_curve(kernel: Kernel, record: Record) -> Curve:
    """The charge along a record, as the kernel of its law measures and predicts it."""
    import numpy as np

    with np.errstate(all="ignore"):  # a run that diverges passes through infinity
        values = kernel(**kernel_arguments(kernel, record.arrays))
        charge, rate, source = values["charge"], values["rate"], values["source"]
        spurious = source if np.any(source) else (rate + 1 / np.ptp(record.time)) * charge
        predicted = integrate_law(record.time, charge, rate, source)
        twin = integrate_law(record.time, charge, rate, source + spurious)
        return Curve(record.time, charge, predicted, twin)


def integrate_law(time: Any, charge: Any, rate: Any, source: Any) -> Any:
    """The charge that a balance law Ċ + γC = S predicts, from the first measured value on.

    Parameters
    ----------
    time : numpy.ndarray, shape (n,)
        The instants, increasing.
    charge : numpy.ndarray, shape (n, …)
        The measured charge, of which the first value counts.
    rate : numpy.ndarray or float
        γ at every instant, in inverse units of time; it is broadcast against the charge.
    source : numpy.ndarray or float
        S at every instant; it is broadcast against the charge.

    Returns
    -------
    numpy.ndarray, shape (n, …)
        The predicted charge.

    References
    ----------
    Hochbruck & Ostermann, *Exponential integrators*, Acta Numerica 19 (2010), Section 2.

    Examples
    --------
    >>> import numpy as np
    >>> integrate_law(np.array([0.0, 1.0, 2.0]), np.array([3.0, 0.0, 0.0]), rate=0.0, source=2.0)
    array([3., 5., 7.])
    """
    import numpy as np

    rate, source = np.broadcast_to(rate, charge.shape), np.broadcast_to(source, charge.shape)
    spans = np.diff(time).reshape(-1, *[1] * (charge.ndim - 1))
    z = spans * (rate[1:] + rate[:-1]) / 2
    # Over a step, u from 0 to 1, the source is (1 − u) Sₖ + u Sₖ₊₁, and what it feeds at u decays by e^{−z(1−u)}:
    # total = ∫₀¹ e^{−z(1−u)} du and late = ∫₀¹ e^{−z(1−u)} u du.
    small = abs(z) < SMALL
    safe = np.where(small, 1, z)
    total = np.where(small, 1 - z / 2 + z**2 / 6 - z**3 / 24, -np.expm1(-safe) / safe)
    late = np.where(small, 1 / 2 - z / 6 + z**2 / 24 - z**3 / 120, (1 + np.expm1(-safe) / safe) / safe)
    gains = spans * ((total - late) * source[:-1] + late * source[1:])
    predicted = charge.copy()
    for k, (decay, gain) in enumerate(zip(np.exp(-z), gains, strict=True)):
        predicted[k + 1] = decay * predicted[k] + gain
    return predicted
