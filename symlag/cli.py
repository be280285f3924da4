"""The command line: derive a file, run it from derivation to verdict, or start a new one.

Exit codes: 0 every law holds, 1 a verdict is broken, 2 bad input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from symlag.derivation import derive
from symlag.errors import OutputError, SymlagError
from symlag.experiment import experiment
from symlag.noether import Law
from symlag.starter import STARTER
from symlag.trial import Finding, picture

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

File = Annotated[Path, typer.Argument(help="A Python file that defines T, V and symmetry, or a trial of one.")]
Out = Annotated[Path | None, typer.Option(help="The folder to write to; out/NAME if not given.")]
Formats = Annotated[str, typer.Option(help="Of tex, fragment, html and markdown, those to write, with commas.")]


@app.command("derive")
def derive_file(file: File, out: Out = None, formats: Formats = "tex,html") -> None:
    """Derive the laws of a file, print them, and write the derivation."""
    with timed("deriving"):
        derived = derive(file)
        written = derived.write(out or Path("out") / derived.stem, tuple(formats.split(",")))
    for law in derived.laws:
        show(law)
    list_files(written)


@app.command("run")
def run_file(file: File, out: Out = None) -> None:
    """From a file to a verdict: derive, write, make kernels, run, judge, and draw."""
    with timed("deriving"):
        tried = experiment(file)
        derived = tried.derivation
        folder = out or Path("out") / derived.stem
        files = [*derived.write(folder), *derived.write_kernels(folder)]
    for law in derived.laws:
        show(law)
    with timed("running") as say:
        trial = tried.run(lambda step: say(f"running at step size {step:g}"))
    with timed("drawing"):
        pictures = picture(trial, folder, derived.stem)
        derived.write(folder, ("html",), [pictures[0].read_text(encoding="utf-8")])
    list_files((*files, *pictures))
    for finding in trial.findings:
        judge(finding)
    console.print(trial.sentence, markup=False)
    raise typer.Exit(0 if trial.verdict.holds else 1)


@app.command("new")
def new_file(file: Annotated[Path, typer.Argument(help="The file to start.")]) -> None:
    """Start a derivation file, ready to run."""
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(STARTER)
    except FileExistsError:
        raise OutputError(str(file), "there is a file already, and it stays as it is", "another name") from None
    except OSError as error:
        raise OutputError(str(file), f"it cannot be written ({error.strerror})", "a path you may write to") from None
    console.print(f"{file} is ready; next: symlag run {file}", markup=False)


@contextmanager
def timed(doing: str) -> Generator[Callable[[str], None]]:
    """Show what is being done while it takes its time, on a terminal, and then for how long it did."""
    start = perf_counter()
    with console.status(doing) as status:
        yield status.update
    console.print(f"{doing}: {perf_counter() - start:.1f} s", markup=False)


def show(law: Law) -> None:
    """Print a law: its charge, its rate and its sources."""
    told = {"charge": law.charge, "rate": law.rate} | {name: s for name, s in law.sources.items() if s != 0}
    console.print(f"  {law.generator.name}: d(charge)/dt + rate·charge = {_sum(told)}", markup=False)
    for name, expression in told.items():
        console.print(f"    {name:9} {expression}", markup=False)


def judge(finding: Finding) -> None:
    """Print a finding: the order of the law, and that of its failing twin."""
    orders = f"order {finding.order:.2f}, its failing twin {finding.twin_order:.2f}"
    console.print(f"  {finding.law.generator.name}: {orders}. {finding.verdict.value}", markup=False)


def list_files(paths: tuple[Path, ...]) -> None:
    """Print where everything lies."""
    for path in paths:
        console.print(f"  {path}", markup=False)


def main() -> None:
    """The entry point: what went wrong is one sentence on the error stream, and exit code 2."""
    try:
        app()
    except SymlagError as error:
        complaints.print(str(error), markup=False)
        sys.exit(2)
    except KeyboardInterrupt:
        complaints.print("stopped; what was written so far is whole")
        sys.exit(130)


def _sum(told: dict[str, object]) -> str:
    return " + ".join(name for name in told if name not in {"charge", "rate"}) or "0"
