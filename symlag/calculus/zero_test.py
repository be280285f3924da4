"""Zero testing: whether an expression is identically zero, by proof.

**Definition.** An expression in real symbols is zero if its value is 0 wherever it has one: at points of either sign,
for symbols that are not declared positive, and with principal values of roots and logarithms. So √(xy) − √x√y is not
zero, for it is 2√2 at (−1, −2), and neither is log(x²) − 2 log x, while log(x²) − 2 log|x| is.

**Method.** An expression that is not zero betrays itself almost surely at a random point; only what is zero to thirty
digits at several of them, of either sign, is worth a proof. A proof is a sequence of identities that leads to 0: in the
field of fractions in symbols, functions and roots modulo their relations (`fractions_of_functions`), which hold for
every branch of a root; by expansion; by such identities in each region where the arguments of roots and logarithms keep
their sign (`regions`); SymPy's `simplify` last. An integral over x is zero with its derivative in x, if it is so at one
end. Otherwise traces, integrals and unknown functions stand for themselves, that is,
as independent symbols: expressions in normal form are zero only where they are zero in these.

`vanishes` never says yes without a proof. That it says no may mean that none was found.

>>> from sympy import cos, log, sin, symbols
>>> x = symbols("x")
>>> vanishes(sin(x) ** 2 + cos(x) ** 2 - 1), vanishes(x**2 - x), vanishes(log(x**2) - 2 * log(x))
(True, False, False)
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Derivative,
    Dummy,
    Expr,
    Indexed,
    Integral,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    Trace,
    Tuple,
    cancel,
    expand,
    simplify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.cylinder_functions import as_independent_symbols
from symlag.calculus.decimals import exact
from symlag.calculus.fractions_of_functions import is_zero_fraction
from symlag.calculus.invariant_functions import Partial, Unknown, modulo_invariances
from symlag.calculus.matrix_words import words
from symlag.calculus.regions import at_jumps, depends_on_signs, regions

DIGITS = 30
OPAQUE = Trace, AppliedUndef, Derivative, Subs, Unknown, Partial, Integral

# The signs of all symbols at the first points; at those after them each sign is drawn.
SIGNS = (1, -1)


def vanishes(expression: Any) -> bool:
    """Whether a scalar or matrix expression is identically zero, by proof.

    Parameters
    ----------
    expression : Expr or MatrixExpr or number
        A scalar, or a matrix of any shape, in real symbols.

    Returns
    -------
    bool
        True where it was proved to be zero; False where it is not zero, or no proof was found.

    Examples
    --------
    >>> from sympy import exp, symbols
    >>> x, y = symbols("x y")
    >>> vanishes(exp(x) * exp(y) - exp(x + y)), vanishes(exp(x) - 1)
    (True, False)
    """
    if isinstance(expression, MatrixExpr):
        return all(vanishes(coefficient) for coefficient in words(expression).values())
    if expression == 0:
        return True
    expression = modulo_invariances(S(expression))
    plain, meaning = opaque_as_symbols(expression)
    plain = as_independent_symbols(at_jumps(_real_and_exact(plain)))
    proved = zero_at_random_points(plain) and (
        is_zero_fraction(plain)
        or expand(plain) == 0
        or (depends_on_signs(plain) and all(map(is_zero_fraction, regions(plain))))
        or cancel(plain) == 0
        or simplify(plain) == 0
    )
    return proved or (expression.has(Integral) and _vanishes_with_its_derivative(expression, meaning))


def _vanishes_with_its_derivative(expression: Expr, meaning: Mapping[Expr, Expr]) -> bool:
    """Whether Σ cᵢ ∫_a^x fᵢ ds + r is zero, with cᵢ free of x, for its derivative in x is, and its value at x = a."""
    integrals = {name: node for name, node in meaning.items() if isinstance(node, Integral)}
    for x, start in sorted({(node.limits[0][2], node.limits[0][1]) for node in integrals.values()}, key=str):
        own = {name: node for name, node in integrals.items() if x in node.free_symbols}
        ends = all(node.args[1:] == (Tuple(node.limits[0][0], start, x),) for node in own.values())
        if not x.is_Symbol or not ends or any(node.function.has(x) for node in own.values()):
            continue
        plain = expression.xreplace({node: name for name, node in own.items()})
        slopes = [plain.diff(name) for name in own]
        if any(slope.has(x, *own) for slope in slopes):
            continue
        places = (start,) if start.is_number else (start.subs(x, 1), start.subs(x, -1))
        at_start = [plain.xreplace(dict.fromkeys(own, S.Zero)).subs(x, place) for place in places]
        derivative = plain.diff(x) + Add(
            *(c * own[n].function.subs(own[n].limits[0][0], x) for n, c in zip(own, slopes, strict=True))
        )
        return all(map(vanishes, at_start)) and vanishes(derivative)
    return False


@lru_cache(maxsize=2**8)
def opaque_as_symbols(expression: Expr) -> tuple[Expr, Mapping[Expr, Expr]]:
    """The expression with a symbol for each trace and each unknown function, and what every symbol stands for."""
    # Cached, since the zero test and the normal form both ask for it, and to print what is sorted here takes long.
    sums = {node for node in expression.atoms(Sum) if node.has(Indexed)}
    opaque = sorted(sums | expression.atoms(*OPAQUE, Indexed), key=lambda node: (-len(str(node)), str(node)))
    # A prime is in no name that a user can write.
    names = {node: Symbol(f"s{i}'", real=True, positive=node.is_positive) for i, node in enumerate(opaque)}
    return expression.xreplace(names), {name: node for node, name in names.items()}


def zero_at_random_points(expression: Expr, points: int = 4) -> bool:
    """Whether the expression is zero to thirty digits at random rational points of either sign, where it is defined."""
    random_numbers = random.Random(0)
    for number in range(points):
        point: dict[Any, Expr] = {}
        for symbol in sorted(expression.free_symbols, key=str):
            sign = SIGNS[number] if number < len(SIGNS) else random_numbers.choice(SIGNS)
            sign = 1 if symbol.is_nonnegative else -1 if symbol.is_nonpositive else sign
            if symbol.is_integer:
                point[symbol] = S(sign * random_numbers.randint(2, 9))
            else:
                point[symbol] = sign * Rational(random_numbers.randint(20, 90), random_numbers.randint(31, 67))
        try:
            value = expression.xreplace(point).evalf(DIGITS)
        except (ValueError, TypeError):
            continue  # SymPy refuses the larger of two complex numbers, and their order
        if value.is_number and value.is_finite and abs(value) >= Rational(1, 10 ** (DIGITS // 2)):
            return False
    return True


def _real_and_exact(expression: Expr) -> Expr:
    """The expression with real symbols, and with the rational number that is meant by each decimal."""
    vague = (s for s in expression.free_symbols if isinstance(s, Symbol) and s.is_real is s.is_complex is None)
    real = {s: Dummy(s.name, real=True) for s in vague}
    return exact(expression.xreplace(real) if real else expression)
