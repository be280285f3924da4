"""`symlag run` on a trial with a study: derive, write, make kernels, measure, judge and draw, all in one folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from symlag.cli.commands.claims import console, show_claims
from symlag.errors import LoweringError
from symlag.trials.campaign.campaign import alone
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.setting import Setting
from symlag.trials.study_file import inquiry


def run_study(file: Path, out: Path | None) -> bool:
    """Whether the claims of a trial hold, those of its records among them, all of it printed and written."""
    folder = out or Path("out") / file.stem
    theorem = inquiry(file).theorem
    with suppress(LoweringError):  # a law of an unknown metric has no values
        theorem.write_kernels(folder)
    theorem.write(folder, ("tex",))
    with console.status("running"):
        outcome = alone(Configuration(file, Setting()), folder)
    show_claims([outcome])
    console.print(f"{outcome.seconds:.1f} s; all of it: {folder / outcome.stem}.html", markup=False)
    return outcome.verdict.holds
