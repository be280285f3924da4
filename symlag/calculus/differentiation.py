"""The rules of differentiation, one a kind of node: the one place where symlag differentiates.

A rule is given how to differentiate the parts of its node; what moves, and how fast, is said by the direction alone.
New kinds of node register a rule of their own. The same rules serve forwards, along one direction (`derived`), and
backwards, by all variables at once (`slopes`).

>>> from sympy import Symbol, sin
>>> x, y = Symbol("x"), Symbol("y")
>>> derived(sin(x) ** 2, {x: 1}, {})
2*sin(x)*cos(x)
>>> slopes(y * sin(x), [x, y])
{x: y*cos(x), y: sin(x)}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sympy import (
    Add,
    DiracDelta,
    Dummy,
    Expr,
    Function,
    GreaterThan,
    Inverse,
    LessThan,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    Piecewise,
    Pow,
    S,
    StrictGreaterThan,
    StrictLessThan,
    Trace,
    Transpose,
    ZeroMatrix,
    log,
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


def derived(node: Any, along: Mapping[Any, Any], memo: dict[Any, Any]) -> Any:
    """The derivative of a node along a direction, not yet in normal form; the memo holds what is already known."""
    if node in along:
        return along[node]
    if node not in memo:
        memo[node] = derivative(node, lambda part: derived(part, along, memo))
    return memo[node]


def slopes(expression: Expr, variables: Iterable[Any]) -> dict[Any, Expr]:
    """The partial derivatives by some numbers: all of them together take little longer than one by itself.

    Each part of the expression is given its weight, the derivative of the whole by that part, and hands it down.
    """
    wanted = dict.fromkeys(variables)
    weights = defaultdict[Any, list[Expr]](list, {expression: [S.One]})
    for node, parts in reversed(_descent(expression, wanted).items()):
        weight = Add(*weights[node]) if parts else S.Zero
        for part in parts:
            weights[part].append(_handed_down(node, part, weight))
    return {variable: Add(*weights[variable]) for variable in wanted}


def _descent(expression: Expr, wanted: Mapping[Any, Any]) -> dict[Any, list[Any]]:
    """Every part of an expression with those parts of its own that lead to something wanted; the whole comes last."""
    known: dict[Any, list[Any]] = {}

    def visit(node: Any) -> None:
        if node not in known:
            parts = _parts(node, wanted)
            for part in parts:
                visit(part)
            known[node] = [part for part in parts if known[part] or part in wanted]

    visit(expression)
    return known


def _parts(node: Any, wanted: Mapping[Any, Any]) -> Collection[Any]:
    """What the weight of a node goes to: its arguments, or at once the variables where its rule looks further down."""
    return dict.fromkeys(node.args) if _shallow(node) else node.free_symbols & wanted.keys() - {node}


def _shallow(node: Any) -> bool:
    """Whether the rule of a node asks for the derivatives of its arguments, which are numbers."""
    return isinstance(node, Add | Mul | Pow | Function) and not isinstance(node, Piecewise)


def _handed_down(node: Any, part: Any, weight: Expr) -> Expr:
    """The share of a part in the weight of a node."""
    if isinstance(node, Add):
        return weight
    moved = {part: weight}
    return derivative(node, lambda each: moved.get(each, S.Zero)) if _shallow(node) else derived(node, moved, {})


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
        case Function():
            rates = [(i, rate) for i, rate in enumerate(map(derive, node.args), start=1) if rate != 0]
            return Add(*(rate * node.fdiff(i) for i, rate in rates))
        case Trace():
            return trace(derive(node.arg))
        case _:
            return _derivative_by_sympy(node, derive)


def _derivative_of_matrix(node: MatrixExpr, derive: Derive) -> MatrixExpr:
    match node:
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
    """What a branch leaps by where its condition g < 0 ends, as δ(g) times the rate of g; zero where it goes on."""
    branch, condition = node.args[at]
    if not isinstance(condition, INEQUALITIES):
        return S.Zero
    g = condition.lts - condition.gts
    moving = sorted((s for s in g.free_symbols if derive(s) != 0), key=str)
    leap = Piecewise(*node.args[at + 1 :]) - branch
    return leap * DiracDelta(g) * derive(g) if moving and not _closes(leap, g, moving[0]) else S.Zero


def _closes(leap: Expr, g: Expr, moving: Any) -> bool:
    """Whether a leap is nothing wherever g is zero."""
    try:
        return all(leap.subs(moving, end) == 0 for end in solve(g, moving))
    except NotImplementedError:
        return False


def _by_product_rule(factors: tuple[Any, ...], derive: Derive) -> Iterator[tuple[Any, ...]]:
    """The factors with one of them differentiated, for each one that moves."""
    for i, factor in enumerate(factors):
        moved = derive(factor)
        if moved != 0 and not isinstance(moved, ZeroMatrix):
            yield (*factors[:i], moved, *factors[i + 1 :])
