"""A discrete law as a loop over training steps: each step multiplies the charges by M and adds what feeds them.

An exact law of an optimizer is a recursion Q_{k+1} = M_k Q_k + s_k, with a propagator M of hyper-parameters and a
source s of bilinear forms in gradients and buffers (`symlag.optimizers.exact_law`). Given the charges at the start and
a record of what stands in M and s, the loop yields the charges after every step: the closed sum of the law, for any
schedule. With torch the loop is differentiable through all its steps.

>>> import numpy as np
>>> from symlag.optimizers.exact_law import exact
>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> law = exact(sgd(momentum=0), scale(block("w")))
>>> slopes = np.array([[3.0, 4.0], [0.0, 0.0]])
>>> path = law_loop(law)({"theta_theta": 1.0}, g_w=slopes, eta=[1.0, 0.5], lambda_=[0.0, 1.0])
>>> [float(charges["theta_theta"]) for charges in path]
[26.0, 6.5]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from symlag.kernels.array_function import Kernel, kernel
from symlag.optimizers.exact_law import DiscreteLaw


@dataclass(frozen=True)
class LawLoop:
    """The loop of a discrete law over training steps.

    Attributes
    ----------
    step : Kernel
        Takes the charges by name, and what is measured in a step, to the charges after it.
    charges : tuple of str
        The names of the charges.

    Examples
    --------
    >>> from symlag.optimizers.exact_law import exact
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import scale
    >>> from symlag.calculus.jets import block
    >>> loop = law_loop(exact(sgd(momentum=0), scale(block("w"))))
    >>> loop.charges, loop.step.inputs
    (('theta_theta',), ('g_w', 'eta', 'lambda_', 'theta_theta'))
    """

    step: Kernel
    charges: tuple[str, ...]

    def __call__(self, start: Mapping[str, Any], **record: Any) -> Iterator[Mapping[str, Any]]:
        """The charges after every step.

        Parameters
        ----------
        start : mapping of str to array
            The charges before the first step, by name.
        **record : array_like
            For each name in `step.inputs` that is no charge, its values at all steps: hyper-parameters of shape
            (steps,), letters such as the gradient of shape (steps, …, n), batches standing before the axes of a letter.

        Yields
        ------
        mapping of str to array
            The charges by name.
        """
        charges, measured = start, [name for name in self.step.inputs if name not in self.charges]
        for values in zip(*(record[name] for name in measured), strict=True):
            arguments = {**charges, **dict(zip(measured, values, strict=True))}
            charges = self.step(**{name: arguments[name] for name in self.step.inputs})
            yield charges


def law_loop(law: DiscreteLaw, backend: str = "numpy") -> LawLoop:
    """The loop of an exact law over training steps.

    Parameters
    ----------
    law : DiscreteLaw
        A law of `symlag.exact`.
    backend : str, default "numpy"
        The library that computes: a key of `symlag.kernels.BACKENDS`.

    Returns
    -------
    LawLoop
        Called with the charges at the start and a record, it yields the charges after every step.

    Raises
    ------
    LoweringError
        If there is no such backend, or its library is not installed.

    Examples
    --------
    >>> from symlag.optimizers.exact_law import exact
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import scale
    >>> from symlag.calculus.jets import block
    >>> loop = law_loop(exact(sgd(momentum=0, weight_decay=0), scale(block("w"))))
    >>> [float(charges["theta_theta"]) for charges in loop({"theta_theta": 1.0}, g_w=[[2.0]], eta=[0.5])]
    [2.0]
    """
    symbols = {charge: Symbol(name, real=True) for charge, name in zip(law.charges, law.names, strict=True)}
    after = [law.frame.value(right.xreplace(symbols)) for right in law.equations.values()]
    return LawLoop(kernel(dict(zip(law.names, after, strict=True)), backend), law.names)
