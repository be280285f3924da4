"""Solutions of determining equations where the Lagrangian has corners: what holds beside a corner, and what across it.

Beside the surface u = 0 a term |u| is u or −u, and its second derivative zero; across it ∂²|u| = 2δ(u)(∂u)². There a
solution satisfies what stands before δ(u) as well, at u = 0. That is linear in the solution, so that from the solutions
beside all corners those across them follow by linear algebra. V = |x| has the symmetries of a constant force on either
side, of which the translation of x does not hold across.

Solutions are independent if they are so on every region between corners: (x + |x|) f and 2x f are the same for x > 0.

>>> from sympy import Abs, S
>>> from symlag.calculus.jets import coordinates
>>> from symlag.symmetry.determining_equations.equations import invariance_equations
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x, y = coordinates("x y")
>>> system = invariance_equations(Lagrangian((x.dot**2 + y.dot**2) / 2, Abs(x)))
>>> translations = [{t: S.Zero, x: S.One, y: S.Zero}, {t: S.Zero, x: S.Zero, y: S.One}]
>>> solutions_across_corners(system, translations, ParameterValues.draw((), PRIMES[0]))
[{t: 0, x: 0, y: 1}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from sympy import Abs, Add, DiracDelta, Expr, Heaviside, Max, Min, Symbol, sign

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.regions import at_jumps
from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.equations import Operator, System
from symlag.symmetry.modular.linear_algebra import DenseEchelon, UnluckyError, Vector, rref
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian

# What has corners or jumps.
CORNERED = Abs, sign, Heaviside, Max, Min, DiracDelta

# Evaluations beyond the number of unknowns, so that nothing vanishes by chance.
SPARE = 3

Solution = Mapping[Any, Expr]


def require_no_jumps(L: Lagrangian) -> None:
    """Refuse a Lagrangian that jumps: where it does, there is an impact, and the action has no symmetry to speak of."""
    if L.density.has(*CORNERED) and any(
        at_jumps(gradient(L.density, jet)).has(DiracDelta) for jet in jets(L.density) if isinstance(jet, Jet)
    ):
        raise SymlagError(
            f"L = {L.density}",
            "it jumps somewhere, which the search for symmetries does not take",
            "Give a continuous Lagrangian.",
        )


def solutions_across_corners(
    system: System, solutions: Sequence[Solution], values: ParameterValues
) -> Sequence[Solution]:
    """The combinations of solutions that hold across corners, independent on the regions between them."""
    coefficients = [a for equation in system.equations for a in equation.values()]
    if not any(f.has(*CORNERED) for f in (*coefficients, *chain(*(s.values() for s in solutions)))):
        return solutions
    kicks = [[_before_delta(equation, system, solution) for equation in system.equations] for solution in solutions]
    if any(kick != 0 for row in kicks for kick in row):
        vectors = _null_vectors(kicks, values)
        solutions = [_combination(vector, solutions, values) for vector in vectors]
    return _independent_beside_corners(solutions, values)


def _before_delta(equation: Operator, system: System, solution: Solution) -> Expr:
    """What an equation has at corners, a symbol for each δ, its other factors evaluated where the corner is."""
    terms: list[Expr] = []
    for (unknown, beta), a in equation.items():
        f = solution[system.unknowns[unknown]]
        for variable, times in zip(system.variables, beta, strict=True):
            for _ in range(times):
                f = gradient(f, variable)
        terms.append(at_jumps(a) * f)
    kicks = (term for term in Add.make_args(at_jumps(Add(*terms))) if term.has(DiracDelta))
    return Add(*kicks).replace(DiracDelta, lambda *u: Symbol(f"delta({u})", real=True))


def _null_vectors(columns: Sequence[Sequence[Expr]], values: ParameterValues) -> list[Vector]:
    """The combinations of columns of expressions that are zero everywhere: at points until one more adds no rank."""
    echelon = DenseEchelon(values.prime)
    for at in _points(values):
        try:
            rows = [*zip(*([at.value(f) for f in column] for column in columns), strict=True)]
        except UnluckyError:
            continue
        if not sum(echelon.insert([*row]) for row in rows):
            null_space = echelon.null_space(len(columns))
            return [x for _, x in sorted(rref(null_space, values.prime).items())]
    raise AssertionError


def _combination(vector: Vector, solutions: Sequence[Solution], values: ParameterValues) -> Solution:
    """A combination of solutions, its weights read back from residues."""
    weights = [values.expression(c) for c in vector]
    return {
        unknown: Add(*(w * solution[unknown] for w, solution in zip(weights, solutions, strict=True) if w))
        for unknown in solutions[0]
    }


def _independent_beside_corners(solutions: Sequence[Solution], values: ParameterValues) -> list[Solution]:
    """The solutions, the shortest first, less those that combine of shorter ones on the region of the first point."""
    shortest = sorted(solutions, key=lambda solution: sum(f.count_ops() for f in solution.values()))
    turns = sorted({u for f in chain(*(s.values() for s in shortest)) for u in _corners(f)}, key=str)
    region, rows = None, list[Vector]()
    for at in _points(values):
        try:
            signs = [at.value(sign(u)) for u in turns]
            found = [[at.value(solution[unknown]) for solution in shortest] for unknown in (shortest or [{}])[0]]
        except UnluckyError:
            continue
        region = signs if region is None else region
        if signs == region:
            rows += found
        if len(rows) > len(shortest) + SPARE or not found:
            return [shortest[i] for i in sorted(rref(rows, values.prime))] if rows else []
    raise AssertionError


def _corners(f: Expr) -> set[Expr]:
    """The u of every |u| and sign u."""
    return {node.args[0] for node in f.atoms(Abs, sign)}


def _points(values: ParameterValues) -> Iterator[Specialization]:
    """Ever new points, with the same values of the parameters."""
    for point in count(1):
        yield Specialization(values.prime, values.numbers, (t,), point, fibre=point)
