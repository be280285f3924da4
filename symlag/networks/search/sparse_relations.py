"""Sparse relations between the columns of a matrix of rates, and what relations of one width say of another.

A relation is a mapping from columns to coefficients with Σ c·column = 0. Of views of width w it says the same of the
views of each part of w.

>>> import torch
>>> rates = torch.tensor([[1.0, -1.0], [2.0, -2.0], [3.0, -3.0], [1.0, -1.0], [5.0, -5.0], [2.0, -2.0]])
>>> relations(rates.double(), ["in", "out"])
[{'in': 1.0, 'out': 1.0}]
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import View, partitions
from symlag.networks.search.null_space import (
    compress_rows,
    independent_rows,
    nearest_fraction,
    null_space,
    reduced_echelon,
    rows_needed,
)
from symlag.networks.search.sketch import ROUND_OFF
from symlag.networks.search.view_plan import WHOLE, WINDOW

Column = TypeVar("Column", bound=Hashable)


def relations(
    rates: Tensor, columns: Sequence[Column], known: Sequence[Mapping[Column, float]] = ()
) -> list[dict[Column, float]]:
    """A sparse basis of the relations between columns beyond the known ones; none where the rows are too few.

    Of very many columns, relations are looked for between those that stand near each other.
    """
    found: list[dict[Column, float]] = []
    window = WHOLE if len(columns) <= WHOLE else WINDOW
    for first in range(0, max(1, len(columns) - window // 2), window // 2):
        near = slice(first, first + window)
        found += _relations_in_window(rates[:, near], columns[near], [*known, *found])
    return found


def _relations_in_window(
    rates: Tensor, columns: Sequence[Column], known: Sequence[Mapping[Column, float]]
) -> list[dict[Column, float]]:
    if not columns or len(rates) < rows_needed(len(columns)):
        return []
    rates = rates[: 2 * rows_needed(len(columns))]  # many more rows say nothing new
    scale = rates.norm(dim=0) / len(rates) ** 0.5
    vanishing = scale <= ROUND_OFF
    scale = torch.where(vanishing, 1.0, scale)
    basis = null_space(compress_rows(torch.where(vanishing, 0.0, rates / scale)))
    vectors = reduced_echelon(basis / scale)
    new = vectors[independent_rows(vectors, _as_rows(known, columns))] if known else vectors
    return [
        {column: nearest_fraction(value) for column, value in zip(columns, vector, strict=True) if value}
        for vector in new.tolist()
    ]


def _as_rows(known: Sequence[Mapping[Column, float]], columns: Sequence[Column]) -> Tensor:
    """Relations as rows of numbers; what is no column is left out."""
    there = set(columns)
    rows = [[given.get(column, 0.0) for column in columns] for given in known if not there.isdisjoint(given)]
    return torch.tensor(rows, dtype=torch.float64).reshape(-1, len(columns))


def implied_at_width(known: Sequence[tuple[int, Mapping[View, float]]], width: int) -> list[dict[View, float]]:
    """What relations between wider views say of views of a smaller width."""
    return [
        {view.part(start, step, width): value for view, value in relation.items()}
        for wide, relation in known
        if wide > width and wide % width == 0
        for partition in partitions(wide, width)
        for start, step in partition
    ]
