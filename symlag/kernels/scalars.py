"""Scalar expressions as straight-line code: what occurs twice is named once, and computed once.

This pass comes last in lowering, when traces have become symbols. It has two stages. *Rewriting* makes parts that are
worth sharing visible as symbols: r = √(x²+y²) in both 1/r and r⁻³; the base of a power that will be multiplied out; the
numbers on the way to the solution of a linear system; and in a product the factor made of parameters alone, which then
is computed once and not once a point. *Naming* counts how often every part occurs, and writes the expressions with a
name for each that occurs twice. (SymPy's `cse` does not see √r and r⁻³ as powers of one part, and knows nothing of what
is constant over a batch.)

>>> x, y, m = Symbol("x", real=True), Symbol("y", real=True), Symbol("m", positive=True)
>>> r = sqrt(x**2 + y**2)
>>> share_subexpressions([m / r**3, 1 / r], {m}, map("s{}".format, range(9)))
([s0 = sqrt(x**2 + y**2)], [m/s0**3, 1/s0])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sympy import (
    Add,
    Dummy,
    Expr,
    Heaviside,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    Tuple,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip
from sympy.logic.boolalg import Boolean

from symlag.calculus.linear_systems import LinearSolution
from symlag.kernels.choices import choices, power_of_numbers


@dataclass(frozen=True)
class Assignment:
    """A number named for later use."""

    name: str
    expression: Expr

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"

    __repr__ = __str__


def share_subexpressions(
    expressions: Sequence[Expr], parameters: Collection[Symbol], fresh: Iterator[str]
) -> tuple[list[Assignment], list[Expr]]:
    """The assignments of common subexpressions, and the expressions in terms of the names.

    `parameters` are the symbols that are the same at all points, `fresh` yields names that nothing else has.
    """
    rewriting = _Rewriting(frozenset(parameters))
    rewritten = [rewriting.rewrite(expression) for expression in expressions]
    naming = _Naming(rewriting.meaning, _occurrences(rewritten, rewriting.meaning), fresh)
    return naming.assignments, [naming.write(expression) for expression in rewritten]


@dataclass
class _Rewriting:
    """Expressions rewritten so that what must have a name is a symbol, and what each of these symbols means.

    Invariant: `meaning` and `symbols` are inverse to one another, and a meaning has no unnamed part of the same kind.
    """

    parameters: frozenset[Symbol]
    meaning: dict[Symbol, Expr] = field(default_factory=dict)
    symbols: dict[Expr, Symbol] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    def rewrite(self, node: Any) -> Any:
        if node.is_Atom:
            return node
        if node not in self.memo:
            definition = _DEFINITIONS.get(node.func)
            if isinstance(node, LinearSolution):
                self._solve(node.matrix, node.right)
            else:
                self.memo[node] = self.rewrite(definition(*node.args)) if definition else self._rebuilt(node)
        return self.memo[node]

    def _solve(self, matrix: Tuple, right: Tuple) -> None:
        """All entries of the solution of a linear system, by elimination with a symbol for every number on the way.

        A symmetric matrix stays so: of M = LDLᵀ one half is computed. A mass matrix is positive, and needs no exchange
        of rows; for others a pivot is taken that is not zero as it is written.
        """
        rows = [[self.rewrite(entry) for entry in row] for row in matrix]
        values = [self.rewrite(entry) for entry in right]
        order, symmetric = list(range(len(values))), all(rows[i][j] == rows[j][i] for i, j in _pairs(len(rows)))
        for k in range(len(rows)):
            i, j = _pivot(rows, k)
            symmetric = symmetric and i == j
            rows[k], rows[i], values[k], values[i] = rows[i], rows[k], values[i], values[k]
            for row in rows:
                row[k], row[j] = row[j], row[k]
            order[k], order[j] = order[j], order[k]
            for i in range(k + 1, len(rows)):
                if rows[i][k] != 0:
                    share = self._named(rows[i][k] / rows[k][k])
                    for j in range(k + 1, len(rows)):
                        mirrored = symmetric and j < i
                        rows[i][j] = rows[j][i] if mirrored else self._named(rows[i][j] - share * rows[k][j])
                    values[i] = self._named(values[i] - share * values[k])
        for k in reversed(range(len(rows))):
            known = Add(*(rows[k][j] * values[j] for j in range(k + 1, len(rows))))
            values[k] = self._named((values[k] - known) / rows[k][k])
        for place, value in zip(order, values, strict=True):
            self.memo[LinearSolution(matrix, right, place)] = value

    def _named(self, expression: Expr) -> Expr:
        """A symbol for an expression that is more than a number or one symbol."""
        return expression if expression.is_number or (-expression).is_Symbol else self._symbol_for(expression)

    def _rebuilt(self, node: Any) -> Any:
        """The node made of rewritten parts, which are worth sharing where it is a power, a sum or a product."""
        rebuilt = node.func(*map(self.rewrite, node.args))
        if isinstance(rebuilt, Pow):
            return self._power(rebuilt.base, rebuilt.exp)
        if isinstance(rebuilt, Add):
            return self._sum(rebuilt)
        return self._product(rebuilt) if isinstance(rebuilt, Mul) else rebuilt

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if not (base.is_number or exponent.is_number):
            return power_of_numbers(base, exponent)
        if base.is_number or not exponent.is_Rational or exponent in {2, -1, S.Half}:
            return base**exponent
        if exponent.q == 2:
            return self._symbol_for(sqrt(base)) ** exponent.p
        return self._symbol_for(base) ** exponent if exponent.is_Integer else base**exponent

    def _product(self, product: Mul) -> Expr:
        """The product with one symbol for its constant factor, the sign of which stays outside."""
        constant, varying = product.as_independent(*(product.free_symbols - self._constants()), as_Add=False)
        if varying == 1 or constant.is_number or (-constant).is_Symbol or constant.is_Symbol:
            return product
        sign = S.NegativeOne if constant.could_extract_minus_sign() else S.One
        return Mul(sign, self._symbol_for(sign * constant), varying)

    def _sum(self, total: Add) -> Expr:
        """The sum with all terms that share their constant factor added before they are multiplied by it."""
        varying = total.free_symbols - self._constants()
        terms_of: dict[Expr, list[Expr]] = {}
        for term in total.args:
            constant, rest = term.as_independent(*varying, as_Add=False)
            number, factor = constant.as_coeff_Mul()
            terms_of.setdefault(factor, []).append(number * rest)
        return Add(*(_signed_product(factor, terms) for factor, terms in terms_of.items()))

    def _constants(self) -> set[Symbol]:
        """The symbols that are the same at all points."""
        return {*self.parameters, *(s for s, e in self.meaning.items() if e.free_symbols <= self.parameters)}

    def _symbol_for(self, expression: Expr) -> Symbol:
        if expression.is_Symbol:
            return expression
        if expression not in self.symbols:
            self.symbols[expression] = Dummy(real=True)
            self.meaning[self.symbols[expression]] = expression
        return self.symbols[expression]


@dataclass
class _Naming:
    """Expressions written with names; `assignments` grows, each using only names that stand before it."""

    meaning: dict[Symbol, Expr]
    occurrences: Counter[Any]
    fresh: Iterator[str]
    assignments: list[Assignment] = field(default_factory=list)
    symbols: dict[Any, Symbol] = field(default_factory=dict)

    def write(self, node: Any) -> Any:
        if node in self.symbols:
            return self.symbols[node]
        if node in self.meaning:
            return self._assign(node, self.write(self.meaning[node]))
        if node.is_Atom:
            return node
        written = node.func(*map(self.write, node.args))
        return self._assign(node, written) if self.occurrences[node] > 1 and _deserves_name(node) else written

    def _assign(self, node: Any, written: Expr) -> Symbol:
        if not written.is_Symbol:
            name = next(self.fresh)
            self.assignments.append(Assignment(name, written))
            written = Symbol(name, real=True)
        self.symbols[node] = written
        return written


def _pairs(n: int) -> Iterator[tuple[int, int]]:
    """The places below the diagonal of a matrix."""
    return ((i, j) for i in range(n) for j in range(i))


def _pivot(rows: Sequence[Sequence[Expr]], k: int) -> tuple[int, int]:
    """The first place of the rest of a matrix, along the diagonal and then anywhere, that is not written as zero."""
    rest = range(k, len(rows))
    places = (*((i, i) for i in rest), *((i, j) for i in rest for j in rest))
    return next(((i, j) for i, j in places if rows[i][j] != 0), (k, k))


def _signed_product(factor: Expr, terms: Sequence[Expr]) -> Expr:
    """A factor times a sum, the sign in front."""
    total = Add(*terms)
    sign = S.NegativeOne if total.could_extract_minus_sign() else S.One
    return Mul(sign, factor, sign * total)


def _occurrences(expressions: Sequence[Any], meaning: dict[Symbol, Expr]) -> Counter[Any]:
    """How often each part is written when every part that occurs again is written by its name."""
    count: Counter[Any] = Counter()
    waiting = list(expressions)
    while waiting:
        node = waiting.pop()
        count[node] += 1
        if count[node] == 1:  # what lies inside of a part is written once, with its first occurrence
            waiting.extend([meaning[node]] if node in meaning else node.args)
    return count


def _deserves_name(node: Any) -> bool:
    """Whether a part may be named: a number or a negated symbol is as short as its name."""
    return isinstance(node, Expr) and not isinstance(node, Boolean) and not node.is_number and not (-node).is_Symbol


def _heaviside(x: Expr, at_zero: Expr = S.Half) -> Expr:
    """Heaviside's step function, by the sign of its argument."""
    if at_zero == S.Half:
        return (1 + sign(x)) / 2
    return Piecewise((S.One, x > 0), (S.Zero, x < 0), (at_zero, True))


def _reciprocal(function: Callable[[Any], Any], x: Expr) -> Expr:
    return 1 / function(x)


# Functions written in terms of others, so that no backend's table needs them.
_DEFINITIONS: dict[Any, Callable[..., Expr]] = {
    Heaviside: _heaviside,
    Piecewise: choices,
    **{f: partial(_reciprocal, g) for f, g in ((sec, cos), (csc, sin), (cot, tan))},
    **{f: partial(_reciprocal, g) for f, g in ((sech, cosh), (csch, sinh), (coth, tanh))},
}
