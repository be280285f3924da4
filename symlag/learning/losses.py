"""Losses of which only the symmetries, or only the way through the network, are known.

A loss f stands for itself: an unknown function of the parameters or of the network's output. What theory needs of it
are its symmetries, ⟨∇f, ξ⟩ = 0. Either they are declared (`invariant_loss`), or they follow from the outputs that the
loss is a function of (`loss`): what leaves the outputs as they are leaves every loss of them as it is.

>>> from symlag.calculus.jets import block
>>> from symlag.calculus.differential_operators import directional
>>> from symlag.variational.families import general_linear
>>> U, V = block("U", 3, 2), block("V", 4, 2)
>>> directional(loss("f", U * V.T), general_linear(U, V).components)
0
"""

from __future__ import annotations

from sympy import Expr
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.arguments import require_instance
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.matrices import as_sympy, normal, zero_like
from symlag.errors import SymlagError
from symlag.variational.generator import Generator


def loss(name: str, *outputs: Expr | MatrixExpr) -> Unknown:
    """An unknown loss of the outputs of a network.

    Parameters
    ----------
    name : str
        What the loss is called.
    *outputs : Expr or MatrixExpr
        What it is a function of: numbers or matrices in the coordinates.

    Returns
    -------
    Unknown
        f(outputs).

    Raises
    ------
    SymlagError
        Where an output is no SymPy expression.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> loss("f", block("U", 3, 2) * block("V", 4, 2).T)
    f(U*V.T)
    """
    return Unknown(name, [normal(as_sympy("an output of the network", output)) for output in outputs])


def invariant_loss(name: str, *generators: Generator) -> Unknown:
    """An unknown loss of all coordinates that some generators move, invariant under each of them.

    Parameters
    ----------
    name : str
        What the loss is called.
    *generators : Generator
        Symmetries of the loss, which move coordinates and not time.

    Returns
    -------
    Unknown
        f of the coordinates, with ⟨∇f, ξ⟩ = 0 for every generator.

    Raises
    ------
    SymlagError
        Where no coordinate is moved, or time is.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.variational.families import scale
    >>> w = block("w")
    >>> invariant_loss("f", scale(w))
    f(w)
    """
    for X in generators:
        require_instance(f"invariant_loss({name!r}, …) under", X, Generator, "scale(w), for example")
    moved = dict.fromkeys(q for X in generators for q in X.components)
    if not moved or any(X.tau != 0 for X in generators):
        raise SymlagError(
            f"invariant_loss({name!r})",
            "a loss is invariant under moves of coordinates",
            f"invariant_loss({name!r}, scale(w)), for example",
        )
    return Unknown(name, moved, [[X.components.get(q, zero_like(q)) for q in moved] for X in generators])
