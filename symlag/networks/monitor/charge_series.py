"""The series of each charge over a run, read off the columns of a ledger: its values, and what each term added.

>>> columns = tuple(f"scale w/theta_theta/{term}" for term in ("charge", "KSB", "residual", "floors"))
>>> ledger = Ledger(columns, np.array([0, 1]), np.array([[1.5, 0.5, 0.0, 0.0], [1.75, 0.25, 0.0, 0.0]]))
>>> [series] = series_by_family(ledger)["scale w"]
>>> series.charge, series.change.tolist(), series.added["KSB"].tolist(), series.shares
('theta_theta', [0.5, 0.75], [0.5, 0.75], {'KSB': 1.0})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from symlag.networks.monitor.ledger import CONTINUOUS, Ledger
from symlag.networks.monitor.numeric_laws import TERMS

Array = NDArray[np.float64]

CONSERVED = 5.0  # times the round-off of a step: a charge to which all steps together add less is conserved


@dataclass(frozen=True, eq=False)
class ChargeSeries:
    """One charge of a family over the steps that were measured: the sum over all charges of the family.

    Attributes
    ----------
    charge : str
        Which form the charge is.
    steps : array of int, (steps,)
        The measured steps.
    values : array, (steps,)
        The charge after each of them.
    terms : mapping of str to array
        What each term added in each step.
    residual : array, (steps,)
        The largest residual of one charge.
    floors : array, (steps,)
        The same in units of the round-off floor.
    continuous : array or None
        The charge as the continuous law has it.
    """

    charge: str
    steps: NDArray[np.int64]
    values: Array
    terms: Mapping[str, Array]
    residual: Array
    floors: Array
    continuous: Array | None = None

    @property
    def gapless(self) -> bool:
        """Whether every step was measured, so that what terms added can be summed."""
        return bool((np.diff(self.steps) == 1).all())

    @property
    def conserved(self) -> bool:
        """Whether nothing but round-off moved it."""
        floor = np.nanmax(self.residual / np.where(self.floors > 0, self.floors, np.nan), initial=0.0)
        return max(np.nanmax(np.abs(sums), initial=0.0) for sums in self.added.values()) <= CONSERVED * floor

    @property
    def change(self) -> Array:
        """The charge less that before the first step."""
        return self.values - self.first

    @property
    def first(self) -> float:
        """The charge before the first step."""
        return float(self.values[0] - sum(term[0] for term in self.terms.values()))

    @cached_property
    def added(self) -> dict[str, Array]:
        """What each term has added since the first step."""
        return {name: np.cumsum(term) for name, term in self.terms.items()}

    @property
    def shares(self) -> dict[str, float]:
        """The share of each term in all that moved the charge, up or down."""
        moved = {name: float(np.nansum(np.abs(term))) for name, term in self.terms.items()}
        return {name: size / (sum(moved.values()) or 1.0) for name, size in moved.items()}


def series_by_family(ledger: Ledger) -> dict[str, list[ChargeSeries]]:
    """The series of all charges of every family, by its name; terms that are zero throughout are left out."""
    columns: dict[str, dict[str, dict[str, Array]]] = {}
    for column, values in zip(ledger.columns, ledger.values.T, strict=True):
        family, charge, term = column.rsplit("/", 2)
        columns.setdefault(family, {}).setdefault(charge, {})[term] = values
    series: dict[str, list[ChargeSeries]] = {}
    for family, charges in columns.items():
        for charge, numbers in charges.items():
            terms = {term: numbers[term] for term in TERMS if np.any(numbers.get(term, 0.0))}
            terms = terms or {"KSB": np.zeros(len(ledger))}
            made = ChargeSeries(
                charge,
                ledger.steps,
                numbers["charge"],
                terms,
                numbers["residual"],
                numbers["floors"],
                numbers.get(CONTINUOUS),
            )
            series.setdefault(family, []).append(made)
    return series
