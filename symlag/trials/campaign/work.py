"""What a worker does: read a trial file, measure one of its points, conclude from all of them.

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

from symlag.derivation.user_file import blamed
from symlag.errors import FormError
from symlag.plotting import render
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import FILE, Outcome
from symlag.trials.campaign.report import report
from symlag.trials.setting import given
from symlag.trials.study_file import Inquiry, inquiry

Timed = tuple[Any, float]  # what was measured, and the seconds that it took
Files = dict[str, bytes]


def points(configuration: Configuration) -> int:
    """How many points there are to measure."""
    with opened(configuration) as asked:
        return len(asked.points)


def measured(configuration: Configuration, i: int) -> Timed:
    """What is measured at a point."""
    with opened(configuration) as asked:
        return _sendable(asked, _timed(asked, i))


def concluded(configuration: Configuration, told: Sequence[Timed]) -> Files:
    """The files of the outcome, from what was measured at every point."""
    with opened(configuration) as asked:
        return _files(configuration, asked, told)


def alone(configuration: Configuration) -> Files:
    """The same by one worker, from point to point."""
    with opened(configuration) as asked:
        return _files(configuration, asked, [_timed(asked, i) for i in range(len(asked.points))])


@contextmanager
def opened(configuration: Configuration) -> Generator[Inquiry]:
    """A trial file in its setting, with one thread and all common dice thrown from the seed."""
    with given(configuration.setting):
        asked = inquiry(configuration.source)
        _calm(configuration.setting.seed)
        yield asked


def _timed(asked: Inquiry, i: int) -> Timed:
    start = perf_counter()
    return asked.measure(i), perf_counter() - start


def _sendable(asked: Inquiry, told: Timed) -> Timed:
    """What was measured, where it can go to another process."""
    try:
        pickle.dumps(told)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        wrong = f"what it measures cannot be sent to another process ({error})"
        raise FormError(str(asked.source), wrong, "a measure that returns numbers, arrays, or tuples of them") from None
    return told


def _files(configuration: Configuration, asked: Inquiry, told: Sequence[Timed]) -> Files:
    """The outcome, its report, and its pictures."""
    start, theorem = perf_counter(), asked.theorem
    study = asked.conclude([value for value, _ in told])
    with blamed(asked.source):
        pictures = {name: file for stem, draw in study.figures.items() for name, file in render(draw, stem).items()}
    seconds = perf_counter() - start + sum(took for _, took in told)
    outcome = Outcome.of(configuration, theorem.title, study, seconds)
    page = report(outcome, theorem, [pictures[f"{name}.svg"].decode() for name in outcome.pictures])
    return {FILE: outcome.text().encode(), f"{outcome.stem}.html": page.encode(), **pictures}


def _calm(seed: int) -> None:
    """One thread, and the seed for whoever draws from a library's own dice."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        torch.manual_seed(seed)
