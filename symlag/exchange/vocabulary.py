"""The functions and constants that an expression in text may name, each with the number of its arguments.

A function stands here where SymPy builds it without running long, whatever symbols it is of. What else may be called,
such as integrals and traces, has rules of its own in `special_forms`.

>>> FUNCTIONS["besselj"].most, NAMES[FUNCTIONS["besselj"].function]
(2, 'besselj')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy


@dataclass(frozen=True)
class Vocable:
    """A function of SymPy, the least and the greatest number of its arguments, and a bound on constants among them."""

    function: Any
    least: int
    most: int
    bound: int


MANY = 64

_ONE = (
    "Abs Chi Ci DiracDelta Ei LambertW Shi Si acos acosh acot acoth acsc acsch airyai airyaiprime airybi airybiprime "
    "arg asec asech asin asinh atan atanh ceiling conjugate cos cosh cot coth csc csch elliptic_k erf erfc erfi exp "
    "factorial floor fresnelc fresnels gamma im li log loggamma re sec sech sign sin sinc sinh tan tanh zeta"
)
_TWO = (
    "Mod atan2 besseli besselj besselk bessely beta binomial elliptic_f expint hankel1 hankel2 lowergamma polygamma "
    "polylog uppergamma"
)
_OTHERS = {"Heaviside": (1, 2), "Max": (1, MANY), "Min": (1, MANY), "elliptic_e": (1, 2), "elliptic_pi": (2, 3)}

# Of these SymPy makes numbers quickly, whatever they are of; of the next ones, of numbers that are not too great.
# Others it may expand into sums of as many terms.
_FLAT = "Abs Heaviside Max Min acot arg asinh atan atan2 conjugate im log re sign"
_QUICK = (
    "DiracDelta Mod acos acosh acoth acsc acsch asec asech asin atanh ceiling cos cosh cot coth csc csch exp floor sec "
    "sech sin sinc sinh tan tanh"
)
BOUNDS = {**dict.fromkeys(_FLAT.split(), 10**1000), **dict.fromkeys(_QUICK.split(), 10_000)}
SLOW = 100

FUNCTIONS = {
    name: Vocable(getattr(sympy, name), *arity, BOUNDS.get(name, SLOW))
    for name, arity in (
        *((name, (1, 1)) for name in _ONE.split()),
        *((name, (2, 2)) for name in _TWO.split()),
        *_OTHERS.items(),
    )
}
NAMES = {vocable.function: name for name, vocable in FUNCTIONS.items()}

CONSTANTS = {
    "pi": sympy.pi,
    "E": sympy.E,
    "I": sympy.I,
    "oo": sympy.oo,
    "True": sympy.true,
    "False": sympy.false,
    "EulerGamma": sympy.EulerGamma,
    "GoldenRatio": sympy.GoldenRatio,
    "Catalan": sympy.Catalan,
}
CONSTANT_NAMES = {value: name for name, value in CONSTANTS.items() if name != "E"}

COMPARISONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
