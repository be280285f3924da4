"""The command line: derive a file, run it from derivation to verdict, or start a new one.

Exit codes: 0 every law holds, 1 a verdict is broken or a run diverged, 2 bad input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from symlag.cli.commands.doctor import doctor
from symlag.cli.commands.study import run_study
from symlag.cli.commands.trials import trials
from symlag.cli.starter import STARTER
from symlag.derivation.derive import BySteps, Derivation, derive
from symlag.errors import OutputError, SymlagError
from symlag.files import write_all
from symlag.optimizers.exact import DiscreteLaw
from symlag.plotting import save
from symlag.trials.campaign.sources import defines
from symlag.trials.experiment import experiment, keep
from symlag.trials.phase_portrait import figures
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import Verdict
from symlag.variational.noether import Law


class Sentences(TyperGroup):
    """Commands that answer bad input with one sentence on the error stream, and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SymlagError as error:
            complaints.print(str(error), markup=False)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            complaints.print("stopped; what was written so far is whole")
            raise typer.Exit(130) from None


app = typer.Typer(cls=Sentences, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

File = Annotated[Path, typer.Argument(help="A Python file that defines T, V and symmetry, or a trial of one.")]
Out = Annotated[Path | None, typer.Option(help="The folder to write to; out/NAME if not given.")]
Formats = Annotated[str, typer.Option(help="Of tex, fragment, html and markdown, those to write, with commas.")]


def tell_version(asked: bool) -> None:  # noqa: FBT001 — typer calls it with what was asked
    """Print the version and stop, where that was asked."""
    if asked:
        console.print(f"symlag {version('symlag')}")
        raise typer.Exit


@app.callback(help=__doc__, epilog="To begin: symlag new my_law.py, then symlag run my_law.py")
def root(
    _version: Annotated[  # noqa: FBT002 — an option is off until it is named
        bool, typer.Option("--version", callback=tell_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """What all commands share."""


@app.command("derive")
def derive_file(file: File, out: Out = None, formats: Formats = "tex,html") -> None:
    """Derive the laws of a file, print them, and write the derivation."""
    with timed("deriving"):
        derived = derive(file)
        written = derived.write(out or Path("out") / derived.stem, tuple(formats.split(",")))
    show_all(derived)
    list_files(written)


@app.command("run")
def run_file(file: File, out: Out = None) -> None:
    """From a file to a verdict: derive, write, make kernels, run, keep the records, judge, and draw."""
    if defines(file, "study"):
        raise typer.Exit(0 if run_study(file, out) else 1)
    with timed("deriving"):
        tried = experiment(file)
        derived = tried.derivation
        folder = out or Path("out") / derived.stem
        files = [*derived.write_kernels(folder), *derived.write(folder)]
    show_all(derived)
    with timed("running") as say:
        trial = tried.run(lambda step: say(f"running at step size {step:g}"))
        records = keep(trial, folder)
    with timed("drawing"):
        pictures = [file for name, draw in figures(trial, derived.stem).items() for file in save(draw, folder, name)]
        shown = [file.read_text(encoding="utf-8") for file in pictures if file.suffix == ".svg"]
        derived.write(folder, ("html",), shown)
    list_files((*files, *records, *pictures))
    judge(trial)
    for said in tried.untried:
        console.print(said, markup=False)
    raise typer.Exit(0 if trial.verdict.holds else 1)


@app.command("new")
def new_file(file: Annotated[Path, typer.Argument(help="The file to start.")]) -> None:
    """Start a derivation file, ready to run."""
    if file.exists():
        raise OutputError(str(file), "there is something already, and it stays as it is", "another name")
    write_all(file.parent, {file.name: STARTER})
    console.print(f"{file} is ready; next: symlag run {file}", markup=False)


app.command()(trials)
app.command()(doctor)


@contextmanager
def timed(doing: str) -> Generator[Callable[[str], None]]:
    """Show what is being done while it takes its time, on a terminal, and then for how long it did."""
    start = perf_counter()
    with console.status(doing) as status:
        yield status.update
    console.print(f"{doing}: {perf_counter() - start:.1f} s", markup=False)


def show_all(derived: Derivation) -> None:
    """Print every law, the exact ones last; where there are no others, why."""
    if isinstance(derived, BySteps):
        console.print(f"  no law in continuous time: {derived.reason}", markup=False)
    for law in derived.laws:
        show(law)
    for law in derived.exact:
        show_exact(law)


def show_exact(law: DiscreteLaw) -> None:
    """Print an exact law: of which charges it is, for a symmetry may have two laws, and what each is after a step."""
    charges = " and ".join(map(str, law.charges))
    console.print(f"  {law.generator.name}, by {law.rule.name}, exactly, for {charges}:", markup=False)
    for after, said in law.equations.items():
        console.print(f"    {after} = {said}", markup=False)


def show(law: Law) -> None:
    """Print a law: its charge, its rate and its sources."""
    told = {"charge": law.charge, "rate": law.rate} | {name: s for name, s in law.sources.items() if s != 0}
    console.print(f"  {law.generator.name}: d(charge)/dt + rate·charge = {_sum(told)}", markup=False)
    for name, expression in told.items():
        console.print(f"    {name:9} {expression}", markup=False)


def judge(trial: Trial) -> None:
    """Print what was found of each law; of a run that diverged there is nothing but where."""
    if trial.verdict is Verdict.DIVERGED:
        console.print(trial.sentence, markup=False)
        return
    for finding in trial.findings:
        console.print(f"  {finding.name}: {_evidence(finding)}{finding.verdict.value}", markup=False)
    if trial.findings[1:]:
        held = sum(finding.verdict.holds for finding in trial.findings)
        console.print(f"{held} of {len(trial.findings)} laws hold.", markup=False)


def list_files(paths: tuple[Path, ...]) -> None:
    """Print where everything lies."""
    for path in paths:
        console.print(f"  {path}", markup=False)


def main() -> None:
    """The entry point, for terminals of any encoding."""
    if (reconfigure := getattr(sys.stdout, "reconfigure", None)) is not None:
        reconfigure(errors="replace")
    app(prog_name="symlag")


def _evidence(finding: Finding) -> str:
    """The order of the law and of its failing twin; the gap where there is nothing but round-off."""
    if finding.verdict is Verdict.EMPTY:
        return ""
    if finding.verdict is Verdict.EXACT:
        return f"gap {max(finding.gaps):.0e}, its failing twin {min(finding.twin_gaps):.0e}. "
    return f"order {finding.order:z.2f}, its failing twin {finding.twin_order:z.2f}. "


def _sum(told: dict[str, object]) -> str:
    return " + ".join(name for name in told if name not in {"charge", "rate"}) or "0"
