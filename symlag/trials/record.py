"""A recorded run: the arguments of a law's kernel at every instant, and how far the run came.

The velocity at an instant is the central difference of its neighbours, q̇ₖ = (qₖ₊₁ − qₖ₋₁)/(tₖ₊₁ − tₖ₋₁). With it the
heavy ball's update is m q̈ + μ q̇ + λq + ∇f = 0 to the last bit, where m = η(1+β)/2 and μ = 1−β, so that a record of
training obeys the rule's equation of motion without any error of its own.

>>> import numpy as np
>>> time = np.arange(5) / 4
>>> run = Record.along(0.25, time, {"x": time**2}, {})
>>> run.time, run.arrays["x_dot"]
(array([0.25, 0.5 , 0.75]), array([0.5, 1. , 1.5]))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from symlag.errors import DefinitionError
from symlag.files import atomic_file
from symlag.kernels.array_function import Kernel

Arrays = Mapping[str, Any]

_ARRAY = "array."  # before the names of arrays in a file, where `step`, `time` and `diverged` have names, too


@dataclass(frozen=True, eq=False)
class Record:
    """The arguments of a law's kernel along one run, made with one step size.

    Parameters
    ----------
    step : float
        The step size h of the run.
    time : numpy.ndarray, shape (n,)
        The instants, increasing, in the time of the mechanics.
    arrays : mapping of str to numpy.ndarray
        By the name that a kernel knows it by: what moves, with the n instants as first axis (`w`, `w_dot`), and the
        parameters, which stand still (`eta`).
    diverged : int, optional
        The index of the first instant that gave no finite number; None if the run came to its end.

    Examples
    --------
    >>> import numpy as np
    >>> time = 0.1 * np.arange(11)
    >>> run = Record.along(0.1, time, {"x": np.cos(time)}, {"m": 1.0})
    >>> sorted(run.arrays), run.time.shape, run.diverged
    (['m', 'x', 'x_dot'], (9,), None)
    """

    step: float
    time: Any
    arrays: Arrays
    diverged: int | None = None

    @classmethod
    def of(cls, step: float, time: Any, moving: Arrays, still: Arrays) -> Record:
        """The record of a run up to where it diverged.

        Parameters
        ----------
        step : float
            The step size of the run.
        time : numpy.ndarray, shape (n,)
            The instants.
        moving : mapping of str to numpy.ndarray
            What moves, each of shape (n, …).
        still : mapping of str to numpy.ndarray or float
            The parameters.

        Returns
        -------
        Record
            All instants before the first one at which something that moves is infinite or nan.
        """
        import numpy as np

        finite = np.all([np.isfinite(path).reshape(len(path), -1).all(1) for path in moving.values()], axis=0)
        diverged = None if finite.all() else int(finite.argmin())
        until = {name: path[:diverged] for name, path in moving.items()}
        return cls(step, time[:diverged], {**until, **still}, diverged)

    @classmethod
    def along(cls, step: float, time: Any, moving: Arrays, still: Arrays) -> Record:
        """The record of paths with their velocities, by central differences.

        Parameters
        ----------
        step : float
            The step size of the run.
        time : numpy.ndarray, shape (n + 2,)
            The instants, equally spaced.
        moving : mapping of str to numpy.ndarray
            The path of each coordinate by its name, each of shape (n + 2, …).
        still : mapping of str to numpy.ndarray or float
            The parameters.

        Returns
        -------
        Record
            The n inner instants, with `x` and `x_dot` for a coordinate `x`.
        """
        run = cls.of(step, time, moving, {})
        span = run.time[2:] - run.time[:-2]
        positions = {name: path[1:-1] for name, path in run.arrays.items()}
        velocities = {
            f"{name}_dot": (path[2:] - path[:-2]) / span.reshape(-1, *[1] * (path.ndim - 1))
            for name, path in run.arrays.items()
        }
        return cls(step, run.time[1:-1], {**positions, **velocities, **still}, run.diverged)

    def save(self, path: str | Path) -> None:
        """Write the record as a .npz file, completely or not at all; `OutputError` if it cannot be written.

        Parameters
        ----------
        path : str or Path
            The file, in a folder that is made if it is not there.
        """
        import numpy as np

        diverged = -1 if self.diverged is None else self.diverged
        arrays: dict[str, Any] = {_ARRAY + name: array for name, array in self.arrays.items()}
        content = BytesIO()  # a zip file that a full disk cuts short complains once more when it is closed
        np.savez(content, allow_pickle=False, step=self.step, time=self.time, diverged=diverged, **arrays)
        with atomic_file(Path(path)) as draft:
            draft.write_bytes(content.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Read what `save` wrote; `DefinitionError` if the file is no record.

        Parameters
        ----------
        path : str or Path
            A file that `save` wrote.

        Returns
        -------
        Record
            The same record.
        """
        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as stored:
                step, time, diverged = stored["step"], stored["time"], int(stored["diverged"])
                arrays = {name.removeprefix(_ARRAY): stored[name] for name in stored if name.startswith(_ARRAY)}
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            raise DefinitionError(str(path), "it is no record", "the path of a file that Record.save wrote") from None
        return cls(float(step), time, arrays, None if diverged < 0 else diverged)


def kernel_arguments(kernel: Kernel, arrays: Arrays) -> Arrays:
    """Those of the arrays that a kernel takes."""
    return {name: arrays[name] for name in kernel.inputs if name in arrays}
