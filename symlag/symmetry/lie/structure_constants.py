"""The structure constants of an algebra of vector fields, modulo a prime.

[X_i, X_j] = Σ c_ijk X_k is a linear system for the c_ijk: an equation for each component at each random point. The
algebra is closed where it has a solution, which is unique for independent X_k.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.families import rotation
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x, y, z = coordinates("x y z")
>>> table = commutator_table([rotation(y, z), rotation(z, x), rotation(x, y)], ParameterValues.draw((), PRIMES[0]))
>>> table.brackets[1][2] == [table.prime - 1, 0, 0]
True
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, count

from sympy import S, Symbol

from symlag.calculus.jets import t
from symlag.symmetry.lie.commutator_table import CommutatorTable
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, dot, rref
from symlag.symmetry.modular.power_series import BITS, homogeneous_parts
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.generator import Generator


def commutator_table(generators: Sequence[Generator], values: ParameterValues) -> CommutatorTable | None:
    """The brackets of independent generators modulo a prime; None where a bracket leaves their span."""
    n, pairs = len(generators), [*combinations(range(len(generators)), 2)]
    solved = rref(_component_rows(generators, pairs, values), values.prime)
    if any(column >= n for column in solved):
        return None
    table = [[[0] * n for _ in range(n)] for _ in range(n)]
    for number, (i, j) in enumerate(pairs):
        table[i][j] = [solved[k][n + number] for k in range(n)]
        table[j][i] = [-c % values.prime for c in table[i][j]]
    return CommutatorTable(table, values.prime)


def _component_rows(
    generators: Sequence[Generator], pairs: Sequence[tuple[int, int]], values: ParameterValues
) -> list[Vector]:
    """Components of generators and brackets at random points, one more than prove generators independent."""
    variables = (t, *dict.fromkeys(q for X in generators for q in X.components))
    rows, independent = list[Vector](), False
    for point in count():
        try:
            at = Specialization(values.prime, values.numbers, variables, point, order=1)
            fields = [_first_jet(X, variables, at) for X in generators]
        except UnluckyError:
            continue
        brackets = [_bracket(fields[i], fields[j], values.prime) for i, j in pairs]
        rows += [list(row) for row in zip(*([value for value, _ in X] for X in fields), *brackets, strict=True)]
        if independent:
            return rows
        independent = len(rref([row[: len(generators)] for row in rows], values.prime)) == len(generators)
    raise AssertionError


# A vector field at a point: the value of each component, and its slope along each variable.
FirstJet = list[tuple[int, Vector]]


def _first_jet(X: Generator, variables: Sequence[Symbol], at: Specialization) -> FirstJet:
    """The values and the first derivatives of the components of a vector field at a point."""
    jet: FirstJet = []
    for z in variables:
        value, slopes = homogeneous_parts(at.value(X.tau if z == t else X.components.get(z, S.Zero)), 1)
        jet.append((value.get(0, 0), [slopes.get(1 << BITS * place, 0) for place in range(len(variables))]))
    return jet


def _bracket(left: FirstJet, right: FirstJet, prime: int) -> Vector:
    """The components of X∘Y − Y∘X at the point."""
    x, y = [value for value, _ in left], [value for value, _ in right]
    return [(dot(x, dy, prime) - dot(y, dx, prime)) % prime for (_, dx), (_, dy) in zip(left, right, strict=True)]
