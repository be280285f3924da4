"""`symlag run` on a trial with a study: derive, write, make kernels, measure, judge and draw, all in one folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from symlag.cli.commands.claims import console, show_claims
from symlag.errors import LoweringError
from symlag.trials.campaign.campaign import run_here
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.setting import Setting
from symlag.trials.trial_file import read_trial_file


def run_study(file: Path, out: Path | None) -> bool:
    """Run a trial file, print and write its results, and return whether all its claims hold."""
    folder = out or Path("out") / file.stem
    theorem = read_trial_file(file).theorem
    with suppress(LoweringError):  # a law of a metric that is an unknown function has no values
        theorem.write_kernels(folder)
    theorem.write(folder, ("tex",))
    with console.status("running"):
        outcome = run_here(Configuration(file, Setting()), folder)
    show_claims([outcome])
    console.print(f"{outcome.seconds:.1f} s; the report: {folder / outcome.stem}.html", markup=False)
    return outcome.verdict.holds
