"""Values of formulas: expressions evaluated by the kernels that symlag makes of them.

>>> from sympy import symbols
>>> eta, decay = symbols("eta lambda", positive=True)
>>> float(evaluate(2 * eta * decay, {"eta": 0.5, "lambda_": 3.0, "beta": 0.9}))
3.0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlag.kernels.array_function import kernel
from symlag.trials.record import kernel_arguments


def evaluate(expressions: Any, known: Mapping[str, Any]) -> Any:
    """The value of an expression, or of a list or mapping of them, from the values of its symbols by name."""
    evaluated = kernel(expressions)
    return evaluated(**kernel_arguments(evaluated, known))
