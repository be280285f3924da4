"""An experiment: a derivation, and the runs its laws are tried on.

A trial file names its `theorem`, a module of the same form as any derivation, and a function `record` from a step size
to a `Record`; `steps` are the step sizes. A theorem on an optimizer is tried by its exact laws, a plain derivation on
its own equations of motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from symlag.derivation import ByMechanics, Derivation, derivation, derive
from symlag.errors import FormError
from symlag.form import blamed, located, run_form
from symlag.trial import STEPS, Record, Trial, orbit, run, run_exact
from symlag.unknown import Unknown


@dataclass(frozen=True)
class Experiment:
    """What is tried, the function that records a run at a step size, and the step sizes."""

    derivation: Derivation
    record: Callable[[float], Record]
    steps: tuple[float, ...]
    source: Path

    def run(self, told: Callable[[float], None] = lambda _: None) -> Trial:
        """The trial; `told` hears of every step size before its run. What `record` raises is one sentence."""

        def record(step: float) -> Record:
            told(step)
            return self.record(step)

        with blamed(self.source):
            if exact := self.derivation.exact:
                return run_exact(exact, record, self.steps)
            return run(self.derivation.laws, record, self.steps)


def experiment(path: str | Path) -> Experiment:
    """The experiment that a trial file, or a derivation of explicit energies, defines.

    `FormError` where the file cannot be run, where a trial has no `record`, or where a loss that is unknown leaves
    nothing to integrate.
    """
    where = Path(path)
    names = run_form(where)
    with located(str(where)):
        return _trial(names, where) if "theorem" in names else _alone(derivation(names, where.stem), where)


def keep(trial: Trial, folder: str | Path) -> tuple[Path, ...]:
    """Write the record of every run into a folder, also of one that diverged, up to where it did."""
    files = tuple(Path(folder) / f"record_{made.step:g}.npz" for made in trial.records)
    for made, file in zip(trial.records, files, strict=True):
        made.save(file)
    return files


def _trial(names: Mapping[str, Any], where: Path) -> Experiment:
    if not callable(names.get("record")):
        raise FormError("record", "it is missing beside `theorem`", "def record(step) that returns a Record")
    theorem, steps = names["theorem"], names.get("steps", STEPS)
    if not isinstance(theorem, ModuleType):
        raise FormError(f"theorem = {theorem!r}", "it is no module", "from derivations import scale as theorem, say")
    if not isinstance(steps, tuple | list):
        raise FormError(f"steps = {steps!r}", "it is no list of step sizes", "steps = (0.1, 0.05, 0.025)")
    return Experiment(derive(theorem), names["record"], tuple(steps), where)


def _alone(derived: Derivation, where: Path) -> Experiment:
    """The experiment of a derivation that no trial names: its own motion, where that can be integrated."""
    if not isinstance(derived, ByMechanics):
        raise FormError(f"rule = {derived.rule}", "an optimizer is tried on a training run alone", _training_run(where))
    if derived.lagrangian.potential.has(Unknown):
        wrong = "an unknown loss cannot be integrated, only tried on a training run"
        raise FormError(f"V = {derived.lagrangian.potential}", wrong, _training_run(where))
    return Experiment(derived, orbit(derived.laws), STEPS, where)


def _training_run(where: Path) -> str:
    """What to write for a training run: the trial beside the theorems, where there is one."""
    trial = where.parent.parent / "numeric" / where.name
    if trial.is_file():
        return f"symlag run {trial}"
    return "a trial file with `import NAME as theorem` and `def record(step)` that returns a symlag.trial.Record"
