"""The command line: derive a file, run it from derivation to verdict, or start a new one.

Exit codes: 0 every law holds, 1 a verdict is broken or a run diverged, 2 bad input, 3 a fault of symlag itself.
"""

from __future__ import annotations

import os
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
from symlag.cli.starter import LAW_FILE, STARTER
from symlag.derivation.derive import Derivation, DiscreteDerivation, derive
from symlag.errors import FormatError, OutputError, SymlagError, message
from symlag.exchange.json_text import to_json
from symlag.files import write_all
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.plot_style import save
from symlag.trials.campaign.sources import defines
from symlag.trials.experiment import read_experiment, save_records
from symlag.trials.phase_portrait import pictures_of
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import Verdict
from symlag.variational.noether import Law


class SentenceGroup(TyperGroup):
    """Commands that answer bad input with one sentence on the error stream, and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SymlagError as error:
            error_console.print(str(error), markup=False)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            error_console.print("Stopped. Every file that was written so far is complete.")
            raise typer.Exit(130) from None


app = typer.Typer(cls=SentenceGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True)
error_console = Console(stderr=True, highlight=False, soft_wrap=True)

File = Annotated[
    Path, typer.Argument(help="A Python file that defines T, V and symmetry, or a trial of one; or a law file.")
]
Out = Annotated[Path | None, typer.Option(help="The folder to write to; out/NAME if not given.")]
Json = Annotated[
    bool, typer.Option("--json", help="Print the laws as JSON that is read by from_json; write files only with --out.")
]
Formats = Annotated[str, typer.Option(help="The formats to write, of tex, fragment, html and markdown, with commas.")]


def laws_as_json(file: Path, derived: Derivation) -> str:
    """The laws in continuous time as `from_json` reads them; a sentence where there are none."""
    if not derived.laws:
        wrong = "no law in continuous time follows from it, and exact laws have no form in JSON"
        raise FormatError(str(file), wrong, f"symlag derive {file}, without --json")
    if derived.exact:
        error_console.print("The exact laws are not part of it: they have no form in JSON.")
    return to_json(derived.laws)


def show_version(asked: bool) -> None:  # noqa: FBT001 — typer calls it with what was asked
    """Print the version and stop, if that was asked."""
    if asked:
        console.print(f"symlag {version('symlag')}")
        raise typer.Exit


@app.callback(help=__doc__, epilog="To begin: symlag new my_law.py, then symlag run my_law.py")
def root(
    _version: Annotated[  # noqa: FBT002 — an option is off until it is named
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """The options of symlag itself, before any command."""


@app.command("derive")
def derive_file(file: File, out: Out = None, formats: Formats = "tex,html", as_json: Json = False) -> None:  # noqa: FBT002
    """Derive the laws of a file, print them, and write the derivation."""
    told = error_console if as_json else console
    with timed("deriving", told):
        derived = derive(file)
        text = laws_as_json(file, derived) if as_json else ""
        folder = out or Path("out") / derived.stem
        written = () if as_json and out is None else derived.write(folder, tuple(formats.split(",")))
    if as_json:
        typer.echo(text.encode())  # UTF-8 on terminals of any encoding
    else:
        show_laws(derived)
    list_files(written, told)


@app.command("run")
def run_file(file: File, out: Out = None) -> None:
    """From a file to a verdict: derive, write, make kernels, run, save the records, judge, and draw."""
    if file.suffix != ".toml" and defines(file, "study"):
        raise typer.Exit(0 if run_study(file, out) else 1)
    with timed("deriving"):
        experiment = read_experiment(file)
        derived = experiment.derivation
        folder = out or Path("out") / derived.stem
        files = [*derived.write_kernels(folder), *derived.write(folder)]
    show_laws(derived)
    with timed("running") as update:
        trial = experiment.run(lambda step: update(f"running at step size {step:g}"))
        records = save_records(trial, folder)
    with timed("drawing"):
        draws, motion = dict(pictures_of(trial, derived.stem)), experiment.motion
        draws |= motion.pictures(derived.stem) if motion else {}
        pictures = [path for name, draw in draws.items() for path in save(draw, folder, name)]
        svg_texts = [path.read_text(encoding="utf-8") for path in pictures if path.suffix == ".svg"]
        derived.write(folder, ("html",), svg_texts)
        pictures += motion.save_animation(folder, derived.stem) if motion else ()
    list_files((*files, *records, *pictures))
    show_verdict(trial)
    for sentence in experiment.untried:
        console.print(sentence, markup=False)
    raise typer.Exit(0 if trial.verdict.holds else 1)


@app.command("new")
def new_file(file: Annotated[Path, typer.Argument(help="The file to start.")]) -> None:
    """Start a derivation file, ready to run: a law file that is only read if its name ends in .toml."""
    if file.exists():
        raise OutputError(str(file), "it exists already, and stays as it is", "another name")
    write_all(file.parent, {file.name: LAW_FILE if file.suffix == ".toml" else STARTER})
    console.print(f"{file} is ready; next: symlag run {file}", markup=False)


app.command()(trials)
app.command()(doctor)


@contextmanager
def timed(activity: str, told: Console = console) -> Generator[Callable[[str], None]]:
    """Show on a terminal what is being done, and in the end how long it took."""
    start = perf_counter()
    with told.status(activity) as status:
        yield status.update
    told.print(f"{activity}: {perf_counter() - start:.1f} s", markup=False)


def show_laws(derived: Derivation) -> None:
    """Print every law, the exact ones last; and why, if there are no others."""
    if isinstance(derived, DiscreteDerivation):
        console.print(f"  no law in continuous time: {derived.reason}", markup=False)
    for law in derived.laws:
        show_law(law)
    for law in derived.exact:
        show_exact_law(law)


def show_law(law: Law) -> None:
    """Print a law: its charge, its rate and its sources."""
    sources = {name: source for name, source in law.sources.items() if source != 0}
    right_side = " + ".join(sources) or "0"
    console.print(f"  {law.generator.name}: d(charge)/dt + rate·charge = {right_side}", markup=False)
    for name, expression in {"charge": law.charge, "rate": law.rate, **sources}.items():
        console.print(f"    {name:9} {expression}", markup=False)


def show_exact_law(law: DiscreteLaw) -> None:
    """Print an exact law: its charges, because a symmetry may have two laws, and what each is after a step."""
    charges = " and ".join(map(str, law.charges))
    console.print(f"  {law.generator.name}, by {law.rule.name}, exactly, for {charges}:", markup=False)
    for after, value in law.equations.items():
        console.print(f"    {after} = {value}", markup=False)


def show_verdict(trial: Trial) -> None:
    """Print the finding on each law; of a run that diverged only where it did."""
    if trial.verdict is Verdict.DIVERGED:
        console.print(trial.sentence, markup=False)
        return
    for finding in trial.findings:
        console.print(f"  {finding.name}: {_evidence(finding)}{finding.verdict.value}", markup=False)
    if len(trial.findings) > 1:
        held = sum(finding.verdict.holds for finding in trial.findings)
        console.print(f"{held} of {len(trial.findings)} laws hold.", markup=False)


def list_files(paths: tuple[Path, ...], told: Console = console) -> None:
    """Print the paths of files that were written."""
    for path in paths:
        told.print(f"  {path}", markup=False)


def main() -> None:
    """The entry point, for terminals of any encoding; no traceback reaches a user."""
    reconfigure: Any = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    command = " ".join(["symlag", *sys.argv[1:]])
    try:
        with _output_complete():
            app(prog_name="symlag")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        sentence = f"{command}: what it prints cannot be written ({reason}). Choose another place for it."
        error_console.print(sentence, markup=False)
        sys.exit(2)
    except Exception as error:
        fault = f"{command}: symlag itself failed with {message(error)}"
        error_console.print(f"{fault}. Please report this together with your file.", markup=False)
        sys.exit(3)


@contextmanager
def _output_complete() -> Generator[None]:
    """Flush what was printed while an error of it can still be told: Python would flush after the last sentence."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _evidence(finding: Finding) -> str:
    """The order of the law and of its failing twin; the gaps if they are nothing but round-off."""
    if finding.verdict is Verdict.EMPTY:
        return ""
    if finding.verdict is Verdict.EXACT:
        return f"gap {max(finding.gaps):.0e}, its failing twin {min(finding.twin_gaps):.0e}. "
    return f"order {finding.order:z.2f}, its failing twin {finding.twin_order:z.2f}. "
