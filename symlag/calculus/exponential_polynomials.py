"""Primitives of exponential polynomials: of sums of products of powers, exponentials, sines and cosines of cq.

**Theorem.** The derivatives of an exponential polynomial f lie in a space W of finite dimension, spanned by products
that occur in them, and f has a primitive in W + qW. For where d/dq has the eigenvalue λ ≠ 0 on W, it can be inverted
there, and where λ = 0 the elements are polynomials, which are raised by one degree. So the primitive follows by linear
algebra (the method of undetermined coefficients).

>>> from sympy import symbols
>>> q, a = symbols("q a", positive=True)
>>> primitive_of_exponential_polynomial(q * exp(a * q) + 2 * cos(a * q), q)
q*exp(a*q)/a + 2*sin(a*q)/a - exp(a*q)/a**2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Add, Dummy, Expr, Pow, S, Symbol, cos, cosh, exp, expand, linsolve, sin, sinh
from sympy.core.function import Function

# More functions than these are not tried.
FUNCTIONS = 40


def primitive_of_exponential_polynomial(f: Expr, q: Symbol) -> Expr | None:
    """∫ f dq by undetermined coefficients; None where f is no exponential polynomial, or a long one."""
    f = expand(f)
    if f == 0:
        return S.Zero
    if not is_exponential_polynomial(f, q) or (functions := closed_under_derivatives([f], q)) is None:
        return None
    unknowns = {(n, w): Dummy() for n in (0, 1) for w in functions}
    P = Add(*(c * q**n * w for (n, w), c in unknowns.items()))
    conditions = [*coefficients_of_functions(expand(P.diff(q) - f), q)]
    for answer in linsolve(conditions, [*unknowns.values()]):
        chosen = dict.fromkeys(unknowns.values(), S.Zero)
        values = [c.xreplace(chosen) for c in answer]
        return Add(*(c * q**n * w for (n, w), c in zip(unknowns, values, strict=True)))
    return None


def is_exponential_polynomial(f: Expr, q: Symbol) -> bool:
    """Whether an expanded expression is a sum of products of powers and exponentials, sines and cosines of cq + d.

    >>> from sympy import symbols
    >>> q = symbols("q")
    >>> is_exponential_polynomial(q * exp(2 * q) * sin(q), q), is_exponential_polynomial(exp(q**2), q)
    (True, False)
    """
    functions = [node for node in f.atoms(Function) if node.has(q)]
    known = all(isinstance(node, exp | sin | cos | sinh | cosh) for node in functions)
    linear = known and not any(node.args[0].diff(q).has(q) for node in functions)
    powers = [node for node in f.atoms(Pow) if node.has(q) and not isinstance(node, exp)]
    return linear and all(node.exp.is_Integer and node.exp.is_positive for node in powers)


def closed_under_derivatives(functions: Iterable[Expr], q: Symbol) -> list[Expr] | None:
    """Products whose combinations some functions of q and all their derivatives are; None where there are many.

    >>> from sympy import symbols
    >>> q = symbols("q")
    >>> closed_under_derivatives([3 * q * cos(2 * q)], q)
    [q*cos(2*q), q*sin(2*q), cos(2*q), sin(2*q)]
    """
    found: dict[Expr, None] = {}
    waiting = [*functions]
    while waiting:
        for term in Add.make_args(expand(waiting.pop(0))):
            function = term.as_independent(q, as_Add=False)[1]
            if term != 0 and function not in found:
                found[function] = None
                waiting.append(function.diff(q))
        if len(found) > FUNCTIONS:
            return None
    return [*found]


def coefficients_of_functions(expression: Expr, q: Symbol) -> Iterator[Expr]:
    """The factors of the different functions of q in an expanded sum."""
    sums: dict[Expr, list[Expr]] = {}
    for term in Add.make_args(expression):
        factor, function = term.as_independent(q, as_Add=False)
        sums.setdefault(function, []).append(factor)
    return (Add(*factors) for factors in sums.values())
