"""A charge along a run: as it was, and as its balance law says from its first value on.

A law Ċ + γC = S says that C(t) = C(t₀) + ∫ (S − γC) ds. The integral is taken step by step by Gauss's formula of five
points, of order 10, on the states between the steps; so what parts the two is the error of the run, and not of the
integral.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.simulation.motion import simulate
>>> from symlag.variational.families import scale
>>> from symlag.variational.lagrangian import Lagrangian
>>> from symlag.variational.noether import noether
>>> x = coordinates("x")
>>> L = Lagrangian(x.dot**2 / 2, x**4 / 4, damping=1)
>>> curve = charge_along(simulate(L, {x: 1, x.dot: 0}, 5), noether(L, scale(x)))
>>> curve.gap < 1e-8, curve.twin_gap > 0.1
(True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, expand_mul

from symlag.kernels.array_function import kernel
from symlag.variational.noether import Law

if TYPE_CHECKING:
    from symlag.simulation.run import Run

POINTS = 5  # of Gauss's formula, for each step


@dataclass(frozen=True, eq=False)
class Curve:
    """One charge along one run: measured, predicted by its law, and predicted by the law's failing twin.

    The twin is the law with its source doubled. If nothing feeds the charge, the twin gives back what friction takes,
    and C/τ more, where τ is the length of the run and C the charge, or the greatest sum of its terms' magnitudes.

    Parameters
    ----------
    time : numpy.ndarray, shape (n,)
        The instants.
    measured : numpy.ndarray, shape (n, …)
        The charge, evaluated along the run.
    predicted : numpy.ndarray, shape (n, …)
        The charge by the law, from the first measured value on.
    twin : numpy.ndarray, shape (n, …)
        The charge by the failing twin, from the same value on.
    size : float, optional
        The greatest sum of the magnitudes of the charge's terms: what a gap is compared with where they cancel.

    Examples
    --------
    >>> import numpy as np
    >>> curve = Curve(np.arange(2), np.array([1.0, 2.0]), np.array([1.0, 2.5]), np.array([1.0, 4.0]))
    >>> curve.gap, curve.twin_gap
    (0.2, 0.5)
    """

    time: Any
    measured: Any
    predicted: Any
    twin: Any
    size: float = 0.0

    @property
    def gap(self) -> float:
        """The greatest distance of the predicted from the measured one, relative to the greatest of both and `size`."""
        return self._relative_gap(self.predicted)

    @property
    def twin_gap(self) -> float:
        """The same of the twin."""
        return self._relative_gap(self.twin)

    @property
    def empty(self) -> bool:
        """Whether the charge is measured and predicted as zero all along, so that there is nothing to compare."""
        return not (self.measured.any() or self.predicted.any() or self.size)

    def _relative_gap(self, predicted: Any) -> float:
        size = max(abs(predicted).max(), abs(self.measured).max(), self.size)
        return float(abs(predicted - self.measured).max() / (size or 1))


def charge_along(run: Run, law: Law) -> Curve:
    """The charge of a law at the steps of a run, as it was, as the law says, and as its failing twin does."""
    import numpy as np

    L, times = law.lagrangian, run.solution.path.times
    parts = {"charge": law.charge, "rate": law.rate, "source": law.source}
    read = {name: run.problem.parameters.put(L.notation.to_jets(part)) for name, part in parts.items()}
    made = kernel(read)
    places, weights = np.polynomial.legendre.leggauss(POINTS)
    spans = np.diff(times)[:, None]
    within = times[:-1, None] + spans * (places + 1) / 2
    inner = made(**run.values(made.inputs, within))
    measured = np.broadcast_to(made(**run.values(made.inputs, times))["charge"], times.shape)
    terms = kernel([*Add.make_args(expand_mul(read["charge"]))])
    size = sum(abs(term) for term in terms(**run.values(terms.inputs, times)))

    def predicted(rates: Any) -> Any:
        """The first charge, and what has come to it."""
        gains = (np.broadcast_to(rates, within.shape) * weights * spans / 2).sum(axis=1)
        return measured[0] + np.concatenate(([0.0], np.cumsum(gains)))

    source, drained = inner["source"], inner["rate"] * inner["charge"]
    # Where nothing feeds the charge, it may be zero by cancellation: the twin is then fed as much as one of its terms.
    spurious = source if np.any(source) else drained + np.max(size) / abs(times[-1] - times[0])
    fed = source - drained
    return Curve(times, measured, predicted(fed), predicted(fed + spurious), float(np.max(size)))
