"""An experiment: a derivation, and the runs its laws are tried on.

A trial file names its `theorem`, a module of the same form as any derivation, and a function `record` from a step size
to a `Record`; `steps` are the step sizes. A theorem on an optimizer is tried by its exact laws, and by those in
continuous time where a function `refined` records runs that refine nothing but time; a plain derivation on its own
equations of motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from symlag.calculus.invariant_functions import Unknown
from symlag.derivation.derive import ByMechanics, BySteps, Derivation, derivation, derive
from symlag.derivation.user_file import blamed, located, run_form
from symlag.errors import FormError
from symlag.trials.exact_trial import run_exact
from symlag.trials.orbit import STEPS, orbit
from symlag.trials.record import Record
from symlag.trials.trial import Trial, run


@dataclass(frozen=True)
class Experiment:
    """What is tried, the functions that record a run at a step size, and the step sizes.

    `record` is for the exact laws where there are such, and then `refined` for those in continuous time, or None.
    """

    derivation: Derivation
    record: Callable[[float], Record]
    steps: tuple[float, ...]
    source: Path
    refined: Callable[[float], Record] | None = None

    @property
    def untried(self) -> tuple[str, ...]:
        """What is not tried of a theorem, and why, in sentences."""
        if isinstance(self.derivation, BySteps):
            return (f"No step is refined: there is no law in continuous time, for {self.derivation.reason}.",)
        if self.derivation.exact and not self.refined:
            return ("The laws in continuous time are not tried: the trial has no run `refined` in time alone.",)
        return ()

    def run(self, told: Callable[[float], None] = lambda _: None) -> Trial:
        """The trial; `told` hears of every step size before its run. What `record` raises is one sentence."""
        with blamed(self.source):
            if exact := self.derivation.exact:
                stepwise = run_exact(exact, _heard(self.record, told), self.steps)
                if self.refined is None:
                    return stepwise
                return stepwise.beside(run(self.derivation.laws, _heard(self.refined, told), self.steps))
            return run(self.derivation.laws, _heard(self.record, told), self.steps)


def experiment(path: str | Path) -> Experiment:
    """The experiment that a trial file, or a derivation of explicit energies, defines.

    `FormError` where the file cannot be run, where a trial has no `record`, or where a loss that is unknown leaves
    nothing to integrate.
    """
    where = Path(path)
    names = run_form(where)
    with located(str(where)):
        return _by_records(names, where) if "theorem" in names else _alone(derivation(names, where.stem), where)


def keep(trial: Trial, folder: str | Path) -> tuple[Path, ...]:
    """Write the record of every run into a folder, also of one that diverged, up to where it did."""
    files = {Path(folder) / f"{name}.npz": made for name, made in trial.named_records.items()}
    for file, made in files.items():
        made.save(file)
    return tuple(files)


def steps_of(names: Mapping[str, Any]) -> tuple[float, ...]:
    """The step sizes of a trial file."""
    steps = names.get("steps", STEPS)
    if not isinstance(steps, tuple | list):
        raise FormError(f"steps = {steps!r}", "it is no list of step sizes", "steps = (0.1, 0.05, 0.025)")
    return tuple(steps)


def theorem_of(names: Mapping[str, Any]) -> Derivation:
    """What a trial file tries."""
    theorem = names["theorem"]
    if not isinstance(theorem, ModuleType):
        raise FormError(f"theorem = {theorem!r}", "it is no module", "from derivations import scale as theorem, say")
    return derive(theorem)


def _by_records(names: Mapping[str, Any], where: Path) -> Experiment:
    """The experiment of a trial file's `record` and `steps`."""
    if not callable(names.get("record")):
        raise FormError("record", "it is missing beside `theorem`", "def record(step) that returns a Record")
    return Experiment(theorem_of(names), names["record"], steps_of(names), where, names.get("refined"))


def _heard(record: Callable[[float], Record], told: Callable[[float], None]) -> Callable[[float], Record]:
    """The same function, which tells of every step size before its run."""

    def heard(step: float) -> Record:
        told(step)
        return record(step)

    return heard


def _alone(derived: Derivation, where: Path) -> Experiment:
    """The experiment of a derivation that no trial names: its own motion, where that can be integrated."""
    if not isinstance(derived, ByMechanics):
        raise FormError(
            f"rule = {derived.exact[0].rule.name}",
            "an optimizer is tried on a training run alone",
            _training_run(where),
        )
    if derived.lagrangian.potential.has(Unknown):
        wrong = "an unknown loss cannot be integrated, only tried on a training run"
        raise FormError(f"V = {derived.lagrangian.potential}", wrong, _training_run(where))
    return Experiment(derived, orbit(derived.laws), STEPS, where)


def _training_run(where: Path) -> str:
    """What to write for a training run: the trial beside the theorems, where there is one."""
    trial = where.parent.parent / "numeric" / where.name
    if trial.is_file():
        return f"symlag run {trial}"
    return "a trial file with `import NAME as theorem` and `def record(step)` that returns a symlag.trials.Record"
