"""What a trial is given from outside: a seed, and a folder or file of data that is too large to carry along.

Data is never downloaded: whoever has it says where it lies.

>>> with use_setting(Setting(seed=7)):
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
    """What the runs of a trial depend on, beside its own source.

    Parameters
    ----------
    seed : int
        The seed of everything that is random.
    data : Path, optional
        The folder or file of the data; None if there is none.

    Examples
    --------
    >>> Setting(seed=7)
    Setting(seed=7, data=None)
    """

    seed: int = 0
    data: Path | None = None


_SETTING: ContextVar[Setting] = ContextVar("_SETTING", default=Setting())  # noqa: B039 — a setting is frozen


@contextmanager
def use_setting(setting: Setting) -> Generator[None]:
    """Run trials in a setting, which `seed` and `data` answer from inside the block.

    Parameters
    ----------
    setting : Setting
        The seed and the data.

    Returns
    -------
    context manager
        The setting before is restored at its end.

    Examples
    --------
    >>> with use_setting(Setting(seed=7)):
    ...     seed()
    7
    """
    before = _SETTING.set(setting)
    try:
        yield
    finally:
        _SETTING.reset(before)


def seed() -> int:
    """The seed that all of a trial's randomness comes from.

    Returns
    -------
    int
        The number behind `--seed`, for example for `torch.Generator().manual_seed(seed())`.

    Examples
    --------
    >>> seed()
    0
    """
    return _SETTING.get().seed


def data(description: str) -> Path:
    """The path of the data that a trial needs.

    Parameters
    ----------
    description : str
        What the data must be, in words, for whoever has to name it.

    Returns
    -------
    Path
        The folder or file behind `--data`.

    Raises
    ------
    DataError
        If no path was named, or nothing is there.

    Examples
    --------
    >>> data("the images of CIFAR-10")
    Traceback (most recent call last):
    symlag.errors.DataError: --data: the trial needs the images of CIFAR-10; write symlag trials --data FOLDER.
    """
    path = _SETTING.get().data
    if path is None:
        raise DataError("--data", f"the trial needs {description}", "symlag trials --data FOLDER")
    if not path.exists():
        raise DataError(f"--data {path}", "nothing is there", f"the path of {description}")
    return path
