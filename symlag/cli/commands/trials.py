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
from symlag.trials.campaign.campaign import (
    TrialResult,
    run_campaign,
    select_trials,
    shard,
    stored_outcome,
    write_summary,
)
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.workers import cluster, processes
from symlag.trials.setting import Setting

Folder = Annotated[Path, typer.Argument(help="The folder of the trials, or one of them.")]
Only = Annotated[str, typer.Option(help="A pattern of names, such as 'scale*'.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many processes work, and how many trials are under way at once.")]
Part = Annotated[str, typer.Option("--shard", help="The i-th of n shares of the trials, as i/n.")]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Keep outcomes of the same files, data, seed and versions."),
]
Out = Annotated[Path, typer.Option(help="The folder to write to.")]
Fast = Annotated[bool, typer.Option("--fast", help="Only trials that say `fast = True`.")]
Data = Annotated[Path | None, typer.Option(help="A folder or file of data that trials may ask for.")]
Seed = Annotated[int, typer.Option(help="The seed of everything that is random.")]
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
    files, setting = select_trials(folder, only, fast=fast), Setting(seed, data)
    selected = [Configuration(file, setting) for file in shard(files, part)]
    waiting = [one for one in selected if not (resume and stored_outcome(one, out))]
    with cluster(dask) if dask else processes(jobs) as workers:
        errors = _follow_progress(run_campaign(waiting, workers, out, jobs), len(waiting), len(selected))
    outcomes = [outcome for one in selected if one not in errors and (outcome := stored_outcome(one, out))]
    show_claims(outcomes)
    summary = write_summary([Configuration(file, setting) for file in files], out)
    console.print(f"the report: {summary[-1]}", markup=False)
    if any(not isinstance(error, DataError) for error in errors.values()):
        raise typer.Exit(2)
    raise typer.Exit(0 if all(outcome.verdict.holds for outcome in outcomes) else 1)


def _follow_progress(results: Iterable[TrialResult], waiting: int, total: int) -> dict[Configuration, SymlagError]:
    """Show how far a campaign is, and return the errors of the trials that have no outcome."""
    errors: dict[Configuration, SymlagError] = {}
    with Progress(console=console) as progress:
        task = progress.add_task("trials", total=total, completed=total - waiting)
        for result in results:
            if result.outcome is not None:
                line = f"{result.outcome.stem}: {result.outcome.verdict.name}, {result.outcome.seconds:.1f} s"
            else:
                line = f"{result.configuration.source.stem}: {result.error}"
            progress.console.print(line, markup=False)
            progress.advance(task)
            if result.error:
                errors[result.configuration] = result.error
    return errors
