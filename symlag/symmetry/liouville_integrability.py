"""Charges among each other: which are independent, which commute, and whether they integrate the motion.

The Poisson bracket is {A, B} = A_q·B_p − A_p·B_q in momenta p = ∂L/∂q̇. Charges are in involution where all their
brackets vanish. With n independent charges in involution a motion of n degrees of freedom is integrable (Liouville
1855; Arnold, *Mathematical Methods of Classical Mechanics*, §49), with more independent charges beside these it is
superintegrable.

Brackets are evaluated at random points modulo a prime. This needs no velocities solved for: with M = ∂p/∂q̇ and W =
∂p/∂q the derivatives are A_p = A_q̇ M⁻¹ and A_q − A_p W.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> L = Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 / 2 + y**2 / 2)
>>> E, J = x.dot**2 + x**2 + y.dot**2 + y**2, x * y.dot - y * x.dot
>>> commute(L, E, J), commute(L, x.dot**2 + x**2, J), independent([E, J, E * J + 1])
(True, False, (x**2 + x.dot**2 + y**2 + y.dot**2, x*y.dot - x.dot*y))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeVar

from sympy import Add, Expr, Poly, S, Symbol

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.sympy_notation import Notation
from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.equations import require_first_order
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, Vector, dot, null_space, rref
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

ATTEMPTS = 300

# Points beyond the number of unknowns, so that nothing vanishes by chance.
SPARE = 3

Charge = TypeVar("Charge", bound=Expr | Law)


@dataclass(frozen=True)
class Integrability:
    """What a set of charges says about the integrability of the motion.

    Attributes
    ----------
    degrees_of_freedom : int
        The number n of coordinates.
    in_involution : tuple of Expr
        As many independent charges in involution as were found among combinations of the given ones.
    independent : int
        How many of the given charges are functionally independent.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> L = Lagrangian((x.dot**2 + y.dot**2) / 2)
    >>> integrability(L, [x.dot, y.dot]).verdict
    'integrable in the sense of Liouville: 2 independent charges in involution'
    """

    degrees_of_freedom: int
    in_involution: tuple[Expr, ...]
    independent: int

    @property
    def verdict(self) -> str:
        """What the charges say about the motion, in one sentence."""
        n, commuting = self.degrees_of_freedom, len(self.in_involution)
        if commuting < n:
            return (
                f"{commuting} charge{'' if commuting == 1 else 's'} in involution for {n} degrees of freedom: "
                "not shown to be integrable"
            )
        if self.independent > n:
            return f"superintegrable: {self.independent} independent charges, {n} of them in involution"
        return f"integrable in the sense of Liouville: {n} independent charges in involution"


def independent(charges: Sequence[Charge]) -> tuple[Charge, ...]:
    """The charges less those that are functions of earlier ones.

    Charges are functionally independent where their differentials are linearly independent at a generic point.

    Parameters
    ----------
    charges : sequence of Expr or Law
        Charges in coordinates and velocities, or laws.

    Returns
    -------
    tuple of Expr or Law
        Those that are independent of earlier ones, in the given order.

    Raises
    ------
    SymlagError
        Where the charges have no real value at any of many random points.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> independent([x.dot, y.dot, x.dot**2 + y.dot**2])
    (x.dot, y.dot)
    """
    notation = Notation.reading(*map(_charge, charges))
    expressions = [notation.to_jets(_charge(C)) if notation.functions else _charge(C) for C in charges]
    variables = [t, *jets(*expressions)]
    values, slopes = next(_evaluations([[gradient(C, z) for z in variables] for C in expressions]))
    chosen: list[int] = []
    for i in range(len(charges)):
        if len(rref([slopes[k] for k in (*chosen, i)], values.prime)) > len(chosen):
            chosen.append(i)
    return tuple(charges[i] for i in chosen)


def polynomially_independent(charges: Sequence[Expr]) -> list[Expr]:
    """The charges less those that are polynomials in earlier ones, of at most their own degree in the velocities.

    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> polynomially_independent([x.dot, x * y.dot, x.dot * y.dot * x + x.dot**2 + 1, y.dot**2])
    [x.dot, x*y.dot, y.dot**2]
    """
    degrees: dict[Expr, int] = {}
    for C in charges:
        highest = velocity_degree(C)
        products: list[tuple[Expr, int]] = [(S.One, 0)]
        for factor, degree in degrees.items():
            products = [
                (P * factor**e, n + e * degree) for P, n in products for e in range((highest - n) // degree + 1)
            ]
        table = [*(P for P, _ in products), C]
        draws = [*islice(_evaluations([table]), len(table) + SPARE)]
        # C is a combination of the products just where its column, the last, has no pivot.
        if len(table) - 1 in rref([row for _, (row,) in draws], draws[0][0].prime):
            degrees[C] = highest
    return [*degrees]


def velocity_degree(C: Expr) -> int:
    """The degree of a charge as a polynomial in the velocities."""
    return Poly(C, *(jet for jet in jets(C) if jet != jet.root)).total_degree()


def commute(L: Lagrangian, A: Expr | Law, B: Expr | Law) -> bool:
    """Whether the Poisson bracket of two charges vanishes.

    Parameters
    ----------
    L : Lagrangian
        An action of first order, in which p = ∂L/∂q̇ can be solved for the velocities.
    A, B : Expr or Law
        Charges in coordinates and velocities, or laws.

    Returns
    -------
    bool
        Whether {A, B} = 0, tested at random points modulo a prime of 255 bits.

    Raises
    ------
    SymlagError
        Where the mass matrix is degenerate, or the charges have no real value at any of many random points.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> L = Lagrangian((x.dot**2 + y.dot**2) / 2)
    >>> commute(L, x.dot, y.dot), commute(L, x.dot, x * y.dot - y * x.dot)
    (True, False)
    """
    left, right = (L.notation.to_jets(_charge(C)) for C in (A, B))
    _, rows = _poisson_brackets(L, [left], [right], SPARE)
    return not any(map(any, rows))


def integrability(L: Lagrangian, charges: Sequence[Expr]) -> Integrability:
    """What charges say about the integrability of the motion.

    A family in involution grows by one charge at a time, a combination of the given ones that commutes with all before.
    It may miss a larger family.

    Parameters
    ----------
    L : Lagrangian
        An action of first order.
    charges : sequence of Expr
        Charges in coordinates and velocities, for example those of `integrals(L, 2)`.

    Returns
    -------
    Integrability
        The family that was found, the number of independent charges, and the verdict.

    Raises
    ------
    SymlagError
        Where L is not of first order, its mass matrix is degenerate, or the charges have no real value.

    Examples
    --------
    >>> from sympy import sqrt
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.symmetry.first_integrals import integrals
    >>> x, y = coordinates("x y")
    >>> kepler = Lagrangian((x.dot**2 + y.dot**2) / 2, -1 / sqrt(x**2 + y**2))
    >>> integrability(kepler, integrals(kepler, 2)).verdict
    'superintegrable: 3 independent charges, 2 of them in involution'
    """
    require_first_order(L)
    charges = [L.notation.to_jets(C) for C in charges]
    family, pool = list[Expr](), list(charges)
    while pool := [C for C in pool if len(independent([*family, C])) > len(family)]:
        family.append(min(pool, key=lambda C: C.count_ops()))
        pool = _commuting_combinations(L, family, charges)
    in_involution = tuple(map(L.notation.to_functions, family))
    return Integrability(len(L.coordinates), in_involution, len(independent(charges)))


def _charge(C: Expr | Law) -> Expr:
    return C.charge if isinstance(C, Law) else C


def _commuting_combinations(L: Lagrangian, family: Sequence[Expr], charges: Sequence[Expr]) -> list[Expr]:
    """The combinations of charges that commute with all of a family."""
    values, rows = _poisson_brackets(L, family, charges, len(charges) + SPARE)
    weights = [[values.expression(c) for c in vector] for vector in null_space(rows, values.prime)]
    return [Add(*(c * C for c, C in zip(row, charges, strict=True))) for row in weights if None not in row]


def _poisson_brackets(
    L: Lagrangian, family: Sequence[Expr], charges: Sequence[Expr], points: int
) -> tuple[ParameterValues, list[Vector]]:
    """The brackets of each member of a family with all charges, a row for each member and point."""
    q = L.coordinates
    p = [gradient(L.density, a.dot) for a in q]
    variables = (*q, *(a.dot for a in q))
    rows: list[Vector] = []
    for values, slopes in _evaluations([[gradient(C, z) for z in variables] for C in (*p, *family, *charges)]):
        canonical = _canonical_derivatives(slopes[: len(q)], slopes[len(q) :], values.prime)
        for A_q, A_p in canonical[: len(family)]:
            others = canonical[len(family) :]
            brackets = [dot(A_q, B_p, values.prime) - dot(A_p, B_q, values.prime) for B_q, B_p in others]
            rows.append([bracket % values.prime for bracket in brackets])
        if len(rows) >= points * len(family):
            return values, rows
    raise AssertionError


def _canonical_derivatives(p: list[Vector], charges: list[Vector], prime: int) -> list[tuple[Vector, Vector]]:
    """The derivatives by coordinates and by momenta, from those by coordinates and by velocities."""
    n = len(p)
    mass = [[*(row[n + b] for row in p), *(C[n + b] for C in charges)] for b in range(n)]
    solved = rref(mass, prime)
    if any(a not in solved for a in range(n)):
        raise SymlagError(
            "The Poisson bracket",
            "the mass matrix is degenerate, so that momenta do not determine the velocities",
            "Give a kinetic energy that is quadratic in every velocity.",
        )
    pairs: list[tuple[Vector, Vector]] = []
    for i, C in enumerate(charges):
        by_p = [solved[a][n + i] for a in range(n)]
        pairs.append(([(C[b] - dot(by_p, [row[b] for row in p], prime)) % prime for b in range(n)], by_p))
    return pairs


def _evaluations(rows: Sequence[Sequence[Expr]]) -> Iterator[tuple[ParameterValues, list[Vector]]]:
    """The values of a table of expressions at ever new points, with the same values of the parameters."""
    free: set[Symbol] = set().union(*(C.free_symbols for row in rows for C in row)) - {t}
    parameters = [s for s in free if not isinstance(s, Jet)]
    for attempt in range(ATTEMPTS):
        values = ParameterValues.draw(parameters, PRIMES[attempt % len(PRIMES)], attempt)
        try:
            yield values, _table(rows, values, attempt)
        except UnluckyError:
            continue
        for point in count(attempt + 1):
            try:
                yield values, _table(rows, values, point)
            except UnluckyError:
                continue
    raise SymlagError(
        "The charges",
        f"they have no real value at any of {ATTEMPTS} random points",
        "Give charges that are real somewhere.",
    )


def _table(rows: Sequence[Sequence[Expr]], values: ParameterValues, point: int) -> list[Vector]:
    there = Specialization(values.prime, values.numbers, fibre=point)
    return [[there.value(C) for C in row] for row in rows]
