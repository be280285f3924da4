"""How long does it take to find every symmetry, with the proof that there are no more?

    python -m numeric.bench.symmetry

Times are in seconds on the clock, the best of three, for the count and the search, and then those of the processor
alone. Everything is found from T and V alone, and the algebra is checked to be closed. The last column is what SymPy
takes to expand the determining equations of a quadratic ansatz and to solve them, where all symmetries are of that
form.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from os import getloadavg
from statistics import median
from time import perf_counter, process_time
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sympy import Add, Mul, Poly, cos, exp, linsolve, numbered_symbols, numer, pi, sqrt, symbols, together
from sympy.core.cache import clear_cache

from symlag import Generator, Lagrangian, coordinates, symmetries, t
from symlag.calculus.differential_operators import euler, total
from symlag.calculus.jets import jets

x, y, z = coordinates("x y z")
theta, phi, psi = coordinates("theta phi psi")
a, b, c, d, e, f = coordinates("x_1 y_1 x_2 y_2 x_3 y_3")
k, m, gamma = symbols("k m gamma", positive=True)


def kinetic(*moving: Any) -> Any:
    """The kinetic energy of unit masses."""
    return sum(q.dot**2 for q in moving) / 2


def oscillator(n: int) -> Lagrangian:
    """The isotropic oscillator of n degrees of freedom, with a symbolic frequency."""
    q = [coordinates(f"q_{i + 1}") for i in range(n)]
    return Lagrangian(m * kinetic(*q), k * sum(x**2 for x in q) / 2)


CASES = {
    "free particle on a line": Lagrangian(m * kinetic(x)),
    "oscillator on a line": oscillator(1),
    "damped oscillator": Lagrangian(m * kinetic(x), k * x**2 / 2, damping=gamma),
    "inverse square": Lagrangian(m * kinetic(x), k / x**2),
    "Lane-Emden of index 5": Lagrangian(kinetic(x), x**6 / 6, damping=2 / t),
    "pendulum": Lagrangian(m * kinetic(theta), -k * cos(theta)),
    "Kepler in the plane": Lagrangian(m * kinetic(x, y), -k / sqrt(x**2 + y**2)),
    "Kepler in space": Lagrangian(m * kinetic(x, y, z), -k / sqrt(x**2 + y**2 + z**2)),
    "Toda, three particles": Lagrangian(kinetic(x, y, z), exp(x - y) + exp(y - z)),
    "Calogero, three particles": Lagrangian(kinetic(x, y, z), k / (x - y) ** 2 + k / (y - z) ** 2 + k / (z - x) ** 2),
    "spherical top": Lagrangian(kinetic(theta, phi, psi) + cos(theta) * phi.dot * psi.dot),
    "two bodies in the plane": Lagrangian(kinetic(a, b, c, d), -k / sqrt((a - c) ** 2 + (b - d) ** 2)),
    **{f"oscillator of {n} degrees of freedom": oscillator(n) for n in range(2, 7)},
}

# What was lost or slow once: decimals and irrational numbers, frequencies of springs, and many bodies.
FURTHER = {
    "decimals": Lagrangian(0.5 * x.dot**2, 0.5 * x**2, damping=0.2),
    "falling by 9.81": Lagrangian(0.5 * x.dot**2, 9.81 * x),
    "stiffness (2π)²": Lagrangian(x.dot**2 / 2, (2 * pi) ** 2 * x**2 / 2),
    "stiffness √2 + √3": Lagrangian(x.dot**2 / 2, (sqrt(2) + sqrt(3)) * x**2),
    "two springs": Lagrangian(kinetic(x, y), x**2 / 2 + (x - y) ** 2 / 2),
    "three springs": Lagrangian(kinetic(x, y, z), x**2 / 2 + (x - y) ** 2 / 2 + (y - z) ** 2 / 2),
    "two pairs of quartic springs": Lagrangian(kinetic(a, b, c, d), (a - b) ** 4 + (c - d) ** 4),
    "Airy": Lagrangian(kinetic(x), t * x**2),
    "three bodies in the plane": Lagrangian(
        kinetic(a, b, c, d, e, f),
        -1 / sqrt((a - c) ** 2 + (b - d) ** 2)
        - 1 / sqrt((c - e) ** 2 + (d - f) ** 2)
        - 1 / sqrt((a - e) ** 2 + (b - f) ** 2),
    ),
}

# Systems whose symmetries have rational coefficients, all of degree two.
QUADRATIC = ("free particle on a line", "inverse square", "Calogero, three particles")

# What the search must not exceed, in seconds, for one degree of freedom and for more.
ONE_DEGREE, MORE = 0.3, 3.0


def main() -> None:
    """Prints one row for each system."""
    table = Table("system", "symmetries", "algebra", "seconds", "required", "processor", "by expansion")
    for name, L in track(CASES.items(), transient=True):
        seconds, processor, algebra = min((timed(symmetries, L) for _ in range(3)), key=lambda timing: timing[0])
        if not algebra.closed:
            raise AssertionError(algebra)
        required = ONE_DEGREE if len(L.coordinates) == 1 else MORE
        by_expansion = f"{timed(count_by_expansion, L)[0]:.1f}" if name in QUADRATIC else ""
        table.add_row(
            name, algebra.verdict, algebra.name, f"{seconds:.3f}", f"< {required}", f"{processor:.3f}", by_expansion
        )
    console = Console(width=150)
    console.print(table)
    console.print(f"one after the other, with cold caches: {times_from_cold()}")
    console.print(f"load: {getloadavg()[0]:.1f}")


def times_from_cold() -> str:
    """The median and the longest time of the processor for all systems, in one process, SymPy's caches emptied."""
    seconds: dict[str, float] = {}
    for name, L in track({**CASES, **FURTHER}.items(), transient=True):
        clear_cache()
        seconds[name] = timed(symmetries, L)[1]
    longest = max(seconds, key=lambda name: seconds[name])
    return f"median {median(seconds.values()):.3f} s, longest {seconds[longest]:.3f} s ({longest})"


def timed(search: Callable[[Lagrangian], Any], L: Lagrangian) -> tuple[float, float, Any]:
    """The time of a search on the clock and of the processor, and its result."""
    start, start_of_process = perf_counter(), process_time()
    result = search(L)
    return perf_counter() - start, process_time() - start_of_process, result


def count_by_expansion(L: Lagrangian) -> int:
    """How many symmetries with polynomial coefficients of degree two SymPy finds, asked directly.

    The condition of Bessel-Hagen is expanded in jets, and solved for the coefficients by `linsolve`: what one writes in
    an afternoon. It knows no exponentials and no roots, and proves nothing about what it does not find.
    """
    z = (t, *L.coordinates)
    monomials = [Mul(*choice) for n in range(3) for choice in combinations_with_replacement(z, n)]
    unknown = iter(numbered_symbols("c"))
    fields = [[(next(unknown), monomial) for monomial in monomials] for _ in z]
    tau, *moves = (Add(*(c * monomial for c, monomial in field)) for field in fields)
    X = Generator(dict(zip(L.coordinates, moves, strict=True)), tau)
    change = X.act(L.density) + (total(tau) + L.damping * tau) * L.density
    numerators = [numer(together(euler(change, q, L.damping))) for q in L.coordinates]
    coefficients = [c for field in fields for c, _ in field]
    arguments = [*jets(*numerators), t]
    equations = [part for n in numerators for part in Poly(n, *arguments).coeffs()]
    (solution,) = linsolve(equations, coefficients)
    return len(set(coefficients) & solution.free_symbols)


if __name__ == "__main__":
    main()
