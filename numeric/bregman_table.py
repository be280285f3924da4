"""The law of learning dynamics in three metrics, along orbits integrated to the last digits, and rows of Table 1."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from sympy import Expr, Integer, exp, solve, symbols

from derivations import bregman_table as theorem, mirror_descent, natural_gradient, nesterov
from numeric._evaluate import evaluate
from numeric._orbits import Orbit, flow, orbit, rates_of
from symlag import Lagrangian, coordinates, sgd, t
from symlag.derivation.derive import derive
from symlag.learning.bregman_lagrangian import bregman, massless_limit
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study, observed_order
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.noether import Law

__all__ = ["fast", "study", "theorem"]

fast = True
SPAN, MASSES = 10.0, (0.2, 0.1, 0.05)
STILL = {"m": 0.5, "mu": 1.0}
SADDLE = {"x": 1.5, "y": 0.3, "x_dot": 0.0, "y_dot": 0.4}
VALLEY = {"x": 1.0, "y": -1.0, "x_dot": 0.0, "y_dot": 0.0}
SPHERE = {"w": np.array([1.0, 0.5, -0.3]), "w_dot": np.zeros(3)}

x, k = coordinates("x"), symbols("k", positive=True)  # a constant pull
m, mu = theorem.m, theorem.mu
eta, beta, learned = *symbols("eta beta", positive=True), sgd().mechanics
ROWS: Mapping[str, tuple[Any, Expr]] = {
    "Nesterov: q̈ + (3/t)q̇ + ∇f = 0": (theorem.rows["Nesterov"], 3 / t * x.dot + k),
    "damped: mq̈ + μq̇ + ∇f = 0": (theorem.rows["damped"], (mu * x.dot + k) / m),
    "SGD with momentum: m = η(1+β)/2 and μ = 1−β": (
        [part.subs({m: learned.mass, mu: learned.friction}) for part in theorem.rows["damped"]],
        ((1 - beta) * x.dot + k) / (eta * (1 + beta) / 2),
    ),
}


def study() -> Study:
    """The rows of the table, the law along orbits, and the limit without mass."""
    mirror, natural, accelerated = map(_law, (mirror_descent, natural_gradient, nesterov))
    alpha = theorem.rows["Nesterov"][0].subs(t, nesterov.since)
    orbits = {
        "Σ cosh": orbit(mirror, SADDLE, STILL, SPAN, source=mirror.breaking["asymmetry"]),
        "Σ exp": orbit(natural, VALLEY, STILL, SPAN, source=natural.breaking["asymmetry"]),
        "½|w|²": orbit(
            accelerated, SPHERE, {"B": np.diag([1.0, 2.0, 3.0])}, SPAN, source=exp(-alpha) * accelerated.source
        ),
    }
    bent, also, straight = (_balance(name, found) for name, found in orbits.items())
    corrected = replace(straight, without="the correction of e^{−2α} to e^{−α}")
    return Study([*_rows(), bent, also, corrected, _massless(mirror)], {"charges": partial(_draw, orbits)})


def _law(form: ModuleType) -> Law:
    (law,) = derive(form).laws
    return law


def _rows() -> Iterator[Claim]:
    """By how much each row's motion misses the printed one, the ideal scaling being the friction γ̇ = e^α."""
    known = {"x_dot": 0.7, "k": 1.3, "t": 2.0, "m": 0.4, "mu": 0.6, "eta": 0.1, "beta": 0.9}
    for says, (schedules, printed) in ROWS.items():
        L = bregman(x**2 / 2, k * x, [x], *schedules)
        gaps = (accelerations(one)[x.dot.dot] + printed for one in (L, replace(L, damping=Integer(0))))
        measured, twin = (abs(float(evaluate(gap, known))) for gap in gaps)
        yield Claim(f"Table 1, {says}.", "NLD Table 1", measured, most=1e-14, twin=twin, without="the scaling by γ")


def _balance(name: str, found: Orbit) -> Claim:
    says = f"The law of the charge holds along an orbit of h = {name}."
    return Claim(says, "NLD Eq. 8–13", found.gap, most=1e-10, twin=found.twin_gap, without="the source of the metric")


def _massless(law: Law) -> Claim:
    """The order in m at which orbits come to the natural-gradient flow, which all of them begin upon."""
    pair, f = law.lagrangian.coordinates, mirror_descent.f
    euclidean = bregman(sum(q**2 / 2 for q in pair), f, pair, *theorem.rows["damped"])
    flows = [_flow(L) for L in (law.lagrangian, euclidean)]
    gaps = [[_apart(law, mass, field) for mass in MASSES] for field in flows]
    says = "As m → 0, orbits of h = Σ cosh come to the natural-gradient flow, to first order."
    measured, twin = (observed_order(MASSES, gap) for gap in gaps)
    return Claim(says, "NLD Table 1", measured, least=0.9, twin=twin, without="the metric")


def _flow(L: Lagrangian) -> Mapping[str, Any]:
    """The rates that are left of a mechanics without mass."""
    return {f"{q}_dot": solve(way, q.dot)[0] for q, way in massless_limit(L, m).items()}


def _apart(law: Law, mass: float, field: Mapping[str, Any]) -> float:
    """The greatest distance of an orbit from a flow."""
    start, still = {"x": SADDLE["x"], "y": SADDLE["y"]}, {"m": mass, "mu": STILL["mu"]}
    _, path = flow(rates_of(field, still), start, SPAN)
    found = orbit(law, {**start, **evaluate(_flow(law.lagrangian), {**start, **still})}, still, SPAN)
    return float(max(abs(found.state[q] - path[q]).max() for q in start))


def _draw(orbits: Mapping[str, Orbit], figure: Any) -> None:
    """The charges of three metrics."""
    panels = figure.subplots(1, len(orbits))
    for panel, (name, found) in zip(panels, orbits.items(), strict=True):
        panel.plot(found.time, found.measured, **MEASURED, label="measured")
        panel.plot(found.time, found.state["law"], **THEORY, label="the law")
        panel.plot(found.time, found.state["twin"], **TWIN, label="failing twin")
        panel.set(title=f"$h$ = {name}", xlabel="time $t$")
        panel.margins(x=0.01)
    panels[0].set(ylabel="charge $C$")
    panels[0].legend()
