# What symlag.optimizers.backward_error offers, loaded when it is first asked for.

__all__: list[str]

from .modified_equations import (
    Drift as Drift,
    ModifiedEquation as ModifiedEquation,
    modified_equation as modified_equation,
)
