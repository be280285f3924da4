"""The equations of motion of a pendulum of n links, beside SymPy's two ways to them, in one run.

    python -m numeric.bench.pendulum

Masses, lengths and gravity are symbols. Times are in seconds, the best of three for symlag and one run of SymPy's; all
equations are compared at a random point to thirty digits. SymPy is asked up to eight links.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from sympy import Expr, Rational, cos, sin, symbols
from sympy.calculus.euler import euler_equations
from sympy.physics.mechanics import LagrangesMethod, dynamicsymbols

from symlag import Lagrangian, coordinates, euler_lagrange
from symlag.spelling import Spelling

SIZES = (2, 4, 8, 16)
SYMPY_UP_TO = 8


def main() -> None:
    """Prints one row for each number of links."""
    table = Table("links", "symlag", "euler_equations", "LagrangesMethod", "faster than the better of both")
    for n in SIZES:
        own, equations = min((timed(lambda n=n: _own(n)) for _ in range(3)), key=lambda pair: pair[0])
        others = [timed(lambda n=n, way=way: way(n)) for way in (_euler, _lagrange) if n <= SYMPY_UP_TO]
        if any(_gap(equations, found) > 1e-20 for _, found in others):
            raise AssertionError(n)
        seconds = [f"{s:.2f}" for s, _ in others] or ["", ""]
        ratio = f"{min(s for s, _ in others) / own:.0f}×" if others else ""
        table.add_row(str(n), f"{own:.4f}", *seconds, ratio)
    Console().print(table)


def timed(make: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes to make something, and what is made."""
    start = perf_counter()
    made = make()
    return perf_counter() - start, made


def energies(angles: Sequence[Any], rate: Callable[[Any], Any]) -> tuple[Expr, Expr]:
    """T and V of a chain of point masses."""
    n = len(angles)
    m, l, g = symbols(f"m_0:{n}", positive=True), symbols(f"l_0:{n}", positive=True), symbols("g", positive=True)
    T = V = vx = vy = height = Rational(0)
    for i, q in enumerate(angles):
        vx, vy = vx + l[i] * cos(q) * rate(q), vy + l[i] * sin(q) * rate(q)
        height -= l[i] * cos(q)
        T, V = T + m[i] * (vx**2 + vy**2) / 2, V + m[i] * g * height
    return T, V


def _own(n: int) -> list[Expr]:
    angles = [coordinates(f"theta_{i}") for i in range(n)]
    return [*euler_lagrange(Lagrangian(*energies(angles, lambda q: q.dot), angles)).values()]


def _functions(n: int) -> tuple[list[Any], Expr]:
    angles = [*dynamicsymbols(f"theta_0:{n}")]
    T, V = energies(angles, lambda f: f.diff(dynamicsymbols._t))
    return angles, T - V


def _euler(n: int) -> list[Expr]:
    angles, L = _functions(n)
    return [equation.lhs for equation in euler_equations(L, angles, dynamicsymbols._t)]


def _lagrange(n: int) -> list[Expr]:
    angles, L = _functions(n)
    return [-e for e in LagrangesMethod(L, angles).form_lagranges_equations()]


def _gap(own: Sequence[Expr], others: Sequence[Expr]) -> float:
    """The largest relative difference of two lists of equations at one random point."""
    dice = random.Random(0)
    read = [Spelling.of(e).read(e) for e in others]
    names = sorted({s for e in (*own, *read) for s in e.free_symbols}, key=str)
    point = {s: Rational(dice.randint(20, 90), dice.randint(31, 67)) for s in names}
    pairs = [(a.xreplace(point).evalf(30), b.xreplace(point).evalf(30)) for a, b in zip(own, read, strict=True)]
    return max(float(abs(a - b) / (1 + abs(a))) for a, b in pairs)


if __name__ == "__main__":
    main()
