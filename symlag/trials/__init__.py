"""Trials: a law against a recorded run, the verdict by observed order, and its picture.

`run(laws, record, steps)` records a run at each step size, integrates every law along it, and returns a `Trial`, which
knows its verdict. `record` is any function of a step size that returns a `Record`; `orbit(laws)` makes one that
integrates the mechanics' own equations of motion. `run_exact` tries the exact laws of an optimizer, whose verdict is
by round-off. `picture(trial, folder)` draws what was measured and predicted in time, `portrait(trial, folder)` in phase
space; `integrate_law` integrates any rate and source from a first value on. A sentence of a paper, with the figure that
decides it, is a `Claim`, and a trial of several a `Study`.

>>> from symlag import Lagrangian, coordinates, noether, time_translation
>>> from symlag.trials import orbit, run
>>> x = coordinates("x")
>>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
>>> trial = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01))
>>> print(trial.sentence)
The law holds: its gap to the measured charge closes with the step.
>>> round(trial.findings[0].order)
4
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
