"""Expressions at random points modulo a prime: numbers there, or power series around the point.

Every symbol is drawn as a random square. What is transcendental is drawn, too, but so that its laws hold:
exp(a + b) = exp(a)·exp(b), cos² + sin² = 1 and the addition theorems, log(ab) = log(a) + log(b), aᵉ·aᶠ = aᵉ⁺ᶠ. An
identity between expressions thus holds at every draw, and an equation that is none fails at almost every one.

>>> from sympy import cos, exp, sin, sqrt, symbols
>>> x, y = symbols("x y")
>>> at = Specialisation(PRIMES[0])
>>> at.value(exp(x + y) - exp(x) * exp(y)), at.value(sin(2 * x) - 2 * sin(x) * cos(x)), at.value(sqrt(x)**2 - x)
(0, 0, 0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from hashlib import blake2b
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Mul,
    Pow,
    Rational,
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
    sec,
    sin,
    sinh,
    tan,
    tanh,
)

from symlag.errors import SymlagError
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, power
from symlag.symmetry.modular.power_series import Series, constant, exponential, logarithm, raised, turned

# Angles are drawn as multiples of the 5040th part, so that their fractions with small denominators are angles as well.
PARTS = 5040

_WRITTEN_OUT: Mapping[type, Any] = {
    tan: lambda u: sin(u) / cos(u),
    cot: lambda u: cos(u) / sin(u),
    sec: lambda u: 1 / cos(u),
    csc: lambda u: 1 / sin(u),
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    tanh: lambda u: 1 - 2 / (exp(2 * u) + 1),
    coth: lambda u: 1 + 2 / (exp(2 * u) - 1),
}


@dataclass(frozen=True)
class Specialisation:
    """A random point modulo a prime, and the values of expressions there.

    `constants` are the symbols that do not change from point to point, with their values; what depends on `variables`
    changes with `point`, everything else with `fibre`. With an `order` values are power series in the variables.
    """

    prime: int
    constants: Mapping[Symbol, int] = field(default_factory=dict)
    variables: tuple[Symbol, ...] = ()
    point: int = 0
    fibre: int = 0
    order: int = 0
    known: dict[Any, Any] = field(default_factory=dict, compare=False)

    def value(self, expression: Any) -> Any:
        """The value of an expression; `UnluckyError` where it has none at this point."""
        if expression not in self.known:
            self.known[expression] = self._value(expression)
        return self.known[expression]

    def _value(self, node: Expr) -> Any:
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
                return raised(self.value(base), Fraction(int(e.p), int(e.q)), self.prime)
            case Pow(base=base, exp=e):
                return self._exp(e * expand_log(log(base), force=True))
            case _:
                return self._function(node)

    def _function(self, node: Expr) -> Any:
        match node:
            case exp():
                return self._exp(node.args[0])
            case sin() | cos():
                turn = self._turn(node.args[0])
                return turn[isinstance(node, sin)]
            case log():
                return self._log(node)
            case _ if type(node) in _WRITTEN_OUT:
                return self.value(_WRITTEN_OUT[type(node)](*node.args))
            case _ if node.is_number and node.is_real and not node.args:
                return self.draw(node)
            case _:
                raise SymlagError(
                    str(node), "the search for symmetries does not know this function", "powers, exp, log, sin and cos"
                )

    def draw(self, key: Any, role: str = "") -> int:
        """A random square that belongs to the key: the same wherever the symbols of the key are the same."""
        free = key.free_symbols - set(self.constants)
        place = (self.point, self.fibre) if free - set(self.variables) else (self.point,) if free else ()
        text = f"{role}|{key}|{place}"
        return pow(int.from_bytes(blake2b(text.encode(), digest_size=24).digest()), 2, self.prime)

    def _symbol(self, symbol: Symbol) -> Any:
        if symbol in self.constants:
            return self.constants[symbol]
        drawn = self.draw(symbol)
        if symbol not in self.variables:
            return drawn
        return Series.variable(drawn, self.variables.index(symbol), self.order, self.prime)

    def _exp(self, argument: Expr) -> Any:
        head = 1
        for unit, multiple in expand(argument).as_coefficients_dict().items():
            if (plain := self._unlogged(unit, multiple)) is not None:
                head = head * plain % self.prime
            else:
                head = head * power(self.draw(unit, "exp"), _fraction(multiple), self.prime) % self.prime
        return exponential(self._tail(argument)) * head % self.prime

    def _unlogged(self, unit: Expr, multiple: Any) -> int | None:
        """exp(c·log(b)) = bᶜ for a rational c."""
        if isinstance(unit, log):
            return power(constant(self.value(unit.args[0])), _fraction(multiple), self.prime)
        return None

    def _turn(self, angle: Expr) -> tuple[Any, Any]:
        c, s = 1, 0
        for unit, multiple in expand(angle).as_coefficients_dict().items():
            a, b = self._unit_turn(unit, PARTS * _fraction(multiple))
            c, s = (c * a - s * b) % self.prime, (s * a + c * b) % self.prime
        u, v = turned(self._tail(angle))
        return (u * c + v * -s) % self.prime, (u * s + v * c) % self.prime

    def _unit_turn(self, unit: Expr, times: Fraction) -> tuple[int, int]:
        """cos and sin of a multiple of the 5040th part of an angle, from the tangent of half of it."""
        if times.denominator != 1:
            raise SymlagError(
                f"{times / PARTS}*{unit}", "the angle has too large a denominator", "a multiple of 1/5040"
            )
        h = self.draw(unit, "angle")
        scale = pow(1 + h * h, -1, self.prime)
        return _turned_by(((1 - h * h) * scale % self.prime, 2 * h * scale % self.prime), int(times), self.prime)

    def _log(self, node: Expr) -> Any:
        head = 0
        for unit, multiple in expand_log(node, force=True).as_coefficients_dict().items():
            head += self.draw(unit, "log") * self.value(multiple)
        return (logarithm(self.value(node.args[0])) + head) % self.prime

    def _tail(self, argument: Expr) -> Any:
        """The value less its constant term; the number zero where nothing else is left."""
        value = self.value(argument)
        return value - value.constant if isinstance(value, Series) else 0


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _turned_by(unit: tuple[int, int], times: int, prime: int) -> tuple[int, int]:
    """A power of a residue of norm one, c + is."""
    (a, b), (c, s) = (unit if times >= 0 else (unit[0], -unit[1])), (1, 0)
    for bit in f"{abs(times):b}":
        c, s = (c * c - s * s) % prime, 2 * c * s % prime
        if bit == "1":
            c, s = (c * a - s * b) % prime, (s * a + c * b) % prime
    return c, s


__all__ = ["PARTS", "PRIMES", "Specialisation", "UnluckyError"]
