"""What a trial is given from outside: a seed, and a folder or file of data too large to carry along.

Data is never downloaded: whoever has it says where it lies.

>>> seed()
0
>>> data("the batches of CIFAR-10 in binary")
Traceback (most recent call last):
symlag.errors.DataError: --data: the trial needs the batches of CIFAR-10 in binary; write symlag trials --data FOLDER.
>>> with given(Setting(seed=7)):
...     seed()
7
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from symlag.errors import DataError


@dataclass(frozen=True)
class Setting:
    """A seed for all that is drawn at random, and the path of the data, None where there is none."""

    seed: int = 0
    data: Path | None = None


_SETTING: ContextVar[Setting] = ContextVar("_SETTING", default=Setting())  # noqa: B039 — a setting is frozen


@contextmanager
def given(setting: Setting) -> Generator[None]:
    """Let trials be run in a setting."""
    before = _SETTING.set(setting)
    try:
        yield
    finally:
        _SETTING.reset(before)


def seed() -> int:
    """The seed that all of a trial's randomness comes from: torch.Generator().manual_seed(seed()), say."""
    return _SETTING.get().seed


def data(wanted: str) -> Path:
    """The path of the data; `DataError` where none was named, or nothing is there, with what is `wanted` in words."""
    path = _SETTING.get().data
    if path is None:
        raise DataError("--data", f"the trial needs {wanted}", "symlag trials --data FOLDER")
    if not path.exists():
        raise DataError(f"--data {path}", "nothing is there", f"the path of {wanted}")
    return path
