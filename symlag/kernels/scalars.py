"""Numbers as straight-line code: what occurs twice is named once.

Three things are named in any case: a square root that is raised to a power, the base of a power that is multiplied out,
and what a product holds of parameters alone, which is then computed once and not once a sample.

>>> x, y, m = Symbol("x", real=True), Symbol("y", real=True), Symbol("m", positive=True)
>>> r = sqrt(x**2 + y**2)
>>> straighten([m / r**3, 1 / r], {m}, map("s{}".format, range(9)))
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
    Rational,
    S,
    Symbol,
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


@dataclass(frozen=True)
class Assignment:
    """A number named for later use."""

    name: str
    expression: Expr

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"

    __repr__ = __str__


def straighten(
    expressions: Sequence[Expr], parameters: Collection[Symbol], fresh: Iterator[str]
) -> tuple[list[Assignment], list[Expr]]:
    """The assignments, and the expressions in terms of what they name."""
    parts = _Parts(frozenset(parameters))
    rewritten = [parts.rewrite(expression) for expression in expressions]
    uses = _uses(rewritten, parts.meaning)
    naming = _Naming(parts.meaning, uses, fresh)
    return naming.steps, [naming.spell(expression) for expression in rewritten]


@dataclass
class _Parts:
    """Expressions rewritten so that what must have a name is a symbol, and what each of these symbols means."""

    parameters: frozenset[Symbol]
    meaning: dict[Symbol, Expr] = field(default_factory=dict)
    symbols: dict[Expr, Symbol] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    def rewrite(self, node: Any) -> Any:
        if node.is_Atom:
            return node
        if node not in self.memo:
            plain = _PLAIN.get(node.func)
            self.memo[node] = self.rewrite(plain(*node.args)) if plain else self._rebuilt(node)
        return self.memo[node]

    def _rebuilt(self, node: Any) -> Any:
        made = node.func(*map(self.rewrite, node.args))
        if isinstance(made, Pow) and made.exp.is_Rational:
            return self._power(made.base, made.exp)
        if isinstance(made, Add):
            return self._sum(made)
        return self._product(made) if isinstance(made, Mul) else made

    def _power(self, base: Expr, exponent: Rational) -> Expr:
        if base.is_number or exponent in {2, -1, S.Half}:
            return base**exponent
        if exponent.q == 2:
            return self._named(sqrt(base)) ** exponent.p
        return self._named(base) ** exponent if exponent.is_Integer else base**exponent

    def _product(self, product: Mul) -> Expr:
        """The product with all that is known before any sample is seen drawn together, its sign aside."""
        still, moving = product.as_independent(*(product.free_symbols - self._still()), as_Add=False)
        if moving == 1 or still.is_number or (-still).is_Symbol or still.is_Symbol:
            return product
        sign = S.NegativeOne if still.could_extract_minus_sign() else S.One
        return Mul(sign, self._named(sign * still), moving)

    def _sum(self, total: Add) -> Expr:
        """The sum with all terms that share their factor of parameters added before they are multiplied by it."""
        moving = total.free_symbols - self._still()
        shares: dict[Expr, list[Expr]] = {}
        for term in total.args:
            still, rest = term.as_independent(*moving, as_Add=False)
            number, share = still.as_coeff_Mul()
            shares.setdefault(share, []).append(number * rest)
        return Add(*(_times(share, terms) for share, terms in shares.items()))

    def _still(self) -> set[Symbol]:
        return {*self.parameters, *(s for s, e in self.meaning.items() if e.free_symbols <= self.parameters)}

    def _named(self, expression: Expr) -> Symbol:
        if expression.is_Symbol:
            return expression
        if expression not in self.symbols:
            self.symbols[expression] = Dummy(real=True)
            self.meaning[self.symbols[expression]] = expression
        return self.symbols[expression]


@dataclass
class _Naming:
    """The expressions spelled with names, step by step."""

    meaning: dict[Symbol, Expr]
    uses: Counter[Any]
    fresh: Iterator[str]
    steps: list[Assignment] = field(default_factory=list)
    named: dict[Any, Symbol] = field(default_factory=dict)

    def spell(self, node: Any) -> Any:
        if node in self.named:
            return self.named[node]
        if node in self.meaning:
            return self._step(node, self.spell(self.meaning[node]))
        if node.is_Atom:
            return node
        spelled = node.func(*map(self.spell, node.args))
        return self._step(node, spelled) if self.uses[node] > 1 and _worth_a_name(node) else spelled

    def _step(self, node: Any, spelled: Expr) -> Symbol:
        if not spelled.is_Symbol:
            name = next(self.fresh)
            self.steps.append(Assignment(name, spelled))
            spelled = Symbol(name, real=True)
        self.named[node] = spelled
        return spelled


def _times(share: Expr, terms: Sequence[Expr]) -> Expr:
    """A factor times a sum, the sign in front."""
    total = Add(*terms)
    sign = S.NegativeOne if total.could_extract_minus_sign() else S.One
    return Mul(sign, share, sign * total)


def _uses(expressions: Sequence[Any], meaning: dict[Symbol, Expr]) -> Counter[Any]:
    """How often each part is written down when every part is written down once."""
    found: Counter[Any] = Counter()
    waiting = list(expressions)
    while waiting:
        node = waiting.pop()
        found[node] += 1
        if found[node] == 1:
            waiting.extend([meaning[node]] if node in meaning else node.args)
    return found


def _worth_a_name(node: Any) -> bool:
    return isinstance(node, Expr) and not isinstance(node, Boolean) and not node.is_number and not (-node).is_Symbol


def _step_function(x: Expr, at_zero: Expr = S.Half) -> Expr:
    if at_zero == S.Half:
        return (1 + sign(x)) / 2
    return Piecewise((S.One, x > 0), (S.Zero, x < 0), (at_zero, True))


def _one_over(function: Callable[[Any], Any], x: Expr) -> Expr:
    return 1 / function(x)


# Functions written in terms of others, so that no backend's table needs them.
_PLAIN: dict[Any, Callable[..., Expr]] = {
    Heaviside: _step_function,
    **{f: partial(_one_over, g) for f, g in ((sec, cos), (csc, sin), (cot, tan))},
    **{f: partial(_one_over, g) for f, g in ((sech, cosh), (csch, sinh), (coth, tanh))},
}
