"""Backward error analysis: the differential equation that the steps of an optimizer solve."""

from symlag.optimizers.backward_error.modified_equation import Drift, ModifiedEquation, modified_equation

__all__ = [
    "Drift",
    "ModifiedEquation",
    "modified_equation",
]
