"""Losses of which only the symmetries, or only the way through the network, are known.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> invariant_loss("f", scale(w))
f(w)

A loss of a network's output knows its symmetries by itself:

>>> from symlag.variational.families import general_linear
>>> from symlag.calculus.operators import directional
>>> U, V = block("U", 3, 2), block("V", 4, 2)
>>> directional(loss("f", U * V.T), general_linear(U, V).components)
0
"""

from __future__ import annotations

from typing import Any

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.matrices import normal, taken, zero_like
from symlag.calculus.sympy_notation import instance
from symlag.errors import SymlagError
from symlag.variational.generator import Generator


def loss(name: str, *outputs: Any) -> Unknown:
    """An unknown loss of what a network puts out, numbers or matrices in the coordinates."""
    return Unknown(name, [normal(taken("an output of the network", output)) for output in outputs])


def invariant_loss(name: str, *generators: Generator) -> Unknown:
    """An unknown loss f of all coordinates that the generators move, with δ_ξ f = 0 for each of them."""
    for X in generators:
        instance(f"invariant_loss({name!r}, …) under", X, Generator, "scale(w), say")
    moved = dict.fromkeys(q for X in generators for q in X.components)
    if not moved or any(X.tau != 0 for X in generators):
        raise SymlagError(
            f"invariant_loss({name!r})", "a loss is invariant under moves of coordinates", "scale(w), say"
        )
    return Unknown(name, moved, [[X.components.get(q, zero_like(q)) for q in moved] for X in generators])
