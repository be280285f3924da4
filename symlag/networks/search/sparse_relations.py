"""Sparse relations between columns of moments, and what relations of one width say of another.

A relation is a dict of coefficients by column. One of width w holds for each part that w is cut into.

>>> import torch
>>> rates = torch.tensor([[1.0, -1.0], [2.0, -2.0], [3.0, -3.0], [1.0, -1.0], [5.0, -5.0], [2.0, -2.0]])
>>> relations(rates.double(), ["in", "out"])
[{'in': 1.0, 'out': 1.0}]
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import cuts
from symlag.networks.search.null_space import compressed, echelon, enough, independent, kernel, rational
from symlag.networks.search.sketch import SILENT
from symlag.networks.search.view_plan import WHOLE, WINDOW


class Cuttable(Hashable, Protocol):
    """A column that has parts."""

    def part(self, start: int, step: int, width: int) -> Self:
        """The column of positions start, start + step, … of this one."""
        ...


Column = TypeVar("Column", bound=Hashable)
Wide = TypeVar("Wide", bound=Cuttable)


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
        found += _relations(rates[:, near], columns[near], [*known, *found])
    return found


def _relations(
    rates: Tensor, columns: Sequence[Column], known: Sequence[Mapping[Column, float]]
) -> list[dict[Column, float]]:
    if not columns or len(rates) < enough(len(columns)):
        return []
    rates = rates[: 2 * enough(len(columns))]  # many more rows say nothing new
    scale = rates.norm(dim=0) / len(rates) ** 0.5
    silent = scale <= SILENT
    scale = torch.where(silent, 1.0, scale)
    vectors = echelon(kernel(compressed(torch.where(silent, 0.0, rates / scale))) / scale)
    fresh = vectors[independent(vectors, as_rows(known, columns))] if known else vectors
    return [_spelled(vector, columns) for vector in fresh.tolist()]


def as_rows(known: Sequence[Mapping[Column, float]], columns: Sequence[Column]) -> Tensor:
    """Relations as rows of numbers; what is no column is left out."""
    there = set(columns)
    kept = [[given.get(column, 0.0) for column in columns] for given in known if not there.isdisjoint(given)]
    return torch.tensor(kept, dtype=torch.float64).reshape(-1, len(columns))


def narrowed(known: Sequence[tuple[int, Mapping[Wide, float]]], width: int) -> list[dict[Wide, float]]:
    """What wider relations say of a smaller width."""
    return [
        part
        for wide, relation in known
        if wide > width and wide % width == 0
        for cut in cuts(wide, width)
        for part in _parts(relation, cut, width)
    ]


def _parts(relation: Mapping[Wide, float], cut: Sequence[tuple[int, int]], width: int) -> list[dict[Wide, float]]:
    return [{column.part(start, step, width): value for column, value in relation.items()} for start, step in cut]


def _spelled(vector: Sequence[float], columns: Sequence[Column]) -> dict[Column, float]:
    return {column: rational(value) for column, value in zip(columns, vector, strict=True) if value}
