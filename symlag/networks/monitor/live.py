"""Sinks to look at: scalars for TensorBoard, and a table in the terminal that follows the run, a line for each family.

>>> class Writer:
...     def add_scalar(self, name, value, step):
...         print(step, name, value)
>>> Scalars(Writer())({"scale w/theta_theta/charge": 1.5}, 3)
3 scale w/theta_theta/charge 1.5
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Self

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from symlag.errors import SymlagError
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.charge_series import Course, courses
from symlag.networks.monitor.ledger import NOISE, Ledger

RECENT = 50  # steps that the shares of sources are of
COLOURS = {"decay": "yellow", "memory": "magenta", "KSB": "green", "metric": "blue", "breaking": "red"}
BAR = 24  # characters

Numbers = Mapping[str, float]


class Scalars:
    """All numbers to a SummaryWriter of torch.utils.tensorboard, or to whatever has its `add_scalar`.

    `SymlagError` where it has none.
    """

    def __init__(self, writer: Any) -> None:
        if not callable(getattr(writer, "add_scalar", None)):
            write = "Scalars(SummaryWriter('runs')), of torch.utils.tensorboard"
            raise SymlagError(f"Scalars({writer!r})", "it has no add_scalar", write)
        self._writer = writer

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Write the numbers of one step."""
        for name, value in numbers.items():
            self._writer.add_scalar(name, value, step)


class LiveTable(logging.Handler):
    """A table in the terminal, drawn while a `with` lasts: charges, what moved them of late, what is left over, alarms.

    A sink; alarms it hears from the log of `symlag`.
    """

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(logging.WARNING)
        self._told: dict[tuple[str, ...], deque[tuple[int, Numbers]]] = {}
        self._alarms: list[Alarm] = []
        self._live = Live(console=console, get_renderable=self.table)

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Keep the numbers of one step; those of several monitors, which have other names, apart."""
        told = {name: value for name, value in numbers.items() if not name.endswith(NOISE)}
        self._told.setdefault(tuple(told), deque(maxlen=RECENT)).append((step, told))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an alarm."""
        self._alarms += [told for told in record.args or () if isinstance(told, Alarm)]

    def __enter__(self) -> Self:
        logging.getLogger("symlag").addHandler(self)
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("symlag").removeHandler(self)
        self._live.stop()

    def table(self) -> Table:
        """What is to be seen now."""
        last = max((told[-1][0] for told in self._told.values()), default=None)
        title = None if last is None else f"step {last}"
        made = Table(title=title, caption=self._caption(), box=None, pad_edge=False)
        for name in ("family", "charge", "of late moved by", "÷ round-off"):
            made.add_column(name, justify="right" if name in ("charge", "÷ round-off") else "left")
        for ledger in map(_ledger, self._told.values()):
            for family, charges in courses(ledger).items():
                made.add_row(*_line(family, charges), style="red" if self._alarmed(family) else None)
        return made

    def _caption(self) -> Text | None:
        """The alarms."""
        return Text("\n".join(map(str, self._alarms)), style="red", justify="left") if self._alarms else None

    def _alarmed(self, family: str) -> bool:
        """Whether an alarm is about a family, or one of its tensors."""
        places = {family, *re.split(r"[ ,\[]+", family)}
        return any(alarm.where in places for alarm in self._alarms)


def _ledger(told: Collection[tuple[int, Numbers]]) -> Ledger:
    """Some steps that have numbers of the same names."""
    values = np.array([[*numbers.values()] for _, numbers in told], dtype=np.float64)
    return Ledger(tuple(next(iter(told))[1]), np.array([step for step, _ in told], dtype=np.int64), values)


def _line(family: str, charges: list[Course]) -> Iterator[Any]:
    """A family: its first charge, and the worst of what is left over of all."""
    first, worst = charges[0], max(float(course.floors[-1]) for course in charges)
    yield Text(family)
    yield f"{first.values[-1]:.4g}"
    yield Text("nothing but round-off") if first.still else _bar(first.shares)
    yield f"{worst:.2g}"


def _bar(shares: Mapping[str, float]) -> Text:
    """Shares as a coloured bar, and in words."""
    bar, up_to = Text(), 0.0
    for term, share in shares.items():
        bar.append("█" * (round(BAR * (up_to + share)) - round(BAR * up_to)), style=COLOURS[term])
        up_to += share
    words = ", ".join(f"{term} {share:.0%}" for term, share in shares.items() if share >= 0.005)
    return bar.append(f" {words}")
