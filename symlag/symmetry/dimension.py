"""How many solutions a system of determining equations has, before any of them is known.

The unknown functions are power series around a random point, and the equations are expanded there: linear equations
for Taylor coefficients. Let d_k be the dimension of what they leave of the k-jets. Where d_k = d_{k+1}, the derivatives
of order k + 1 follow from the lower ones, so that a solution is known by its k-jet at one point: there are at most d_k.
The functions are not restricted in any way. All is done modulo a prime at a random point: a wrong count needs the zero
of a polynomial to be drawn from 2²⁵⁵ numbers. Ranks can only fall there, so that such a count would be too high, and no
list would be called complete that is not.

Where nothing depends on a variable, shifting it maps solutions to solutions, and its matrix on the jets tells on which
exponentials and on which powers of that variable they depend (`Certificate.shift`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress, pairwise, product
from typing import Any

from symlag.symmetry.determining import System
from symlag.symmetry.residues import Echelon, UnluckyError, Vector, dot, reduced
from symlag.symmetry.series import BITS, Part, by_degree, factorials, monomials, pack, unpack
from symlag.symmetry.specialise import Specialisation

HIGHEST = 9
FIBRES = 1000
HOPELESS = 6
WIDTH = 1 << 10

Terms = dict[tuple[int, tuple[int, ...]], list[Part]]


@dataclass(frozen=True)
class Certificate:
    """The jets of all solutions at one point: `dimension` many, each known by its derivatives up to `order`.

    The equations were expanded up to `degree`.
    """

    system: System
    at: Specialisation
    degree: int
    order: int
    free: tuple[int, ...]
    echelon: Echelon

    @property
    def dimension(self) -> int:
        """The number of independent generators: a boundary term alone, B = e^{−Γ}, is none."""
        return len(self.free) - self.system.moved.count(None)

    def shift(self, variable: Any) -> list[Vector]:
        """The matrix of ∂/∂z on the solutions, for a variable that the system does not depend on."""
        place = self.system.variables.index(variable)
        return [self._shifted(column, place) for column in self.free]

    def _shifted(self, column: int, place: int) -> Vector:
        unknown, alpha = _place(column, len(self.system.variables))
        raised = tuple(a + (i == place) for i, a in enumerate(alpha))
        row = self.echelon.reduce({_column(unknown, raised): 1})
        return [(alpha[place] + 1) * row.get(f, 0) % self.at.prime for f in self.free]


def certify(system: System, at: Specialisation) -> Iterator[Certificate]:
    """Certificates of growing order, each at least as sharp as the one before."""
    at = replace(at, variables=system.variables, known={})
    fibres, echelon = _split(system, at), Echelon(at.prime)
    for degree in range(HIGHEST):
        equations = fibres.expanded(degree)
        for equation in equations:
            for row in _rows(equation, len(system.variables), degree):
                echelon.insert(row)
        yield from _closed(system, at, echelon, degree)


@dataclass(frozen=True)
class Split:
    """Fibres over which the equations are independent at the point, and combinations of them with few terms there."""

    system: System
    at: Specialisation
    chosen: tuple[tuple[int, int], ...]
    mixing: tuple[Vector, ...]

    def expanded(self, order: int) -> list[Terms]:
        """The combined equations as power series around the point."""
        fibres = {fibre for fibre, _ in self.chosen}
        there = {fibre: _terms(self.system, replace(self.at, order=order, fibre=fibre, known={})) for fibre in fibres}
        parts = [there[fibre][i] for fibre, i in self.chosen]
        return _mixed(parts, self.mixing, self.at.prime)


@dataclass(frozen=True)
class Probe:
    """Which equations to expand, how far, and which of their rows tell, to see how many solutions there are."""

    system: System
    fibres: tuple[int, ...]
    degree: int
    telling: tuple[bool, ...]

    def minor(self, at: Specialisation) -> int:
        """A minor of the equations: not zero where there are as few solutions as for almost all parameters."""
        echelon, minor = Echelon(at.prime), 1
        for row in compress(_expansion(self.system, self.fibres, self.degree, at), self.telling):
            minor = minor * (echelon.insert(row) or 1) % at.prime
        return minor


def probe(system: System, at: Specialisation) -> Probe:
    """The probe of the lowest degree that gives the number of solutions at a point, of the rows that tell any."""
    fibres = (*dict.fromkeys(fibre for fibre, _ in _split(system, at).chosen),)
    degree = next((a.degree for a, b in pairwise(certify(system, at)) if a.dimension == b.dimension), HIGHEST)
    echelon = Echelon(at.prime)
    telling = tuple(bool(echelon.insert(row)) for row in _expansion(system, fibres, degree, at))
    return Probe(system, fibres, degree, telling)


def _expansion(system: System, fibres: Sequence[int], highest: int, at: Specialisation) -> Iterator[dict[int, int]]:
    """The rows of all equations over some fibres, degree by degree."""
    for degree, fibre in product(range(highest + 1), fibres):
        for equation in _terms(system, replace(at, order=degree, fibre=fibre, known={})):
            yield from _rows(equation, len(system.variables), degree)


def _split(system: System, at: Specialisation) -> Split:
    """Ever new fibres, until three in a row say nothing new; those without a value are passed over."""
    echelon, chosen, rows, idle = Echelon(at.prime), list[tuple[int, int]](), list[Terms](), 0
    for fibre in range(FIBRES):
        if fibre > HOPELESS and not rows:
            break
        try:
            equations = _terms(system, replace(at, fibre=fibre, known={}))
        except UnluckyError:
            continue
        new = [i for i, equation in enumerate(equations) if echelon.insert(*_rows(equation, len(system.variables), 0))]
        chosen += [(fibre, i) for i in new]
        rows += [equations[i] for i in new]
        idle = 0 if new else idle + 1
        if idle > 2:
            return Split(system, at, tuple(chosen), _mixing(rows, at.prime))
    raise UnluckyError


def _mixing(rows: list[Terms], prime: int) -> tuple[Vector, ...]:
    """The combinations in which the highest derivatives are separated from each other as far as they can be."""
    places = sorted({place for row in rows for place in row}, key=lambda place: (-sum(place[1]), place))
    heads = [[row[place][0].get(0, 0) if place in row else 0 for place in places] for row in rows]
    marked = [[*head, *(int(i == j) for j in range(len(rows)))] for i, head in enumerate(heads)]
    return tuple(row[len(places) :] for row in reduced(marked, prime).values())


def _mixed(parts: list[Terms], mixing: Sequence[Vector], prime: int) -> list[Terms]:
    """The combinations of equations with the given weights."""
    columns: defaultdict[tuple[Any, int, int], Vector] = defaultdict(lambda: [0] * len(parts))
    for row, equation in enumerate(parts):
        for place, series in equation.items():
            for degree, part in enumerate(series):
                for monomial, c in part.items():
                    columns[place, degree, monomial][row] = c
    order = max(degree for _, degree, _ in columns)
    found: list[Terms] = [defaultdict(lambda: [{} for _ in range(order + 1)]) for _ in mixing]
    for (place, degree, monomial), column in columns.items():
        for equation, weights in zip(found, mixing, strict=True):
            if c := dot(weights, column, prime):
                equation[place][degree][monomial] = c
    return found


def _terms(system: System, at: Specialisation) -> list[Terms]:
    return [{place: by_degree(at.value(a), at.order) for place, a in equation.items()} for equation in system.equations]


def _rows(equation: Terms, variables: int, degree: int) -> list[dict[int, int]]:
    """The coefficients of one total degree in an equation, as combinations of Taylor coefficients of the unknowns."""
    rows: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for (unknown, beta), series in equation.items():
        for lower, part in enumerate(series[: degree + 1]):
            columns = _shifted(beta, degree - lower, unknown)
            for monomial, c in part.items():
                for rest, column, factor in columns:
                    row = rows[monomial + rest]
                    row[column] = row.get(column, 0) + c * factor
    return [rows[pack(alpha)] for alpha in monomials(variables, degree)]


@cache
def _shifted(beta: tuple[int, ...], degree: int, unknown: int) -> tuple[tuple[int, int, int], ...]:
    """For each monomial of one degree, the Taylor coefficient whose β-th derivative stands there, and its factor."""
    taken = ((rest, tuple(r + b for r, b in zip(rest, beta, strict=True))) for rest in monomials(len(beta), degree))
    return tuple((pack(rest), _column(unknown, a), factorials(a) // factorials(rest)) for rest, a in taken)


def _closed(system: System, at: Specialisation, echelon: Echelon, degree: int) -> Iterator[Certificate]:
    """The certificate of the lowest order whose jets determine the next, if there is one below the top."""
    free = list[int]()
    for order in range(degree + system.reach + 1):
        new = [c for c in _columns(system, order) if c not in echelon.rows]
        if order and not new:
            yield Certificate(system, at, degree, order - 1, tuple(free), echelon)
            return
        free += new


def _columns(system: System, order: int) -> list[int]:
    alphas = monomials(len(system.variables), order)
    return [_column(unknown, alpha) for alpha in alphas for unknown in range(len(system.moved))]


def _column(unknown: int, alpha: tuple[int, ...]) -> int:
    """The number of a Taylor coefficient; higher orders have higher numbers."""
    return (sum(alpha) * WIDTH + unknown) << BITS * len(alpha) | pack(alpha)


def _place(column: int, variables: int) -> tuple[int, tuple[int, ...]]:
    return (column >> BITS * variables) % WIDTH, unpack(column, variables)
