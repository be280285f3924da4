"""What formulas come to: expressions evaluated by the kernels that symlag makes of them.

>>> from sympy import symbols
>>> eta, decay = symbols("eta lambda", positive=True)
>>> float(told(2 * eta * decay, {"eta": 0.5, "lambda_": 3.0, "beta": 0.9}))
3.0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlag.kernels.kernel import kernel
from symlag.trials.record import kernel_arguments


def told(asked: Any, known: Mapping[str, Any]) -> Any:
    """The value of an expression, or of a mapping of them, where all that occurs in it is known by name."""
    made = kernel(asked)
    return made(**kernel_arguments(made, known))
