"""How many solutions a system of determining equations has, before any of them is known.

Expand the equations around a random point, up to some degree: linear equations for the Taylor coefficients of the
unknown functions (`taylor`). A Taylor coefficient is free if it does not follow from those of lower order.

Theorem. If no Taylor coefficient of order k + 1 is free, the system has at most as many independent solutions as there
are free Taylor coefficients of order up to k.

Proof. Every derivative of order k + 1 is a linear function of the lower ones, at the point and around it, where ranks
are no lower. So along every curve the k-jet of a solution obeys a linear ordinary differential equation, and is known
from its value at the point, which the free coefficients fix. The unknown functions are not restricted to any form.

Expanding to a higher degree adds integrability conditions, which lower the bound; where two degrees in a row give the
same bound, it is taken (`stable_certificate`). That it is attained is proved by as many solutions in hand, not here.

Everything is computed modulo a prime at a random point. A rank there is never above the true one, so that no bound is
too low, and no list is called complete that is not. A bound is too high only if a random number of 255 bits is a zero
of some polynomial.

Where translations or dilations of a variable z map solutions to solutions (`cyclic_variables`), their matrix on the
jets of solutions tells of which exponentials and powers they consist (`Certificate.translation`, and `cyclic_modes`).

Source: Reid, Eur. J. Appl. Math. 2, 319 (1991), who finds the dimension of a symmetry group without solving its
determining equations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from symlag.symmetry.determining_equations.cyclic_variables import CyclicVariable
from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.determining_equations.taylor import (
    coefficient_rows,
    column,
    independent_fibres,
    taylor_coefficient,
)
from symlag.symmetry.determining_equations.vanishing_derivatives import VanishingDerivatives
from symlag.symmetry.modular.linear_algebra import Echelon, Vector, rref
from symlag.symmetry.modular.power_series import constant
from symlag.symmetry.modular.specialization import Specialization

# The equations are expanded up to this degree, less one.
HIGHEST = 9


@dataclass(frozen=True)
class Certificate:
    """The jets of all solutions at one point, each fixed by the free Taylor coefficients, which are of order up to k.

    The equations were expanded up to `degree`. `free` are the columns of the free Taylor coefficients.
    """

    system: System
    at: Specialization
    degree: int
    free: tuple[int, ...]
    echelon: Echelon
    vanishing: VanishingDerivatives

    @property
    def dimension(self) -> int:
        """The upper bound on independent generators: a boundary term alone, B = e^{−Γ}, is none."""
        return len(self.free) - self.system.unknowns.count(None)

    def boundary_terms(self, solutions: list[Vector]) -> int:
        """How many of the given independent solutions are a boundary term alone, in combinations of them."""
        unknowns = [taylor_coefficient(number, len(self.system.variables))[0] for number in self.free]
        place = [i for i, unknown in enumerate(unknowns) if self.system.unknowns[unknown] is not None]
        return len(solutions) - len(rref(([solution[i] for i in place] for solution in solutions), self.at.prime))

    def translation(self, cyclic: CyclicVariable) -> list[Vector]:
        """The matrix of k_i + (α + βz)∂_z on the solutions: ∂_z c_iα = (α_z + 1) c_{i,α+1_z}, and α + βz is affine."""
        place = self.system.variables.index(cyclic.variable)
        speed = cyclic.shift + cyclic.stretch * constant(self.at.value(cyclic.variable))
        matrix: list[Vector] = []
        for start in self.free:
            unknown, alpha = taylor_coefficient(start, len(self.system.variables))
            raised = tuple(a + (i == place) for i, a in enumerate(alpha))
            number = column(unknown, raised)
            row = {} if number in self.vanishing else self.echelon.reduce({number: 1})
            own = cyclic.weights[unknown] + cyclic.stretch * alpha[place]
            matrix.append(
                [(speed * (alpha[place] + 1) * row.get(f, 0) + own * (f == start)) % self.at.prime for f in self.free]
            )
        return matrix


def certificates(system: System, at: Specialization) -> Iterator[Certificate]:
    """Certificates from expansions of growing degree, each at least as sharp as the one before."""
    at = replace(at, variables=system.variables, cache={})
    fibres, echelon = independent_fibres(system, at), Echelon(at.prime)
    vanishing = VanishingDerivatives.of(system, at)
    for degree in range(HIGHEST):
        for equation in fibres.expanded(degree):
            for row in coefficient_rows(equation, len(system.variables), degree, vanishing.derivative_terms):
                echelon.insert(row)
        free = _free_coefficients(system, echelon, vanishing, degree + system.order)
        if free is not None:
            yield Certificate(system, at, degree, free, echelon, vanishing)


def stable_certificate(system: System, at: Specialization) -> tuple[Certificate, Certificate] | None:
    """The first certificate that expansion to the next degree confirms, and the one that confirms it."""
    return next((pair for pair in pairwise(certificates(system, at)) if pair[0].dimension == pair[1].dimension), None)


def _free_coefficients(
    system: System, echelon: Echelon, vanishing: VanishingDerivatives, highest: int
) -> tuple[int, ...] | None:
    """The free Taylor coefficients below the first order at which none is free; None where there is no such order."""
    free: list[int] = []
    for order in range(highest + 1):
        columns = (column(i, alpha) for i in range(len(system.unknowns)) for alpha in vanishing.remaining(i, order))
        new = [c for c in columns if c not in echelon.rows]
        if order and not new:
            return tuple(free)
        free += new
    return None
