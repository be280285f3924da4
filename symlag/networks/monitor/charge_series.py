"""The course of each charge, read off a ledger by the names of its columns: what each source added, and what is left.

>>> columns = tuple(f"scale w/theta_theta/{term}" for term in ("charge", "KSB", "residual", "floors"))
>>> ledger = Ledger(columns, np.array([0, 1]), np.array([[1.5, 0.5, 0.0, 0.0], [1.75, 0.25, 0.0, 0.0]]))
>>> [course] = courses(ledger)["scale w"]
>>> course.charge, course.change.tolist(), course.added["KSB"].tolist(), course.shares
('theta_theta', [0.5, 0.75], [0.5, 0.75], {'KSB': 1.0})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from symlag.networks.monitor.exact_laws import TERMS
from symlag.networks.monitor.ledger import CONTINUOUS, Ledger

Array = NDArray[np.float64]

MOVED = 5.0  # times the round-off of a step: what all steps together add less of did not move


@dataclass(frozen=True, eq=False)
class Course:
    """One charge of a family over the steps that were measured, the sum over all charges of the family.

    `values` are those after each step, `terms` what each source added in it, `left` what is left over at most of one
    charge, and `floors` that as a multiple of round-off; `continuous` the values that the continuous law has for them.
    """

    charge: str
    steps: NDArray[np.int64]
    values: Array
    terms: Mapping[str, Array]
    left: Array
    floors: Array
    continuous: Array | None = None

    @property
    def whole(self) -> bool:
        """Whether every step was measured: what sources added can be summed up then."""
        return bool((np.diff(self.steps) == 1).all())

    @property
    def still(self) -> bool:
        """Whether nothing moved it but round-off."""
        floor = np.nanmax(self.left / np.where(self.floors > 0, self.floors, np.nan), initial=0.0)
        return max(np.nanmax(np.abs(sums), initial=0.0) for sums in self.added.values()) <= MOVED * floor

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
        """What each source has added since the first step."""
        return {name: np.cumsum(term) for name, term in self.terms.items()}

    @property
    def shares(self) -> dict[str, float]:
        """The share of each source in all that was moved, up or down."""
        moved = {name: float(np.nansum(np.abs(term))) for name, term in self.terms.items()}
        return {name: size / (sum(moved.values()) or 1.0) for name, size in moved.items()}


def courses(ledger: Ledger) -> dict[str, list[Course]]:
    """The charges of every family, by its name."""
    columns: dict[str, dict[str, dict[str, Array]]] = {}
    for column, values in zip(ledger.columns, ledger.values.T, strict=True):
        family, charge, term = column.rsplit("/", 2)
        columns.setdefault(family, {}).setdefault(charge, {})[term] = values
    return {
        family: [_course(charge, told, ledger.steps) for charge, told in charges.items()]
        for family, charges in columns.items()
    }


def _course(charge: str, told: Mapping[str, Array], steps: NDArray[np.int64]) -> Course:
    terms = {term: told[term] for term in TERMS if np.any(told.get(term, 0.0))} or {"KSB": np.zeros(len(steps))}
    return Course(charge, steps, told["charge"], terms, told["residual"], told["floors"], told.get(CONTINUOUS))
