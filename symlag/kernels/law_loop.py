"""The closed sum of a discrete law as a loop: each step carries the charges on by M and adds what feeds them.

>>> import numpy as np
>>> from symlag.optimizers.exact import exact
>>> from symlag.optimizers.library import sgd
>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> law = exact(sgd(momentum=0), scale(block("w")))
>>> slopes = np.array([[3.0, 4.0], [0.0, 0.0]])
>>> path = unrolled(law)({"theta_theta": 1.0}, g_w=slopes, eta=[1.0, 0.5], lambda_=[0.0, 1.0])
>>> [float(charges["theta_theta"]) for charges in path]
[26.0, 6.5]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from symlag.kernels.kernel import Kernel, kernel
from symlag.optimizers.exact import DiscreteLaw


@dataclass(frozen=True)
class Unrolled:
    """The loop of a law; `step` takes the charges by name, and what is measured in a step, to the charges after it."""

    step: Kernel
    charges: tuple[str, ...]

    def __call__(self, start: Mapping[str, Any], **record: Any) -> Iterator[Mapping[str, Any]]:
        """The charges after every step, from those at the start and a record with an entry for each step.

        The record holds the letters in the sources, (steps, …), and the hyper-parameters, (steps,), by the names that
        `step.inputs` tells; batches stand before the axes of a letter.
        """
        charges, fed = start, [name for name in self.step.inputs if name not in self.charges]
        for values in zip(*(record[name] for name in fed), strict=True):
            known = {**charges, **dict(zip(fed, values, strict=True))}
            charges = self.step(**{name: known[name] for name in self.step.inputs})
            yield charges


def unrolled(law: DiscreteLaw, backend: str = "numpy") -> Unrolled:
    """The loop of a law, for any schedule: "numpy", "numba" or "torch", and there differentiable through every step."""
    carried = {charge: Symbol(name, real=True) for charge, name in zip(law.charges, law.names, strict=True)}
    ahead = (law.frame.value(said.xreplace(carried)) for said in law.equations.values())
    return Unrolled(kernel(dict(zip(law.names, ahead, strict=True)), backend), law.names)
