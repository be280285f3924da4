"""Primitives in one variable, by methods that end soon.

For f(q) a function F with ∂F/∂q = f is sought

1. term by term where f is a polynomial in q;
2. derivative by derivative, where unknown functions occur: a term g ∂_qA has g A in its primitive, and a rest without
   that derivative of A;
3. where f has |u|, sign u or max in it, with u of degree one in q: on either side of u = 0 these are polynomials, and
   the two primitives are joined to a continuous one;
4. for products of polynomials with exp, sin or cos of aq + b by parts; for p(q) R(q)^e with a quadratic R and a
   half-odd e as Q(q) R^m + λ ∫ R^(−1/2);
5. by substitution, where f is h(u) u′ for a function or an argument u that occurs in it;
6. by the heuristic of Risch and Norman (`sympy.integrals.heurisch`), which solves linear equations for the coefficients
   of a guess; it is asked where f is made of few functions of rational functions, so that it ends within a second.

Each is verified by differentiation before it is used. Logarithms are those of absolute values. What is left is a
definite integral (`integrals`), which is differentiated and computed as well. Source: M. Bronstein, *Symbolic
Integration I*, §5.11; K. Geddes, L. Stefanus, *On the Risch–Norman integration method* (1989).

>>> from symlag.calculus.jets import coordinates
>>> from sympy import cos, exp, sin
>>> x, y = coordinates("x y")
>>> primitive(1 / x, x), primitive(Abs(x), x), primitive(exp(sin(x)) * cos(x), x), primitive(exp(sin(x)) * y, x)
(log(Abs(x)), x*Abs(x)/2, exp(sin(x)), y*Integral(exp(sin(_s)), (_s, 0, x)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sympy import (
    Abs,
    Add,
    Derivative,
    Dummy,
    Expr,
    Function,
    Heaviside,
    I,
    Integral,
    Max,
    Min,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    asin,
    cancel,
    cos,
    degree,
    exp,
    expand,
    integrate,
    linsolve,
    log,
    nan,
    sign,
    sin,
    sqrt,
    zoo,
)
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.hyperbolic import InverseHyperbolicFunction
from sympy.functions.elementary.trigonometric import InverseTrigonometricFunction
from sympy.integrals.heurisch import components, heurisch

from symlag.calculus.differentiation_rules import derivative_along
from symlag.calculus.integrals import absolute_in_logarithms, integral_up_to
from symlag.calculus.regions import INFINITE, by_absolute_values, factors_of
from symlag.calculus.zero_test import vanishes

# Functions and symbols of which an integrand may be made, and operations in it, for the heuristic to end soon.
COMPONENTS, OPERATIONS = 6, 90

INVERSE = log, InverseTrigonometricFunction, InverseHyperbolicFunction
CORNERED = Abs, sign, Heaviside, Max, Min
UNKNOWN = AppliedUndef, Derivative, Subs


def primitive(f: Expr, q: Symbol) -> Expr:
    """A function with the derivative f in q, elementary or an integral.

    >>> x, k = Symbol("x", real=True), Symbol("k", positive=True)
    >>> primitive(x**k, x)
    x*x**k/(k + 1)
    """
    parts = [term.as_independent(q, as_Add=False) for term in Add.make_args(f)]
    polynomial = Add(*(c * integrate(part, q) for c, part in parts if part.is_polynomial(q)))
    rest = Add(*(c * part for c, part in parts if not part.is_polynomial(q)))
    return polynomial if rest == 0 else polynomial + (elementary_primitive(rest, q) or _as_integrals(rest, q))


def elementary_primitive(f: Expr, q: Symbol) -> Expr | None:
    """An elementary function with the derivative f in q, or none that was found."""
    for candidate in _candidates(f, q):
        for F in dict.fromkeys((absolute_in_logarithms(candidate), candidate)):
            if not F.has(nan, zoo) and vanishes(derivative_along(F, {q: S.One}, {}) - f):
                return F
    return None


def _candidates(f: Expr, q: Symbol) -> Iterator[Expr]:
    """Primitives that are worth a test, the simplest first."""
    if any(q in node.free_symbols for node in f.atoms(*UNKNOWN)):
        yield from _by_lowering_derivatives(f, q)
        return
    if f.has(Integral):
        return
    if any(q in node.free_symbols for node in f.atoms(*CORNERED)):
        yield from _across_corners(f, q)
        return
    yield from _of_waves(f, q)
    yield from _with_root_of_quadratic(f, q)
    yield from _by_substitution(f, q)
    constant, varying = f.as_independent(q, as_Add=False)
    small = len(components(varying, q)) <= COMPONENTS and varying.count_ops() <= OPERATIONS
    if small and _is_flat(varying, q):
        found = heurisch(varying, q)
        if found is not None:
            yield constant * found


def _by_substitution(f: Expr, q: Symbol) -> Iterator[Expr]:
    """∫ h(u) u′ dq = H(u) for a function u, or an argument of a function, that occurs in f."""
    functions = [node for node in f.atoms(Function, Pow) if node.has(q)]
    arguments = (part for node in functions for part in node.args[:1] if part.has(q) and part != q)
    w = Dummy("w", real=True)
    for u in sorted({*arguments, *(node for node in functions if isinstance(node, Function))}, key=_length):
        h = cancel(f / derivative_along(u, {q: S.One}, {})).subs(u, w)
        if h.has(q):
            continue
        H = w * h if not h.has(w) else elementary_primitive(h, w)
        if H is not None:
            yield H.subs(w, u)


def _length(u: Expr) -> tuple[int, str]:
    """Short ones first."""
    return u.count_ops(), str(u)


def _is_flat(f: Expr, q: Symbol) -> bool:
    """Whether all functions and roots in f are those of rational functions, and not of each other.

    The heuristic takes minutes for exp(cos q) or log(q)·atan(q), and a second at most for what is allowed here.
    """
    nodes = [node for node in f.atoms(Function, Pow) if node.has(q) and not (node.is_Pow and node.exp.is_Integer)]
    inverse = {type(node) for node in nodes if isinstance(node, INVERSE)}
    arguments = [part for node in nodes for part in node.args if part.has(q)]
    return len(inverse) <= 1 and all(part.is_rational_function(q) for part in arguments)


def _as_integrals(f: Expr, q: Symbol) -> Expr:
    """The definite integral of each term with what does not depend on q in front of it."""
    total = S.Zero
    for term in Add.make_args(f):
        constant, varying = term.as_independent(q, as_Add=False)
        total += constant * integral_up_to(varying, q)
    return total


def _by_lowering_derivatives(f: Expr, q: Symbol) -> Iterator[Expr]:
    """The primitive of a function that is linear in the highest derivatives in q of its unknown functions."""
    found, rest = S.Zero, expand(f)
    while tops := sorted((d for d in rest.atoms(Derivative) if q in d.variables), key=lambda d: -_times(d, q)):
        top = tops[0]
        slope = rest.diff(top) if rest.is_polynomial(top) else rest
        if slope.has(top):
            return
        variables = list(top.variables)
        variables.remove(q)
        lower = Derivative(top.expr, *variables) if variables else top.expr
        found += slope * lower
        rest = expand(rest - derivative_along(slope * lower, {q: S.One}, {}))
        if rest.has(top):
            return
    if rest == 0:
        yield found
    elif not any(q in node.free_symbols for node in rest.atoms(*UNKNOWN)):
        yield found + primitive(rest, q)


def _times(derivative: Derivative, q: Symbol) -> int:
    """How often a derivative is one in q."""
    return derivative.variables.count(q)


def _across_corners(f: Expr, q: Symbol) -> Iterator[Expr]:
    """A continuous primitive, joined from those between the corners.

    With S = Π sᵢ a product of signs of uᵢ = cᵢ(q − aᵢ) and F a primitive of g, one of S·g is S·F less, for each i, what
    it jumps by at aᵢ: sᵢ·(Π sⱼ at aᵢ)·F(aᵢ).
    """
    f = by_absolute_values(f)
    signs: dict[Expr, Dummy] = {}

    def sign_of(u: Expr) -> Expr:
        number, factors = factors_of(u)
        total = sign(number)
        for factor, n in factors:
            if n % 2 and not factor.is_nonnegative:
                total *= signs.setdefault(factor, Dummy("s", real=True)) if factor.has(q) else sign(factor)
        return total

    f = f.replace(sign, sign_of).replace(Abs, lambda u: sign_of(u) * u)
    if not signs:
        yield primitive(f, q)
        return
    f = f.replace(_is_power_of(signs.values()), lambda node: node.base ** (node.exp % 2))
    if not all(degree(u, q) == 1 for u in signs if u.is_polynomial(q)) or not all(u.is_polynomial(q) for u in signs):
        return
    total = S.Zero
    for powers, g in Poly(expand(f), *signs.values(), expand=False).terms() if _is_polynomial(f, signs) else [((), f)]:
        factors = [(u, s) for (u, s), n in zip(signs.items(), powers or (0,) * len(signs), strict=True) if n % 2]
        F = primitive(g, q)
        if F.has(Integral):
            return
        total += Mul(*(s for _, s in factors)) * F
        for u, s in factors:
            at = q - u / u.coeff(q, 1)
            others = Mul(*(sign(v.subs(q, expand(at))) for v, other in factors if other != s))
            jump = F.subs(q, expand(at))
            # Where F is infinite at the corner nothing has to be joined.
            total -= S.Zero if jump.has(*INFINITE) else s * others * jump
    yield _with_signs_as_absolute_values(total, signs)


def _is_power_of(signs: Iterable[Dummy]) -> Callable[[Any], bool]:
    """Whether a node is a whole power of a sign, of which the square is 1."""
    known = set(signs)
    return lambda node: isinstance(node, Pow) and node.base in known and node.exp.is_Integer


def _is_polynomial(f: Expr, signs: Mapping[Expr, Dummy]) -> bool:
    return expand(f).is_polynomial(*signs.values())


def _with_signs_as_absolute_values(total: Expr, signs: Mapping[Expr, Dummy]) -> Expr:
    """The expression with |u| for s·u, and for another s with |u|/u where that cancels, or the sign of u."""
    for u, s in signs.items():

        def is_absolute_value(node: Any, product: Expr = s * u) -> bool:
            return isinstance(node, Mul) and expand(node / product).is_number

        def absolute_value(node: Any, product: Expr = s * u, u: Expr = u) -> Expr:
            return expand(node / product) * Abs(u)

        total = total.replace(is_absolute_value, absolute_value)
    by_signs: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(total)):
        rest, product = term.as_independent(*signs.values(), as_Add=False)
        by_signs[product] = by_signs.get(product, S.Zero) + rest
    arguments = {s: u for u, s in signs.items()}
    terms: list[Expr] = []
    for product, rest in by_signs.items():
        quotient = cancel(rest / arguments[product]) if product in arguments else None
        if quotient is not None and quotient.is_polynomial(*arguments[product].free_symbols):
            terms.append(quotient * Abs(arguments[product]))
        else:
            terms.append(rest * product.xreplace({s: sign(u) for s, u in arguments.items()}))
    return Add(*terms)


def _with_root_of_quadratic(f: Expr, q: Symbol) -> Iterator[Expr]:
    """∫ p R^e dq = Q R^m + λ ∫ R^(−1/2) dq with the smaller m of e + 1 and ½, for a quadratic R and a half-odd e."""
    roots = {node for node in f.atoms(Pow) if node.exp.is_Rational and node.exp.q == 2 and node.has(q)}
    if len({node.base for node in roots}) != 1:
        return
    (R,) = {node.base for node in roots}
    if not R.is_polynomial(q) or degree(R, q) != 2:
        return
    r = Dummy("r", positive=True)
    e = Rational(min(int(2 * node.exp) for node in roots), 2)
    p = expand(f.replace(lambda node: node in roots, lambda node: r ** (2 * node.exp)) / r ** (2 * e))
    p = expand(p.replace(lambda node: isinstance(node, Pow) and node.base == r, lambda node: R ** (node.exp / 2)))
    if not p.is_polynomial(q):
        return
    m = min(e + 1, S.Half)
    unknowns = [Dummy(f"c{i}") for i in range(max(degree(p, q), 0) + abs(int(2 * m)) + 2)]
    coefficient = Dummy("lambda")
    Q = Add(*(c * q**i for i, c in enumerate(unknowns)))
    balance = Q.diff(q) * R + m * Q * R.diff(q) + coefficient * R ** (S.Half - m) - p * R ** (e - m + 1)
    solutions = linsolve(Poly(expand(balance), q).coeffs(), *unknowns, coefficient)
    for solution in solutions:
        values = {
            c: value.xreplace(dict.fromkeys(unknowns, S.Zero))
            for c, value in zip((*unknowns, coefficient), solution, strict=True)
        }
        yield Q.xreplace(values) * R**m + values[coefficient] * _of_inverse_root(R, q)


def _of_waves(f: Expr, q: Symbol) -> Iterator[Expr]:
    """∫ p(q) e^{λq} dq = e^{λq} Σ (−1)^k p^(k)/λ^(k+1), its real and imaginary parts for p e^{cq} cos aq and sin aq."""
    total = S.Zero
    for term in Add.make_args(expand(f)):
        p, exponential, waves = S.One, S.One, list[Expr]()
        for factor in Mul.make_args(term):
            if factor.is_polynomial(q):
                p *= factor
            elif isinstance(factor, exp | sin | cos) and _is_affine(factor.args[0], q):
                exponential *= factor if isinstance(factor, exp) else S.One
                waves += [factor] if not isinstance(factor, exp) else []
            else:
                return
        if len(waves) > 1:
            return
        c, a = cancel(exponential.diff(q) / exponential), waves[0].args[0].diff(q) if waves else S.Zero
        series, slope = S.Zero, p
        for k in range(degree(p, q) + 1 if p.has(q) else 1):
            series += (-1) ** k * slope * expand((c - I * a) ** (k + 1)) / (c**2 + a**2) ** (k + 1)
            slope = slope.diff(q)
        real, imaginary = expand(series).coeff(I, 0), expand(series).coeff(I, 1)
        match waves:
            case [cos()]:
                total += exponential * (real * waves[0] - imaginary * sin(waves[0].args[0]))
            case [sin()]:
                total += exponential * (real * waves[0] + imaginary * cos(waves[0].args[0]))
            case _:
                total += exponential * real
    yield total


def _is_affine(u: Expr, q: Symbol) -> bool:
    return u.is_polynomial(q) and degree(u, q) == 1


def _of_inverse_root(R: Expr, q: Symbol) -> Expr:
    """∫ R^(−1/2) dq for a quadratic R."""
    a, b, c = Poly(R, q).all_coeffs()
    if a.is_negative:
        return -asin((2 * a * q + b) / sqrt(b**2 - 4 * a * c)) / sqrt(-a)
    return log(2 * sqrt(a) * sqrt(R) + 2 * a * q + b) / sqrt(a)
