"""Natural-gradient and mirror flow as the mass goes to zero, integrated: what each of them keeps (MGP; NLD Table 1)."""

from dataclasses import dataclass

import pytest
from sympy import Integer, cosh, exp, log, solve, symbols

from symlag.calculus.differential_operators import gradient, pairing, total
from symlag.calculus.jets import coordinates, t
from symlag.calculus.zero_test import vanishes
from symlag.kernels.array_function import kernel
from symlag.learning.bregman_lagrangian import bregman, massless_limit
from symlag.learning.flow_invariants import mirror_flow
from symlag.simulation.dynamics import Dynamics
from symlag.trials.integrated_orbit import Orbit
from symlag.trials.verdict import observed_order
from symlag.variational.families import rescale, rotation, scale
from symlag.variational.generator import Generator

x, y = coordinates("x y")
m, mu = symbols("m mu", positive=True)
STEPS = (0.04, 0.02, 0.01)
START = {x: 0.6, y: 1.7}


@dataclass(frozen=True)
class Case:
    """A symmetry, a loss that has it, and a distance-generating function."""

    X: Generator
    f: object
    h: object


EUCLIDEAN = (x**2 + y**2) / 2
METRICS = {
    "euclidean": EUCLIDEAN,
    "entropy": x * log(x) - x + y * log(y) - y,
    "exponential": exp(x) + exp(y),
    "hyperbolic": cosh(x) + cosh(y),
}
LOSSES = {
    "scale": (scale(x, y), (x - y) ** 2 / (x**2 + y**2)),
    "rescale": (rescale(x, y), (x * y - 2) ** 2 / 2),
    "translation": (Generator({x: 1, y: 1}, name="translation"), (x - y) ** 2 / 2),
}
CASES = {f"{metric}, {name}": Case(*LOSSES[name], METRICS[metric]) for metric in METRICS for name in LOSSES}


def flow(case):
    """The rates of the limit m → 0 of the damped Bregman Lagrangian."""
    L = bregman(case.h, case.f, [x, y], -log(m), log(m), mu * t / m)
    rates = solve(list(massless_limit(L, m).values()), [x.dot, y.dot], dict=True)[0]
    return {rate: value.subs(mu, Integer(1)) for rate, value in rates.items()}


def drift(case, kept, step):
    """How far a function of position goes along the flow, by how far its parts go."""
    run = Orbit(Dynamics.of_highest(flow(case), {x: (), y: ()}, {}), START, {}).record(step)
    told = kernel(kept, "numpy")
    values = told(**{name: run.arrays[name] for name in told.inputs})
    return float(abs(values - values[0]).max())


@pytest.mark.parametrize("name", CASES)
def test_mirror_flow_keeps_the_function_of_its_metric_to_the_order_of_the_method(name):
    case = CASES[name]
    kept = mirror_flow(case.X, case.h)
    drifts = [drift(case, kept, step) for step in STEPS]
    assert max(drifts) < 1e-13 or observed_order(STEPS, drifts) == pytest.approx(4, abs=0.4)
    assert drifts[-1] < 1e-7


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("euclidean")])
def test_what_plain_gradient_flow_keeps_another_metric_does_not(name):
    case = CASES[name]
    drifts = [drift(case, mirror_flow(case.X, EUCLIDEAN), step) for step in STEPS]
    assert observed_order(STEPS, drifts) < 0.1
    assert min(drifts) > 1e-2


@pytest.mark.parametrize("name", CASES)
def test_the_bent_velocity_of_the_flow_is_orthogonal_to_every_symmetry(name):
    """⟨∇²h q̇, ξ⟩ = 0 on the flow."""
    case = CASES[name]
    bent = pairing(case.X.components, {q: total(gradient(case.h, q)) for q in (x, y)})
    assert vanishes(bent.xreplace(flow(case)))


def test_gradient_flow_turns_no_pair_and_keeps_no_function_of_it():
    case = Case(rotation(x, y), (x**2 + y**2 - 1) ** 2, EUCLIDEAN)
    assert mirror_flow(case.X, case.h) is None
    assert vanishes((x * y.dot - y * x.dot).xreplace(flow(case)))
