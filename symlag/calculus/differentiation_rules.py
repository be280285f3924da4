"""The rules of differentiation, one a kind of node: the one place where symlag differentiates.

`derivative` is given a node and how to differentiate its parts: the chain rule. What changes, and how fast, is said by
the direction alone. The same rules serve forwards, along one direction (`derivative_along`), and backwards, by all
variables at once (`partial_derivatives`). Letters of matrix words bring a rule of their own (`LetterKind.derivative`),
and so do the unknown functions (`SelfDifferentiated`).

>>> from sympy import Symbol, sin
>>> x, y = Symbol("x"), Symbol("y")
>>> derivative_along(sin(x) ** 2, {x: 1}, {})
2*sin(x)*cos(x)
>>> partial_derivatives(y * sin(x), [x, y])
{x: y*cos(x), y: sin(x)}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sympy import (
    Add,
    DiracDelta,
    Dummy,
    Expr,
    Function,
    GreaterThan,
    Indexed,
    Integral,
    Inverse,
    LessThan,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Piecewise,
    Pow,
    S,
    StrictGreaterThan,
    StrictLessThan,
    Sum,
    Trace,
    Transpose,
    ZeroMatrix,
    log,
    sign,
    solve,
)
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.letter_kinds import Derive, kind_of
from symlag.calculus.matrices import trace, zero_like

INEQUALITIES = LessThan | StrictLessThan | GreaterThan | StrictGreaterThan


class SelfDifferentiated:
    """A mixin of scalar nodes that know how they are differentiated."""

    def derivative(self, derive: Derive) -> Expr:
        """The derivative, given how to differentiate the parts."""
        raise NotImplementedError


def derivative_along(node: Any, direction: Mapping[Any, Any], memo: dict[Any, Any]) -> Any:
    """The derivative of a node along a direction, not yet in normal form; the memo holds what is already known."""
    if node in direction:
        return direction[node]
    if node not in memo:
        memo[node] = derivative(node, lambda part: derivative_along(part, direction, memo))
    return memo[node]


def partial_derivatives(expression: Expr, variables: Iterable[Any]) -> dict[Any, Expr]:
    """The partial derivatives by numbers, all in one sweep backwards (reverse mode), as fast as one or two.

    The weight of a part is the derivative of the whole by that part. The whole weighs 1, and each node hands its weight
    on to its parts by the chain rule, once all that it is itself a part of have done so.
    """
    wanted = dict.fromkeys(variables)
    weights = defaultdict[Any, list[Expr]](list, {expression: [S.One]})
    for node, parts in reversed(_parts_with_variables(expression, wanted).items()):
        weight = Add(*weights[node]) if parts else S.Zero
        for part in parts:
            direction = {part: weight}
            if isinstance(node, Add):
                share = weight
            elif _has_numbers_as_arguments(node):
                share = derivative(node, lambda each, direction=direction: direction.get(each, S.Zero))
            else:
                share = derivative_along(node, direction, {})
            weights[part].append(share)
    return {variable: Add(*weights[variable]) for variable in wanted}


def _parts_with_variables(expression: Any, wanted: Mapping[Any, Any]) -> dict[Any, list[Any]]:
    """Every node with those of its parts that have a variable in them, parts before what they are part of.

    The parts are the arguments, or at once the variables where the rule of the node looks further down than these.
    """
    known: dict[Any, list[Any]] = {}

    def visit(node: Any) -> None:
        if node not in known:
            numbers = _has_numbers_as_arguments(node)
            parts = dict.fromkeys(node.args) if numbers else node.free_symbols & wanted.keys() - {node}
            for part in parts:
                visit(part)
            known[node] = [part for part in parts if known[part] or part in wanted]

    visit(expression)
    return known


def _has_numbers_as_arguments(node: Any) -> bool:
    """Whether the derivative of a node is one in its arguments, which are numbers."""
    return isinstance(node, Add | Mul | Pow | Function) and not isinstance(node, MatrixExpr | Piecewise)


def derivative(node: Any, derive: Derive) -> Any:
    """The derivative of a node, given how to differentiate its parts."""
    match node:
        case SelfDifferentiated():
            return node.derivative(derive)
        case MatrixExpr():  # before numbers: SymPy's MatAdd and MatMul are an Add and a Mul as well
            return _derivative_of_matrix(node, derive)
        case Add():
            return Add(*(d for d in map(derive, node.args) if d is not S.Zero))
        case Mul():
            return Add(*(Mul(*factors) for factors in _by_product_rule(node.args, derive)))
        case Pow():
            base_rate, exponent_rate = derive(node.base), derive(node.exp)
            of_base = base_rate * node.exp * node.base ** (node.exp - 1)
            return of_base + exponent_rate * log(node.base) * node if exponent_rate != 0 else of_base
        case Piecewise():
            inside = Piecewise(*((derive(branch), condition) for branch, condition in node.args))
            return inside + Add(*(_jump(node, i, derive) for i in range(len(node.args) - 1)))
        case Integral():
            return _leibniz_rule(node, derive)
        case Function():
            rates = [(i, rate) for i, rate in enumerate(map(derive, node.args), start=1) if rate != 0]
            return Add(*(rate * _partial_derivative(node, i) for i, rate in rates))
        case Trace():
            return trace(derive(node.arg))
        case Indexed():
            return S.Zero  # a coefficient a[i] that the direction does not name
        case Sum():
            # Term by term, and what does not depend on the indices drawn out, so that equal sums are written alike.
            rates = Add.make_args(derive(node.function))
            parts = (rate.as_independent(*node.bound_symbols, as_Add=False) for rate in rates if rate != 0)
            return Add(*(outside * Sum(inside, *node.limits) for outside, inside in parts))
        case _:
            return _derivative_by_sympy(node, derive)


def _partial_derivative(node: Function, i: int) -> Expr:
    """The derivative of a function in one argument; of a sign, which SymPy leaves open, a jump by 2."""
    return 2 * DiracDelta(node.args[0]) if isinstance(node, sign) else node.fdiff(i)


def _derivative_of_matrix(node: MatrixExpr, derive: Derive) -> MatrixExpr:
    match node:
        case MatrixSymbol():  # one that the direction does not name
            return zero_like(node)
        case MatAdd():
            return MatAdd(*map(derive, node.args))
        case MatMul():
            return MatAdd(zero_like(node), *(MatMul(*factors) for factors in _by_product_rule(node.args, derive)))
        case MatPow() if node.exp.is_Integer and not isinstance(node, Inverse):
            factor = node.base if node.exp > 0 else Inverse(node.base)
            return derive(MatMul(*[factor] * abs(int(node.exp))))
        case Transpose():
            return Transpose(derive(node.arg))
        case _:
            return kind_of(node).derivative(node, derive)


def _leibniz_rule(node: Integral, derive: Derive) -> Expr:
    """D ∫_a^b f ds = ∫_a^b Df ds + f(b) Db − f(a) Da. A sign as an end is constant: f is singular where it jumps."""
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        return _derivative_by_sympy(node, derive)
    f, ((s, lower, upper),) = node.function, node.limits
    # Term by term, and what does not depend on s drawn out, so that equal integrals are written alike.
    parts = [rate.as_independent(s, as_Add=False) for rate in Add.make_args(derive(f)) if rate != 0]
    numbers = [outside.as_coeff_Mul() for outside, _ in parts]
    terms = [c * Integral(n * part, (s, lower, upper)) for (n, c), (_, part) in zip(numbers, parts, strict=True)]
    for place, orientation in ((upper, 1), (lower, -1)):
        rate = S.Zero if place.has(sign) else derive(place)
        if rate != 0:
            terms.append(orientation * rate * f.subs(s, place))
    return Add(*terms)


def _derivative_by_sympy(node: Any, derive: Derive) -> Expr:
    """The derivative of what has no rule here, by SymPy's partial derivatives.

    They are taken in the arguments where these are numbers, as in Max(x, y), and in the symbols where they are not, as
    in Derivative(f(t), t).
    """
    if not node.args or not all(isinstance(part, Expr) for part in node.args):
        return Add(*(node.diff(s) * derive(s) for s in node.free_symbols - {node} if derive(s) != 0))
    names = {Dummy(real=True): part for part in node.args}
    outside = node.func(*names)
    return Add(*(outside.diff(name).xreplace(names) * derive(part) for name, part in names.items()))


def _jump(node: Piecewise, at: int, derive: Derive) -> Expr:
    """The jump of a branch where its condition g < 0 ends, as δ(g) Dg times it; zero where it is continuous there."""
    branch, condition = node.args[at]
    if not isinstance(condition, INEQUALITIES):
        return S.Zero
    g = condition.lts - condition.gts
    moving = sorted((s for s in g.free_symbols if derive(s) != 0), key=str)
    if not moving:
        return S.Zero
    jump = Piecewise(*node.args[at + 1 :]) - branch
    try:
        continuous = all(jump.subs(moving[0], end) == 0 for end in solve(g, moving[0]))
    except NotImplementedError:
        continuous = False
    return S.Zero if continuous else jump * DiracDelta(g) * derive(g)


def _by_product_rule(factors: tuple[Any, ...], derive: Derive) -> Iterator[tuple[Any, ...]]:
    """The factors with one of them differentiated, for each one that is not constant."""
    for i, factor in enumerate(factors):
        rate = derive(factor)
        if rate != 0 and not isinstance(rate, ZeroMatrix):
            yield (*factors[:i], rate, *factors[i + 1 :])
