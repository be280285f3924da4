"""A trial: laws, runs at several step sizes, and a verdict on each law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from symlag.display import Displayable
from symlag.errors import DefinitionError
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.simulation.charges import Curve
from symlag.trials.integrated_law import charge_curve
from symlag.trials.record import Record
from symlag.trials.verdict import Verdict, judge, observed_order, worst
from symlag.variational.noether import Law


@dataclass(frozen=True)
class Finding:
    """One law along all records, and the verdict on it.

    Parameters
    ----------
    law : Law or DiscreteLaw
        What was tried.
    steps : tuple of float
        The step sizes of the runs that can be compared.
    curves : tuple of Curve
        The charge along each of these runs.
    verdict : Verdict
        What became of the law.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials.integrated_orbit import orbit
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> (finding,) = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01)).findings
    >>> finding.name, round(finding.order), finding.twin_order < 0.1
    ('time translation', 4, True)
    """

    law: Law | DiscreteLaw
    steps: tuple[float, ...]
    curves: tuple[Curve, ...]
    verdict: Verdict

    @property
    def name(self) -> str:
        """The name of the law's generator."""
        return self.law.generator.name

    @property
    def gaps(self) -> tuple[float, ...]:
        """The relative gap between predicted and measured charge at each step size."""
        return tuple(curve.gap for curve in self.curves)

    @property
    def twin_gaps(self) -> tuple[float, ...]:
        """The same of the failing twin."""
        return tuple(curve.twin_gap for curve in self.curves)

    @property
    def order(self) -> float:
        """The observed order at which the gap closes with the step."""
        return observed_order(self.steps, self.gaps)

    @property
    def twin_order(self) -> float:
        """The observed order of the failing twin."""
        return observed_order(self.steps, self.twin_gaps)


@dataclass(frozen=True)
class Trial(Displayable):
    """The findings on the laws of one theorem, and the records that they rest on.

    Parameters
    ----------
    findings : tuple of Finding
        One for each law; for exact laws, one for each charge.
    records : tuple of Record
        The runs, up to the first one that diverged.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials.integrated_orbit import orbit
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> trial = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01))
    >>> trial.verdict.name, sorted(trial.records_by_name)
    ('HOLDS', ['record_0.01', 'record_0.02', 'record_0.04'])
    """

    findings: tuple[Finding, ...]
    records: tuple[Record, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the laws."""
        return worst(finding.verdict for finding in self.findings)

    @property
    def sentence(self) -> str:
        """The verdict in words, and where a run diverged."""
        for record in self.records:
            if record.diverged is not None:
                return f"{self.verdict.value} At step size {record.step:g}, step {record.diverged} gave no number."
        return self.verdict.value

    @property
    def records_by_name(self) -> dict[str, Record]:
        """The records by kind and step size: of two with the same step size, the second is of refined time."""
        by_name: dict[str, Record] = {}
        for record in self.records:
            name = f"record_{record.step:g}"
            by_name[f"refined_{record.step:g}" if name in by_name else name] = record
        return by_name

    def combine(self, other: Trial) -> Trial:
        """Both trials as one.

        Parameters
        ----------
        other : Trial
            A trial of other laws.

        Returns
        -------
        Trial
            All findings and all records, those of `other` last.
        """
        return Trial(self.findings + other.findings, self.records + other.records)


def run(laws: Sequence[Law], record: Callable[[float], Record], steps: Iterable[float]) -> Trial:
    """Try laws in continuous time on a run at each step size, and stop at the first run that diverges.

    Parameters
    ----------
    laws : sequence of Law
        The laws of one mechanics.
    record : callable
        Maps a step size to the `Record` of a run, which holds the arguments of the laws' kernels.
    steps : iterable of float
        At least three step sizes; three, each half of the one before, are enough for a verdict.

    Returns
    -------
    Trial
        A finding for each law.

    Raises
    ------
    DefinitionError
        Without a law, with fewer than three step sizes, or if `record` returns anything but a `Record`.
    LoweringError
        If a law has no values, or a record lacks an array that its kernel takes.

    Examples
    --------
    >>> import numpy as np
    >>> from symlag import Lagrangian, coordinates, noether, translation
    >>> x = coordinates("x")
    >>> momentum = noether(Lagrangian(x.dot**2 / 2, damping=2), translation(x))
    >>> def record(step):
    ...     time = step * np.arange(round(1 / step))
    ...     return Record.along(step, time, {"x": np.exp(-2 * time)}, {})
    >>> run([momentum], record, steps=(0.04, 0.02, 0.01)).verdict.name
    'EXACT'
    """
    if not laws:
        raise DefinitionError("run([], …)", "there is no law to try", "symmetry = scale(w), for example")
    records = record_runs(record, steps)
    return Trial(tuple(_finding(law, records) for law in laws), records)


def record_runs(record: Callable[[float], Record], steps: Iterable[float]) -> tuple[Record, ...]:
    """Record a run at each step size, up to the first that diverges."""
    chosen: tuple[Any, ...] = tuple(steps)
    if len(set(chosen)) < 3 or not all(isinstance(step, int | float) and step > 0 for step in chosen):
        wrong = "an order is observed at three step sizes"
        raise DefinitionError(f"steps = {chosen}", wrong, "steps = (0.1, 0.05, 0.025)")
    records: list[Record] = []
    for step in chosen:
        recorded: Any = record(step)  # by a function of the user's
        if not isinstance(recorded, Record):
            raise DefinitionError(f"record({step:g})", f"it returns {recorded!r}", "return Record.along(…)")
        records.append(recorded)
        if recorded.diverged is not None:
            break
    return tuple(records)


def _finding(law: Law, records: Sequence[Record]) -> Finding:
    kernel = law.kernel("numpy")
    comparable = [record for record in records if len(record.time) > 1]
    steps = tuple(record.step for record in comparable)
    curves = tuple(charge_curve(kernel, record) for record in comparable)
    if records[-1].diverged is not None:
        verdict = Verdict.DIVERGED
    elif all(curve.empty for curve in curves):
        verdict = Verdict.EMPTY
    else:
        verdict = judge(steps, [curve.gap for curve in curves])
    return Finding(law, steps, curves, verdict)
