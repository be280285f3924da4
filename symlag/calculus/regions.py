"""Regions where the arguments of roots, logarithms and absolute values keep their sign, and real functions there.

**Theorem.** Let u = c Π fᵢ^nᵢ with real factors fᵢ of constant sign σᵢ on a region, σ the sign of u there, and
pᵢ = σᵢfᵢ > 0. With principal values, in that region

    |u| = |c| Π pᵢ^nᵢ,    sign u = σ,    u^e = |c|^e Π pᵢ^(e·nᵢ) · σ^e,    log u = log|c| + Σ nᵢ log pᵢ + log σ,

where (−1)^e = e^{iπe} and log(−1) = iπ. So on each region an expression is an analytic function of positive numbers, in
which the laws of powers and of logarithms hold without exception. An identity that holds on each of the finitely many
regions holds wherever the factors are not zero, and nowhere else is it claimed.

Of even powers, the sign is not needed: these come out of a root as |f| (`with_absolute_values`), which is the form in
which symlag keeps roots of perfect squares.

>>> from sympy import log, sqrt
>>> x, y = Symbol("x", real=True), Symbol("y", real=True)
>>> [*regions(sqrt(x) * sqrt(x**3) / x**2)]
[-1, 1]
>>> with_absolute_values(sqrt(x**2 + 2*x*y + y**2) + log(x**2))
2*log(Abs(x)) + Abs(x + y)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sympy import (
    Abs,
    Add,
    DiracDelta,
    Dummy,
    Eq,
    Expr,
    Heaviside,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    PolynomialError,
    Pow,
    S,
    Symbol,
    expand,
    factor_list,
    fraction,
    limit,
    log,
    nan,
    oo,
    sign,
    together,
    zoo,
)
from sympy.core.relational import Relational

from symlag.calculus.jets import jets

# With more factors of unknown sign than these there are too many regions to look at each.
FACTORS = 6

INFINITE = nan, zoo, oo, -oo

# u as c and the pairs (f, n) of u = c Π fⁿ.
Factors = tuple[Expr, tuple[tuple[Expr, int], ...]]


class UndeterminedSignError(ArithmeticError):
    """A factor of which the sign is not known yet."""

    def __init__(self, factor: Expr) -> None:
        super().__init__(str(factor))
        self.factor = factor


def regions(expression: Expr) -> Iterator[Expr]:
    """The expression on each region, in roots and logarithms of positive numbers.

    Itself where there are too many regions.
    """
    waiting: list[tuple[Expr, frozenset[Expr]]] = [(by_absolute_values(expression), frozenset())]
    while waiting:
        whole, positive = waiting.pop()
        try:
            yield _on_region(whole, positive)
        except UndeterminedSignError as undetermined:
            f = undetermined.factor
            if len(positive) == FACTORS:
                yield expression
                continue
            for s in (S.One, S.NegativeOne):
                # A symbol becomes a positive one, so that SymPy knows the signs of what is made of it.
                known = {f: s * Dummy(f"{f}", positive=True)} if isinstance(f, Symbol) else {}
                signs = {expand(p.xreplace(known)) for p in (*positive, s * f)}
                waiting.append((whole.xreplace(known), frozenset(signs)))


def depends_on_signs(expression: Expr) -> bool:
    """Whether there are roots, logarithms, absolute values or other functions of signs in it."""
    return expression.has(Heaviside, Max, Min, Piecewise) or any(map(_is_signed, expression.atoms(Pow, log, Abs, sign)))


def with_absolute_values(expression: Expr) -> Expr:
    """The expression with even powers taken out of roots and logarithms, √(u²v) = |u|√v and log(u²v) = 2log|u| + log v.

    >>> from sympy import sqrt
    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> with_absolute_values(1 / sqrt(x**4 + 2*x**2*y**2 + y**4)), with_absolute_values(sqrt(x**2 + y**2))
    (1/(x**2 + y**2), sqrt(x**2 + y**2))
    """
    if not any(_is_signed(node) and isinstance(node, Pow | log) for node in expression.atoms(Pow, log)):
        return expression
    return expression.replace(lambda node: isinstance(node, Pow | log) and _is_signed(node), _without_squares)


def at_jumps(expression: Expr) -> Expr:
    """The expression with f·δ(u) evaluated where u = 0, for a u that is affine in a symbol; none where f is infinite.

    >>> from sympy import DiracDelta
    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> at_jumps(x**2 * DiracDelta(x) + x * DiracDelta(x - y) + DiracDelta(x) / x)
    y*DiracDelta(x - y)
    """
    if not expression.has(DiracDelta):
        return expression
    before: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(expression)):
        jump = next((f for f in Mul.make_args(term) if isinstance(f, DiracDelta) and len(f.args) == 1), S.One)
        before[jump] = before.get(jump, S.Zero) + term / jump
    return Add(*(f if jump == 1 else _at_zero(f, jump.args[0]) * jump for jump, f in before.items()))


def _at_zero(f: Expr, u: Expr) -> Expr:
    """f where u = 0; as it is where u is affine in no symbol, and zero where it is infinite there."""
    for x in sorted(u.free_symbols, key=str):
        slope = u.diff(x)
        if slope.is_number:
            place = expand(x - u / slope)
            value = f.subs(x, place)
            if value.has(*INFINITE):
                value = limit(f, x, place)
            return S.Zero if value.has(*INFINITE) else expand(value)
    return f


def _is_signed(node: Any) -> bool:
    """Whether the value of a node depends on the sign of its first argument by more than a polynomial."""
    if isinstance(node, Pow):
        return not node.exp.is_integer and node.base != S.Exp1 and not node.base.is_number
    return isinstance(node, log | Abs | sign) and not node.args[0].is_number


def _without_squares(node: Any) -> Expr:
    """A root or logarithm with the even powers of factors outside of it."""
    constant, factors = factors_of(node.args[0])
    if all(abs(n) == 1 for _, n in factors):
        return node
    inside, outside = [constant], list[tuple[Expr, int]]()
    for f, n in factors:
        even = n - n % 2 if n > 0 else n + n % 2
        outside.append((f if f.is_nonnegative else Abs(f), even))
        inside.append(f ** (n - even))
    rest = Mul(*inside)
    if isinstance(node, log):
        return Add(*(n * log(f) for f, n in outside), S.Zero if rest == 1 else log(rest))
    return Mul(*(f ** (n * node.exp) for f, n in outside), rest**node.exp)


@lru_cache(maxsize=2**10)
def factors_of(argument: Expr) -> Factors:
    """A real expression as a number times powers of factors without common factors, each with a sign of its own."""
    top, bottom = fraction(together(argument))
    constant, powers = S.One, dict[Expr, int]()
    for part, direction in ((top, 1), (bottom, -1)):
        number, rest = part.as_coeff_Mul()
        for f in Mul.make_args(rest):
            base, n = f.as_base_exp()
            if not n.is_Integer:
                base, n = f, S.One
            factor, pairs = _factor_list(base)
            number *= factor**n
            for g, m in pairs:
                powers[g] = powers.get(g, 0) + direction * int(n) * m
        constant *= number**direction
    return constant, tuple((f, n) for f, n in powers.items() if n)


def _factor_list(base: Expr) -> tuple[Expr, list[tuple[Expr, int]]]:
    """The irreducible factors of a polynomial in its symbols and functions; itself where it is none."""
    if base.is_number:
        return base, []
    if not base.is_Add:
        return S.One, [(base, 1)]
    try:
        constant, pairs = factor_list(base)
    except PolynomialError:
        return S.One, [(base, 1)]
    return constant, [(f, int(m)) for f, m in pairs]


def by_absolute_values(expression: Expr) -> Expr:
    """The expression with absolute values and signs in place of other functions with corners and jumps."""
    expression = expression.replace(Heaviside, lambda u, *_: (1 + sign(u)) / 2)
    for kind in (Max, Min):
        expression = expression.replace(kind, lambda *arguments, kind=kind: largest_or_smallest(kind, arguments))
    return expression


def largest_or_smallest(kind: type, arguments: Sequence[Expr]) -> Expr:
    """max(a, b) = (a + b + |a − b|)/2, and min(a, b) with the other sign."""
    s = S.One if kind is Max else S.NegativeOne
    first, *others = arguments
    for other in others:
        first = (first + other + s * Abs(first - other)) / 2
    return first


def _on_region(expression: Expr, positive: frozenset[Expr]) -> Expr:
    """The expression where some factors are positive; `UndeterminedSignError` with a factor that matters as well."""

    def factor_and_sign(argument: Expr) -> tuple[Expr, list[tuple[Expr, int]], Expr]:
        constant, factors = factors_of(argument)
        total = S.One if constant.is_nonnegative else S.NegativeOne
        parts: list[tuple[Expr, int]] = []
        for f, n in factors:
            s = _sign(f, positive)
            total *= s**n
            parts.append((expand(s * f), n))
        return Abs(constant), parts, total

    def resolved(node: Any) -> Expr:
        size, parts, total = factor_and_sign(node.args[0])
        match node:
            case sign():
                return total
            case Abs():
                return Mul(size, *(p**n for p, n in parts))
            case log():
                return Add(log(size), *(n * log(p) for p, n in parts), log(total))
            case _:
                return Mul(size**node.exp, *(p ** (n * node.exp) for p, n in parts), total**node.exp)

    def branch(node: Any) -> Expr:
        for value, condition in node.args:
            holds = _holds_almost_everywhere(condition)
            if holds is None and isinstance(condition, Relational) and not isinstance(condition, Eq | Ne):
                *_, total = factor_and_sign(condition.gts - condition.lts)
                holds = total == 1
            if holds is None:
                return node
            if holds:
                return value
        return node

    expression = expression.replace(lambda node: isinstance(node, Piecewise), branch)
    return expression.replace(_is_signed, resolved)


def _holds_almost_everywhere(condition: Any) -> bool | None:
    """Whether a condition holds at almost all values of parameters; None where it is not one on these alone.

    SymPy's integrals tell those values apart at which a denominator would be zero.
    """
    if condition in {S.true, S.false}:
        return bool(condition)
    return isinstance(condition, Ne) if isinstance(condition, Eq | Ne) and not jets(condition) else None


def _sign(f: Expr, positive: frozenset[Expr]) -> Expr:
    """The sign of a factor in a region."""
    if f.is_nonnegative or expand(f) in positive:
        return S.One
    if f.is_nonpositive or expand(-f) in positive:
        return S.NegativeOne
    raise UndeterminedSignError(f)
