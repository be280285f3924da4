"""The trial of one law along a run of a simulation.

The run is made three times, each finer than the one before: with smaller tolerances, or smaller steps. If the law is
true, the gap between its charge and what its balance law says of it is the error of the run, and closes; the steps are
then the mean steps of the runs. If it is false, the gap stays. The law with its source doubled must fail.

>>> from symlag import Lagrangian, coordinates, noether, simulate, time_translation
>>> x = coordinates("x")
>>> L = Lagrangian(x.dot**2 / 2, x**4)
>>> finding = check_law(noether(L, time_translation()), simulate(L, {x: 1, x.dot: 0}, end=5))
>>> finding.verdict.name, finding.order > 5, finding.twin_order < 0.1
('HOLDS', True, True)
"""

from __future__ import annotations

from collections.abc import Sequence

from symlag.calculus.arguments import require_instance
from symlag.simulation.run import Run
from symlag.trials.record import Record
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import Verdict, judge
from symlag.variational.noether import Law


def check_law(law: Law, run: Run) -> Finding:
    """Try a law along a run, made three times.

    Parameters
    ----------
    law : Law
        The law, of the mechanics of the run or of another.
    run : Run
        What `simulate` returned.

    Returns
    -------
    Finding
        The charge along each of the three runs, and the verdict.

    Raises
    ------
    DefinitionError
        If the law speaks of what the run has no values of.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, simulate, translation
    >>> x = coordinates("x")
    >>> run = simulate(Lagrangian(x.dot**2 / 2, x**2), {x: 1, x.dot: 0}, end=5)
    >>> check_law(noether(Lagrangian(x.dot**2 / 2), translation(x)), run).verdict.name  # of a free particle
    'BROKEN'
    """
    return _finding(law, require_instance("check of", run, Run, "law.check(simulate(L, start, end))").ladder())


def check_laws(laws: Sequence[Law], run: Run) -> Trial:
    """Try several laws along a run, made three times for all of them together.

    Parameters
    ----------
    laws : sequence of Law
        Laws of the mechanics of the run.
    run : Run
        What `simulate` returned.

    Returns
    -------
    Trial
        A finding for each law, and the records of the three runs at their steps.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, laws, simulate
    >>> x = coordinates("x")
    >>> L = Lagrangian(x.dot**2 / 2, x**4)
    >>> check_laws(laws(L), simulate(L, {x: 1, x.dot: 0}, end=5)).verdict.holds
    True
    """
    runs = run.ladder()
    records = tuple(_record(one) for one in runs)
    return Trial(tuple(_finding(law, runs) for law in laws), records)


def _finding(law: Law, runs: Sequence[Run]) -> Finding:
    curves, steps = tuple(one.charge(law) for one in runs), tuple(map(_mean_step, runs))
    if any(one.solution.failed for one in runs):
        verdict = Verdict.DIVERGED
    elif all(curve.empty for curve in curves) or judge(steps, [curve.twin_gap for curve in curves]).holds:
        verdict = Verdict.EMPTY
    else:
        verdict = judge(steps, [curve.gap for curve in curves])
    return Finding(law, steps, curves, verdict)


def _mean_step(run: Run) -> float:
    return abs(run.span[1] - run.span[0]) / run.steps


def _record(run: Run) -> Record:
    """What moves, at the steps of a run; of one that could not go on, up to where that was."""
    times = run.solution.path.times
    return Record(_mean_step(run), times, run(times).arrays, run.steps + 1 if run.solution.failed else None)
