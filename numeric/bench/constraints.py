"""Motion by multipliers beside motion in coordinates that obey the constraints.

    python -m numeric.bench.constraints

Mechanics under constraints is integrated with SciPy's DOP853 over ten seconds, tolerance 1e-13, and its positions are
compared with those of the reduced system, or with the path in closed form; `drift` is the largest violation of a
constraint on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.integrate import solve_ivp
from sympy import cos, lambdify, sin

from symlag import Lagrangian, accelerations, coordinates
from symlag.calculus.jets import t

TIMES = np.linspace(0, 10, 101)
REPEATS = 3


def main() -> None:
    """Prints a row for each mechanics."""
    motion = Table("under constraints", "largest gap", "drift")
    for name, try_it in {"double pendulum": _double_pendulum, "bead on a wire": _bead, "rolling disc": _disc}.items():
        motion.add_row(name, *(f"{value:.0e}" for value in try_it()))
    Console().print(motion)


def _double_pendulum() -> tuple[float, float]:
    x, y, u, v, theta, phi = coordinates("x y u v theta phi")
    inside = {x: sin(theta), y: -cos(theta), u: sin(theta) + sin(phi), v: -cos(theta) - cos(phi)}
    speeds = {q.dot: theta.dot * s.diff(theta) + phi.dot * s.diff(phi) for q, s in inside.items()}
    T, V = (x.dot**2 + y.dot**2 + u.dot**2 + v.dot**2) / 2, y + v
    bound = Lagrangian(T, V, constraints=(x**2 + y**2 - 1, (u - x) ** 2 + (v - y) ** 2 - 1))
    free = Lagrangian(T.xreplace(speeds), V.xreplace(inside))
    at = {theta: 1.0, phi: 0.4, theta.dot: 0.3, phi.dot: -0.2}
    angles, path = _path(free, at), _path(bound, {jet: s.subs(at) for jet, s in (inside | speeds).items()})
    gap = np.abs(path[u] - np.sin(angles[theta]) - np.sin(angles[phi])).max()
    return gap, _drift(bound, path)


def _bead() -> tuple[float, float]:
    x, y = coordinates("x y")
    wire = 1 - cos(x) + x**2 / 4
    bound = Lagrangian((x.dot**2 + y.dot**2) / 2, 9 * y, constraints=y - wire)
    free = Lagrangian((1 + wire.diff(x) ** 2) * x.dot**2 / 2, 9 * wire)
    path = _path(bound, {x: 1.0, y: wire.subs(x, 1.0), x.dot: 0, y.dot: 0})
    return np.abs(path[x] - _path(free, {x: 1.0, x.dot: 0})[x]).max(), _drift(bound, path)


def _disc() -> tuple[float, float]:
    """An upright disc of radius 0.7 that spins evenly rolls on a circle."""
    x, y, theta, phi = coordinates("x y theta phi")
    rolling = x.dot - 0.7 * theta.dot * cos(phi), y.dot - 0.7 * theta.dot * sin(phi)
    L = Lagrangian(x.dot**2 + y.dot**2 + (theta.dot**2 + phi.dot**2) / 4, constraints=rolling)
    still = dict.fromkeys((x, y, theta, phi), 0.0)
    path = _path(L, {**still, x.dot: 1.05, y.dot: 0.0, theta.dot: 1.5, phi.dot: 0.8})
    circle = np.hypot(path[x] - 1.05 / 0.8 * np.sin(0.8 * TIMES), path[y] - 1.05 / 0.8 * (1 - np.cos(0.8 * TIMES)))
    return circle.max(), _drift(L, path)


def _path(L: Lagrangian, start: Mapping[Any, Any]) -> dict[Any, Any]:
    """Every coordinate and velocity at the times."""
    state = [*L.coordinates, *(q.dot for q in L.coordinates)]
    motion = accelerations(L)
    rate = lambdify([t, state], [*state[len(L.coordinates) :], *(motion[q.dot.dot] for q in L.coordinates)], cse=True)
    values = [float(start[jet]) for jet in state]
    run = solve_ivp(rate, (0, TIMES[-1]), values, "DOP853", t_eval=TIMES, rtol=1e-13, atol=1e-13)
    return dict(zip(state, run.y, strict=True))


def _drift(L: Lagrangian, path: Mapping[Any, Any]) -> float:
    values = [lambdify([*path], g)(*path.values()) for g in L.constraints]
    return float(np.abs(values).max())


if __name__ == "__main__":
    main()
