"""A trial: laws, runs at several step sizes, and what became of each law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from symlag.display import Shown
from symlag.errors import FormError
from symlag.optimizers.exact import DiscreteLaw
from symlag.trials.integrated_law import Curve, curve
from symlag.trials.record import Record
from symlag.trials.verdict import Verdict, judged, order, worst
from symlag.variational.noether import Law


@dataclass(frozen=True)
class Finding:
    """One law along all records: a curve for each step size, and the verdict on them."""

    law: Law | DiscreteLaw
    steps: tuple[float, ...]
    curves: tuple[Curve, ...]
    verdict: Verdict

    @property
    def name(self) -> str:
        """What to call it: the name of the generator."""
        return self.law.generator.name

    @property
    def gaps(self) -> tuple[float, ...]:
        """The gap between predicted and measured charge at each step size, relative."""
        return tuple(curve.gap for curve in self.curves)

    @property
    def twin_gaps(self) -> tuple[float, ...]:
        """The same of the failing twin."""
        return tuple(curve.twin_gap for curve in self.curves)

    @property
    def order(self) -> float:
        """The observed order at which the gap closes with the step."""
        return order(self.steps, self.gaps)

    @property
    def twin_order(self) -> float:
        """The observed order of the failing twin."""
        return order(self.steps, self.twin_gaps)


@dataclass(frozen=True)
class Trial(Shown):
    """The findings on the laws of one theorem, and the records they rest on."""

    findings: tuple[Finding, ...]
    records: tuple[Record, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the laws."""
        return worst(finding.verdict for finding in self.findings)

    @property
    def sentence(self) -> str:
        """The verdict in words, with what it rests on."""
        for lost in (made for made in self.records if made.diverged is not None):
            return f"{self.verdict.value} At step size {lost.step:g}, step {lost.diverged} gave no number."
        return self.verdict.value

    @property
    def named_records(self) -> dict[str, Record]:
        """The records by their step size; of two with the same one, the second is the refined."""
        named: dict[str, Record] = {}
        for made in self.records:
            first = f"record_{made.step:g}"
            named[f"refined_{made.step:g}" if first in named else first] = made
        return named

    def beside(self, other: Trial) -> Trial:
        """Both trials as one."""
        return Trial(self.findings + other.findings, self.records + other.records)


def run(laws: Sequence[Law], record: Callable[[float], Any], steps: Iterable[Any]) -> Trial:
    """Try laws on the runs that `record` makes at each step size, and stop at the first run that diverges.

    `record` returns the arguments of the laws' kernels along a run; three step sizes, each half of the one before, are
    enough for a verdict. `FormError` where there are fewer, where something else is returned, or without a law.
    """
    if not laws:
        raise FormError("run([], …)", "there is no law to try", "symmetry = scale(w), say")
    records = recorded(record, steps)
    return Trial(tuple(_finding(law, records) for law in laws), records)


def recorded(record: Callable[[float], Any], steps: Iterable[Any]) -> tuple[Record, ...]:
    """The runs at each step size, up to the first that diverges."""
    return tuple(_until_lost(record, _checked(steps)))


def _checked(steps: Iterable[Any]) -> tuple[float, ...]:
    chosen = tuple(steps)
    if len(set(chosen)) < 3 or not all(isinstance(step, int | float) and step > 0 for step in chosen):
        raise FormError(f"steps = {chosen}", "an order is observed at three step sizes", "steps = (0.1, 0.05, 0.025)")
    return chosen


def _until_lost(record: Callable[[float], Any], steps: Iterable[float]) -> Iterator[Record]:
    for step in steps:
        made = record(step)
        if not isinstance(made, Record):
            raise FormError(f"record({step:g})", f"it returns {made!r}", "return Record.along(…)")
        yield made
        if made.diverged is not None:
            return


def _finding(law: Law, records: Sequence[Record]) -> Finding:
    kernel = law.kernel("numpy")
    told = [made for made in records if len(made.time) > 1]
    steps, curves = tuple(made.step for made in told), tuple(curve(kernel, made) for made in told)
    return Finding(law, steps, curves, _verdict(records, curves, steps))


def _verdict(records: Sequence[Record], curves: Sequence[Curve], steps: Sequence[float]) -> Verdict:
    if records[-1].diverged is not None:
        return Verdict.DIVERGED
    if all(curve.empty for curve in curves):
        return Verdict.EMPTY
    return judged(steps, [curve.gap for curve in curves])
