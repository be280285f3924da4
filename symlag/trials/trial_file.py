"""A trial file: what is to be measured, point by point, and what is concluded from it.

A trial file names its `theorem` and says what it tries, by `record` (and `refined`), by `study`, or by both:

    def record(step): ...        a Record at each of `steps`, on which the laws of the theorem are tried
    def study(): ...             a Study: claims, and the pictures that show them

A study that sweeps names its `points` and `def measure(point)`; then `study(measured)` takes all that was measured, in
the order of the points, which may be spread over processes. `fast = True` puts a trial among those tried at every
change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from symlag.derivation.derive import Derivation
from symlag.derivation.user_file import naming_file, naming_line, run_user_file
from symlag.errors import DefinitionError
from symlag.trials.claim import Study, claims
from symlag.trials.experiment import Experiment, step_sizes, theorem_of
from symlag.trials.phase_portrait import pictures_of


@dataclass(frozen=True)
class TrialFile:
    """The names that a trial file defines, and where it is."""

    names: Mapping[str, Any]
    source: Path

    @cached_property
    def theorem(self) -> Derivation:
        """What is tried."""
        return theorem_of(self.names)

    @property
    def points(self) -> tuple[tuple[str, Any], ...]:
        """All that is measured: the name of a function, and a point that it is called at."""
        steps = step_sizes(self.names)
        sweeps = {"record": steps, "refined": steps, "measure": self.names.get("points", ())}
        return tuple((name, point) for name, sweep in sweeps.items() if name in self.names for point in sweep)

    def measure(self, i: int) -> Any:
        """What is measured at one of the points."""
        name, point = self.points[i]
        with naming_line(self.source):
            return self.names[name](point)

    def conclude(self, measured: Sequence[Any]) -> Study:
        """The claims and pictures, from what was measured at every point."""
        parts = tuple(self._parts(measured))
        pictures = {name: picture for part in parts for name, picture in part.pictures.items()}
        return Study([claim for part in parts for claim in part.claims], pictures)

    def _parts(self, measured: Sequence[Any]) -> Iterator[Study]:
        """The study of the laws along the records, and the study that the file makes itself."""
        by_function: dict[str, list[Any]] = {}
        for (name, _), value in zip(self.points, measured, strict=True):
            by_function.setdefault(name, []).append(value)
        if "record" in self.names:
            yield self._study_of_laws(by_function)
        if "study" in self.names:
            arguments = [tuple(by_function["measure"])] if "measure" in self.names else []
            with naming_line(self.source):
                study: Any = self.names["study"](*arguments)
                if not isinstance(study, Study):
                    raise DefinitionError("study()", f"it returns {study!r}", "return Study([Claim(…)], {…})")
                yield study

    def _study_of_laws(self, by_function: Mapping[str, Sequence[Any]]) -> Study:
        """The laws of the theorem, tried on the records that were made for it."""
        steps = step_sizes(self.names)
        recorders = {
            name: dict(zip(steps, by_function[name], strict=True)).__getitem__
            for name in ("record", "refined")
            if name in by_function
        }
        experiment = Experiment(self.theorem, recorders["record"], steps, self.source, recorders.get("refined"))
        trial = experiment.run()
        return Study(claims(trial, f"{self.theorem.stem}.py"), pictures_of(trial, self.source.stem))


def read_trial_file(path: str | Path) -> TrialFile:
    """A trial file, run for its names; `DefinitionError` if it cannot be run, or a name is missing in it."""
    source = Path(path)
    names = run_user_file(source)
    with naming_file(source):
        for name, companion, write in _COMPANIONS:
            if companion in names and name not in names:
                raise DefinitionError(name, f"it is missing beside `{companion}`", write)
        if not {"record", "study"} & set(names):
            raise DefinitionError("study", "it is missing", "def study() that returns a Study, or def record(step)")
        return TrialFile(names, source)


_COMPANIONS = (  # a name that must be defined, where the second one is; what to write for it
    ("theorem", "record", "from derivations import scale as theorem, for example"),
    ("theorem", "study", "from derivations import scale as theorem, for example"),
    ("points", "measure", "points = [0.1, 0.2], for example"),
    ("measure", "points", "def measure(point)"),
    ("study", "measure", "def study(measured) that returns a Study"),
)
