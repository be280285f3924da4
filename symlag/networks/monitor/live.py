"""Sinks to look at while a model trains: scalars for TensorBoard, and a table in the terminal."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from symlag.errors import SymlagError
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.charge_series import ChargeSeries, series_by_family
from symlag.networks.monitor.ledger import NOISE, Ledger

RECENT = 50  # steps over which the shares of terms are taken
COLOURS = {"decay": "yellow", "memory": "magenta", "KSB": "green", "metric": "blue", "breaking": "red"}
BAR_WIDTH = 24  # characters
SHOWN_SHARE = 0.005  # smaller shares are not written

Numbers = Mapping[str, float]


class Scalars:
    """A sink that writes all numbers to a SummaryWriter of TensorBoard, or whatever has its `add_scalar`.

    Parameters
    ----------
    writer : torch.utils.tensorboard.SummaryWriter
        An object with a method `add_scalar(name, value, step)`.

    Raises
    ------
    SymlagError
        If the writer has no such method.

    Examples
    --------
    >>> class Writer:
    ...     def add_scalar(self, name, value, step):
    ...         print(step, name, value)
    >>> Scalars(Writer())({"scale w/theta_theta/charge": 1.5}, 3)
    3 scale w/theta_theta/charge 1.5
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
    """A sink that draws a table in the terminal while its `with` block lasts.

    A row has a family, its first charge, what moved it over the last 50 measured steps, and the largest residual in
    units of round-off. Alarms stand below, and the rows that they are about are red; they are read from the log of
    `symlag`.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to draw; by default the terminal.

    Examples
    --------
    >>> with LiveTable(Console(quiet=True)) as live:
    ...     live({f"scale w/theta_theta/{x}": v for x, v in [("charge", 1.5), ("residual", 0), ("floors", 0)]}, 3)
    ...     live.table().title, live.table().row_count
    ('step 3', 1)
    """

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(logging.WARNING)
        # the steps of several monitors, which have numbers of other names, stand apart
        self._recent: dict[tuple[str, ...], deque[tuple[int, Numbers]]] = {}
        self._alarms: list[Alarm] = []
        self._live = Live(console=console, get_renderable=self.table)

    def __call__(self, numbers: Mapping[str, float], step: int) -> None:
        """Keep the numbers of one step."""
        without_noise = {name: value for name, value in numbers.items() if not name.endswith(NOISE)}
        recent = self._recent.setdefault(tuple(without_noise), deque(maxlen=RECENT))
        recent.append((step, without_noise))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the alarm in a log record.

        Parameters
        ----------
        record : logging.LogRecord
            A record of the log of `symlag`; others than those of alarms are ignored.
        """
        self._alarms += [argument for argument in record.args or () if isinstance(argument, Alarm)]

    def __enter__(self) -> Self:
        logging.getLogger("symlag").addHandler(self)
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("symlag").removeHandler(self)
        self._live.stop()

    def table(self) -> Table:
        """The table as it is now."""
        last = max((recent[-1][0] for recent in self._recent.values()), default=None)
        alarms = Text("\n".join(map(str, self._alarms)), style="red", justify="left") if self._alarms else None
        table = Table(title=None if last is None else f"step {last}", caption=alarms, box=None, pad_edge=False)
        for name in ("family", "charge", "of late moved by", "÷ round-off"):
            table.add_column(name, justify="right" if name in ("charge", "÷ round-off") else "left")
        for names, recent in self._recent.items():
            values = np.array([[*numbers.values()] for _, numbers in recent], dtype=np.float64)
            ledger = Ledger(names, np.array([step for step, _ in recent], dtype=np.int64), values)
            for family, charges in series_by_family(ledger).items():
                table.add_row(*_row(family, charges), style="red" if self._has_alarm(family) else None)
        return table

    def _has_alarm(self, family: str) -> bool:
        """Whether an alarm is about a family, or one of its tensors."""
        places = {family, *re.split(r"[ ,\[]+", family)}
        return any(alarm.where in places for alarm in self._alarms)


def _row(family: str, charges: list[ChargeSeries]) -> Iterator[Any]:
    """A family: its first charge, and the largest residual of all its charges."""
    first, residual = charges[0], max(float(series.floors[-1]) for series in charges)
    yield Text(family)
    yield f"{first.values[-1]:.4g}"
    yield Text("nothing but round-off") if first.conserved else _bar(first.shares)
    yield f"{residual:.2g}"


def _bar(shares: Mapping[str, float]) -> Text:
    """Shares as a coloured bar, and in words."""
    bar, end = Text(), 0.0
    for term, share in shares.items():
        bar.append("█" * (round(BAR_WIDTH * (end + share)) - round(BAR_WIDTH * end)), style=COLOURS[term])
        end += share
    words = ", ".join(f"{term} {share:.0%}" for term, share in shares.items() if share >= SHOWN_SHARE)
    return bar.append(f" {words}")
