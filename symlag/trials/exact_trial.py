"""The trial of exact laws: charges carried on from step to step by the law alone, beside the charges measured.

An exact law of an optimizer says Cₖ₊₁ = P Cₖ + Sₖ for its vector of charges, with nothing left out. So its verdict is
by round-off at every step size: there is no order to observe.

>>> import numpy as np
>>> from symlag.optimizers.exact_law import exact
>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> law = exact(sgd(momentum=0), scale(block("w", 2)))
>>> def record(step):
...     path = [np.array([1.0, 0.0])]
...     for _ in range(100):  # the gradient is at right angles to the weights
...         path.append((1 - 0.1 * step) * path[-1] - step * np.array([[0, -1], [1, 0]]) @ path[-1])
...     w = np.array(path)
...     g = np.stack([-w[:, 1], w[:, 0]], axis=-1)
...     arrays = {"w": w[:-1], "w_new": w[1:], "g_w": g[:-1]}
...     return Record.of(step, np.arange(100), arrays, {"eta": step, "lambda_": 0.1})
>>> trial = run_exact([law], record, (0.1, 0.05, 0.025))
>>> print(trial.sentence)
The law holds to round-off at every step size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import eye

from symlag.errors import DefinitionError
from symlag.kernels.array_function import kernel
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.simulation.charges import Curve
from symlag.trials.record import Record, kernel_arguments
from symlag.trials.trial import Finding, Trial, record_runs
from symlag.trials.verdict import Verdict

EXACT_ROUND_OFF = 1e-12  # relative: float64, carried on over some hundred steps


@dataclass(frozen=True)
class ChargeFinding(Finding):
    """One charge of an exact law along all records: a curve for each step size, and the verdict on them."""

    charge: Form

    @property
    def name(self) -> str:
        """The generator and the charge."""
        return f"{self.law.generator.name}, {self.charge}"


def run_exact(laws: Sequence[DiscreteLaw], record: Callable[[float], Record], steps: Iterable[float]) -> Trial:
    """Try exact laws of an optimizer on a run at each step size, and stop at the first run that diverges.

    Parameters
    ----------
    laws : sequence of DiscreteLaw
        The exact laws, from `symlag.exact`.
    record : callable
        Maps a step size to the `Record` of a training run. Step for step it holds what the laws are made of: the
        weights before and after (`w`, `w_new`), the gradient (`g_w`), the buffers (`v_w`), the hyper-parameters.
    steps : iterable of float
        At least three step sizes.

    Returns
    -------
    Trial
        A finding for each charge of each law.

    Raises
    ------
    DefinitionError
        Without a law, with fewer than three step sizes, or if `record` returns anything but a `Record`.
    LoweringError
        If a record lacks an array that a law's kernel takes.

    Examples
    --------
    >>> import numpy as np
    >>> from symlag import block, exact, scale, sgd
    >>> law = exact(sgd(momentum=0), scale(block("w", 2)))
    >>> def record(step):
    ...     w, g = [np.array([1.0, 0.5])], []
    ...     for _ in range(50):
    ...         g.append(np.array([-w[-1][1], w[-1][0]]))
    ...         w.append((1 - 0.5 * step) * w[-1] - step * g[-1])
    ...     w, g = np.array(w), np.array(g)
    ...     arrays = {"w": w[:-1], "w_new": w[1:], "g_w": g}
    ...     return Record.of(step, np.arange(50), arrays, {"eta": step, "lambda_": 0.5})
    >>> run_exact([law], record, steps=(0.1, 0.05, 0.025)).verdict.name
    'EXACT'
    """
    if not laws:
        raise DefinitionError("run_exact([], …)", "there is no law to try", "rule = sgd(), for example")
    records = record_runs(record, steps)
    return Trial(tuple(finding for law in laws for finding in _findings(law, records)), records)


def failing_twin(law: DiscreteLaw) -> DiscreteLaw:
    """A false law close to a true one: nothing feeds it; of a law that nothing feeds, it loses nothing."""
    return replace(law, sources={}) if law.sources else replace(law, propagator=eye(len(law.charges)))


def charge_paths(law: DiscreteLaw, record: Record) -> tuple[Any, Any]:
    """The charges measured before the first and after every step, and those that the law makes of the first ones.

    Both are arrays of shape (n + 1, charges, …).
    """
    import numpy as np

    value, size = law.frame.value, range(len(law.charges))
    columns = {"before": law.charges, "after": law.charges_after, "source": law.source}
    expressions = {f"{name}_{i}": value(column[i]) for name, column in columns.items() for i in size}
    expressions |= {f"propagator_{i}_{j}": law.propagator[i, j] for i in size for j in size}
    evaluate = kernel(expressions)
    values = evaluate(**kernel_arguments(evaluate, record.arrays))
    shape = np.shape(values["before_0"])  # of a source that is 0, or of a propagator, the value has no axis of steps
    values = {name: np.broadcast_to(array, shape) for name, array in values.items()}

    before, after, sources = (np.stack([values[f"{name}_{i}"] for i in size], axis=1) for name in columns)
    rows = [np.stack([values[f"propagator_{i}_{j}"] for j in size], axis=1) for i in size]
    path = [before[0]]
    for propagator, source in zip(np.stack(rows, axis=1), sources, strict=True):
        path.append(np.einsum("ij...,j...->i...", propagator, path[-1]) + source)
    return np.concatenate([before[:1], after]), np.stack(path)


def _findings(law: DiscreteLaw, records: Sequence[Record]) -> Iterator[ChargeFinding]:
    """The findings on a law, charge by charge."""
    import numpy as np

    comparable = [record for record in records if len(record.time)]
    with np.errstate(all="ignore"):  # a run that diverges passes through infinity
        paths = [(*charge_paths(law, record), charge_paths(failing_twin(law), record)[1]) for record in comparable]
    for i, charge in enumerate(law.charges):
        curves = tuple(
            Curve(np.arange(len(measured)), measured[:, i], predicted[:, i], twin[:, i])
            for measured, predicted, twin in paths
        )
        yield ChargeFinding(law, tuple(record.step for record in comparable), curves, _verdict(records, curves), charge)


def _verdict(records: Sequence[Record], curves: Sequence[Curve]) -> Verdict:
    if records[-1].diverged is not None:
        return Verdict.DIVERGED
    if all(curve.empty for curve in curves):
        return Verdict.EMPTY
    return Verdict.EXACT if max(curve.gap for curve in curves) <= EXACT_ROUND_OFF else Verdict.BROKEN
