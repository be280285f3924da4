"""How far a long motion has come: a bar on a terminal or in a notebook, for whatever takes more than two seconds.

>>> with progress("simulating", 0.0, 1.0) as update:
...     update(0.5)
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from symlag.optional_packages import is_installed

PATIENCE = 2.0  # seconds without a bar


@contextmanager
def progress(activity: str, first: float, last: float) -> Generator[Callable[[float], None]]:
    """Within the block, a function that is told how far something is on its way from `first` to `last`."""
    began, shown = perf_counter(), []

    def update(now: float) -> None:
        if not shown and perf_counter() - began > PATIENCE:
            shown.append(_bar(activity))
        for bar, task in shown:
            bar.update(task, completed=(now - first) / (last - first))

    try:
        yield update
    finally:
        for bar, _ in shown:
            bar.stop()


def _bar(activity: str) -> tuple[Any, Any]:
    """A bar from 0 to 1 that leaves nothing behind."""
    from rich.console import Console
    from rich.progress import Progress

    # In a notebook rich needs ipywidgets for a bar, and warns of it where they are missing.
    widgets = None if is_installed("ipywidgets") else False
    bar = Progress(console=Console(stderr=True, force_jupyter=widgets), transient=True)
    bar.start()
    return bar, bar.add_task(activity, total=1.0)
