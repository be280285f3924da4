"""The work of a worker: read a trial file, measure one of its points, conclude from all of them.

Each of these is a function of a configuration, so that any process on any machine can do it.
"""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from symlag.derivation.user_file import naming_line
from symlag.errors import DefinitionError
from symlag.plot_style import render
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import FILE, Outcome
from symlag.trials.campaign.report import report
from symlag.trials.setting import use_setting
from symlag.trials.trial_file import TrialFile, read_trial_file

Timed = tuple[Any, float]  # what was measured, and the seconds that it took
Files = dict[str, bytes]


def count_points(configuration: Configuration) -> int:
    """How many points there are to measure."""
    with open_trial(configuration) as trial:
        return len(trial.points)


def measure(configuration: Configuration, i: int) -> Timed:
    """What is measured at a point, and the seconds it took, ready to be sent to another process."""
    with open_trial(configuration) as trial:
        timed = _measure_timed(trial, i)
        try:
            pickle.dumps(timed)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            wrong = f"what it measures cannot be sent to another process ({error})"
            write = "a measure that returns numbers, arrays, or tuples of them"
            raise DefinitionError(str(trial.source), wrong, write) from None
        return timed


def conclude(configuration: Configuration, measured: Sequence[Timed]) -> Files:
    """The files of the outcome, from what was measured at every point."""
    with open_trial(configuration) as trial:
        return _outcome_files(configuration, trial, measured)


def measure_and_conclude(configuration: Configuration) -> Files:
    """The files of the outcome, all points measured one after the other in this process."""
    with open_trial(configuration) as trial:
        measured = [_measure_timed(trial, i) for i in range(len(trial.points))]
        return _outcome_files(configuration, trial, measured)


@contextmanager
def open_trial(configuration: Configuration) -> Generator[TrialFile]:
    """A trial file in its setting, on one thread, with the global random generators seeded."""
    with use_setting(configuration.setting):
        trial = read_trial_file(configuration.source)
        seed = configuration.setting.seed
        random.seed(seed)
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed(seed)
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)
            torch.manual_seed(seed)
        yield trial


def _measure_timed(trial: TrialFile, i: int) -> Timed:
    start = perf_counter()
    return trial.measure(i), perf_counter() - start


def _outcome_files(configuration: Configuration, trial: TrialFile, measured: Sequence[Timed]) -> Files:
    """The outcome, its report, and its pictures."""
    start, theorem = perf_counter(), trial.theorem
    study = trial.conclude([value for value, _ in measured])
    pictures: Files = {}
    with naming_line(trial.source):
        for stem, draw in study.pictures.items():
            pictures |= render(draw, stem)
    seconds = perf_counter() - start + sum(took for _, took in measured)
    outcome = Outcome.of(configuration, theorem.title, study, seconds)
    page = report(outcome, theorem, [pictures[f"{name}.svg"].decode() for name in outcome.pictures])
    return {FILE: outcome.to_json().encode(), f"{outcome.stem}.html": page.encode(), **pictures}
