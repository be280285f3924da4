"""Products as theory writes them: every factor begins with a positive constant, (1 − ηλ)² and not (ηλ − 1)².

>>> from sympy import symbols
>>> eta, decay = symbols("eta lambda", positive=True)
>>> factored(1 - 2 * eta * decay + (eta * decay) ** 2)
(-eta*lambda + 1)**2
"""

from __future__ import annotations

from sympy import Expr, Mul, S, factor


def factored(expression: Expr) -> Expr:
    """The factors of an expression, none of them led by a negative constant."""
    turned = [_turned(part) for part in Mul.make_args(factor(expression))]
    sign = Mul(*(sign for sign, _ in turned))
    return Mul(sign, *(part for _, part in turned))  # all at once, for SymPy multiplies a lone sum out


def _turned(part: Expr) -> tuple[Expr, Expr]:
    """A sign, and a factor or a power of one, the other way round where it begins with a minus."""
    base, exponent = part.as_base_exp()
    if not (base.is_Add and exponent.is_integer and _backwards(base)):
        return S.One, part
    return S.NegativeOne**exponent, (-base) ** exponent


def _backwards(total: Expr) -> bool:
    constant = total.as_coeff_Add()[0]
    return bool(constant.is_negative or (constant == 0 and all(t.could_extract_minus_sign() for t in total.args)))
