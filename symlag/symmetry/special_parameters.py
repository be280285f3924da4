"""Special values of a parameter: those at which an action has more symmetries than at others.

The candidates are the values at which the rank of the determining equations may fall: common zeros, at two random
points of expansion, of the pivots as functions of the parameter (`determining_equations.parametric_rank` has the
theorem). They are read back as rational functions of the other parameters, and at each of them the symmetries are
counted and searched anew.

>>> from sympy import symbols
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> c, m, gamma = symbols("c m gamma", positive=True)
>>> L = Lagrangian(m * x.dot**2 / 2, x**4 + c * x**2, damping=gamma)
>>> [(value, algebra.dimension) for value, algebra in special_values(L, c)]
[(gamma**2*m/9, 1)]
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from sympy import Expr, Symbol

from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.analysis import analyse
from symlag.symmetry.determining_equations.equations import System, bessel_hagen_equation, require_first_order
from symlag.symmetry.determining_equations.parametric_rank import parameter_value, rank_drop_candidates
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian

PRIME = PRIMES[0]


def special_values(L: Lagrangian, parameter: Symbol) -> tuple[tuple[Expr, Algebra], ...]:
    """The values of a parameter at which an action has more symmetries than at almost all others.

    Parameters
    ----------
    L : Lagrangian
        An action of first order, whose equations of motion are rational functions of the parameter.
    parameter : Symbol
        A symbol in L that is neither a coordinate nor time.

    Returns
    -------
    tuple of pairs (Expr, Algebra)
        Each special value, in terms of the other parameters, with all symmetries there. Only values that are rational
        functions of the other parameters, with small coefficients, are found.

    Raises
    ------
    SymlagError
        Where L has no such parameter, or one of too high a degree, or is not of first order.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Ovsiannikov, *Group Analysis of Differential Equations*, on group classification; Reid 1991.

    Examples
    --------
    A power law xⁿ has conformal symmetries at n = −2, and those of a linear equation at n = 0, 1, 2.

    >>> from sympy import symbols
    >>> from symlag.calculus.jets import coordinates
    >>> x, n = coordinates("x"), symbols("n")
    >>> [(value, algebra.dimension) for value, algebra in special_values(Lagrangian(x.dot**2 / 2, x**n), n)]
    [(-2, 3), (0, 5), (1, 5), (2, 5)]
    """
    require_first_order(L)
    system = bessel_hagen_equation(L)
    if parameter not in system.parameters:
        raise SymlagError(
            f"special_values(L, {parameter})",
            f"the Lagrangian has no such parameter {parameter}",
            f"Name one of its parameters {', '.join(map(str, system.parameters))}."
            if system.parameters
            else "Give a Lagrangian with a symbol in it that is no coordinate.",
        )
    values = ParameterValues.draw([s for s in system.parameters if s != parameter], PRIME)
    one, other = islice(_candidates(system, values, parameter), 2)
    generic = analyse(system).bound
    special: list[tuple[Expr, Algebra]] = []
    for residue in sorted(one & other):
        value = values.expression(residue)
        if value is None or generic is None:
            continue
        parts = [part.subs({parameter: value}) for part in (L.kinetic, L.potential, L.damping)]
        T, V, damping, *coordinates = map(L.notation.to_functions, (*parts, *L.coordinates))
        try:
            algebra = symmetries(Lagrangian(T, V, coordinates, damping))
        except SymlagError:  # at this value nothing is left that moves
            continue
        if algebra.bound is not None and algebra.bound > generic:
            special.append((value, algebra))
    return tuple(sorted(special, key=lambda pair: str(pair[0])))


def _candidates(system: System, values: ParameterValues, parameter: Symbol) -> Iterator[set[int]]:
    """The candidates at each random point of expansion at which the equations have a value."""
    for point in count():
        numbers = {**values.numbers, parameter: parameter_value(0, PRIME)}
        try:
            yield rank_drop_candidates(system, Specialization(PRIME, numbers, system.variables, point), parameter)
        except UnluckyError:
            continue
