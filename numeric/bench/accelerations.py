"""Accelerations as formulas beside SymPy's, and as functions of arrays beside CasADi's, in one run.

    python -m numeric.bench.accelerations

The first table times accelerations as formulas, from T and V on, beside `LagrangesMethod.rhs` (in seconds); the gap is
the largest relative difference of the two at a random point, of thirty digits. The second times kernels of the
accelerations of a pendulum of n links, in microseconds a state: for a batch of 2000 states, and for a call with one
state; `simulate` is what its integrators call instead, where the mass matrix is solved by numbers. CasADi
differentiates automatically and solves its own mass matrix symbolically; its operations are its instructions, symlag's
those of the program. Times are of the process, the best of five, SymPy's caches emptied before each formula. The gap is
the largest difference of the accelerations, relative to the largest of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from time import process_time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sympy import Expr, Rational, cos, sin, symbols
from sympy.core.cache import clear_cache
from sympy.physics.mechanics import LagrangesMethod, dynamicsymbols

from numeric.bench.pendulum import Chain
from symlag import Lagrangian, accelerations, coordinates, kernel
from symlag.calculus.jets import jets
from symlag.kernels.lowering import lower
from symlag.simulation.dynamics import Dynamics

REPEATS = 5
STATES = 2000
LINKS = (2, 4, 8)


def main() -> None:
    """Prints the two tables."""
    formulas = Table("formulas of", "symlag", "LagrangesMethod.rhs", "faster", "gap")
    for name, (T, V, angles) in {"double pendulum": _chain(2), "triple pendulum": _chain(3), "rotor": _rotor()}.items():
        formulas.add_row(name, *_race(T, V, angles))
    Console().print(formulas)
    values = Table("links", "", "operations", "batch", "one state", "gap")
    for n in LINKS:
        for row in _kernels(n):
            values.add_row(str(n), *row)
    Console().print(values)


def _chain(n: int) -> tuple[Expr, Expr, list[Any]]:
    angles = [coordinates(f"theta_{i}") for i in range(n)]
    return *Chain.of(n).energies(angles, [q.dot for q in angles]), angles


def _rotor() -> tuple[Expr, Expr, list[Any]]:
    """A heavy body with three different moments of inertia, in Euler's angles."""
    phi, theta, psi = angles = [*coordinates("phi theta psi")]
    I_1, I_2, I_3, k = symbols("I_1 I_2 I_3 k", positive=True)
    along = phi.dot * sin(theta) * sin(psi) + theta.dot * cos(psi)
    across = phi.dot * sin(theta) * cos(psi) - theta.dot * sin(psi)
    return (I_1 * along**2 + I_2 * across**2 + I_3 * (phi.dot * cos(theta) + psi.dot) ** 2) / 2, k * cos(theta), angles


def _race(T: Expr, V: Expr, angles: Sequence[Any]) -> list[str]:
    functions = {q: dynamicsymbols(q.stem) for q in angles}
    spoken = {j: functions[j.root].diff(dynamicsymbols._t, j.order[0]) for j in jets(T, V)}
    density = (T - V).xreplace(spoken)

    def of_sympy() -> Any:
        method = LagrangesMethod(density, list(functions.values()))
        method.form_lagranges_equations()
        return method.rhs()[len(angles) :, 0]

    own, ours = _timed(lambda: [*accelerations(Lagrangian(T, V, angles)).values()], clear=True)
    other, theirs = _timed(of_sympy, clear=True)
    dice = random.Random(0)
    point = {s: Rational(dice.randint(20, 90), dice.randint(31, 67)) for s in sorted((T - V).free_symbols, key=str)}
    heard = {f: j for j, f in sorted(spoken.items(), key=lambda pair: -pair[0].order[0])}
    gaps: list[float] = []
    for a, b in zip(ours, theirs, strict=True):
        one, two = (e.xreplace(heard).xreplace(point).evalf(30) for e in (a, b))
        gaps.append(float(abs(one - two) / (1 + abs(two))))
    return [f"{own:.2f}", f"{other:.2f}", f"{other / own:.0f}×", f"{max(gaps):.0e}"]


