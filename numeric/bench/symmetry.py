"""How long does it take to find every symmetry, with the proof that there are no more?

    python -m numeric.bench.symmetry

Times are in seconds, the best of three, in one thread, and include the count, the search, and the check that the
algebra closes. Everything is found from T and V alone.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sympy import cos, exp, sqrt, symbols

from symlag import Lagrangian, coordinates, t
from symlag.symmetry import symmetries
from symlag.symmetry.algebra import Algebra

x, y, z = coordinates("x y z")
theta, phi, psi = coordinates("theta phi psi")
a, b, c, d = coordinates("x_1 y_1 x_2 y_2")
k, m, gamma = symbols("k m gamma", positive=True)


def kinetic(*moving: Any) -> Any:
    """The kinetic energy of unit masses."""
    return sum(q.dot**2 for q in moving) / 2


def oscillator(n: int) -> Lagrangian:
    """The isotropic oscillator of n freedoms, with a symbolic frequency."""
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
    **{f"oscillator of {n} freedoms": oscillator(n) for n in range(2, 7)},
}


def main() -> None:
    """Prints one row for each system."""
    table = Table("system", "symmetries", "algebra", "seconds")
    for name, L in track(CASES.items(), transient=True):
        seconds, found = min((timed(L) for _ in range(3)), key=lambda pair: pair[0])
        table.add_row(name, found.verdict, found.name, f"{seconds:.3f}")
    Console().print(table)


def timed(L: Lagrangian) -> tuple[float, Algebra]:
    """The time to find the symmetries of an action, and what was found."""
    start = perf_counter()
    found = symmetries(L)
    if not found.closed:
        raise AssertionError(found)
    return perf_counter() - start, found


if __name__ == "__main__":
    main()
