"""Specialization: the values of expressions at random points modulo a prime, or their power series around the point.

Modulo a prime p = 2r + 1 with r odd, −1 is no square, and just one of v and −v is: squares play the part of positive
numbers. A symbol that is positive takes a random square as its value, any other a square or the negative of one, |v| is
the square among v and −v, and roots and logarithms have values where their arguments are squares. Transcendental
functions take random values, too, but such that their functional equations hold: exp(a + b) = exp(a)·exp(b),
cos² + sin² = 1 and the addition theorems, log(ab) = log|a| + log|b|, aᵉ·aᶠ = aᵉ⁺ᶠ, and the differential equations of
Bessel's and Airy's functions. An identity that follows from these holds at every point; an equation between polynomials
in independent such functions that is no identity fails at almost every point (the lemma of Schwartz and Zippel).

>>> from sympy import Abs, cos, exp, sin, symbols
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x, y = symbols("x y")
>>> at = Specialization(PRIMES[0])
>>> at.value(exp(x + y) - exp(x) * exp(y)), at.value(sin(2 * x) - 2 * sin(x) * cos(x)), at.value(Abs(x)**2 - x**2)
(0, 0, 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, reduce
from hashlib import blake2b
from typing import Any

from sympy import (
    ZZ,
    Abs,
    Add,
    ComplexRootOf,
    CRootOf,
    DiracDelta,
    Dummy,
    Expr,
    Heaviside,
    Integer,
    Max,
    Min,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    cot,
    coth,
    csc,
    exp,
    expand,
    expand_log,
    log,
    pi,
    sec,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from sympy.polys.galoistools import gf_monic, gf_pow_mod

from symlag.calculus.cylinder_functions import AIRY, BESSEL
from symlag.calculus.regions import factors_of, largest_or_smallest
from symlag.errors import SymlagError
from symlag.symmetry.modular.constants import angle_parameter, denested
from symlag.symmetry.modular.cylinder_functions import airy_value, bessel_value
from symlag.symmetry.modular.linear_algebra import UnluckyError, is_square, power
from symlag.symmetry.modular.power_series import (
    Series,
    constant,
    cosine_and_sine,
    exponential,
    logarithm,
    series_power,
)
from symlag.symmetry.modular.rational_interpolation import roots
from symlag.symmetry.modular.rotations import fraction_of_a_turn, rotation_of_half_tangent, rotation_power
from symlag.symmetry.modular.unknown_functions import UNKNOWN, derivative_of_unknown, unknown_value

# The value of an angle is the 5040th multiple of a random one, so that its fractions with small denominators have
# values.
PARTS = 5040

# The golden ratio's brother, a root of its polynomial.
TRIBONACCI = CRootOf(Poly([1, -1, -1, -1], Dummy()), 0)

# Functions in terms of exp, cos, sin and sign.
_DEFINITIONS: Mapping[type, Any] = {
    tan: lambda u: sin(u) / cos(u),
    cot: lambda u: cos(u) / sin(u),
    sec: lambda u: 1 / cos(u),
    csc: lambda u: 1 / sin(u),
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    tanh: lambda u: 1 - 2 / (exp(2 * u) + 1),
    coth: lambda u: 1 + 2 / (exp(2 * u) - 1),
    Heaviside: lambda u, *_: (1 + sign(u)) / 2,
    Max: lambda *arguments: largest_or_smallest(Max, arguments),
    Min: lambda *arguments: largest_or_smallest(Min, arguments),
}


@dataclass(frozen=True)
class Specialization:
    """A random point modulo a prime, and the values of expressions there.

    `constants` are the symbols and free numbers that do not change from point to point, with their values; what depends
    on `variables` changes with `point`, and everything else, the jets over that point, with `fibre`. With an `order`
    values are power series in the variables, truncated at that degree. `cache` holds values that are known.
    """

    prime: int
    constants: Mapping[Any, int] = field(default_factory=dict)
    variables: tuple[Symbol, ...] = ()
    point: int = 0
    fibre: int = 0
    order: int = 0
    cache: dict[Any, Any] = field(default_factory=dict, compare=False)

    def value(self, expression: Any) -> Any:
        """The value of an expression; `UnluckyError` where it has none at this point."""
        if expression not in self.cache:
            self.cache[expression] = self._value(expression)
        return self.cache[expression]

    def _value(self, node: Expr) -> Any:
        """The value of a node of an expression, from those of its arguments."""
        if node in self.constants:
            return self.constants[node]
        match node:
            case Symbol():
                return self._symbol(node)
            case Integer():
                return int(node) % self.prime
            case Rational():
                return node.p * pow(node.q, -1, self.prime) % self.prime
            case Add():
                return sum(map(self.value, node.args)) % self.prime
            case Mul():
                return reduce(lambda a, b: a * b % self.prime, map(self.value, node.args))
            case Pow(base=base, exp=e) if e.is_Rational:
                if e.q == 2 and (root := denested(sqrt(base))) != sqrt(base):
                    self.require_signs([root])
                    return power(self.value(root), Fraction(int(e.p)), self.prime)
                return series_power(self.value(base), Fraction(int(e.p), int(e.q)), self.prime)
            case Pow(base=base, exp=e):
                return self._exp(e * self._log_of_positive(base))
            case _:
                return self._function(node)

    def _function(self, node: Expr) -> Any:
        """The value of a function of one argument, or of a constant such as π."""
        match node:
            case exp():
                return self._exp(node.args[0])
            case sin() | cos():
                cosine, sine = self._cosine_and_sine(node.args[0])
                return sine if isinstance(node, sin) else cosine
            case log():
                return self._log(node.args[0])
            case Abs():
                return self.value(node.args[0]) * self._sign(node.args[0]) % self.prime
            case sign():
                return self._sign(node.args[0]) % self.prime
            case DiracDelta():
                return 0  # as anywhere but at the jump
            case _ if isinstance(node, UNKNOWN) and (taken := derivative_of_unknown(node)):
                return unknown_value(taken, self.value, self.draw, self.prime)
            case _ if isinstance(node, (*BESSEL, *AIRY)):
                found = bessel_value if isinstance(node, BESSEL) else airy_value
                return found(node, self.value, self.draw, self.prime)
            case _ if type(node) in _DEFINITIONS:
                return self.value(_DEFINITIONS[type(node)](*node.args))
            case _ if node.is_number and not node.free_symbols and node.is_extended_real is not False:
                return self._constant(node)
            case _:
                raise SymlagError(
                    str(node),
                    "the search for symmetries does not know this function",
                    "Write it with powers, exp, log, sin and cos.",
                )

    def _constant(self, number: Expr) -> int:
        """The value of a number by itself: a root of its polynomial, or a random one."""
        match number:
            case S.Exp1:
                return self._exp(S.One)
            case S.GoldenRatio:
                return self.value(number.expand(func=True))
            case S.TribonacciConstant:
                return self._root_of(TRIBONACCI)
            case ComplexRootOf():
                return self._root_of(number)
            case _:
                return self.draw(number)

    def draw(self, key: Any, role: str = "") -> int:
        """A random square that belongs to the key: the same wherever the symbols of the key are the same."""
        free = key.free_symbols - set(self.constants)
        place = (self.point, self.fibre) if free - set(self.variables) else (self.point,) if free else ()
        text = f"{role}|{key}|{place}"
        return pow(int.from_bytes(blake2b(text.encode(), digest_size=24).digest()), 2, self.prime)

    def _symbol(self, symbol: Symbol) -> Any:
        """The value of a symbol, or its power series if it is a variable."""
        value = self.draw(symbol)
        if not symbol.is_nonnegative and self.draw(symbol, "sign") % 2:
            value = self.prime - value
        if symbol not in self.variables:
            return value
        return Series.variable(value, self.variables.index(symbol), self.order, self.prime)

    def _exp(self, argument: Expr) -> Any:
        """exp(Σ c_i u_i) = Π exp(u_i)^c_i, where exp(log b) = b."""
        head = 1
        for unit, multiple in expand(argument).as_coefficients_dict().items():
            if isinstance(unit, log):
                base = constant(self.value(unit.args[0]))
            elif not unit.free_symbols and exp(unit) in self.constants:
                base = self.constants[exp(unit)]
            else:
                base = self.draw(unit, "exp")
            head = head * power(base, _fraction(multiple), self.prime) % self.prime
        return exponential(self._tail(argument)) * head % self.prime

    def _cosine_and_sine(self, angle: Expr) -> tuple[Any, Any]:
        """cos and sin by the addition theorems, from the tangent h of half the 5040th part of each term."""
        c, s = 1, 0
        for unit, multiple in expand(angle).as_coefficients_dict().items():
            if unit == pi:
                a, b = fraction_of_a_turn(_fraction(multiple) / 2, self.prime)
                c, s = (c * a - s * b) % self.prime, (s * a + c * b) % self.prime
                continue
            known = None if unit.free_symbols else angle_parameter(unit, self.constants)
            h, parts = (self.constants[known[0]], known[1]) if known else (self.draw(unit, "angle"), PARTS)
            times = parts * _fraction(multiple)
            if times.denominator != 1:
                raise SymlagError(
                    f"{multiple}*{unit}",
                    "the angle has too large a denominator",
                    "Write multiples of 1/5040, such as x/2 or x/3.",
                )
            a, b = rotation_power(rotation_of_half_tangent(h, self.prime), int(times), self.prime)
            c, s = (c * a - s * b) % self.prime, (s * a + c * b) % self.prime
        u, v = cosine_and_sine(self._tail(angle))
        return (u * c + v * -s) % self.prime, (u * s + v * c) % self.prime

    def _log(self, argument: Expr) -> Any:
        """log(c Π fᵢ^nᵢ) = log c + Σ nᵢ log|fᵢ| where the whole is positive."""
        head = 0
        for unit, multiple in self._log_of_positive(argument).as_coefficients_dict().items():
            if not isinstance(unit, log):
                head += self.value(unit) * self.value(multiple)
            else:
                head += self.constants.get(unit, self.draw(unit, "log")) * self.value(multiple)
        return (logarithm(self.value(argument)) + head) % self.prime

    def _log_of_positive(self, argument: Expr) -> Expr:
        """The logarithm of what is positive here, as that of a number and those of the sizes of its factors."""
        if self._sign(argument) < 0:
            raise UnluckyError
        number, factors = factors_of(argument)
        return Add(expand_log(log(abs(number)), force=True, factor=True), *(n * log(Abs(f)) for f, n in factors))

    def _sign(self, node: Expr) -> int:
        """Whether the value of an expression counts as positive or as negative."""
        if node.is_nonnegative:
            return 1
        if node.is_negative and not node.free_symbols:
            return -1
        value = constant(self.value(node)) % self.prime
        if value == 0:
            raise UnluckyError
        return 1 if is_square(value, self.prime) else -1

    def require_signs(self, numbers: Iterable[Expr]) -> None:
        """`UnluckyError` where the values of some numbers are not squares just where the numbers are positive."""
        if any(is_square(self.value(number), self.prime) is number.is_negative for number in numbers):
            raise UnluckyError

    def _root_of(self, node: ComplexRootOf) -> int:
        """A root modulo the prime of the polynomial of an algebraic number; different roots for different numbers."""
        residues = _all_roots(tuple(int(c) for c in node.poly.all_coeffs()), self.prime)
        if not residues:
            raise UnluckyError
        return residues[node.index]

    def _tail(self, argument: Expr) -> Any:
        """The value less its constant term; the number zero where nothing else is left."""
        value = self.value(argument)
        return value - value.constant if isinstance(value, Series) else 0


@cache
def _all_roots(coefficients: tuple[int, ...], prime: int) -> tuple[int, ...]:
    """The roots of a polynomial modulo a prime, none if it does not split into linear factors."""
    _, monic = gf_monic([c % prime for c in coefficients], prime, ZZ)
    # x^p − x is the product of all x − a: what is left of x^p modulo the polynomial is x just where that splits.
    if gf_pow_mod([1, 0], prime, monic, prime, ZZ) != [1, 0]:
        return ()
    return tuple(sorted(roots(monic, prime)))


def _fraction(number: Any) -> Fraction:
    """A rational number of SymPy as one of Python."""
    return Fraction(int(number.p), int(number.q))
