"""The ledger: for every measured step and every charge one number a term, the sum over all charges of a family.

That sum is itself a charge, that of the generator with all coordinates one. Beside it stand how much is left over at
most, and that as a multiple of the round-off floor: about one or less where the law holds. Where a rule is mechanics,
the charge as the continuous law has it, and its rate, follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isnan
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from symlag.errors import SymlagError
from symlag.networks.monitor.account import Account
from symlag.networks.monitor.step_window import Stretch

NOISE = "KSB by noise"
CONTINUOUS, RATE = "continuous", "continuous rate"
KEPT = 10_000  # measured steps; those before are left to the sinks


@dataclass(frozen=True, eq=False)
class Ledger:
    """Numbers (steps, columns); columns are named line/charge/term."""

    columns: tuple[str, ...]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    def __getitem__(self, column: str) -> NDArray[np.float64]:
        """One column along all steps; `SymlagError` where there is none of that name."""
        _there(column, self.columns, "ledger[{!r}]")
        return self.values[:, self.columns.index(column)]

    def __iter__(self) -> Iterator[tuple[Mapping[str, float], int]]:
        """Each step's numbers by name, and its number: what a sink takes; no noise where nothing tells it."""
        for step, row in zip(self.steps, self.values, strict=True):
            told = zip(self.columns, map(float, row), strict=True)
            yield {name: x for name, x in told if not (name.endswith(NOISE) and isnan(x))}, int(step)

    def __len__(self) -> int:
        return len(self.steps)

    def continuous(self, charge: str) -> NDArray[np.float64] | None:
        """A charge, line/charge, after each step as the continuous law has it, or none where no such law is followed.

        It begins with the charge before the first step of the run, and is driven by the measured KSB alone.
        """
        self._holds(charge, "ledger.continuous({!r})")
        column = f"{charge}/{CONTINUOUS}"
        return self[column] if column in self.columns else None

    def gap(self, charge: str) -> float | None:
        """The greatest distance of the continuous law from the measured charge, by the greatest of the charge."""
        self._holds(charge, "ledger.gap({!r})")
        predicted, measured = self.continuous(charge), self[f"{charge}/charge"]
        return None if predicted is None else float(abs(predicted - measured).max() / (abs(measured).max() or 1))

    def _holds(self, charge: str, wrote: str) -> None:
        _there(charge, [c.removesuffix("/charge") for c in self.columns if c.endswith("/charge")], wrote)

    def joined(self, later: Ledger) -> Ledger:
        """The ledger continued by the rows of a later one, of which no more than are kept stay."""
        if not len(self):
            return later
        steps = np.concatenate([self.steps, later.steps])[-KEPT:]
        return Ledger(self.columns, steps, np.concatenate([self.values, later.values])[-KEPT:])

    def state(self) -> dict[str, Any]:
        """The ledger in tensors."""
        steps, values = torch.from_numpy(self.steps.copy()), torch.from_numpy(self.values.copy())
        return {"columns": [*self.columns], "steps": steps, "values": values}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Ledger:
        """The ledger of such a state."""
        return cls(tuple(state["columns"]), state["steps"].numpy(), state["values"].numpy())


EMPTY = Ledger((), np.zeros(0, np.int64), np.zeros((0, 0)))


def _there(name: str, names: Sequence[str], wrote: str) -> None:
    """`SymlagError` where a name is none of those that there are."""
    if name not in names:
        near = [wrote.format(close) for close in get_close_matches(str(name), names, 1, 0)]
        filled = "a name in ledger.columns, which has some after monitor.flush() and after the `with`"
        raise SymlagError(wrote.format(name), "the ledger has none of that name", *(near or [filled]))


def entered(found: Sequence[Account], stretch: Stretch, beside: Mapping[str, NDArray[np.float64]]) -> Ledger:
    """The accounts of a stretch of steps as entries of the ledger, and further columns beside them."""
    columns = {f"{account.name}/{term}": column for account in found for term, column in _columns(account)}
    columns |= beside
    steps = np.array([step.number for step in stretch.steps], dtype=np.int64)
    return Ledger(tuple(columns), steps, np.stack([*columns.values()], 1) if columns else np.zeros((len(steps), 0)))


def _columns(account: Account) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield "charge", account.ended
    yield from account.gained.items()
    if "KSB" in account.gained and all(part.law.past is not None for part in account.line.parts):
        yield NOISE, (np.nan if account.noise is None else account.noise) * account.gained["KSB"]
    yield "residual", account.missed
    yield "floors", account.floors
