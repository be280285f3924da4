"""Products as theory writes them: every factor begins with a positive constant, (1 − ηλ)² and not (ηλ − 1)².

>>> from sympy import symbols
>>> eta, decay = symbols("eta lambda", positive=True)
>>> factored(1 - 2 * eta * decay + (eta * decay) ** 2)
(-eta*lambda + 1)**2
"""

from __future__ import annotations

from sympy import Expr, Mul, S, factor


def factored(expression: Expr) -> Expr:
    """The factors of an expression, with the sign of those that begin with a negative constant taken out."""
    sign, factors = S.One, list[Expr]()
    for part in Mul.make_args(factor(expression)):
        base, exponent = part.as_base_exp()
        if base.is_Add and exponent.is_integer and _begins_negative(base):
            sign *= S.NegativeOne**exponent
            factors.append((-base) ** exponent)
        else:
            factors.append(part)
    return Mul(sign, *factors)  # all at once, for SymPy multiplies a sum by a lone −1 out


def _begins_negative(total: Expr) -> bool:
    constant = total.as_coeff_Add()[0]
    return bool(constant.is_negative or (constant == 0 and all(t.could_extract_minus_sign() for t in total.args)))
