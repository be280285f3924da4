"""Losses of which only the symmetries are known.

>>> from symlag.generator import scale
>>> from symlag.jet import block
>>> w = block("w")
>>> invariant_loss("f", scale(w))
f(w)
"""

from __future__ import annotations

from symlag.blocks import zero_like
from symlag.errors import SymlagError
from symlag.generator import Generator
from symlag.unknown import Unknown


def invariant_loss(name: str, *generators: Generator) -> Unknown:
    """An unknown loss f of all coordinates that the generators move, with δ_ξ f = 0 for each of them."""
    moved = dict.fromkeys(q for X in generators for q in X.components)
    if not moved or any(X.tau != 0 for X in generators):
        raise SymlagError(
            f"invariant_loss({name!r})", "a loss is invariant under moves of coordinates", "scale(w), say"
        )
    return Unknown(name, moved, [[X.components.get(q, zero_like(q)) for q in moved] for X in generators])
