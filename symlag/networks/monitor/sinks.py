"""Sinks: where the numbers of each step go. Any function f(numbers, step) is one; the two of this module write files.

A file that is there already loses nothing: what a run would write over is moved to run.1.jsonl, or the next number
that is free.
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
from symlag.files import atomic_file

Sink = Callable[[Mapping[str, float], int], Any]

LOG = logging.getLogger("symlag")


class JsonLines:
    r"""A sink that writes one line of JSON for each step: {"step": 0, "rescale …/theta_theta/charge": 1.5, …}.

    Numbers that are not finite are null. A line is written whole or not at all. A run that is resumed writes on from
    the step at which it is resumed: earlier lines stay, and those of this and later steps are moved to run.1.jsonl.

    Parameters
    ----------
    path : str or os.PathLike
        The file, in a folder that exists.

    Raises
    ------
    OutputError
        If nothing can be written there, or the file holds something else than such lines.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "run.jsonl"
    >>> sink = JsonLines(path)
    >>> sink({"scale w/theta_theta/charge": 1.5}, 0)
    >>> path.read_text()
    '{"step": 0, "scale w/theta_theta/charge": 1.5}\n'
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = _writable_path(path, "JsonLines", "run.jsonl")
        self._begun = False
        self._lines()

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Append the line of one step."""
        if not self._begun:
            self._begin(step)
        finite = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        line = json.dumps({"step": step, **finite}, allow_nan=False) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def _begin(self, step: int) -> None:
        """Move away the lines of this and later steps, and a last one that was cut off."""
        lines = self._lines()
        later = b"".join(line for at, line in lines if at >= step)
        if later:
            with atomic_file(_unused(self._path)) as draft:
                draft.write_bytes(later)
            with atomic_file(self._path) as draft:
                draft.write_bytes(b"".join(line for at, line in lines if at < step))
        self._begun = True

    def _lines(self) -> list[tuple[float, bytes]]:
        """The lines of the file, each after its step; one that was cut off comes after all steps."""
        lines = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        try:
            return [(int(json.loads(line)["step"]) if line.endswith(b"\n") else math.inf, line) for line in lines]
        except (ValueError, TypeError, KeyError):
            wrong = "the file holds something else than lines that each have a step"
            raise OutputError(f"JsonLines({str(self._path)!r})", wrong, "Give the path of a new file.") from None


class Npz:
    """A sink that writes an .npz file: an array for each number, and one of the steps.

    The file is written by `flush`, which the monitor calls when it is removed, or at the end of its own `with`. A file
    of a former run is moved to run.1.npz.

    Parameters
    ----------
    path : str or os.PathLike
        The file, in a folder that exists; .npz is added where it is missing.

    Raises
    ------
    OutputError
        If nothing can be written there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "run.npz"
    >>> with Npz(path) as sink:
    ...     for step in range(3):
    ...         sink({"scale w/theta_theta/charge": 0.5 * step}, step)
    >>> np.load(path)["scale w/theta_theta/charge"].tolist()
    [0.0, 0.5, 1.0]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        given = _writable_path(path, "Npz", "run.npz")
        self._path = given if given.suffix == ".npz" else given.with_name(f"{given.name}.npz")
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
        """Write the file of all steps so far; nothing where there are none."""
        if not self._rows:
            return
        names = dict.fromkeys(name for row in self._rows for name in row)
        arrays: dict[str, Any] = {name: np.array([row.get(name, np.nan) for row in self._rows]) for name in names}
        with atomic_file(self._path) as draft:
            np.savez_compressed(draft, **arrays)
            if not self._begun and self._path.exists():
                self._path.replace(_unused(self._path))
        self._begun = True


def send(sink: Sink, numbers: Mapping[str, float], step: int) -> bool:
    """Call a sink with the numbers of a step; return whether it took them."""
    return _succeeds(sink, lambda: sink(numbers, step), f"at step {step}")


def flush(sink: Sink) -> bool:
    """Call the `flush` of a sink, if it has one; return whether that worked."""
    return _succeeds(sink, getattr(sink, "flush", bool), "when it was flushed")


def _succeeds(sink: Sink, call: Callable[[], Any], when: str) -> bool:
    """Whether a call of a sink raises nothing: its error does not stop training, and becomes a warning."""
    try:
        call()
    except Exception as error:
        name, kind = getattr(sink, "__qualname__", type(sink).__name__), type(error).__name__
        LOG.warning("Sink %s: it raised %s %s (%s), and is called no more; training goes on.", name, kind, when, error)
        return False
    return True


def as_path(path: Any, wrote: str, name: str) -> Path:
    """A path; `SymlagError` where it is none."""
    if not isinstance(path, str | os.PathLike):
        raise SymlagError(f"{wrote}({path!r})", "it is no path", f"{wrote}({name!r})")
    return Path(path)


def _writable_path(path: Any, kind: str, name: str) -> Path:
    """The path of a file to be; `OutputError` where there can be none."""
    target, wrote = as_path(path, kind, name), f"{kind}({str(path)!r})"
    if not target.parent.is_dir():
        raise OutputError(wrote, f"there is no folder {target.parent}", "Give a path in a folder that exists.")
    if target.is_dir():
        raise OutputError(wrote, "it is a folder", f"{kind}({str(target / name)!r})")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise OutputError(wrote, "nothing can be written there", "Give a path that you may write to.")
    return target


def _unused(path: Path) -> Path:
    """The first of run.1.jsonl, run.2.jsonl, … that is not there."""
    numbered = (path.with_stem(f"{path.stem}.{n}") for n in count(1))
    return next(candidate for candidate in numbered if not candidate.exists())
