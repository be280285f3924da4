"""A campaign: many trials on many workers, each outcome in a folder of its own, none of them made twice.

The folder is named by all that the outcome depends on, and it appears completely or not at all. So a campaign that was
killed goes on where it was, and shards that know nothing of each other fill the same table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from symlag.errors import DefinitionError, SymlagError
from symlag.files import write_all
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import FILE, Outcome, read_outcome, write_outcome
from symlag.trials.campaign.report import index
from symlag.trials.campaign.sources import is_fast
from symlag.trials.campaign.table import markdown
from symlag.trials.campaign.work import conclude, count_points, measure, measure_and_conclude


@dataclass(frozen=True)
class TrialResult:
    """How a trial ended: with an outcome, or with the sentence that says why there is none."""

    configuration: Configuration
    outcome: Outcome | None
    error: SymlagError | None = None


def select_trials(folder: Path, only: str = "*", *, fast: bool = False) -> tuple[Path, ...]:
    """The trial files of a folder, or the one file, whose stems match a pattern; with `fast` only the fast ones."""
    if not folder.exists():
        write = "the path of a folder of trials, such as numeric"
        raise DefinitionError(str(folder), "there is no such folder", write)
    files = [folder] if folder.is_file() else sorted(folder.glob("[!_]*.py"))
    selected = tuple(file for file in files if fnmatch(file.stem, only) and (not fast or is_fast(file)))
    if not selected:
        raise DefinitionError(f"{folder}, --only {only}", "no trial matches", "a pattern such as 'scale*'")
    return selected


def shard(files: Sequence[Path], part: str) -> tuple[Path, ...]:
    """The i-th of n shares of the files, for a part such as "2/3"; `DefinitionError` if it is none."""
    i, _, n = part.partition("/")
    if not (i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        write = "--shard 1/2, for example, and --shard 2/2 elsewhere"
        raise DefinitionError(f"--shard {part}", "it is no share", write)
    return tuple(files[int(i) - 1 :: int(n)])


def run_campaign(
    configurations: Sequence[Configuration], workers: Executor, out: Path, concurrent: int = 1
) -> Iterator[TrialResult]:
    """Run trials on workers, store each outcome in its folder, and yield each result as soon as it is there.

    `concurrent` trials are under way at once; the points of a sweep go to all workers that are free.
    """
    coordinators = ThreadPoolExecutor(concurrent)  # threads that only wait for the workers
    try:
        results = [coordinators.submit(_run_on_workers, one, workers, out) for one in configurations]
        yield from (done.result() for done in as_completed(results))
    finally:
        coordinators.shutdown(wait=False, cancel_futures=True)


def run_here(configuration: Configuration, folder: Path) -> Outcome:
    """Run one trial in this process, and add the files of its outcome to what is in a folder."""
    files = measure_and_conclude(configuration)
    write_all(folder, files)
    return Outcome.from_json(files[FILE])


def stored_outcome(configuration: Configuration, out: Path) -> Outcome | None:
    """The outcome of a trial that was run before; None if it was not."""
    return read_outcome(out / configuration.name)


def write_summary(configurations: Sequence[Configuration], out: Path) -> tuple[Path, ...]:
    """Write the table of all stored outcomes, as Markdown and as a page that leads to their reports."""
    outcomes = {one.name: outcome for one in configurations if (outcome := stored_outcome(one, out)) is not None}
    return write_all(out, {"table.md": markdown([*outcomes.values()]), "index.html": index(outcomes)})


def _run_on_workers(configuration: Configuration, workers: Executor, out: Path) -> TrialResult:
    try:
        count = workers.submit(count_points, configuration).result()
        measuring = [workers.submit(measure, configuration, i) for i in range(count)]
        measured = [point.result() for point in measuring]
        files = workers.submit(conclude, configuration, measured).result()
        write_outcome(out / configuration.name, files)
        return TrialResult(configuration, stored_outcome(configuration, out))
    except BrokenProcessPool:
        killed = SymlagError(str(configuration.source), "a worker was killed", "fewer --jobs, if memory ran out")
        return TrialResult(configuration, None, killed)
    except SymlagError as error:
        return TrialResult(configuration, None, error)
