"""What was measured in a window of steps: a row of numbers for each step, and magnitudes for all of them.

>>> window = StepWindow((MeasuredStep(7, ((0.1,),), {"w": 8}, (), True),), np.zeros((1, 3)), np.ones(3))
>>> StepWindow.from_state(window.state_dict()).steps == window.steps
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
class MeasuredStep:
    """What is known of a step beside its forms.

    Attributes
    ----------
    number : int
        The number of the step, from 0.
    hyperparameters : tuple of tuple of float
        The hyper-parameters of each parameter group at this step.
    counts : mapping of str to int
        For each tensor that has a gradient how many steps it took before; one that has none takes no step.
    changed : tuple of str
        Tensors that something changed before the step while it left their buffers, if any, as they were.
    carried : bool
        Whether the step begins with what the last one ended with: neither tensors nor buffers were changed.
    switched : tuple of str
        Options of the optimizer that no longer choose the same rule, each in words.
    frozen : tuple of str
        Tensors that no gradient is asked of.
    """

    number: int
    hyperparameters: tuple[tuple[float, ...], ...]
    counts: Mapping[str, int]
    changed: tuple[str, ...]
    carried: bool
    switched: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @classmethod
    def from_state(cls, state: Sequence[Any]) -> MeasuredStep:
        """The step that `state_list` described."""
        number, hyperparameters, counts, changed, carried, *others = state
        groups = tuple(tuple(group) for group in hyperparameters)
        return cls(number, groups, counts, tuple(changed), carried, *map(tuple, others))

    def state_list(self) -> list[Any]:
        """The step in lists and numbers, for a checkpoint."""
        groups, counts = [[*group] for group in self.hyperparameters], dict(self.counts)
        return [self.number, groups, counts, [*self.changed], self.carried, [*self.switched], [*self.frozen]]


@dataclass(frozen=True, eq=False)
class StepWindow:
    """Some measured steps.

    Attributes
    ----------
    steps : tuple of MeasuredStep
        The steps.
    rows : array, (steps, numbers)
        The numbers of all forms in each step.
    magnitudes : array, (numbers,)
        What each number would be if all products were added without their signs, over the last steps.
    unequal_copies : tuple of (int, str)
        Steps, by number, and tensors whose copies on several ranks are not equal.
    """

    steps: tuple[MeasuredStep, ...]
    rows: NDArray[np.float64]
    magnitudes: NDArray[np.float64]
    unequal_copies: tuple[tuple[int, str], ...] = ()

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> StepWindow:
        """The window that `state_dict` described."""
        steps = tuple(map(MeasuredStep.from_state, state["steps"]))
        return cls(steps, state["rows"].numpy(), state["magnitudes"].numpy())

    def copied(self) -> StepWindow:
        """The window with rows of its own, which the recorder does not write over."""
        return replace(self, rows=self.rows.copy())

    def state_dict(self) -> dict[str, Any]:
        """The window in tensors, lists and numbers, for a checkpoint."""
        rows, magnitudes = torch.from_numpy(self.rows.copy()), torch.from_numpy(self.magnitudes.copy())
        return {"steps": [step.state_list() for step in self.steps], "rows": rows, "magnitudes": magnitudes}
