"""Charges among each other: which are independent, which commute, and whether they integrate the motion.

The Poisson bracket is {A, B} = A_q·B_p − A_p·B_q in momenta p = ∂L/∂q̇. Its values at random points modulo a prime need
no velocities solved for: with M = ∂p/∂q̇ and W = ∂p/∂q the derivatives are A_p = A_q̇ M⁻¹ and A_q − A_p W.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> L = Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 / 2 + y**2 / 2)
>>> E, J = x.dot**2 + x**2 + y.dot**2 + y**2, x * y.dot - y * x.dot
>>> commute(L, E, J), commute(L, x.dot**2 + x**2, J), independent([E, J, E * J + 1])
(True, False, (x**2 + x.dot**2 + y**2 + y.dot**2, x*y.dot - x.dot*y))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from sympy import Add, Expr, Poly, S

from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.operators import gradient
from symlag.errors import SymlagError
from symlag.symmetry.determining.equations import admit_first_order
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, Vector, dot, null_space, reduced
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation
from symlag.variational.lagrangian import Lagrangian

ATTEMPTS = 300


@dataclass(frozen=True)
class Integrability:
    """As many charges in involution as were found, and how many of all charges are independent."""

    freedoms: int
    family: tuple[Expr, ...]
    independent: int

    @property
    def verdict(self) -> str:
        """What the charges say about the motion."""
        if len(self.family) < self.freedoms:
            return f"{len(self.family)} charges in involution for {self.freedoms} freedoms: not shown to be integrable"
        if self.independent > self.freedoms:
            return f"superintegrable: {self.independent} independent charges, {self.freedoms} of them in involution"
        return f"integrable in the sense of Liouville: {self.freedoms} independent charges in involution"


def independent(charges: Sequence[Any]) -> tuple[Any, ...]:
    """The charges, or laws, less those that are functions of earlier ones."""
    expressions = [getattr(C, "charge", C) for C in charges]
    variables = [t, *jets(*expressions)]
    page, values = next(_values([[gradient(C, z) for z in variables] for C in expressions]))
    kept: list[int] = []
    for i in range(len(charges)):
        if len(reduced([values[k] for k in (*kept, i)], page.prime)) > len(kept):
            kept.append(i)
    return tuple(charges[i] for i in kept)


def generating(charges: Sequence[Expr]) -> list[Expr]:
    """The charges less those that are polynomials in earlier ones, by the degree in velocities.

    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> generating([x.dot, x * y.dot, x.dot * y.dot * x + x.dot**2 + 1, y.dot**2])
    [x.dot, x*y.dot, y.dot**2]
    """
    kept: dict[Expr, int] = {}
    for C in charges:
        table = [*_products(kept, speed(C)), C]
        page, rows = _sampled(table)
        if len(table) - 1 in reduced(rows, page.prime):
            kept[C] = speed(C)
    return [*kept]


def speed(C: Expr) -> int:
    """The degree of a charge in the velocities."""
    return Poly(C, *(jet for jet in jets(C) if jet != jet.root)).total_degree()


def _products(charges: Mapping[Expr, int], highest: int) -> list[Expr]:
    """The products up to a degree in the velocities, of charges of given degrees."""
    found: list[tuple[Expr, int]] = [(S.One, 0)]
    for C, degree in charges.items():
        found = [(P * C**e, n + e * degree) for P, n in found for e in range((highest - n) // degree + 1)]
    return [P for P, _ in found]


def _sampled(expressions: Sequence[Expr]) -> tuple[Page, list[Vector]]:
    """The values of expressions at a few points more than there are expressions, with one draw of the parameters."""
    draws = [*islice(_values([expressions]), len(expressions) + 3)]
    return draws[0][0], [values for _, (values,) in draws]


def commute(L: Lagrangian, A: Any, B: Any) -> bool:
    """Whether the Poisson bracket of two charges of an action of first order vanishes."""
    return all(not any(row) for row in _brackets(L, [getattr(A, "charge", A)], [getattr(B, "charge", B)], 3)[1])


def integrability(L: Lagrangian, charges: Sequence[Expr]) -> Integrability:
    """A family of independent charges in involution among the combinations of the given ones, as large as is found."""
    admit_first_order(L)
    family, pool = list[Expr](), list(charges)
    while pool := [C for C in pool if len(independent([*family, C])) > len(family)]:
        family.append(min(pool, key=lambda C: C.count_ops()))
        pool = _commuting(L, family, charges)
    return Integrability(len(L.coordinates), tuple(family), len(independent(charges)))


def _commuting(L: Lagrangian, family: Sequence[Expr], charges: Sequence[Expr]) -> list[Expr]:
    """The combinations of charges that commute with all of a family."""
    page, rows = _brackets(L, family, charges, len(charges) + 3)
    weights = null_space(rows, page.prime)
    read = [[page.read(c) for c in vector] for vector in weights]
    return [Add(*(c * C for c, C in zip(row, charges, strict=True))) for row in read if None not in row]


def _brackets(L: Lagrangian, family: Sequence[Expr], charges: Sequence[Expr], points: int) -> tuple[Page, list[Vector]]:
    """The brackets of each member of a family with all charges, a row for each member and point."""
    q = L.coordinates
    p = [gradient(L.density, a.dot) for a in q]
    variables = (*q, *(a.dot for a in q))
    rows: list[Vector] = []
    for page, slopes in _values([[gradient(C, z) for z in variables] for C in (*p, *family, *charges)]):
        forms = _canonical(slopes[: len(q)], slopes[len(q) :], page.prime)
        left, right = forms[: len(family)], forms[len(family) :]
        rows += [[_bracket(A, B, page.prime) for B in right] for A in left]
        if len(rows) >= points * len(family):
            return page, rows
    raise AssertionError


def _canonical(p: list[Vector], charges: list[Vector], prime: int) -> list[tuple[Vector, Vector]]:
    """The derivatives by coordinates and by momenta, from those by coordinates and by velocities."""
    n = len(p)
    mass = [[*(row[n + b] for row in p), *(C[n + b] for C in charges)] for b in range(n)]
    solved = reduced(mass, prime)
    if any(a not in solved for a in range(n)):
        raise SymlagError("the Poisson bracket", "the mass matrix is degenerate", "T with every velocity in it")
    pairs: list[tuple[Vector, Vector]] = []
    for i, C in enumerate(charges):
        by_p = [solved[a][n + i] for a in range(n)]
        pairs.append(([(C[b] - dot(by_p, [row[b] for row in p], prime)) % prime for b in range(n)], by_p))
    return pairs


def _bracket(A: tuple[Vector, Vector], B: tuple[Vector, Vector], prime: int) -> int:
    return (dot(A[0], B[1], prime) - dot(A[1], B[0], prime)) % prime


def _values(rows: Sequence[Sequence[Expr]]) -> Iterator[tuple[Page, list[Vector]]]:
    """The values of a table of expressions at ever new points, with one draw of the parameters."""
    free = set().union(*(C.free_symbols for row in rows for C in row)) - {t}
    page, start = _first([s for s in free if not isinstance(s, Jet)], rows)
    for point in count(start):
        try:
            yield page, _table(rows, page, point)
        except UnluckyError:
            continue


def _first(parameters: Sequence[Any], rows: Sequence[Sequence[Expr]]) -> tuple[Page, int]:
    """A draw of parameters, and the first point at which everything has a value."""
    for attempt in range(ATTEMPTS):
        page = Page.of(parameters, PRIMES[attempt % len(PRIMES)], attempt)
        try:
            _table(rows, page, attempt)
        except UnluckyError:
            continue
        return page, attempt
    raise SymlagError("the charges", f"no value of them was found in {ATTEMPTS} draws", "real charges")


def _table(rows: Sequence[Sequence[Expr]], page: Page, point: int) -> list[Vector]:
    there = Specialisation(page.prime, page.values, fibre=point)
    return [[there.value(C) for C in row] for row in rows]
