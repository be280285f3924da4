"""Random mechanics: Lagrangians from a grammar, and their laws tried along random paths.

The grammar has decimals, roots, logarithms, corners and exponentials; the paths have coordinates of either sign. What
is tried is the balance law itself, d(charge)/dt + rate·charge + ⟨ζ, E⟩ − Σ sources = 0, with E by SymPy's partial
derivatives and a difference quotient in many digits: nothing in it is differentiated by symlag. The balance holds
whatever the path, so that nothing has to be integrated.

>>> from symlag import noether
>>> system = random_system(3)
>>> refutations(system, noether(system.lagrangian, time_translation()))
[]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import mpmath
from sympy import (
    Abs,
    Derivative,
    Expr,
    Float,
    Function,
    Max,
    Rational,
    S,
    Subs,
    Symbol,
    cos,
    exp,
    lambdify,
    log,
    sign,
    sin,
    sqrt,
)

from symlag import Generator, Lagrangian, Law, rotation, scale, time_translation, translation
from symlag.calculus.jets import Jet, coordinates, t

x, y = coordinates("x y")
k = Symbol("k", positive=True)
DECIMALS = (Float("0.5"), Float("0.2"), Float("2.5"), Rational(1, 2), S(2), S(3), k)
EXPONENTS = (S(2), S(3), S(-1), S(-2), S.Half, Rational(2, 3), Float("1.5"), Float("-0.5"), k)

PATHS = 5
DIGITS = 30
BETWEEN_JUMPS = {"DiracDelta": lambda *_: mpmath.mpf(0)}
TOLERANCE = mpmath.mpf(10) ** -9


@dataclass(frozen=True)
class System:
    """A random Lagrangian in jets, and the same one in SymPy's functions of time."""

    seed: int
    energies: tuple[Expr, Expr]
    damping: Expr

    @cached_property
    def lagrangian(self) -> Lagrangian:
        """In jets."""
        return Lagrangian(*self.energies, damping=self.damping)

    @cached_property
    def lagrangian_in_functions(self) -> Lagrangian:
        """In functions of time."""
        return Lagrangian(*(in_functions(e) for e in self.energies), damping=self.damping)

    def __str__(self) -> str:
        T, V = self.energies
        return f"{self.seed}: T = {T}, V = {V}, damping = {self.damping}"


def random_system(seed: int) -> System:
    """The system of a seed."""
    dice = random.Random(seed)
    q = (x, y)[: dice.choice((1, 1, 2))]
    half = dice.choice((Float("0.5"), S.Half, k / 2))
    T = sum((half * c.dot**2 for c in q), S.Zero)
    if dice.random() < 0.3:
        T += _random_function(dice, (*q, t), 1) * dice.choice(q).dot
    V = _random_function(dice, q, dice.choice((1, 2, 2))) + dice.choice((S.Zero, _random_function(dice, (*q, t), 1)))
    return System(seed, (T, V), dice.choice((S.Zero, S.Zero, Float("0.2"), k)))


def generators(L: Lagrangian) -> Iterator[Generator]:
    """What is tried on every system, symmetry or not."""
    first, *others = L.coordinates
    yield from (time_translation(), translation(first), scale(first))
    if others:
        yield rotation(first, others[0])


def in_functions(expression: Expr) -> Expr:
    """The expression in SymPy's functions of time."""
    written = {jet: Function(jet.stem)(t).diff(t, jet.order[0]) for jet in expression.atoms(Jet)}
    return expression.xreplace(written)


def refutations(system: System, law: Law) -> list[str]:
    """What a law in jets states and random paths refute."""
    L, X, refuted = system.lagrangian, law.generator, list[str]()
    balance = _balance(L, X, law)
    for signs, path in _paths(system):
        value = balance(path)
        if value is not None and abs(value) > TOLERANCE:
            refuted.append(f"balance {mpmath.nstr(value, 5)} where the signs are {signs}")
        source = _number(law.source, path)
        if law.conserved and source is not None and abs(source) > TOLERANCE:
            refuted.append(f"source {mpmath.nstr(source, 5)} of a conserved charge where the signs are {signs}")
    return refuted


# The value of each jet and of time on a path, as functions of time, and the time that is looked at.
Path = tuple[Mapping[Any, Callable[[Any], Any]], Any]


def _paths(system: System) -> Iterator[tuple[tuple[int, ...], Path]]:
    """Random parabolas through points of either sign."""
    dice = random.Random(system.seed)
    L = system.lagrangian
    for number in range(PATHS):
        signs = tuple({0: 1, 1: -1}.get(number, dice.choice((1, -1))) for _ in L.coordinates)
        jets: dict[Any, Callable[[Any], Any]] = {t: lambda time: time, k: lambda _: mpmath.mpf(7) / 5}
        for q, s in zip(L.coordinates, signs, strict=True):
            a, b, c = (mpmath.mpf(dice.randint(20, 90)) / 37 for _ in range(3))
            for order in range(4):
                jets[q.at((order,))] = _parabola((s * a, b - 1, c - 1), order)
        yield signs, (jets, mpmath.mpf(dice.randint(20, 90)) / 41)


