"""Sinks: where the numbers of each step go. Any f(numbers, step) is one; these two write files.

A run that is resumed writes on from the step it is resumed at: what was written of later steps is dropped.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


class JsonLines:
    """One line of JSON a step, {"step": …, "rescale …/theta_theta/charge": …}, written whole or not at all.

    What is no number is null.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._begun = False

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Append the line of one step."""
        if not self._begun:
            self._drop_from(step)
        told = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        line = json.dumps({"step": step, **told}, allow_nan=False) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def _drop_from(self, step: int) -> None:
        """Drop the lines of this and later steps, and a last one that was cut off."""
        self._begun = True
        lines = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        kept = [line for line in lines if line.endswith(b"\n") and json.loads(line)["step"] < step]
        if len(kept) < len(lines):
            replaced = self._path.with_name(self._path.name + ".new")
            replaced.write_bytes(b"".join(kept))
            replaced.replace(self._path)


class Npz:
    """An .npz file of one array for each number and one of the steps, written by `close` or at the end of a `with`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._rows: list[dict[str, float]] = []

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Keep the numbers of one step."""
        self._rows.append({"step": step, **numbers})

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write the file."""
        names = dict.fromkeys(name for row in self._rows for name in row)
        arrays: dict[str, Any] = {name: np.array([row.get(name, np.nan) for row in self._rows]) for name in names}
        np.savez_compressed(self._path, **arrays)
