"""An experiment: a derivation, and the runs its laws are tried on.

A trial file names its `theorem`, a module of the same form as any derivation, and a function `record` from a step size
to a `Record`; `steps` are the step sizes. A plain derivation is tried on its own equations of motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symlag.derivation import Derivation, derivation, derive, located, run_form
from symlag.errors import FormError
from symlag.trial import STEPS, Record, Trial, orbit, run
from symlag.unknown import Unknown


@dataclass(frozen=True)
class Experiment:
    """What is tried, the function that records a run at a step size, and the step sizes."""

    derivation: Derivation
    record: Callable[[float], Record]
    steps: tuple[float, ...]

    def run(self, told: Callable[[float], None] = lambda _: None) -> Trial:
        """The trial; `told` hears of every step size before its run."""

        def record(step: float) -> Record:
            told(step)
            return self.record(step)

        return run(self.derivation.laws, record, self.steps)


def experiment(path: str | Path) -> Experiment:
    """The experiment that a trial file, or a derivation of explicit energies, defines.

    `FormError` where the file cannot be run, where a trial has no `record`, or where a loss that is unknown leaves
    nothing to integrate.
    """
    where = Path(path)
    names = run_form(where)
    with located(str(where)):
        return _trial(names) if "theorem" in names else _mechanics(derivation(names, where.stem))


def _trial(names: Mapping[str, Any]) -> Experiment:
    if not callable(names.get("record")):
        raise FormError("record", "it is missing beside `theorem`", "def record(step) that returns a Record")
    return Experiment(derive(names["theorem"]), names["record"], tuple(names.get("steps", STEPS)))


def _mechanics(derived: Derivation) -> Experiment:
    if derived.lagrangian.potential.has(Unknown):
        raise FormError(
            f"V = {derived.lagrangian.potential}",
            "an unknown loss cannot be integrated",
            "a trial file with `theorem` and `record`, for a training run of your own",
        )
    return Experiment(derived, orbit(derived.laws), STEPS)
