"""The trial of exact laws: the charges carried on from step to step by the law alone, beside the charges measured.

An exact law leaves nothing out, so that its verdict is by round-off at every step size, whatever the order.

>>> import numpy as np
>>> from symlag.optimizers.exact import exact
>>> from symlag.optimizers.library import sgd
>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> law = exact(sgd(momentum=0), scale(block("w", 2)))
>>> def record(step):
...     path = [np.array([1.0, 0.0])]
...     for _ in range(100):  # turned by g, which is at right angles
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

from symlag.errors import FormError
from symlag.kernels.kernel import kernel
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact import DiscreteLaw
from symlag.trials.integrated_law import Curve
from symlag.trials.record import Record, admitted
from symlag.trials.trial import Finding, Trial, recorded
from symlag.trials.verdict import Verdict

EXACTLY = 1e-12  # relative: float64, carried on over some hundred steps


@dataclass(frozen=True)
class Account(Finding):
    """One charge of an exact law along all records: a curve for each step size, and the verdict on them."""

    charge: Form

    @property
    def name(self) -> str:
        """The generator and the charge."""
        return f"{self.law.generator.name}, {self.charge}"


def run_exact(laws: Sequence[DiscreteLaw], record: Callable[[float], Any], steps: Iterable[Any]) -> Trial:
    """Try exact laws on the runs that `record` makes at each step size, and stop at the first run that diverges.

    A record has, step for step, what the ledger of a law takes: `w`, `w_new`, `v_w`, the hyper-parameters. Errors as
    of `run`.
    """
    if not laws:
        raise FormError("run_exact([], …)", "there is no law to try", "rule = sgd(), say")
    records = recorded(record, steps)
    return Trial(tuple(finding for law in laws for finding in _accounts(law, records)), records)


def twin(law: DiscreteLaw) -> DiscreteLaw:
    """What is false and close to a law: nothing feeds it; of a law that nothing feeds, it loses nothing."""
    return replace(law, sources={}) if law.sources else replace(law, propagator=eye(len(law.charges)))


def carried(law: DiscreteLaw, record: Record) -> tuple[Any, Any]:
    """The charges measured before the first and after every step, and those that the law makes of the first ones.

    Both (n + 1, charges, …).
    """
    import numpy as np

    told, size = _told(law, record), range(len(law.charges))
    shape = np.shape(told["charge_0"])
    at = lambda name: np.broadcast_to(told[name], shape)  # noqa: E731 - a view of what was told
    before, after, feeds = (np.stack([at(f"{name}_{i}") for i in size], 1) for name in ("charge", "after", "feed"))
    keeps = np.stack([np.stack([at(f"keep_{i}_{j}") for j in size], 1) for i in size], 1)
    path = [before[0]]
    for keep, feed in zip(keeps, feeds, strict=True):
        path.append(np.einsum("ij...,j...->i...", keep, path[-1]) + feed)
    return np.concatenate([before[:1], after]), np.stack(path)


def _told(law: DiscreteLaw, record: Record) -> dict[str, Any]:
    """Charges before and after every step, and what the law keeps and feeds, by name."""
    value, columns = law.frame.value, {"charge": law.charges, "after": law.charges_after, "feed": law.source}
    size = range(len(law.charges))
    asked = {f"{name}_{i}": value(column[i]) for name, column in columns.items() for i in size}
    asked |= {f"keep_{i}_{j}": law.propagator[i, j] for i in size for j in size}
    made = kernel(asked)
    return made(**admitted(made, record.arrays))


def _accounts(law: DiscreteLaw, records: Sequence[Record]) -> Iterator[Account]:
    """The findings on a law, charge by charge."""
    import numpy as np

    told = [made for made in records if len(made.time)]
    with np.errstate(all="ignore"):  # a run that diverges passes through infinity
        paths = [(made, *carried(law, made), carried(twin(law), made)[1]) for made in told]
    for i, charge in enumerate(law.charges):
        curves = tuple(Curve(np.arange(len(seen)), *(path[:, i] for path in (seen, *said))) for _, seen, *said in paths)
        yield Account(law, tuple(made.step for made in told), curves, _verdict(records, curves), charge)


def _verdict(records: Sequence[Record], curves: Sequence[Curve]) -> Verdict:
    if records[-1].diverged is not None:
        return Verdict.DIVERGED
    if all(curve.empty for curve in curves):
        return Verdict.EMPTY
    return Verdict.EXACT if max(curve.gap for curve in curves) <= EXACTLY else Verdict.BROKEN
