"""Noether's learning dynamics for any distance-generating function (NLD Eq. 6-13, Table 1)."""

import pytest
from sympy import Function, Symbol, cosh, exp, log, symbols

from symlag.calculus.differential_operators import add, directional, gradient, scaled, total
from symlag.calculus.elementwise import elementwise
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import block, t
from symlag.calculus.matrices import constant, inner
from symlag.calculus.structured_matrices import ones
from symlag.calculus.zero_test import vanishes
from symlag.learning.bregman_lagrangian import bregman, ideal_scaling, massless_limit
from symlag.learning.losses import invariant_loss
from symlag.variational.equations_of_motion import accelerations, euler_lagrange
from symlag.variational.families import rotation, scale, translation
from symlag.variational.generator import Generator
from symlag.variational.noether import noether

n = Symbol("n", integer=True, positive=True)
m, mu = symbols("m mu", positive=True)
eta, beta = symbols("eta beta", positive=True)
q = block("q", n)
PROBE = constant("v", n)
METRICS = {
    "euclidean": inner(q, q) / 2,
    "exponential": inner(ones(n), elementwise(exp, q)),
    "hyperbolic": inner(ones(n), elementwise(cosh, q)),
    "unknown": Unknown("h", [q]),
}


def theory(h, X, alpha, g):
    """The sides of theory.md §3's law for one block: charge, rate, asymmetry, metric source."""
    xi = X.components[q]
    ahead = add([q, scaled(exp(-alpha), q.dot)], q)
    slope = gradient(h, q)
    delta = add([slope.xreplace({q: ahead}), scaled(-1, slope)], q)
    bent = add([delta, scaled(-exp(-alpha), total(slope))], q)
    return inner(delta, xi), total(g), inner(delta, total(xi)), exp(alpha) * inner(bent, xi)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("family", [scale, translation, rotation])
def test_the_law_of_learning_dynamics_for_any_metric_and_schedule(metric, family):
    h, X = METRICS[metric], family(q)
    a, b, g = (Function(name)(t) for name in "abg")
    law = noether(bregman(h, invariant_loss("f", X), [q], a, b, g), X)
    charge, rate, asymmetry, bending = theory(h, X, a, g)
    assert vanishes(law.charge - charge)
    assert vanishes(law.rate - rate)
    assert vanishes(law.breaking["asymmetry"] - asymmetry)
    assert vanishes(law.breaking["metric"] - bending)
    assert law.sources["potential"] == 0
    assert law.defect() == 0


def test_the_euclidean_metric_has_no_source_of_its_own():
    X = scale(q)
    law = noether(bregman(METRICS["euclidean"], invariant_loss("f", X), [q], -log(m), log(m), mu * t / m), X)
    assert law.breaking["metric"] == 0
    assert vanishes(law.ksb - m * inner(q.dot, q.dot))


def rows():
    """NLD Table 1: the schedules (α, β, γ), and the equation of motion they must give, as what is zero."""
    f = invariant_loss("f", scale(q))
    pull = f.gradients[0]
    mass, friction = eta * (1 + beta) / 2, 1 - beta
    damped = lambda m, mu: (-log(m), log(m), mu * t / m)  # noqa: E731  a row is read as a line
    yield "nesterov", (log(2) - log(t), 2 * log(t) - log(4), 2 * log(t)), [(1, q.dot.dot), (3 / t, q.dot), (1, pull)]
    yield "damped", damped(m, mu), [(m, q.dot.dot), (mu, q.dot), (1, pull)]
    yield "sgd with momentum", damped(mass, friction), [(mass, q.dot.dot), (friction, q.dot), (1, pull)]


@pytest.mark.parametrize(("schedules", "expected"), [row[1:] for row in rows()], ids=[row[0] for row in rows()])
def test_the_rows_of_table_one(schedules, expected):
    L = bregman(METRICS["euclidean"], invariant_loss("f", scale(q)), [q], *schedules)
    (acceleration,) = accelerations(L).values()
    motion = [(c, acceleration if symbol == q.dot.dot else symbol) for c, symbol in expected]
    assert vanishes(add([scaled(c, part) for c, part in motion], q))


@pytest.mark.parametrize("metric", METRICS)
def test_without_mass_the_motion_is_the_natural_gradient_flow_of_its_metric(metric):
    """E → −(μ∇²h(q)q̇ + ∇f): the row of natural gradient and mirror flow."""
    h, f = METRICS[metric], invariant_loss("f", scale(q))
    limit = massless_limit(bregman(h, f, [q], -log(m), log(m), mu * t / m), m)[q]
    flow = add([scaled(mu, total(gradient(h, q))), f.gradients[0]], q)
    assert vanishes(add([limit, flow], q))


def test_ideal_scaling_gives_the_equation_of_motion_of_the_flow():
    """q̈ + (e^a − ȧ)q̇ + e^{2a+b}∇f = 0 in the Euclidean metric."""
    a, b = Function("a")(t), Function("b")(t)
    f = invariant_loss("f", scale(q))
    L = bregman(METRICS["euclidean"], f, [q], a, b, 0)
    damped = type(L)(L.kinetic, L.potential, L.coordinates, ideal_scaling(a))
    (acceleration,) = accelerations(damped).values()
    expected = [scaled(exp(a) - a.diff(t), q.dot), scaled(exp(2 * a + b), f.gradients[0])]
    assert vanishes(add([acceleration, *expected], q))


def test_a_metric_that_shares_no_symmetry_breaks_a_rotation():
    X = rotation(q)
    law = noether(bregman(METRICS["exponential"], invariant_loss("f", X), [q], -log(m), log(m), mu * t / m), X)
    assert law.ksb != 0
    assert isinstance(X, Generator)


@pytest.mark.parametrize("metric", METRICS)
def test_ideal_scaling_gives_the_equation_of_motion_of_any_metric(metric):
    """∇²h(q + e^{−a}q̇)[q̈ + (e^a − ȧ)q̇] + e^{2a+b}∇f = 0 (theory.md §3, both sides times the Hessian)."""
    h, f = METRICS[metric], invariant_loss("f", scale(q))
    a, b = Function("a")(t), Function("b")(t)
    plain = bregman(h, f, [q], a, b, 0)
    equation = euler_lagrange(type(plain)(plain.kinetic, plain.potential, plain.coordinates, ideal_scaling(a)))[q]
    ahead = add([q, scaled(exp(-a), q.dot)], q)
    velocity = add([q.dot.dot, scaled(exp(a) - a.diff(t), q.dot)], q)
    bent = directional(gradient(h, q), {q: PROBE}).xreplace({q: ahead}).xreplace({PROBE: velocity})
    theory = add([bent, scaled(exp(2 * a + b), f.gradients[0])], q)
    assert vanishes(add([scaled(exp(a), equation), theory], q))


def test_scale_breaks_the_euclidean_kinetic_energy_by_one_power_of_the_time_scale():
    """∂_sT = e^{−α}|q̇|², not e^{−2α} as printed."""
    a, b = Function("a")(t), Function("b")(t)
    law = noether(bregman(METRICS["euclidean"], invariant_loss("f", scale(q)), [q], a, b, 0), scale(q))
    assert vanishes(law.ksb - exp(-a) * inner(q.dot, q.dot))
