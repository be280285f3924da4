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

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from symlag.symmetry.determining.equations import System
from symlag.symmetry.determining.taylor import column, place_of, rows_of, split
from symlag.symmetry.modular.linear_algebra import Echelon, Vector
from symlag.symmetry.modular.power_series import monomials
from symlag.symmetry.modular.specialization import Specialisation

HIGHEST = 9


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
        return [self._shifted(number, place) for number in self.free]

    def _shifted(self, number: int, place: int) -> Vector:
        unknown, alpha = place_of(number, len(self.system.variables))
        raised = tuple(a + (i == place) for i, a in enumerate(alpha))
        row = self.echelon.reduce({column(unknown, raised): 1})
        return [(alpha[place] + 1) * row.get(f, 0) % self.at.prime for f in self.free]


def certify(system: System, at: Specialisation) -> Iterator[Certificate]:
    """Certificates of growing order, each at least as sharp as the one before."""
    at = replace(at, variables=system.variables, known={})
    fibres, echelon = split(system, at), Echelon(at.prime)
    for degree in range(HIGHEST):
        equations = fibres.expanded(degree)
        for equation in equations:
            for row in rows_of(equation, len(system.variables), degree):
                echelon.insert(row)
        yield from _closed(system, at, echelon, degree)


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
    return [column(unknown, alpha) for alpha in alphas for unknown in range(len(system.moved))]
