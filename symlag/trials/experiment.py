"""An experiment: a derivation, and the runs that its laws are tried on.

A trial file names its `theorem`, a module of the same form as any derivation, and a function `record` from a step size
to a `Record`; `steps` are the step sizes. If the theorem is about an optimizer, `record` is for its exact laws; a
function `refined`, which refines time and nothing else, is then for its laws in continuous time. A derivation that no
trial names is tried on its own equations of motion: from the `start` that it names (`file_motion`), or from random
states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from symlag.calculus.invariant_functions import Unknown
from symlag.derivation.derive import (
    Derivation,
    DiscreteDerivation,
    MechanicsDerivation,
    derivation_from_names,
    derive,
)
from symlag.derivation.user_file import naming_file, naming_line, read_user_file
from symlag.errors import DefinitionError
from symlag.trials.exact_trial import run_exact
from symlag.trials.file_motion import FileMotion
from symlag.trials.integrated_orbit import STEPS, orbit
from symlag.trials.law_check import check_laws
from symlag.trials.record import Record
from symlag.trials.trial import Trial, run

Recorder = Callable[[float], Record]


@dataclass(frozen=True)
class Experiment:
    """What is tried, the functions that record a run at a step size, and the step sizes.

    `record` is for the exact laws if there are any, and then `refined` for those in continuous time, or None. Of a file
    that says where its motion starts, `motion` has the run, on which the laws are tried instead.
    """

    derivation: Derivation
    record: Recorder
    steps: tuple[float, ...]
    source: Path
    refined: Recorder | None = None
    motion: FileMotion | None = None

    @property
    def untried(self) -> tuple[str, ...]:
        """What is not tried of a theorem, and why, in sentences."""
        if isinstance(self.derivation, DiscreteDerivation):
            return (f"No step is refined: there is no law in continuous time, because {self.derivation.reason}.",)
        if self.derivation.exact and not self.refined:
            return ("The laws in continuous time are not tried: the trial has no function `refined`.",)
        return ()

    def run(self, announce: Callable[[float], None] | None = None) -> Trial:
        """The trial; `announce` is called with every step size before its run.

        Whatever `record` raises is reported in one sentence, with the line of the trial file.
        """

        def announced(record: Recorder) -> Recorder:
            def announced_record(step: float) -> Record:
                if announce is not None:
                    announce(step)
                return record(step)

            return announced_record

        with naming_line(self.source):
            if self.motion is not None:
                return check_laws(self.derivation.laws, self.motion.run)
            if not self.derivation.exact:
                return run(self.derivation.laws, announced(self.record), self.steps)
            trial = run_exact(self.derivation.exact, announced(self.record), self.steps)
            if self.refined is not None:
                trial = trial.combine(run(self.derivation.laws, announced(self.refined), self.steps))
            return trial


def read_experiment(path: str | Path) -> Experiment:
    """The experiment that a trial file, or a derivation of explicit energies, defines.

    `DefinitionError` if the file cannot be run, if a trial has no `record`, or if a loss that is unknown leaves nothing
    to integrate.
    """
    source = Path(path)
    names = read_user_file(source)
    with naming_file(source):
        if "theorem" not in names:
            return _experiment_on_own_motion(derivation_from_names(names, source.stem), source, names)
        if not callable(names.get("record")):
            write = "def record(step) that returns a Record"
            raise DefinitionError("record", "it is missing beside `theorem`", write)
        return Experiment(theorem_of(names), names["record"], step_sizes(names), source, names.get("refined"))


def save_records(trial: Trial, folder: str | Path) -> tuple[Path, ...]:
    """Write the record of every run into a folder, also of one that diverged, up to where it did."""
    files = {Path(folder) / f"{name}.npz": record for name, record in trial.records_by_name.items()}
    for file, record in files.items():
        record.save(file)
    return tuple(files)


def step_sizes(names: Mapping[str, Any]) -> tuple[float, ...]:
    """The step sizes of a trial file."""
    steps = names.get("steps", STEPS)
    if not isinstance(steps, tuple | list):
        raise DefinitionError(f"steps = {steps!r}", "it is no list of step sizes", "steps = (0.1, 0.05, 0.025)")
    return tuple(steps)


def theorem_of(names: Mapping[str, Any]) -> Derivation:
    """The derivation of the theorem that a trial file tries."""
    theorem = names["theorem"]
    if not isinstance(theorem, ModuleType):
        write = "from derivations import scale as theorem, for example"
        raise DefinitionError(f"theorem = {theorem!r}", "it is no module", write)
    return derive(theorem)


def _experiment_on_own_motion(derived: Derivation, source: Path, names: Mapping[str, Any]) -> Experiment:
    """The experiment of a derivation that no trial names, if its equations of motion can be integrated."""
    trial = source.parent.parent / "numeric" / source.name
    if trial.is_file():
        training_run = f"symlag run {trial}"
    else:
        training_run = (
            "a trial file with `import NAME as theorem` and `def record(step)` that returns a symlag.trials.Record"
        )
    if not isinstance(derived, MechanicsDerivation):
        wrote = f"rule = {derived.exact[0].rule.name}"
        raise DefinitionError(wrote, "an optimizer can only be tried on a training run", training_run)
    if derived.lagrangian.potential.has(Unknown):
        wrong = "an unknown loss cannot be integrated, only tried on a training run"
        raise DefinitionError(f"V = {derived.lagrangian.potential}", wrong, training_run)
    if motion := FileMotion.of(derived.lagrangian, names):
        return Experiment(derived, motion.record, STEPS, source, motion=motion)
    return Experiment(derived, orbit(derived.laws), STEPS, source)
