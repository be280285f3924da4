"""Runs of `simulate` beside SciPy on equations written by hand, and beside heyoka's Taylor method where it is there.

    python -m numeric.bench.simulation [seconds]

All follow the same motions over the same time to the same tolerance, 1e-10, in one process and one thread. `ready` is
the time from the energies to the first step: deriving, lowering, and what heyoka compiles. `run` is the best of
three, and both are the processor's time; the gap is the distance of the last state from a run at 1e-13. By hand means
NumPy's functions on a state in an array, accelerations solved on paper where that is short, and the mass matrix solved
by `numpy.linalg.solve` where it is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from time import process_time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.integrate import solve_ivp
from sympy import Add, cos, lambdify, sqrt, symbols

from symlag import Lagrangian, accelerations, coordinates, simulate
from symlag.optional_packages import is_installed
from symlag.simulation import Run

TOLERANCE = 1e-10
MOST_SOLVED = 3  # coordinates whose accelerations are solved symbolically for heyoka in seconds
g = symbols("g", positive=True)


@dataclass(frozen=True)
class Case:
    """A mechanics, a state of coordinates and then velocities, and the rate of that state as one writes it by hand."""

    name: str
    lagrangian: Lagrangian
    start: tuple[float, ...]
    by_hand: Callable[[float, Any], Any]


def chain(n: int) -> Lagrangian:
    """The pendulum of n rods and masses of one, from angles with the vertical."""
    q = coordinates(" ".join(f"q_{i}" for i in range(1, n + 1)))
    T = Add(*((n - max(i, j)) * cos(q[i] - q[j]) * q[i].dot * q[j].dot for i in range(n) for j in range(n))) / 2
    return Lagrangian(T, -g * Add(*((n - i) * cos(q[i]) for i in range(n))), coordinates=q)


def chain_by_hand(n: int) -> Callable[[float, Any], Any]:
    """Σⱼ (n − max(i, j)) (cos(qᵢ − qⱼ) q̈ⱼ + sin(qᵢ − qⱼ) q̇ⱼ²) = −g (n − i) sin qᵢ."""
    i = np.arange(n)
    hanging, alone = n - np.maximum.outer(i, i), n - i

    def rates(_: float, state: Any) -> Any:
        q, v = state[:n], state[n:]
        apart = q[:, None] - q
        pull = -9.81 * alone * np.sin(q) - (hanging * np.sin(apart)) @ v**2
        return np.concatenate((v, np.linalg.solve(hanging * np.cos(apart), pull)))

    return rates


def cases() -> list[Case]:
    """What is timed."""
    x, y, theta = coordinates("x y theta")

    def kepler_by_hand(_: float, state: Any) -> Any:
        r3 = (state[0] ** 2 + state[1] ** 2) ** 1.5
        return np.array([state[2], state[3], -state[0] / r3, -state[1] / r3])

    def pendulum_by_hand(_: float, state: Any) -> Any:
        return np.array([state[1], -9.81 * np.sin(state[0])])

    kepler = Lagrangian((x.dot**2 + y.dot**2) / 2, -1 / sqrt(x**2 + y**2))
    chains = [Case(f"chain of {n}", chain(n), (1.0,) * n + (0.0,) * n, chain_by_hand(n)) for n in (2, 3, 5, 8)]
    pendulum = Lagrangian(theta.dot**2 / 2, -g * cos(theta))
    return [
        Case("pendulum", pendulum, (2.0, 0.0), pendulum_by_hand),
        Case("Kepler", kepler, (0.5, 0.0, 0.0, 1.5), kepler_by_hand),
        *chains,
    ]


def main(seconds: float) -> None:
    """Time all cases and print the table."""
    columns = ("simulate: ready", "run", "gap", "SciPy by hand: run", "gap", "heyoka: ready", "run", "gap")
    table = Table("", *columns, title=f"milliseconds for {seconds:g} s of motion at {TOLERANCE:g}")
    for case in cases():
        table.add_row(case.name, *_row(case, seconds))
    Console(width=130).print(table)


def _row(case: Case, seconds: float) -> list[str]:
    L = case.lagrangian
    state = [*L.coordinates, *(q.dot for q in L.coordinates)]
    start, numbers = dict(zip(state, case.start, strict=True)), {"g": 9.81} if L.density.has(g) else {}
    began = process_time()
    simulate(L, start, 1e-6, numbers)
    ready = process_time() - began

    def last(run: Any) -> Any:
        return np.array([run[jet][-1] for jet in state])

    right = last(simulate(L, start, seconds, numbers, rtol=1e-13, atol=1e-13))
    problem = simulate(L, start, seconds, numbers, rtol=TOLERANCE, atol=TOLERANCE).problem
    taken, run = _best(lambda: Run.of(problem))
    told = [_ms(ready), _ms(taken), _gap(last(run), right)]

    def by_hand() -> Any:
        precise: dict[str, Any] = {"method": "DOP853", "rtol": TOLERANCE, "atol": TOLERANCE, "dense_output": True}
        return solve_ivp(case.by_hand, (0, seconds), case.start, **precise).y[:, -1]

    taken, reached = _best(by_hand)
    told += [_ms(taken), _gap(reached, right)]
    known = is_installed("heyoka") and len(L.coordinates) <= MOST_SOLVED
    return told + (_heyoka(L, case.start, seconds, right) if known else ["—"] * 3)


def _heyoka(L: Lagrangian, start: Any, seconds: float, right: Any) -> list[str]:
    """The same by heyoka, which compiles the accelerations, solved symbolically, for the machine."""
    heyoka: Any = import_module("heyoka")
    began = process_time()
    names = {jet: f"s{i}" for i, jet in enumerate([*L.coordinates, *(q.dot for q in L.coordinates)])}
    variables = heyoka.make_vars(*names.values())
    solved = [a.xreplace({g: 9.81}) for a in accelerations(L).values()]
    functions = {"sin": heyoka.sin, "cos": heyoka.cos, "sqrt": heyoka.sqrt}
    rates = [*variables[len(L.coordinates) :], *lambdify([*names], solved, functions)(*variables)]
    integrator = heyoka.taylor_adaptive([*zip(variables, rates, strict=True)], list(start), tol=TOLERANCE)
    ready = process_time() - began

    def motion() -> Any:
        integrator.time, integrator.state[:] = 0.0, start
        integrator.propagate_until(seconds)
        return integrator.state.copy()

    taken, reached = _best(motion)
    return [_ms(ready), _ms(taken), _gap(reached, right)]


def _best(call: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest time of three calls, and the last result."""
    times: list[float] = []
    result: Any = None
    for _ in range(3):
        began = process_time()
        result = call()
        times.append(process_time() - began)
    return min(times), result


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}"


def _gap(reached: Any, right: Any) -> str:
    return f"{abs(reached - right).max():.0e}"


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
