"""Does the number of symmetries depend on the coordinates that a system is written in? It must not.

    python -m numeric.bench.point_transformations

Fifteen systems, whose number of variational symmetries is known from theory, are written in ten ways each: a point
transformation maps symmetries to symmetries, and neither constant factors nor total derivatives matter. Each cell says
how many were found; where not all were, it says of how many, and where the bound is not the right one, it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sympy import Expr, Rational, cos, exp, expand, sin, sqrt, symbols, trigsimp

from symlag import Lagrangian, coordinates, symmetries, t
from symlag.calculus.differential_operators import total

x, y, r, theta, u, v = coordinates("x y r theta u v")
k, gamma = symbols("k gamma", positive=True)
radius = sqrt(x**2 + y**2)

LINE, PLANE = x.dot**2 / 2, (x.dot**2 + y.dot**2) / 2

# The density of an action, its damping, and the number of its variational symmetries.
SYSTEMS: Mapping[str, tuple[Expr, Expr | int, int]] = {
    "free particle": (LINE, 0, 5),
    "oscillator": (LINE - x**2 / 2, 0, 5),
    "repeller": (LINE + x**2 / 2, 0, 5),
    "falling body": (LINE - k * x, 0, 5),
    "damped free particle": (LINE, gamma, 5),
    "damped oscillator": (LINE - x**2 / 2, 3, 5),
    "inverse square": (LINE - k / x**2, 0, 3),
    "quartic": (LINE - x**4 / 4, 0, 1),
    "integrable Duffing": (LINE - x**2 - x**4 / 4, 3, 1),
    "free in the plane": (PLANE, 0, 8),
    "oscillator in the plane": (PLANE - k * (x**2 + y**2) / 2, 0, 8),
    "falling in the plane": (PLANE - y, 0, 8),
    "Kepler": (PLANE + 1 / radius, 0, 2),
    "oscillators of different stiffness": (PLANE - x**2 / 2 - y**2, 0, 5),
    "magnetic field": (PLANE + (x * y.dot - y * x.dot) / 2, 0, 8),
}

# The old coordinates in new ones; of a system on a line only x is used.
CHANGES: Mapping[str, tuple[Mapping[Any, Expr], Mapping[Any, Expr]]] = {
    "scaled": ({x: 3 * u}, {x: 2 * u, y: 2 * v}),
    "moved": ({x: u + 1}, {x: u + 2, y: v - 1}),
    "rotated": ({x: -u}, {x: (3 * u - 4 * v) / 5, y: (4 * u + 3 * v) / 5}),
    "sheared": ({x: 2 * u + 1}, {x: u + v, y: v}),
    "curved": ({x: u**2}, {x: u + v**2, y: v}),
    "moving": ({x: u + t}, {x: u + t, y: v}),
    "polar or exponential": ({x: exp(u)}, {x: u * cos(v), y: u * sin(v)}),
}


def written_in(change: Mapping[Any, Expr], density: Expr) -> Expr:
    """A density in other coordinates."""
    there = {q: old for q, old in change.items() if density.has(q, q.dot)}
    moved = density.xreplace({**{q.dot: total(old) for q, old in there.items()}, **there})
    return trigsimp(expand(moved)) if moved.has(cos) else moved


def written_out(density: Expr, damping: Any) -> Lagrangian:
    """With the factor e^{γt} in the density."""
    return Lagrangian(exp(damping * t) * density)


def with_total_derivative(density: Expr, damping: Any) -> Lagrangian:
    """With the total derivative of t x² added, as damping has it."""
    B = t * x**2
    return Lagrangian(expand(density + total(B) + damping * B), damping=damping)


def doubled(density: Expr, damping: Any) -> Lagrangian:
    """With another unit of the action."""
    return Lagrangian(Rational(7, 3) * density, damping=damping)


def ways(density: Expr) -> dict[str, Callable[[Expr, Any], Lagrangian]]:
    """The ten ways in which a system is written."""
    in_plane = density.has(y, y.dot)

    def changed(change: Mapping[Any, Expr]) -> Callable[[Expr, Any], Lagrangian]:
        return lambda L, damping: Lagrangian(written_in(change, L), damping=damping)

    transformed = {name: changed(plane if in_plane else line) for name, (line, plane) in CHANGES.items()}
    others = {"e^γt written out": written_out, "total derivative": with_total_derivative, "other unit": doubled}
    return {**transformed, **others}


def count(name: str, way: str) -> tuple[int, int | None, int]:
    """The number of symmetries of a system written in one way: found, bounded, and from theory."""
    density, damping, expected = SYSTEMS[name]
    found = symmetries(ways(density)[way](density, damping))
    return found.dimension, found.bound, expected


def main() -> None:
    """Prints one row for each system."""
    columns = [*ways(LINE)]
    table = Table("system", "theory", *columns, "slowest, s")
    for name, (_, _, expected) in track(SYSTEMS.items(), transient=True):
        cells, slowest = list[str](), 0.0
        for way in columns:
            start = perf_counter()
            found, bound, _ = count(name, way)
            slowest = max(slowest, perf_counter() - start)
            cells.append(f"{found}" if found == bound == expected else f"{found} of {bound}")
        table.add_row(name, str(expected), *cells, f"{slowest:.2f}")
    Console(width=190).print(table)


if __name__ == "__main__":
    main()
