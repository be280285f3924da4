"""How long Noether's learning dynamics takes to derive: the laws, with proof, for symbolic size and any schedule.

    python -m numeric.bench.derive

Seconds in one process, once, without the import: the Bregman law of each metric and family (NLD Eq. 8), the rows of
Table 1 and the flows of m → 0, then polar form, r⁴ law, equivalent RMSProp and steady state of weights before a norm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from sympy import Expr, Function, Symbol, cosh, exp, log, symbols

from symlag import Generator, Lagrangian, accelerations, block, inner, invariant_loss, noether, t
from symlag.calculus import elementwise
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.structured_matrices import ones
from symlag.learning.bregman_lagrangian import bregman, ideal_scaling, massless_limit
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.scale_invariant import (
    chi_of_constant_gradients,
    chi_of_white_noise,
    equivalent_rmsprop,
    fourth_power,
    polar_equations,
)
from symlag.variational.families import rotation, scale, translation

n = Symbol("n", integer=True, positive=True)
m, mu = symbols("m mu", positive=True)
alpha, beta, gamma = (Function(name)(t) for name in ("alpha", "beta", "gamma"))
q, rule = block("q", n), heavy_ball()
METRICS: Mapping[str, Expr] = {
    "½|q|²": inner(q, q) / 2,
    "Σ eˣ": inner(ones(n), elementwise(exp, q)),
    "Σ cosh x": inner(ones(n), elementwise(cosh, q)),
    "any h": Unknown("h", [q]),
}
FAMILIES = (translation(q), scale(q), rotation(q))


def main() -> None:
    """Derive everything once and print the times."""
    table = Table("derived", "seconds", title="theory.md §3")
    times = [(what, _seconds(derive)) for what, derive in derivations()]
    for what, seconds in [*times, ("all", sum(seconds for _, seconds in times))]:
        table.add_row(what, f"{seconds:.2f}")
    Console(width=110).print(table)


def derivations() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is timed, by name."""
    for metric, h in METRICS.items():
        yield f"law of {metric}: translation, scale, rotation", lambda h=h: [_proved(h, X) for X in FAMILIES]
    for row, (h, *schedules) in _table().items():
        yield f"Table 1, {row}", lambda h=h, schedules=schedules: accelerations(_mechanics(h, *schedules))
    for metric, h in METRICS.items():
        yield f"flow of m → 0 in {metric}", lambda h=h: massless_limit(_mechanics(h, -log(m), log(m), mu * t / m), m)
    yield "ideal scaling", lambda: accelerations(_ideal())
    yield "polar form, r⁴ law, RMSProp, χ, steady state", _radial


def _table() -> Mapping[str, tuple[Any, ...]]:
    flat, mass, friction = METRICS["½|q|²"], rule.mass, rule.friction
    return {
        "Nesterov": (flat, log(2) - log(t), 2 * log(t) - log(4), 2 * log(t)),
        "damped": (flat, -log(m), log(m), mu * t / m),
        "SGD with momentum": (flat, -log(mass), log(mass), friction * t / mass),
    }


def _mechanics(h: Expr, *schedules: Any) -> Lagrangian:
    return bregman(h, invariant_loss("f", scale(q)), [q], *schedules)


def _ideal() -> Lagrangian:
    L = _mechanics(METRICS["½|q|²"], alpha, beta, 0)
    return Lagrangian(L.kinetic, L.potential, L.coordinates, ideal_scaling(alpha))


def _proved(h: Expr, X: Generator) -> Any:
    law = noether(bregman(h, invariant_loss("f", X), [q], alpha, beta, gamma), X)
    return law.charge, law.breaking, law.defect()


def _radial() -> Any:
    law = noether(rule.lagrangian(invariant_loss("f", scale(q)), [q]), scale(q))
    chi = chi_of_constant_gradients(1 - rule.friction), chi_of_white_noise(1 - rule.friction)
    return polar_equations(law), fourth_power(law), chi, equivalent_rmsprop(law, rule.step), law.steady_state()


def _seconds(derive: Callable[[], Any]) -> float:
    start = perf_counter()
    derive()
    return perf_counter() - start


if __name__ == "__main__":
    main()
