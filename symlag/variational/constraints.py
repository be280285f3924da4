"""Constraints on the motion, and the forces that hold it to them.

**Definitions.** A constraint is holonomic where it is g(q, t) = 0, and a velocity constraint where it is a·q̇ + b = 0
with a and b functions of q and t. Its row A is ∂g/∂q for the one and a for the other: a move ζ of the path at fixed
time is admissible, or virtual, where A·ζ = 0.

**Theorem** (d'Alembert and Lagrange). Where the forces of the constraints do no work along admissible moves, the motion
obeys E_q + Σ λ_i A_iq = 0 together with the constraints; each multiplier λ_i, a function of time, is the strength of
one force. For holonomic constraints these are the Euler–Lagrange equations of L + Σ λ_i g_i. For velocity constraints
they are not: there the principle of d'Alembert, and not that of Hamilton, is what bodies that roll obey.

Source: Goldstein, Poole and Safko, *Classical Mechanics*, §1.4 and §2.4; Bloch, *Nonholonomic Mechanics and Control*,
§1.3.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> constraint_row(x**2 + y**2 - 1, (x, y)), constraint_row(x.dot - y * y.dot, (x, y))
({x: 2*x, y: 2*y}, {x: 1, y: -y})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from sympy import (
    Dummy,
    Eq,
    Expr,
    Indexed,
    PolynomialError,
    S,
    Symbol,
    Tuple,
    cos,
    fraction,
    groebner,
    reduced,
    sin,
    sqf_part,
    together,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom
from sympy.polys.polytools import parallel_poly_from_expr

from symlag.calculus.arguments import require_number
from symlag.calculus.differential_operators import directional, gradient, scaled, total
from symlag.calculus.jets import Jet, highest_order, jets, t
from symlag.calculus.linear_systems import determinant
from symlag.calculus.matrices import constant
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import opaque_as_symbols, vanishes
from symlag.errors import SymlagError

# Beyond these a Gröbner basis may take longer than anybody waits.
MOST_GENERATORS, MOST_DEGREES = 12, 6
MOST_ROWS = 3  # constraints, the minors of the rows of which are computed


def listed_constraints(written: Any) -> tuple[Any, ...]:
    """Constraints as a tuple: several, one by itself, or none."""
    if isinstance(written, Mapping):
        raise SymlagError(f"constraints = {written}", "it assigns values, and is no equation", "Eq(x, y), for example")
    if written is None:
        return ()
    return tuple(written) if isinstance(written, Iterable) and not isinstance(written, str) else (written,)


def constraint_expression(written: Any) -> Expr:
    """The expression that a constraint sets to zero, whether it was written as one or as an equation."""
    if isinstance(written, bool | BooleanAtom):
        raise SymlagError(f"constraints = ({written},)", "it says nothing of the coordinates", "x**2 + y**2 - 1")
    if isinstance(written, Relational) and not isinstance(written, Eq):
        raise SymlagError(f"the constraint {written}", "it is no equation", "Eq(x, y), for example")
    return require_number("the constraint", written.lhs - written.rhs if isinstance(written, Eq) else written)


def require_constraint(g: Expr, coordinates: Sequence[Any]) -> Expr:
    """The constraint itself; `SymlagError` where it is neither holonomic nor linear in the velocities."""
    order = constraint_order(g, coordinates)
    if not any(jet.root in coordinates for jet in jets(g)):
        raise SymlagError(f"the constraint {g} = 0", "no coordinate occurs in it", "x**2 + y**2 - 1, for example")
    if order > 1:
        raise SymlagError(
            f"the constraint {g} = 0", "it holds accelerations", "a constraint of positions or velocities"
        )
    if order == 1 and any(q.base != (t,) for q in coordinates):
        wrong = "it holds derivatives of fields"
        raise SymlagError(f"the constraint {g} = 0", wrong, "a constraint of the values of the fields")
    if order == 1:
        velocities = [q.dot for q in coordinates]
        slopes = directional(directional(g, _probes(velocities, "a")), _probes(velocities, "b"))
        if not vanishes(slopes):
            raise SymlagError(
                f"the constraint {g} = 0",
                "it is not linear in the velocities, and no principle says which forces would hold it",
                "a constraint of positions, or one that is linear in the velocities such as x.dot - r*theta.dot",
            )
    return g


def constraint_order(g: Expr, coordinates: Iterable[Any]) -> int:
    """The highest order of derivative of the coordinates: 0 for a holonomic constraint, 1 for one of velocities."""
    return max(highest_order(g, of=q) for q in coordinates)


def constraint_row(g: Expr, coordinates: Sequence[Any]) -> dict[Any, Any]:
    """The row A of a constraint: what its force pulls each coordinate with where the multiplier is 1."""
    if constraint_order(g, coordinates):
        return {q: gradient(g, q.dot) for q in coordinates if q.dot in jets(g)}
    return {q: gradient(g, q) for q in coordinates if q in jets(g)}


def work_along(g: Expr, xi: Mapping[Any, Any], tau: Expr = S.Zero) -> Expr:
    """A·ζ for ζ = ξ − τq̇, the work of the force of a constraint where the multiplier is 1, on paths that obey it.

    There Aq̇ is known: −∂g/∂t where the constraint is holonomic, which includes given motions, and −b where it is
    a·q̇ + b = 0.
    """
    if not constraint_order(g, xi):
        along = {jet: scaled(tau, jet.dot) for jet in jets(g) if jet.root not in xi} if tau != 0 else {}
        return directional(g, {**along, **xi, t: tau})
    rest = g - directional(g, {q.dot: q.dot for q in xi})
    return directional(g, {q.dot: move for q, move in xi.items()}) + tau * rest


def relations(constraints: Iterable[Expr], coordinates: Sequence[Any]) -> list[Expr]:
    """What is zero on the constrained motion: every constraint, and the rate of a holonomic one."""
    zero = [(g, of_velocities(g, coordinates)) for g in constraints]
    return list(dict.fromkeys(each for pair in zero for each in pair))


def of_velocities(g: Expr, coordinates: Iterable[Any]) -> Expr:
    """The constraint as one of velocities, Aq̇ + b: the rate of a holonomic one."""
    return g if constraint_order(g, coordinates) else normal_form(total(g))


def vanishes_where(expression: Expr, zero: Sequence[Expr]) -> bool:
    """Whether an expression is proved to vanish wherever others do.

    That it says no may mean that the search for a proof was too long.
    """
    return reduced_where(expression, zero) == 0


def reduced_where(expression: Expr, zero: Sequence[Expr]) -> Expr:
    """What is left of an expression wherever others vanish: 0 where that is proved, else the shorter of two forms.

    The proof is that its numerator is in the ideal of their numerators, all of them polynomials in symbols, functions
    and traces; sin² + cos² − 1 is in that ideal.
    """
    if not zero or vanishes(expression):
        return normal_form(expression)
    named, meaning = opaque_as_symbols(Tuple(expression, *zero))
    (numerator, denominator), *others = (fraction(together(e)) for e in named)
    equations = [top for top, _ in others]
    circles = {f.args[0] for e in (numerator, *equations) for f in e.atoms(sin, cos)}
    equations += [sin(angle) ** 2 + cos(angle) ** 2 - 1 for angle in sorted(circles, key=str)]
    try:
        # Parameters are numbers: what they multiply is what has to vanish.
        found = parallel_poly_from_expr([numerator, *equations])[1].gens
        names = {g: g if g.is_Symbol else Dummy() for g in found if g in meaning or jets(g) or g.has(t)}
        named_tops = [top.xreplace(names) for top in (numerator, *equations)]
        claim, *ideal = parallel_poly_from_expr(named_tops, *names.values(), order="grevlex", field=True)[0]
    except PolynomialError:
        return expression
    options = {"order": "grevlex", "domain": claim.domain.get_field()}
    gens, rules = claim.gens, [p.as_expr() for p in ideal]
    left = reduced(claim.as_expr(), rules, *gens, **options)[1]
    degrees = [p.total_degree() for p in (claim, *ideal)]
    soon = len(gens) <= MOST_GENERATORS and max(degrees) <= MOST_DEGREES
    if left == 0 or (soon and groebner(rules, *gens, **options).contains(left)):
        return S.Zero
    shorter = (left.xreplace({name: g for g, name in names.items()}) / denominator).xreplace(meaning)
    return min(normal_form(expression), normal_form(shorter), key=lambda e: e.count_ops())


def depend_where_they_hold(constraints: Sequence[Expr], coordinates: Sequence[Any]) -> bool:
    """Whether the rows of few constraints on numbers are proved to depend on each other wherever all of them hold.

    A single row depends on itself where it vanishes, as the gradient of g² does.
    """
    if not 0 < len(constraints) <= MOST_ROWS:
        return False
    rows = [constraint_row(g, coordinates) for g in constraints]
    columns = list(dict.fromkeys(q for row in rows for q in row))
    # The ideal of g² does not have g in it, which is zero where g² is.
    zero = relations([_squarefree(g) for g in constraints], coordinates)
    minors = (
        determinant([[row.get(q, S.Zero) for q in chosen] for row in rows])
        for chosen in combinations(columns, len(rows))
    )
    return all(vanishes_where(minor, zero) for minor in minors)


def _squarefree(g: Expr) -> Expr:
    try:
        return sqf_part(fraction(together(g))[0])
    except PolynomialError:
        return g


def multiplier_names(count: int, base: tuple[Symbol, ...], *expressions: Any) -> tuple[Jet, ...]:
    """A multiplier for each constraint, over the variables of the base, named lambda_1 and so on.

    Where that is taken, they are named after another Greek letter.
    """
    taken = {jet.stem for jet in jets(*expressions)}
    for e in expressions:
        taken |= {s.name for s in e.free_symbols if not isinstance(s, Indexed)}
        taken |= {f.func.__name__ for f in e.atoms(AppliedUndef)}
    for letter in ("lambda", "mu", "kappa", "nu", "multiplier"):
        names = [f"{letter}_{i}" for i in range(1, count + 1)]
        if not taken.intersection(names):
            return tuple(Jet(name, (0,) * len(base), base) for name in names)
    raise SymlagError(f"{count} constraints", "every name for their multipliers is taken", "other names of parameters")


def _probes(velocities: Iterable[Any], letter: str) -> dict[Any, Any]:
    """A direction in which every velocity moves, by a number or a matrix of its own."""
    return {
        v: constant(f"probe_{letter}_{v.stem}", *v.shape) if hasattr(v, "shape") else Jet(f"probe_{letter}_{v.stem}")
        for v in velocities
    }
