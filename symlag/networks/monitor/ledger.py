"""The ledger: for every measured step and every charge one number for each term of its law.

A family has a charge for each of its generators; the ledger has their sum, which is itself a charge, along the
generator whose coordinates are all one. The columns of a charge are named family/charge/term, with the terms

    charge                        the sum after the step
    decay, memory, KSB, metric,   what each term of the exact law adds to it in the step
    breaking
    KSB by noise                  the part of KSB that is batch noise, where a momentum tells it
    residual                      the largest residual of one charge of the family
    floors                        the same over the round-off floor: about one, or less, where the law holds
    continuous, continuous rate   the charge as the continuous law has it, and its rate, where the rule is mechanics
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
from symlag.networks.monitor.step_window import StepWindow

NOISE = "KSB by noise"
CONTINUOUS, RATE = "continuous", "continuous rate"
MAX_STEPS = 10_000  # measured steps; sinks have those before


@dataclass(frozen=True, eq=False)
class Ledger:
    """The numbers of every measured step, a column for each term of each charge.

    `ledger[column]` is one column along all steps, `len(ledger)` the number of steps, and iterating gives for each step
    its numbers by name, and its number: what a sink is called with.

    Parameters
    ----------
    columns : tuple of str
        The names of the columns, family/charge/term.
    steps : array of int, (steps,)
        The numbers of the measured steps.
    values : array, (steps, columns)
        The numbers.

    Examples
    --------
    >>> columns = ("scale w/theta_theta/charge", "scale w/theta_theta/KSB")
    >>> ledger = Ledger(columns, np.array([0, 1]), np.array([[1.5, 0.5], [1.75, 0.25]]))
    >>> ledger["scale w/theta_theta/KSB"].tolist(), len(ledger)
    ([0.5, 0.25], 2)
    >>> [step for numbers, step in ledger]
    [0, 1]
    """

    columns: tuple[str, ...]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    def __getitem__(self, column: str) -> NDArray[np.float64]:
        """One column along all steps; `SymlagError` where there is none of that name."""
        _require_name(column, self.columns, "ledger[{!r}]")
        return self.values[:, self.columns.index(column)]

    def __iter__(self) -> Iterator[tuple[Mapping[str, float], int]]:
        """For each step its numbers by name, and its number; the noise is left out where nothing tells it."""
        for step, row in zip(self.steps, self.values, strict=True):
            numbers = zip(self.columns, map(float, row), strict=True)
            yield {name: x for name, x in numbers if not (name.endswith(NOISE) and isnan(x))}, int(step)

    def __len__(self) -> int:
        return len(self.steps)

    def continuous(self, charge: str) -> NDArray[np.float64] | None:
        """A charge after each step as the law in continuous time predicts it.

        The prediction begins with the charge before the first step of the run, and is driven by the measured KSB alone.

        Parameters
        ----------
        charge : str
            The charge, family/charge.

        Returns
        -------
        array, (steps,), or None
            The prediction; None where no continuous law is followed (`Monitor.without_continuous_law` says why).
        """
        self._require_charge(charge, "ledger.continuous({!r})")
        column = f"{charge}/{CONTINUOUS}"
        return self[column] if column in self.columns else None

    def gap(self, charge: str) -> float | None:
        """By how much the continuous law misses a charge.

        Parameters
        ----------
        charge : str
            The charge, family/charge.

        Returns
        -------
        float or None
            The largest distance between prediction and measurement, over the largest magnitude of the charge; None
            where no continuous law is followed.
        """
        self._require_charge(charge, "ledger.gap({!r})")
        predicted, measured = self.continuous(charge), self[f"{charge}/charge"]
        return None if predicted is None else float(abs(predicted - measured).max() / (abs(measured).max() or 1))

    def _require_charge(self, charge: str, wrote: str) -> None:
        _require_name(charge, [c.removesuffix("/charge") for c in self.columns if c.endswith("/charge")], wrote)

    def extended(self, later: Ledger) -> Ledger:
        """The ledger continued by a later one.

        Parameters
        ----------
        later : Ledger
            The ledger of later steps, with the same columns.

        Returns
        -------
        Ledger
            The last 10,000 steps of both.
        """
        if not len(self):
            return later
        steps = np.concatenate([self.steps, later.steps])[-MAX_STEPS:]
        return Ledger(self.columns, steps, np.concatenate([self.values, later.values])[-MAX_STEPS:])

    def state_dict(self) -> dict[str, Any]:
        """The ledger in lists and tensors, for a checkpoint."""
        steps, values = torch.from_numpy(self.steps.copy()), torch.from_numpy(self.values.copy())
        return {"columns": [*self.columns], "steps": steps, "values": values}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Ledger:
        """Read a ledger from a checkpoint.

        Parameters
        ----------
        state : mapping
            What `state_dict` returned.

        Returns
        -------
        Ledger
            The ledger.
        """
        return cls(tuple(state["columns"]), state["steps"].numpy(), state["values"].numpy())


EMPTY = Ledger((), np.zeros(0, np.int64), np.zeros((0, 0)))


def _require_name(name: str, names: Sequence[str], wrote: str) -> None:
    """`SymlagError` where a name is none of some names, with the closest of them."""
    if name not in names:
        near = [wrote.format(close) for close in get_close_matches(str(name), names, 1, 0)]
        cure = near[0] if near else "Ask after monitor.flush(), or after the `with`: ledger.columns has names then."
        raise SymlagError(wrote.format(name), "the ledger has no column of that name", cure)


def ledger_of_window(
    accounts: Sequence[Account], window: StepWindow, others: Mapping[str, NDArray[np.float64]]
) -> Ledger:
    """The accounts of a window of steps as a ledger, with other columns after theirs."""
    columns = {f"{account.name}/{term}": column for account in accounts for term, column in _columns(account)}
    columns |= others
    steps = np.array([step.number for step in window.steps], dtype=np.int64)
    return Ledger(tuple(columns), steps, np.stack([*columns.values()], 1) if columns else np.zeros((len(steps), 0)))


def _columns(account: Account) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The columns of one charge, by term."""
    yield "charge", account.total
    yield from account.total_terms.items()
    if "KSB" in account.total_terms and all(s.law.noise_estimator is not None for s in account.family.summands):
        yield NOISE, (np.nan if account.noise is None else account.noise) * account.total_terms["KSB"]
    yield "residual", account.largest_residual
    yield "floors", account.floors
