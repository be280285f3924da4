"""The equations of motion of a pendulum of n links, beside what else there is in Python, in one run.

    python -m numeric.bench.pendulum

SymPy has two ways, `euler_equations` and `LagrangesMethod`; CasADi differentiates automatically, into a graph to be
evaluated and no formula. Masses, lengths and gravity are symbols. Times are in seconds and include writing down T and
V: the best of three, SymPy's caches emptied before each. `faster` is than the better of SymPy's two. The gap is the
largest relative difference from symlag's equations at a random point, held to 1e-20 for SymPy, which has thirty digits,
and to 1e-9 for CasADi, which has doubles. SymPy is asked up to eight links, CasADi where it is installed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from sympy import Expr, Rational, cos, sin, symbols
from sympy.calculus.euler import euler_equations
from sympy.core.cache import clear_cache
from sympy.physics.mechanics import LagrangesMethod, dynamicsymbols

from symlag import Lagrangian, coordinates, euler_lagrange
from symlag.calculus.sympy_notation import Notation

SIZES = (2, 4, 8, 16)
SYMPY_UP_TO = 8
REPEATS = 3


@dataclass(frozen=True)
class Chain:
    """Point masses, the next hung on the last: their masses, the lengths between them, gravity, and whose functions."""

    m: Sequence[Any]
    l: Sequence[Any]
    g: Any
    cos: Callable[[Any], Any] = cos
    sin: Callable[[Any], Any] = sin

    @classmethod
    def of(cls, n: int) -> Chain:
        """The chain of n symbols each."""
        names = (f"m_0:{n}", f"l_0:{n}", "g")
        return cls(*(symbols(name, positive=True) for name in names))

    def energies(self, angles: Sequence[Any], rates: Sequence[Any]) -> tuple[Any, Any]:
        """T and V."""
        T = V = vx = vy = height = 0
        for q, rate, m, l in zip(angles, rates, self.m, self.l, strict=True):
            vx, vy = vx + l * self.cos(q) * rate, vy + l * self.sin(q) * rate
            height -= l * self.cos(q)
            T, V = T + m * (vx**2 + vy**2) / 2, V + m * self.g * height
        return T, V


def main() -> None:
    """Prints one row for each number of links."""
    table = Table("links", "symlag", "euler_equations", "LagrangesMethod", "faster", "CasADi", "gap")
    for n in SIZES:
        table.add_row(str(n), *_row(n))
    Console().print(table)
    if not find_spec("casadi"):
        print("CasADi is not installed: its column fills after pip install casadi.")


def timed(make: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes at best to make something, and what is made."""
    tries: list[tuple[float, Any]] = []
    for _ in range(REPEATS):
        clear_cache()
        start = perf_counter()
        made = make()
        tries.append((perf_counter() - start, made))
    return min(tries, key=lambda each: each[0])


def _row(n: int) -> list[str]:
    own, equations = timed(lambda: _own(n))
    point = _point(equations)
    values = _values(equations, point)
    sympys = [timed(lambda way=way: way(n)) for way in (_euler, _lagrange) if n <= SYMPY_UP_TO]
    graphs = [timed(lambda: _casadi(n))] if find_spec("casadi") else []
    gaps = [_gap(values, _values(found, point), 1e-20) for _, found in sympys]
    gaps += [_gap(values, _evaluated(graph, point), 1e-9) for _, graph in graphs]
    seconds = [f"{s:.2f}" for s, _ in sympys] or ["", ""]
    faster = f"{min(s for s, _ in sympys) / own:.0f}×" if sympys else ""
    ahead = f"{graphs[0][0]:.4f}" if graphs else ""
    return [f"{own:.4f}", *seconds, faster, ahead, f"{max(gaps):.0e}" if gaps else ""]


def _own(n: int) -> list[Expr]:
    angles = [coordinates(f"theta_{i}") for i in range(n)]
    T, V = Chain.of(n).energies(angles, [q.dot for q in angles])
    return [*euler_lagrange(Lagrangian(T, V, angles)).values()]


def _functions(n: int) -> tuple[list[Any], Expr]:
    angles = [*dynamicsymbols(f"theta_0:{n}")]
    T, V = Chain.of(n).energies(angles, [f.diff(dynamicsymbols._t) for f in angles])
    return angles, T - V


def _euler(n: int) -> list[Expr]:
    angles, L = _functions(n)
    return [equation.lhs for equation in euler_equations(L, angles, dynamicsymbols._t)]


def _lagrange(n: int) -> list[Expr]:
    angles, L = _functions(n)
    return [-e for e in LagrangesMethod(L, angles).form_lagranges_equations()]


def _casadi(n: int) -> tuple[list[Any], Any]:
    """The numbers that CasADi's equations depend on, and the equations."""
    import casadi

    q, v, a = ([casadi.SX.sym(f"theta_{i}{dots}") for i in range(n)] for dots in ("", ".dot", ".dot.dot"))
    m, l = ([casadi.SX.sym(f"{name}_{i}") for i in range(n)] for name in "ml")
    g = casadi.SX.sym("g")
    T, V = Chain(m, l, g, casadi.cos, casadi.sin).energies(q, v)
    angles, rates = casadi.vertcat(*q), casadi.vertcat(*v)
    momenta = casadi.gradient(T - V, rates)
    pushed = casadi.jtimes(momenta, casadi.vertcat(angles, rates), casadi.vertcat(rates, *a))
    return [*q, *v, *a, *m, *l, g], casadi.gradient(T - V, angles) - pushed


def _point(equations: Sequence[Expr]) -> dict[Any, Rational]:
    """A random number for every symbol in the equations."""
    dice = random.Random(0)
    names = sorted({s for e in equations for s in e.free_symbols}, key=str)
    return {s: Rational(dice.randint(20, 90), dice.randint(31, 67)) for s in names}


def _values(equations: Sequence[Expr], point: Mapping[Any, Rational]) -> list[Any]:
    return [Notation.of(e).to_jets(e).xreplace(point).evalf(30) for e in equations]


def _evaluated(graph: tuple[list[Any], Any], point: Mapping[Any, Rational]) -> list[float]:
    import casadi

    numbers, equations = graph
    at = {str(s): float(value) for s, value in point.items()}
    return casadi.Function("E", numbers, [equations])(*(at[x.name()] for x in numbers)).full().ravel().tolist()


def _gap(own: Sequence[Any], others: Sequence[Any], allowed: float) -> float:
    """The largest relative difference of two lists of values; an error where it is more than rounding."""
    gap = max(float(abs(a - b) / (1 + abs(a))) for a, b in zip(own, others, strict=True))
    if gap > allowed:
        raise AssertionError(gap)
    return gap


if __name__ == "__main__":
    main()
