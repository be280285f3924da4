"""A recorded run: what a law's kernel is to be called with at every instant, and how far the run came.

The velocity at an instant is the central difference of its neighbours. With it the heavy ball's update is
m q̈ + μ q̇ + λq + ∇f = 0 to the last bit, m = η(1+β)/2 and μ = 1−β, so that a record of training obeys the rule's
equation of motion without any error of its own.

>>> import numpy as np
>>> time = np.arange(5) / 4
>>> run = Record.along(0.25, time, {"x": time**2}, {})
>>> run.time, run.arrays["x_dot"]
(array([0.25, 0.5 , 0.75]), array([0.5, 1. , 1.5]))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from symlag.errors import FormError
from symlag.files import atomic_file
from symlag.kernels.kernel import Kernel

Arrays = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
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
    def of(cls, step: float, time: Any, moving: Arrays, still: Arrays) -> Record:
        """The record of what moves (n, …) at the instants `time` (n,), up to where it is no number any more."""
        lost = _lost(moving)
        kept = {name: path[:lost] for name, path in moving.items()}
        return cls(step, time[:lost], {**kept, **still}, lost)

    @classmethod
    def along(cls, step: float, time: Any, moving: Arrays, still: Arrays) -> Record:
        """The record of paths at equally spaced instants, with velocities; both ends of the paths are spent on them.

        `moving` maps the name of a coordinate to its path, (n + 2, …) at the instants `time` (n + 2,).
        """
        run = cls.of(step, time, moving, {})
        span = run.time[2:] - run.time[:-2]
        rates = {f"{name}_dot": _over(path[2:] - path[:-2], span) for name, path in run.arrays.items()}
        positions = {name: path[1:-1] for name, path in run.arrays.items()}
        return cls(step, run.time[1:-1], {**positions, **rates, **still}, run.diverged)

    def save(self, path: str | Path) -> None:
        """Write the record as .npz, wholly or not at all; `OutputError` where that cannot be done."""
        import numpy as np

        diverged = -1 if self.diverged is None else self.diverged
        arrays: dict[str, Any] = {_ARRAY + name: array for name, array in self.arrays.items()}
        with atomic_file(Path(path)) as draft, draft.open("wb") as file:
            np.savez(file, allow_pickle=False, step=self.step, time=self.time, diverged=diverged, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Read what `save` wrote; `FormError` where the file is no record."""
        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as stored:
                step, time, diverged = stored["step"], stored["time"], int(stored["diverged"])
                arrays = {name.removeprefix(_ARRAY): stored[name] for name in stored if name.startswith(_ARRAY)}
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            raise FormError(str(path), "it is no record", "the path of a file that Record.save wrote") from None
        return cls(float(step), time, arrays, None if diverged < 0 else diverged)


def admitted(kernel: Kernel, arrays: Arrays) -> Arrays:
    """Those of the arrays that a kernel takes."""
    return {name: arrays[name] for name in kernel.inputs if name in arrays}


_ARRAY = "array."


def _lost(moving: Arrays) -> int | None:
    """The first instant at which something is no number."""
    import numpy as np

    good = np.all([np.isfinite(path).reshape(len(path), -1).all(1) for path in moving.values()], axis=0)
    return None if good.all() else int(good.argmin())


def _over(change: Any, span: Any) -> Any:
    """The quotient along the first axis."""
    return change / span.reshape(-1, *[1] * (change.ndim - 1))
