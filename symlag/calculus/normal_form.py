"""The normal form of scalar and matrix expressions, taken once at the end of a step of a derivation.

**Definition.** An expression is in normal form where

1. matrices are sums of words, each word and each trace of a word the first of its class (`matrix_words`);
2. the products that the invariances of unknown functions are solved for do not occur (`invariant_functions`);
3. roots and logarithms have no even powers in them, √(u²) being |u| and log(u²) being 2 log|u| (`regions`);
4. Bessel functions are of neighbouring orders, ν and ν + 1 (`cylinder_functions`);
5. a scalar that is identically zero is 0 (`zero_test`), and any other stands as it was written or expanded, whichever
   has fewer operations. Traces and unknown functions count as symbols in this.

They are done in this order: to write words in one way makes equal products equal, which the invariances are solved
for; what is left decides on zero. Each leaves standing what those before it did, so that the normal form of a
normal form is the same expression. An expression in normal form needs no further test for zero than `== 0`.

>>> from symlag.calculus.invariant_functions import Unknown
>>> from symlag.calculus.jets import block
>>> from symlag.calculus.matrices import inner
>>> U, V = block("U", 3, 2), block("V", 4, 2)
>>> f = Unknown("f", [U, V], [[U, -V]])
>>> normal_form(inner(U, f.gradients[0]) - inner(f.gradients[1], V))
0
"""

from __future__ import annotations

from math import comb, prod
from typing import Any

from sympy import Add, Expr, Mul, Pow, S, cancel, expand, factor
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.cylinder_functions import in_neighbouring_orders
from symlag.calculus.invariant_functions import Unknown, modulo_invariances
from symlag.calculus.matrices import normal
from symlag.calculus.matrix_words import words
from symlag.calculus.regions import at_jumps, with_absolute_values
from symlag.calculus.zero_test import opaque_as_symbols, vanishes


def normal_form(expression: Any) -> Any:
    """The normal form of a scalar or matrix expression, as the head of this module defines it.

    >>> from sympy import symbols
    >>> x, y = symbols("x y")
    >>> normal_form(x * (x + y) - x * y), normal_form((x + y) ** 5), normal_form((x + y) ** 2 - x**2 - 2 * x * y - y**2)
    (x**2, (x + y)**5, 0)
    """
    expression = expression if isinstance(expression, MatrixExpr) else S(expression)
    if expression.has(MatrixExpr, Unknown):
        expression = modulo_invariances(normal(expression))
    if isinstance(expression, MatrixExpr):
        return expression
    expression = in_neighbouring_orders(expression)
    if vanishes(expression):
        return S.Zero
    plain, meaning = opaque_as_symbols(at_jumps(with_absolute_values(expression)))
    forms = (expand(plain), plain) if number_of_terms(plain) <= TERMS else (plain,)
    return min(forms, key=lambda e: (e.count_ops(), str(e))).xreplace(meaning)


# What expands into more terms, or into huge coefficients, stays as it was written: it is shorter.
TERMS, POWER = 20_000, 500


def number_of_terms(expression: Any) -> int:
    """How many terms an expression has at most when it is expanded, or a part of it that has more.

    >>> from sympy import symbols
    >>> x, y = symbols("x y")
    >>> number_of_terms((x + y + 1) ** 2 * (x + y)), number_of_terms(x ** 10**9)
    (12, 1)
    """
    match expression:
        case Add():
            return sum(map(number_of_terms, expression.args))
        case Mul():
            return prod(map(number_of_terms, expression.args))
        case Pow() if expression.exp.is_Integer:
            terms, exponent = number_of_terms(expression.base), abs(int(expression.exp))
            return 1 if terms == 1 else TERMS + 1 if exponent > POWER else comb(terms + exponent - 1, exponent)
        case _:
            return max(map(number_of_terms, expression.args), default=1)


def lowest_terms(expression: Expr) -> Expr:
    """A rational expression in lowest terms, factored.

    >>> from sympy import symbols
    >>> a, b = symbols("a b")
    >>> lowest_terms(a / (a + a * b) + b / (1 + b))
    1
    """
    plain, meaning = opaque_as_symbols(S(expression))
    return factor(cancel(plain)).xreplace(meaning)


def proportion(one: Any, other: Any) -> Expr | None:
    """The number c with one = c·other, or none; of two numbers always their ratio.

    >>> from sympy import symbols
    >>> x, y = symbols("x y")
    >>> proportion(2 * x * y, y)
    2*x
    """
    if not isinstance(other, MatrixExpr):
        return lowest_terms(S(one) / other)
    left, right = words(one), words(other)
    if set(left) - set(right) or not right:
        return None
    word, unit = next(iter(right.items()))
    ratio = proportion(left.get(word, S.Zero), unit)
    proportional = all(vanishes(left.get(w, S.Zero) - ratio * c) for w, c in right.items())
    return ratio if proportional else None
