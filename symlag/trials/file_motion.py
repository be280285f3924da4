"""The motion that a derivation file has simulated: the names by which it says so, its run, and its pictures.

    start = {x: 1, x.dot: 0}            where the motion starts
    end = 10                            how long it takes, or (t0, t1)
    parameters = {k: 2.5}               a number for each symbol
    method, step                        as for `simulate`; DOP853 where none is named
    bodies, pivot                       as for `Run.animate`; recognised where they are not named

>>> from sympy import Symbol
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> x, k = coordinates("x"), Symbol("k")
>>> names = {"start": {x: 1, x.dot: 0}, "end": 10, "parameters": {k: 2}}
>>> FileMotion.of(Lagrangian(x.dot**2 / 2, k * x**2 / 2), names).run.span
(0.0, 10.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from symlag.errors import DefinitionError, SymlagError
from symlag.plot_style import Draw
from symlag.simulation.motion import simulate
from symlag.simulation.run import Run
from symlag.trials.record import Record
from symlag.variational.lagrangian import Lagrangian


@dataclass(frozen=True, eq=False)
class FileMotion:
    """The mechanics of a file, and what it says of one motion."""

    lagrangian: Lagrangian
    names: Mapping[str, Any]

    @classmethod
    def of(cls, L: Lagrangian, names: Mapping[str, Any]) -> Self | None:
        """The motion that names define; None if they define none, `DefinitionError` if one of them is missing."""
        defined = [name for name in ("start", "end") if name in names]
        if not defined:
            return None
        for name, write in (("start", "start = {x: 1, x.dot: 0}"), ("end", "end = 10")):
            if name not in names:
                raise DefinitionError(name, f"it is missing beside `{defined[0]}`", write)
        return cls(L, names)

    @cached_property
    def run(self) -> Run:
        """The motion, simulated once."""
        options = {name: self.names[name] for name in ("method", "step") if name in self.names}
        return simulate(
            self.lagrangian, self.names["start"], self.names["end"], self.names.get("parameters"), **options
        )

    def record(self, step: float) -> Record:
        """The motion at instants one step apart."""
        import numpy as np

        first, last = self.run.span
        times = np.linspace(first, last, max(2, round(abs(last - first) / step) + 1))
        return Record(step, times, self.run(times).arrays)

    def pictures(self, stem: str) -> dict[str, Draw]:
        """The curves of the motion in time."""
        return {f"{stem}_motion": self.run.plot().draw}

    def save_animation(self, folder: Path, stem: str) -> tuple[Path, ...]:
        """Write the animation into a folder, where the file says what moves, or where that is recognised."""
        try:
            moving = self.run.animate(self.names.get("bodies"), self.names.get("pivot"))
        except SymlagError:
            if "bodies" in self.names:
                raise
            return ()
        return (moving.save(folder / f"{stem}_motion.gif"),)
