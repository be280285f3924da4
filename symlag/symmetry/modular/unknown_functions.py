"""Unknown functions F(u, v, …) modulo a prime: as Taylor series with random coefficients.

At a point each derivative of F is a random number of its own, so that what holds there holds of almost every F: an
equation that F would have to satisfy, such as F″ = 0, fails. SymPy writes derivatives of F as Derivative or, where an
argument is no symbol, as Subs of one.

>>> from sympy import Function, symbols
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> from symlag.symmetry.modular.specialization import Specialization
>>> x, y = symbols("x y")
>>> F = Function("F")(x**2 + y**2)
>>> at = Specialization(PRIMES[0], variables=(x, y))
>>> at.value(y * F.diff(x) - x * F.diff(y)), at.value(x * F.diff(x) - y * F.diff(y)) == 0
(0, False)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Derivative, Expr, Subs, Tuple, expand
from sympy.core.function import AppliedUndef

from symlag.symmetry.modular.power_series import Series, constant, factorials, monomials

UNKNOWN = AppliedUndef, Derivative, Subs

# The name of F, how often it is differentiated by each argument, and the arguments.
Taken = tuple[str, tuple[int, ...], tuple[Expr, ...]]


def derivative_of_unknown(node: Any) -> Taken | None:
    """What a node says of an unknown function; None where it is something else.

    >>> from sympy import Function, symbols
    >>> x, y = symbols("x y")
    >>> derivative_of_unknown(Function("F")(x, x * y).diff(y).args[1])
    ('F', (0, 1), (x, x*y))
    """
    if isinstance(node, AppliedUndef):
        return node.func.__name__, (0,) * len(node.args), node.args
    if isinstance(node, Subs):
        inner = derivative_of_unknown(node.expr)
        if inner is None:
            return None
        at = dict(zip(node.variables, node.point, strict=True))
        return inner[0], inner[1], tuple(argument.xreplace(at) for argument in inner[2])
    if isinstance(node, Derivative):
        inner = derivative_of_unknown(node.expr)
        if inner is None:
            return None
        name, orders, arguments = inner
        for variable, times in node.variable_count:
            places = [i for i, argument in enumerate(arguments) if argument.has(variable)]
            if len(places) != 1 or arguments[places[0]] != variable:
                return None
            orders = tuple(n + int(times) * (i == places[0]) for i, n in enumerate(orders))
        return name, orders, arguments
    return None


def unknown_value(taken: Taken, value: Callable[[Any], Any], draw: Callable[..., int], prime: int) -> Any:
    """The value of a derivative of an unknown function: Σ F^{(α+β)}(a) (u − a)^β/β! at the values u = a + … ."""
    name, orders, arguments = taken
    key = Tuple(*map(expand, arguments))
    values = [value(argument) for argument in key]
    degree = max((len(v.parts) - 1 for v in values if isinstance(v, Series)), default=0)
    tails = [v - constant(v) if isinstance(v, Series) else 0 for v in values]
    total: Any = 0
    for n in range(degree + 1):
        for beta in monomials(len(values), n):
            raised = tuple(a + b for a, b in zip(orders, beta, strict=True))
            term: Any = draw(key, f"{name} {raised}") * pow(factorials(beta), -1, prime) % prime
            for tail, times in zip(tails, beta, strict=True):
                for _ in range(times):
                    term = tail * term % prime if isinstance(tail, Series) else 0
            total = term + total
    return total % prime
