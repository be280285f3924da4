"""A recorded run: what a law's kernel is to be called with at every instant, and how far the run came.

The velocity at an instant is the central difference of its neighbours. With it the heavy ball's update is
m q̈ + μ q̇ + λq + ∇f = 0 to the last bit, m = η(1+β)/2 and μ = 1−β, so that a record of training obeys the rule's
equation of motion without any error of its own.

>>> import numpy as np
>>> time = np.arange(5) / 4
>>> run = Record.along(0.25, time, {"x": time**2})
>>> run.time, run.arrays["x_dot"]
(array([0.25, 0.5 , 0.75]), array([0.5, 1. , 1.5]))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from symlag.backends import Kernel
from symlag.errors import FormError
from symlag.trial._files import whole

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """The arguments of a kernel along one run, made with one step size.

    `time` (n,) increases; `arrays` holds what moves, by name with the n instants in front (`w`, `w_dot`), and what
    stands still (`eta`). `diverged` is the step that first gave no number, None where the run came to its end.
    """

    step: float
    time: Any
    arrays: Arrays
    diverged: int | None = None

    @classmethod
    def along(
        cls, step: float, time: Any, moving: Arrays, still: Arrays | None = None, diverged: int | None = None
    ) -> Record:
        """The record of paths at equally spaced instants, with velocities; both ends of the paths are spent on them.

        `moving` maps the name of a coordinate to its path, (n + 2, …) at the instants `time` (n + 2,).
        """
        span = time[2:] - time[:-2]
        positions = {name: path[1:-1] for name, path in moving.items()}
        rates = {f"{name}_dot": _over(path[2:] - path[:-2], span) for name, path in moving.items()}
        return cls(step, time[1:-1], positions | rates | dict(still or {}), diverged)

    def save(self, path: str | Path) -> None:
        """Write the record as .npz, wholly or not at all; `OutputError` where that cannot be done."""
        import numpy as np

        own = {"step": self.step, "time": self.time, "diverged": -1 if self.diverged is None else self.diverged}
        with whole(Path(path)) as draft, draft.open("wb") as file:
            np.savez(file, **{_OWN + name: value for name, value in own.items()}, **self.arrays)

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Read what `save` wrote; `FormError` where the file is no record."""
        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as stored:
                found = dict(stored)
            step, time, diverged = (found.pop(_OWN + name) for name in ("step", "time", "diverged"))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            raise FormError(str(path), "it is no record", "the path of a file that Record.save wrote") from None
        return cls(float(step), time, found, None if diverged < 0 else int(diverged))


def admitted(kernel: Kernel, arrays: Arrays) -> Arrays:
    """Those of the arrays that a kernel takes."""
    return {name: arrays[name] for name in kernel.inputs if name in arrays}


_OWN = "record."  # no symbol has a dot in its name, so that no array is named like this


def _over(change: Any, span: Any) -> Any:
    """The quotient along the first axis."""
    return change / span.reshape(-1, *[1] * (change.ndim - 1))
