"""`symlag trials`: every trial of a folder, on many workers, with progress, a table, and a page of all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from symlag.cli.commands.claims import console, show_claims
from symlag.errors import DataError, SymlagError
from symlag.trials.campaign.campaign import Ended, campaign, chosen, kept, publish, shard
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.workers import cluster, processes
from symlag.trials.setting import Setting

Folder = Annotated[Path, typer.Argument(help="The folder of the trials, or one of them.")]
Only = Annotated[str, typer.Option(help="A pattern of names, such as 'scale*'.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many processes work, and how many trials are under way at once.")]
Part = Annotated[str, typer.Option("--shard", help="The i-th of n shares of the trials, as i/n.")]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Keep what was made of the same files, data, seed and versions."),
]
Out = Annotated[Path, typer.Option(help="The folder to write to.")]
Fast = Annotated[bool, typer.Option("--fast", help="Only trials that say `fast = True`.")]
Data = Annotated[Path | None, typer.Option(help="A folder or file of data that trials may ask for.")]
Seed = Annotated[int, typer.Option(help="What all randomness comes from.")]
Dask = Annotated[
    str | None, typer.Option(help="The address of a Dask scheduler, instead of processes: tcp://HOST:8786.")
]

CORES = os.cpu_count() or 1


def trials(  # noqa: PLR0913, PLR0917 — each argument is an option of the command
    folder: Folder = Path("numeric"),
    only: Only = "*",
    jobs: Jobs = CORES,
    part: Part = "1/1",
    resume: Resume = False,  # noqa: FBT002 — an option is off until it is named
    out: Out = Path("out/trials"),
    fast: Fast = False,  # noqa: FBT002
    data: Data = None,
    seed: Seed = 0,
    dask: Dask = None,
) -> None:
    """Try every theorem on its runs: what was claimed, what was measured, and whether it holds."""
    everything = [Configuration(file, Setting(seed, data)) for file in chosen(folder, only, quick=fast)]
    mine = [Configuration(file, Setting(seed, data)) for file in shard([one.source for one in everything], part)]
    waiting = [one for one in mine if not (resume and kept(one, out))]
    with cluster(dask) if dask else processes(jobs) as workers:
        errors = _watched(campaign(waiting, workers, out, jobs), len(waiting), len(mine))
    outcomes = [outcome for one in mine if one not in errors and (outcome := kept(one, out))]
    show_claims(outcomes)
    console.print(f"all of it: {publish(everything, out)[-1]}", markup=False)
    if any(not isinstance(error, DataError) for error in errors.values()):
        raise typer.Exit(2)
    raise typer.Exit(0 if all(outcome.verdict.holds for outcome in outcomes) else 1)


def _watched(ends: Iterable[Ended], waiting: int, total: int) -> dict[Configuration, SymlagError]:
    """Show how far a campaign is, and what stood in the way of which trial."""
    errors: dict[Configuration, SymlagError] = {}
    with Progress(console=console) as progress:
        task = progress.add_task("trials", total=total, completed=total - waiting)
        for ended in ends:
            progress.console.print(_told(ended), markup=False)
            progress.advance(task)
            if ended.error:
                errors[ended.configuration] = ended.error
    return errors


def _told(ended: Ended) -> str:
    if (outcome := ended.outcome) is None:
        return f"{ended.configuration.source.stem}: {ended.error}"
    return f"{outcome.stem}: {outcome.verdict.name}, {outcome.seconds:.1f} s"
