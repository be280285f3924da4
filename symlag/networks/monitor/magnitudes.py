"""Magnitudes Σ|xᵢyᵢ| of forms: of what order the round-off of Σ xᵢyᵢ is.

The round-off floor of a charge is the precision of its tensors times the magnitude of all that is added up. Magnitudes
change slowly, and cost as much as the forms; so they are measured at the steps 0, 1, 2, 4, …, 32 after a tensor had its
first gradient, as they grow fast there, and then every `EVERY` steps. A new one is added to half of what was there: the
result is at least the latest, and at most twice the largest.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import torch
from torch import Tensor

EVERY = 50  # measured steps


class Magnitudes:
    """The magnitudes of all forms over the last steps.

    Between steps `new` is nothing. In a step at which magnitudes are measured, from `begin` to `end`, it is the row
    that they are added to.
    """

    def __init__(self, width: int, device: torch.device) -> None:
        self.values = torch.zeros(width, dtype=torch.float64, device=device)
        self.new: Tensor | None = None
        self._age = 0  # measured steps since some tensor had its first gradient
        self._tensors = set[str]()  # the tensors that had a gradient

    def begin(self, with_gradient: Set[str]) -> None:
        """Begin a measured step, in which these tensors have gradients."""
        if not with_gradient <= self._tensors:
            self._tensors |= with_gradient
            self._age = 0
        power_of_two = self._age & (self._age - 1) == 0  # or zero
        due = self._age % EVERY == 0 if self._age >= EVERY else power_of_two
        self.new = torch.zeros_like(self.values) if due else None

    def end(self, begins: Tensor, ends: Tensor) -> None:
        """End a step; the magnitudes of what it began with are those at the places `ends` of what it ended with.

        A form that this step is without keeps its magnitude.
        """
        if self.new is not None:
            self.new[begins] = self.new[ends]
            self.values = torch.where(self.new > 0, self.new + self.values / 2, self.values)
            self.new = None
        self._age += 1

    def state_dict(self) -> dict[str, Any]:
        """When magnitudes are measured next, for a checkpoint; their values are in the window of steps."""
        return {"age": self._age, "tensors": sorted(self._tensors)}

    def load(self, state: Mapping[str, Any], values: Tensor) -> None:
        """Go on from a checkpoint."""
        self._age, self._tensors = state["age"], {*state["tensors"]}
        self.values.copy_(values)
