"""What an explicit solution of determining equations is sought as: an ansatz of polynomials in some functions."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr


@dataclass(frozen=True)
class Ansatz:
    """What the coefficients of generators are tried as: polynomials up to a degree in some functions.

    Parameters
    ----------
    degree : int, optional
        The highest total degree; the search goes from degree 1 up to it, until the list is complete. By default up to
        degree 6, as long as there are no more than 360 coefficients, and beyond it as long as there are up to 120.
    functions : tuple of Expr, optional
        The functions of which polynomials are formed, beside time and the coordinates, which always are among them. By
        default the functions that occur in the Lagrangian. `Ansatz(degree=1, functions=())` are affine fields.

    Examples
    --------
    On a sphere the two rotations that are no translation of a coordinate have cos θ/sin θ in them.

    >>> from sympy import cos, sin
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.symmetry.action_symmetries import symmetries
    >>> from symlag.variational.lagrangian import Lagrangian
    >>> theta, phi = coordinates("theta phi")
    >>> sphere = Lagrangian((theta.dot**2 + sin(theta)**2 * phi.dot**2) / 2)
    >>> symmetries(sphere, Ansatz(degree=1, functions=())).verdict
    'at least 2 and at most 4: 2 not found'
    >>> symmetries(sphere, Ansatz(degree=1, functions=(cos(theta) / sin(theta),))).verdict
    '4, complete, proved'
    """

    degree: int | None = None
    functions: tuple[Expr, ...] | None = None


DEFAULT_ANSATZ = Ansatz()