def _kernels(n: int) -> list[list[str]]:
    """A row for each way to compute the accelerations of n links."""
    T, V, angles = _chain(n)
    motion = accelerations(Lagrangian(T, V, angles))
    operations = sum(int(e.count_ops()) for e in lower(motion).scalar_expressions())
    dice = np.random.default_rng(0)
    varying = [name for i in range(n) for name in (f"theta_{i}", f"theta_{i}_dot")]
    state = {name: dice.uniform(0.5, 1.5, STATES) for name in varying}
    still = {name: dice.uniform(0.5, 1.5) for name in (*(f"{s}_{i}" for s in "ml" for i in range(n)), "g")}
    rows, first = list[list[str]](), {name: values[0] for name, values in state.items()}
    reference: Any = None
    for name in ("casadi", "numpy", "numba"):
        if not find_spec(name):
            continue
        if name == "casadi":
            count, batch, single = _casadi(n, state, still)
        else:
            compute = kernel(motion, name)
            count = operations
            batch = lambda f=compute: np.stack([*f(**state, **still).values()])  # noqa: E731
            single = lambda f=compute: f(**first, **still)  # noqa: E731
        seconds, found = _timed(batch)
        one, _ = _timed(lambda call=single: [call() for _ in range(20)])
        reference = found if reference is None else reference
        gap = np.abs(found - reference).max() / np.abs(reference).max()
        if gap > 1e-9:
            raise AssertionError(gap)
        rows.append([name, str(count), f"{seconds / STATES * 1e6:.2f}", f"{one / 20 * 1e6:.0f}", f"{gap:.0e}"])
    return [*rows, ["simulate", "", "", _rate_of_simulation(n, Lagrangian(T, V, angles), still), ""]]


def _rate_of_simulation(n: int, L: Lagrangian, still: dict[str, float]) -> str:
    """The microseconds of a rate, as `simulate` asks for it at each stage of a step."""
    motion = Dynamics.of(L, dict.fromkeys(L.coordinates, ()), still)
    state = np.linspace(0.5, 1.5, 2 * n)
    seconds, _ = _timed(lambda: [motion.rates(0.0, state) for _ in range(20)])
    return f"{seconds / 20 * 1e6:.0f}"


def _casadi(n: int, state: dict[str, Any], still: dict[str, Any]) -> tuple[int, Callable[[], Any], Callable[[], Any]]:
    """CasADi's instructions, and its accelerations of all states and of the first."""
    import casadi

    q, v, m, l = (casadi.SX.sym(name, n) for name in ("q", "v", "m", "l"))
    g = casadi.SX.sym("g")
    split = [casadi.vertsplit(each) for each in (m, l, q, v)]
    T, V = Chain(split[0], split[1], g, casadi.cos, casadi.sin).energies(split[2], split[3])
    p = casadi.gradient(T - V, v)
    forces = casadi.gradient(T - V, q) - casadi.jtimes(p, q, v)
    function = casadi.Function("a", [q, v, casadi.vertcat(m, l, g)], [casadi.solve(casadi.jacobian(p, v), forces)])
    values = np.array([*still.values()])
    at = [np.array([state[f"theta_{i}{dot}"] for i in range(n)]) for dot in ("", "_dot")]
    parameters, mapped = np.tile(values[:, None], (1, STATES)), function.map(STATES)
    first = [each[:, 0].copy() for each in at]
    return function.n_instructions(), lambda: mapped(*at, parameters).full(), lambda: function(*first, values)


def _timed(make: Callable[[], Any], *, clear: bool = False) -> tuple[float, Any]:
    """How long it takes at best to make something, and what is made."""
    tries: list[tuple[float, Any]] = []
    for _ in range(REPEATS):
        if clear:
            clear_cache()
        start = process_time()
        made = make()
        tries.append((process_time() - start, made))
    return min(tries, key=lambda each: each[0])


if __name__ == "__main__":
    main()
