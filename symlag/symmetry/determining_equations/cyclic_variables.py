"""Cyclic variables: those whose translations, or whose dilations about a place, map solutions to solutions.

Let every equation Σ a_iα ∂^α f_i = 0 of a system be multiplied by a number where z and the jets are moved along
(α + βz)∂_z, prolonged to jets, and each f_i by a number e^{k_i s}. Then with f also

    e^{k_i s} f_i(z(s)),    dz/ds = α + βz,

is a solution. In the coordinate ρ with (α + βz)∂_z = ∂_ρ, which is z or log(z − c), this is a translation: every
solution is a sum of exponentials, oscillations and powers of ρ, times e^{−k_i ρ} (`cyclic_modes`).

It is so of time where L does not depend on it, or only through a factor e^{ct} (damping written out) or tᶜ; of the
angle of polar coordinates, and of their radius where the potential is a multiple of its square; of x in e^{2x} ẋ²/2.
What α, β and k_i are, linear equations modulo a prime say: with θ = (α + βz)∂_z + β(jets), the condition on each
coefficient is

    θ a_iα = (κ + k_i + β α_z) a_iα,    with one κ for each equation.

>>> from symlag.symmetry.determining_equations.equations import invariance_equations
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> r, theta = coordinates("r theta")
>>> system = invariance_equations(Lagrangian((r.dot**2 + r**2 * theta.dot**2) / 2, r**2))
>>> [cyclic.rho for cyclic in cyclic_variables(system, ParameterValues.draw((), PRIMES[0]))]
[t, log(r), theta]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from sympy import Expr, Symbol, exp, log

from symlag.calculus.jets import Jet, t
from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, null_space, rref
from symlag.symmetry.modular.power_series import constant, homogeneous_parts, pack
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization

# Random points at which the condition is asked, and points tried until so many have a value.
POINTS, ATTEMPTS = 4, 40


@dataclass(frozen=True, eq=False)
class CyclicVariable:
    """A variable z with a field (α + βz)∂_z that maps solutions to solutions, where f_i is multiplied by e^{k_i s}.

    `rho` is the coordinate in which the field is a translation. `shift`, `stretch` and `weights` are the residues of α,
    β and the k_i; `factors` are the e^{−k_i ρ} of those k_i that can be read back.
    """

    variable: Symbol
    rho: Expr
    shift: int
    stretch: int
    weights: Vector
    factors: Mapping[Any, Expr]


def cyclic_variables(system: System, values: ParameterValues) -> list[CyclicVariable]:
    """The cyclic variables of a system, in the order of its variables.

    `UnluckyError` where the equations have no value at too many random points.
    """
    rates = [*_coefficients_and_rates(system, values)]
    found = (_cyclic_variable(system, z, rates, values) for z in system.variables)
    return [cyclic for cyclic in found if cyclic]


# The place of a coefficient (equation, unknown, order in each variable), its value, and its derivatives by symbol with
# the value of the symbol.
_Rate = tuple[int, int, tuple[int, ...], int, dict[Symbol, int], Mapping[Symbol, int]]


def _coefficients_and_rates(system: System, values: ParameterValues) -> Iterator[_Rate]:
    """Every coefficient at random points, with its derivatives by all variables and jets."""
    coefficients = [(e, *place, a) for e, equation in enumerate(system.equations) for place, a in equation.items()]
    free = {s for *_, a in coefficients for s in a.free_symbols if isinstance(s, Jet)}
    symbols = (*system.variables, *sorted(free - set(system.variables), key=str))
    found = 0
    for point in count(1):
        at = Specialization(values.prime, values.numbers, symbols, point, point, order=1)
        try:
            expansions = [homogeneous_parts(at.value(a), 1) for *_, a in coefficients]
        except UnluckyError:
            if point > ATTEMPTS:
                raise
            continue
        numbers = {s: constant(at.value(s)) for s in symbols}
        for (e, i, alpha, _), (value, slopes) in zip(coefficients, expansions, strict=True):
            unit = {s: slopes.get(pack([int(s == other) for other in symbols]), 0) for s in symbols}
            yield e, i, alpha, value.get(0, 0), unit, numbers
        found += 1
        if found == POINTS:
            return


def _cyclic_variable(
    system: System, z: Symbol, expansions: list[_Rate], values: ParameterValues
) -> CyclicVariable | None:
    """The field along z that maps solutions to solutions, a translation if there is one."""
    place, width, prime = system.variables.index(z), len(system.unknowns), values.prime
    rows: list[Vector] = []
    first: dict[int, tuple[int, Vector]] = {}
    for e, i, alpha, value, slopes, numbers in expansions:
        stretched = sum(_weight(s, z) * numbers[s] * slope for s, slope in slopes.items()) - alpha[place] * value
        # The columns are β, α and k of each unknown but the first, whose k is 0: so the reduced solution that leads
        # with α is without β, a translation. The κ of an equation is eliminated by the first row that has it.
        row = [stretched % prime, slopes[z], *[0] * width]
        row[2 + i] = -value % prime
        del row[2]
        if value and e not in first:
            first[e] = pow(value, -1, prime), row
        elif value:
            inverse, other = first[e]
            rows.append([(a - value * inverse * b) % prime for a, b in zip(row, other, strict=True)])
        else:
            rows.append(row)
    fields = rref(null_space(rows, values.prime), values.prime)
    if 1 in fields:
        rho = z
    elif 0 in fields and (rest := values.expression(-fields[0][1] % values.prime)) is not None:
        rho = log(z - rest)
    else:
        return None
    stretch, shift, *field = fields.get(1) or fields[0]
    weights = [0, *field]
    rates = {unknown: values.expression(k) for unknown, k in zip(system.unknowns, weights, strict=True)}
    factors = {unknown: exp(-k * rho) for unknown, k in rates.items() if k is not None}
    return CyclicVariable(z, rho, shift, stretch, weights, factors)


def _weight(symbol: Symbol, z: Symbol) -> int:
    """The power of s by which a symbol is multiplied where z is: d^n q/dt^n by s itself, or by s^{−n} if z is t."""
    if symbol == z:
        return 1
    if not isinstance(symbol, Jet):
        return 0
    if z == t:
        return -sum(symbol.order)
    return int(symbol.root == z)
