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

from symlag.simulation.run import Run
from symlag.trials.trial import Finding
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
    runs = run.ladder()
    curves = tuple(one.charge(law) for one in runs)
    steps = tuple(abs(one.span[1] - one.span[0]) / one.steps for one in runs)
    if any(one.solution.failed for one in runs):
        verdict = Verdict.DIVERGED
    elif all(curve.empty for curve in curves) or judge(steps, [curve.twin_gap for curve in curves]).holds:
        verdict = Verdict.EMPTY
    else:
        verdict = judge(steps, [curve.gap for curve in curves])
    return Finding(law, steps, curves, verdict)
