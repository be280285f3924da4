"""What is known of some steps on end: numbers for each, and magnitudes of all of them.

>>> made = Stretch((Step(7, ((0.1,),), {"w": 8}, (), True),), np.zeros((1, 3)), np.ones(3))
>>> Stretch.of(made.state()).steps == made.steps
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True)
class Step:
    """What is known of a step beside its forms: hyper-parameters of each group, and the step count of each tensor.

    A tensor that has no gradient takes no step, and has no count. `moved` are those that something moved before the
    step and left the buffers of, if any, as they were; a step begins with charges `carried` over from the last one
    where nothing was moved, buffers neither. `switched` are options that no longer choose the rule, each in words;
    `frozen` are tensors that no gradient is asked of.
    """

    number: int
    values: tuple[tuple[float, ...], ...]
    counts: Mapping[str, int]
    moved: tuple[str, ...]
    carried: bool
    switched: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: Sequence[Any]) -> Step:
        """The step of such a state."""
        number, values, counts, moved, carried, *others = state
        numbers = tuple(tuple(group) for group in values)
        return cls(number, numbers, counts, tuple(moved), carried, *map(tuple, others))

    def state(self) -> list[Any]:
        """The step in lists and numbers."""
        values, counts = [[*group] for group in self.values], dict(self.counts)
        return [self.number, values, counts, [*self.moved], self.carried, [*self.switched], [*self.frozen]]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some measured steps: the rows of their forms, and one row of the magnitudes of forms.

    `apart` are steps, by number, and tensors whose copies on several ranks are not equal.
    """

    steps: tuple[Step, ...]
    rows: NDArray[np.float64]
    sizes: NDArray[np.float64]
    apart: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Stretch:
        """The stretch of such a state."""
        return cls(tuple(map(Step.of, state["steps"])), state["rows"].numpy(), state["sizes"].numpy())

    def copied(self) -> Stretch:
        """The stretch with rows of its own."""
        return replace(self, rows=self.rows.copy())

    def state(self) -> dict[str, Any]:
        """The stretch in tensors and numbers."""
        rows, sizes = torch.from_numpy(self.rows.copy()), torch.from_numpy(self.sizes.copy())
        return {"steps": [step.state() for step in self.steps], "rows": rows, "sizes": sizes}
