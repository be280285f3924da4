"""An inquiry: a trial file read whole, as what is to be measured, point by point, and what is concluded from it.

A trial file names its `theorem` and says what it tries, by `record` (and `refined`), by `study`, or by both:

    def record(step): ...        a Record at each of `steps`, on which the laws of the theorem are tried
    def study(): ...             a Study: claims, and the pictures that show them

A study that sweeps names its `points` and `def measure(point)`; then `study(measured)` takes all that was measured, in
the order of the points, which may be spread over processes. `fast = True` puts a trial among those tried at every
change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from symlag.derivation.derive import Derivation
from symlag.derivation.user_file import blamed, located, run_form
from symlag.errors import FormError
from symlag.trials.claim import Study, claims
from symlag.trials.experiment import Experiment, steps_of, theorem_of
from symlag.trials.phase_portrait import figures


@dataclass(frozen=True)
class Inquiry:
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
        along = {"record": self.steps, "refined": self.steps, "measure": self.names.get("points", ())}
        return tuple((name, point) for name, swept in along.items() if name in self.names for point in swept)

    @property
    def steps(self) -> tuple[float, ...]:
        """The step sizes of records."""
        return steps_of(self.names)

    def measure(self, i: int) -> Any:
        """What is measured at one of the points."""
        name, point = self.points[i]
        with blamed(self.source):
            return self.names[name](point)

    def conclude(self, measured: Sequence[Any]) -> Study:
        """The claims and pictures, from what was measured at every point."""
        parts = tuple(self._parts(measured))
        pictures = {name: picture for part in parts for name, picture in part.figures.items()}
        return Study([claim for part in parts for claim in part.claims], pictures)

    def _parts(self, measured: Sequence[Any]) -> Iterator[Study]:
        """What becomes of the laws, and of the study."""
        told: dict[str, list[Any]] = {}
        for (name, _), value in zip(self.points, measured, strict=True):
            told.setdefault(name, []).append(value)
        if "record" in self.names:
            yield self._laws(told)
        if "study" in self.names:
            with blamed(self.source):
                yield _concluded(self.names["study"], [tuple(told["measure"])] if "measure" in self.names else [])

    def _laws(self, told: Mapping[str, Sequence[Any]]) -> Study:
        """The laws of the theorem, tried on the records that were made for it."""
        made = {name: dict(zip(self.steps, told[name], strict=True)).__getitem__ for name in {*told} - {"measure"}}
        trial = Experiment(self.theorem, made["record"], self.steps, self.source, made.get("refined")).run()
        return Study(claims(trial, f"{self.theorem.stem}.py"), figures(trial, self.source.stem))


def inquiry(path: str | Path) -> Inquiry:
    """The inquiry that a trial file is; `FormError` where it cannot be run, or a name is missing in it."""
    where = Path(path)
    names = run_form(where)
    with located(str(where)):
        return Inquiry(_complete(names), where)


def _complete(names: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, beside, write in _NEEDED:
        if beside in names and name not in names:
            raise FormError(name, f"it is missing beside `{beside}`", write)
    if not {"record", "study"} & set(names):
        raise FormError("study", "it is missing", "def study() that returns a Study, or def record(step)")
    return names


_NEEDED = (
    ("theorem", "record", "from derivations import scale as theorem, say"),
    ("theorem", "study", "from derivations import scale as theorem, say"),
    ("points", "measure", "points = [0.1, 0.2], say"),
    ("measure", "points", "def measure(point)"),
    ("study", "measure", "def study(measured) that returns a Study"),
)


def _concluded(study: Callable[..., Any], measured: Sequence[Any]) -> Study:
    made = study(*measured)
    if not isinstance(made, Study):
        raise FormError("study()", f"it returns {made!r}", "return Study([Claim(…)], {…})")
    return made
