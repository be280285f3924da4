"""Sinks: where the numbers of each step go. Any f(numbers, step) is one; these two write files.

A file that is there already loses nothing: what a run would write over is moved to run.1.jsonl, or the next number.
"""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from symlag.errors import OutputError, SymlagError

Sink = Callable[[Mapping[str, float], int], Any]

LOG = logging.getLogger("symlag")


class JsonLines:
    """One line of JSON a step, {"step": …, "rescale …/theta_theta/charge": …}, written whole or not at all.

    What is no number is null. A run that is resumed writes on from the step it is resumed at: earlier lines stay, and
    those of this and later steps, as of another run, are moved to run.1.jsonl. `OutputError` where nothing can be
    written there, or where the file holds something else.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = _place(path, "JsonLines", "run.jsonl")
        self._begun = False
        self._lines()

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Append the line of one step."""
        if not self._begun:
            self._begin(step)
        told = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        line = json.dumps({"step": step, **told}, allow_nan=False) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def _begin(self, step: int) -> None:
        """Move the lines of this and later steps away, and a last one that was cut off."""
        lines = self._lines()
        later = [line for at, line in lines if at >= step]
        if later:
            _free(self._path).write_bytes(b"".join(later))
            replaced = _beside(self._path)
            replaced.write_bytes(b"".join(line for at, line in lines if at < step))
            replaced.replace(self._path)
        self._begun = True

    def _lines(self) -> list[tuple[float, bytes]]:
        """The lines that are there, each after its step; one that was cut off is later than all."""
        lines = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        try:
            return [(int(json.loads(line)["step"]) if line.endswith(b"\n") else math.inf, line) for line in lines]
        except (ValueError, TypeError, KeyError):
            wrong = "the file holds something else than lines that each have a step"
            raise OutputError(f"JsonLines({str(self._path)!r})", wrong, "the path of a new file") from None


class Npz:
    """An .npz file of one array for each number and one of the steps.

    It is written when the monitor is removed, by `flush`, and at the end of a `with`; a file that is there already is
    moved to run.1.npz. `OutputError` where nothing can be written there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        there = _place(path, "Npz", "run.npz")
        self._path = there if there.suffix == ".npz" else there.with_name(f"{there.name}.npz")
        self._rows: list[dict[str, float]] = []
        self._begun = False

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Keep the numbers of one step."""
        self._rows.append({"step": step, **numbers})

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def flush(self) -> None:
        """Write the file, of all steps so far; nothing where there are none."""
        if not self._rows:
            return
        names = dict.fromkeys(name for row in self._rows for name in row)
        arrays: dict[str, Any] = {name: np.array([row.get(name, np.nan) for row in self._rows]) for name in names}
        replaced = _beside(self._path)
        with replaced.open("wb") as file:
            np.savez_compressed(file, **arrays)
        if not self._begun and self._path.exists():
            self._path.replace(_free(self._path))
        replaced.replace(self._path)
        self._begun = True


def heard(sink: Sink, numbers: Mapping[str, float], step: int) -> bool:
    """Whether a sink took the numbers of a step."""
    return _taken(sink, lambda: sink(numbers, step), f"at step {step}")


def flushed(sink: Sink) -> bool:
    """Whether a sink that keeps something back, as its `flush` tells, wrote it."""
    return _taken(sink, getattr(sink, "flush", bool), "when it was flushed")


def _taken(sink: Sink, told: Callable[[], Any], when: str) -> bool:
    """Whether something can be told; an error of a sink is no error of training, and is told in a warning."""
    try:
        told()
    except Exception as error:
        name, kind = getattr(sink, "__qualname__", type(sink).__name__), type(error).__name__
        LOG.warning("Sink %s: it raised %s %s (%s), and is told no more; training goes on.", name, kind, when, error)
        return False
    return True


def pathlike(path: Any, wrote: str, name: str) -> Path:
    """A path; `SymlagError` where it is none."""
    if not isinstance(path, str | os.PathLike):
        raise SymlagError(f"{wrote}({path!r})", "it is no path", f"{wrote}({name!r})")
    return Path(path)


def _place(path: Any, kind: str, name: str) -> Path:
    """Where a file is to be; `OutputError` where there can be none."""
    there, wrote = pathlike(path, kind, name), f"{kind}({str(path)!r})"
    if not there.parent.is_dir():
        raise OutputError(wrote, f"there is no folder {there.parent}", "a path in a folder that exists")
    if there.is_dir():
        raise OutputError(wrote, "it is a folder", f"{kind}({str(there / name)!r})")
    if not os.access(there if there.exists() else there.parent, os.W_OK):
        raise OutputError(wrote, "nothing can be written there", "a path in a folder that is yours")
    return there


def _beside(path: Path) -> Path:
    """The name under which a file is written before it is there."""
    return path.with_name(f"{path.name}.new")


def _free(path: Path) -> Path:
    """The first of run.1.jsonl, run.2.jsonl, … that is not there."""
    return next(free for n in count(1) if not (free := path.with_stem(f"{path.stem}.{n}")).exists())
