"""A campaign: many trials on many workers, each outcome in a folder of its own, none of them made twice.

The folder is named by all that the outcome depends on, and it appears whole or not at all. So a campaign that was
killed goes on where it was, and shards that know nothing of each other fill the same table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from symlag.errors import FormError, SymlagError
from symlag.files import write_all
from symlag.trials.campaign import work as _work
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import FILE, Outcome, keep, parsed, read
from symlag.trials.campaign.report import index
from symlag.trials.campaign.sources import defines, fast
from symlag.trials.campaign.table import COLUMNS, markdown, rows
from symlag.trials.campaign.workers import cluster, processes

__all__ = [
    "COLUMNS",
    "Configuration",
    "Ended",
    "Outcome",
    "alone",
    "campaign",
    "chosen",
    "cluster",
    "defines",
    "kept",
    "processes",
    "publish",
    "rows",
    "shard",
]


@dataclass(frozen=True)
class Ended:
    """How a trial ended: with an outcome, or with the sentence that says why there is none."""

    configuration: Configuration
    outcome: Outcome | None
    error: SymlagError | None = None


def chosen(folder: Path, only: str = "*", *, quick: bool = False) -> tuple[Path, ...]:
    """The trial files of a folder, or the one file, whose stems match a pattern; `quick` leaves the fast ones."""
    if not folder.exists():
        raise FormError(str(folder), "there is no such folder", "the path of a folder of trials, such as numeric")
    files = [folder] if folder.is_file() else sorted(folder.glob("[!_]*.py"))
    found = tuple(file for file in files if fnmatch(file.stem, only) and (fast(file) or not quick))
    if not found:
        raise FormError(f"{folder}, --only {only}", "no trial is left", "a pattern such as 'scale*'")
    return found


def shard(files: Sequence[Path], part: str) -> tuple[Path, ...]:
    """The i-th of n shares of the files, of a part such as "2/3"; `FormError` where it is none."""
    i, _, n = part.partition("/")
    if not (i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        raise FormError(f"--shard {part}", "it is no share", "--shard 1/2, say, and --shard 2/2 elsewhere")
    return tuple(files[int(i) - 1 :: int(n)])


def campaign(made: Sequence[Configuration], workers: Executor, out: Path, abreast: int = 1) -> Iterator[Ended]:
    """Run trials on workers, keep each outcome in its folder, and tell how each ended as soon as it did.

    So many trials are under way `abreast`; the points of a sweep go to all workers that are free.
    """
    waiting = ThreadPoolExecutor(abreast)  # threads that only wait for the workers
    try:
        yield from (done.result() for done in as_completed([waiting.submit(_ended, one, workers, out) for one in made]))
    finally:
        waiting.shutdown(wait=False, cancel_futures=True)


def alone(configuration: Configuration, folder: Path) -> Outcome:
    """Run one trial in this process, and keep its outcome among what is in a folder already."""
    files = _work.alone(configuration)
    write_all(folder, files)
    return parsed(files[FILE])


def kept(configuration: Configuration, out: Path) -> Outcome | None:
    """The outcome of a trial that was run before, None where there is none."""
    return read(out / configuration.name)


def publish(made: Sequence[Configuration], out: Path) -> tuple[Path, ...]:
    """Write the table of all outcomes that are there, as Markdown and as a page that leads to their reports."""
    there = [(one.name, outcome) for one in made if (outcome := kept(one, out)) is not None]
    texts = {"table.md": markdown([outcome for _, outcome in there]), "index.html": index(there)}
    return write_all(out, texts)


def _ended(configuration: Configuration, workers: Executor, out: Path) -> Ended:
    try:
        count = workers.submit(_work.points, configuration).result()
        measuring = [workers.submit(_work.measured, configuration, i) for i in range(count)]
        told = [point.result() for point in measuring]
        keep(out / configuration.name, workers.submit(_work.concluded, configuration, told).result())
        return Ended(configuration, kept(configuration, out))
    except BrokenProcessPool:
        lost = SymlagError(str(configuration.source), "a worker was killed", "fewer --jobs, if memory ran out")
        return Ended(configuration, None, lost)
    except SymlagError as error:
        return Ended(configuration, None, error)