def _parabola(at: tuple[Any, Any, Any], order: int) -> Callable[[Any], Any]:
    """A derivative of a + b(u − u₀) + c(u − u₀)²/2, with u₀ so near to all times looked at that a keeps its sign."""
    a, b, c = at
    small = mpmath.mpf(1) / 50
    forms = (
        lambda u: a + small * (b * u + c * u**2 / 2),
        lambda u: small * (b + c * u),
        lambda u: small * c + 0 * u,
        lambda u: 0 * u,
    )
    return forms[order]


def _number(expression: Expr, path: Path) -> Any:
    """The value of an expression on a path, or none where it is not real."""
    return _along(expression, path[0])(path[1])


def _along(expression: Expr, jets: Mapping[Any, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """An expression as a function of time on a path; none where it is not real."""
    symbols, function = _numeric(expression)

    def value(time: Any) -> Any:
        try:
            number = function(*(jets[s](time) for s in symbols))
        except (ZeroDivisionError, ValueError, TypeError):
            return None  # a pole, or the larger of two complex numbers
        number = mpmath.mpmathify(number)
        if not mpmath.isfinite(number):
            return None
        return mpmath.re(number) if abs(mpmath.im(number)) < TOLERANCE**2 else None

    return value


@lru_cache(maxsize=2**8)
def _numeric(expression: Expr) -> tuple[list[Any], Callable[..., Any]]:
    """The symbols of an expression, and its value by theirs."""
    # SymPy leaves the derivative of a sign as it is, zero between jumps.
    expression = expression.replace(lambda node: isinstance(node, Derivative | Subs), lambda _: S.Zero)
    symbols = sorted(expression.free_symbols, key=str)
    return symbols, lambdify(symbols, expression, [BETWEEN_JUMPS, "mpmath"])


def _balance(L: Lagrangian, X: Generator, law: Law) -> Callable[[Path], Any]:
    """d(charge)/dt + rate·charge + ⟨ζ, E⟩ − source on a path, in many digits; none where the Lagrangian is not real."""

    def balance(path: Path) -> Any:
        jets, time = path
        with mpmath.workdps(DIGITS):
            # |u| is a real number for a complex u, too, but no mechanics of real functions.
            parts = (L.density, *(node.args[0] for node in L.density.atoms(Abs, sign)))
            if any(_number(part, path) is None for part in parts):
                return None
            charge, rate = _along(law.charge, jets), _number(law.rate, path)
            try:
                total = mpmath.diff(charge, time) + rate * charge(time) - _number(law.source, path)
                damping = _number(L.damping, path)
                for q in L.coordinates:
                    momentum, slope = _along(L.density.diff(q.dot), jets), _number(L.density.diff(q), path)
                    moved = _number(X.characteristic(q), path)
                    total += moved * (slope - mpmath.diff(momentum, time) - damping * momentum(time))
            except TypeError:
                # The motion is real, and what a law says of it is not.
                return mpmath.inf if _slope_is_real(L, path) else None
            return total

    return balance


def _slope_is_real(L: Lagrangian, path: Path) -> bool:
    """Whether the momenta and forces are real on a path, and not the Lagrangian alone."""
    parts = [L.density.diff(jet) for q in L.coordinates for jet in (q, q.dot)]
    return all(_number(part, path) is not None for part in parts)


def _random_function(dice: random.Random, variables: tuple[Any, ...], depth: int) -> Expr:
    """A function of some of the variables, with so many functions inside of each other."""
    if depth == 0:
        return dice.choice(variables)
    inner = _random_function(dice, variables, depth - 1)
    u = dice.choice((inner, inner, dice.choice(DECIMALS) * inner, inner**2, inner * dice.choice(variables)))
    other = _random_function(dice, variables, depth - 1)
    forms: tuple[Callable[[], Expr], ...] = (
        lambda: u ** dice.choice(EXPONENTS),
        lambda: sqrt(u**2 + other**2),
        lambda: sqrt(u),
        lambda: log(u),
        lambda: log(u**2),
        lambda: Abs(u),
        lambda: Abs(u) ** dice.choice(EXPONENTS),
        lambda: exp(dice.choice(DECIMALS) * u),
        lambda: exp(-u),
        lambda: sin(u),
        lambda: cos(dice.choice(DECIMALS) * u),
        lambda: dice.choice(DECIMALS) * u**2,
        lambda: u + dice.choice(DECIMALS) * other,
        lambda: u * other,
        lambda: u / (1 + other**2),
        lambda: Max(u, 0),
        lambda: sign(u) * u**2,
    )
    return dice.choice(forms)()
