import pickle
from dataclasses import replace

import pytest
from sympy import Abs, Add, Eq, Function, Max, Rational, cos, exp, log, sin, sqrt

from symlag.calculus.differential_operators import directional, euler, total
from symlag.calculus.integrals import integral_up_to
from symlag.calculus.jets import Jet, block, coordinates, fields, t
from symlag.calculus.matrices import constant, inner, trace
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, SymlagError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.families import general_linear, rescale, rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import SYSTEMS, A, K, S, U, W, agree, c, gamma, h, k, m, n, omega, w, x, y

V_ = block("V", n, h)
FREE = m * (x.dot**2 + y.dot**2) / 2
ONE = m * x.dot**2 / 2
f = invariant_loss("f", scale(w))
guess = Function("guess")

# A Lagrangian and a generator that leaves its action as it is, up to a boundary term.
CONSERVED = {
    "translation of a free particle": (Lagrangian(FREE), translation(x)),
    "Galilean boost": (Lagrangian(FREE), Generator({x: t, y: 3 * t})),
    "Galilean boost of a block": (Lagrangian(m * inner(w.dot, w.dot) / 2), Generator({w: t * c})),
    "uniform field": (Lagrangian(ONE, k * x), translation(x)),
    "boost in a uniform field": (Lagrangian(ONE, k * x), Generator({x: t})),
    "dilation of a free particle": (Lagrangian(FREE), Generator({x: x, y: y}, 2 * t)),
    "projective symmetry": (Lagrangian(FREE), Generator({x: t * x, y: t * y}, t**2)),
    "projective symmetry of a block": (Lagrangian(inner(W.dot, W.dot)), Generator({W: t * W}, t**2)),
    "magnetic rotation": (Lagrangian(FREE + k * (x * y.dot - y * x.dot)), rotation(x, y)),
    "magnetic translation": (Lagrangian(FREE + k * (x * y.dot - y * x.dot)), translation(x)),
    "oscillator's translation": (Lagrangian(ONE, m * omega**2 * x**2 / 2), Generator({x: sin(omega * t)})),
    "oscillator's breathing": (
        Lagrangian(ONE, m * omega**2 * x**2 / 2),
        Generator({x: omega * cos(2 * omega * t) * x}, sin(2 * omega * t)),
    ),
    "Kepler's rotation": (Lagrangian(*SYSTEMS["Kepler"]), rotation(x, y)),
    "Kepler's time": (Lagrangian(*SYSTEMS["Kepler"]), time_translation()),
    "double pendulum's time": (Lagrangian(*SYSTEMS["double pendulum"]), time_translation()),
    "conformal mechanics": (Lagrangian(ONE, k / x**2), Generator({x: x / 2}, t)),
    "conformal mechanics, specially": (Lagrangian(ONE, k / x**2), Generator({x: t * x}, t**2)),
    "first order": (Lagrangian(x * y.dot - (x**2 + y**2) / 2), rotation(x, y)),
    "beam's time": (Lagrangian(x.dot.dot**2 / 2 - k * x**2), time_translation()),
    "free beam's cubic": (Lagrangian(x.dot.dot**2 / 2), Generator({x: t**3})),
    "damped translation": (Lagrangian(ONE, damping=gamma), translation(x)),
    "damped translation, damped_total": (Lagrangian(ONE, damping=gamma), Generator({x: exp(-gamma * t)})),
    "damped oscillator": (Lagrangian(ONE, k * x**2, damping=gamma), Generator({x: -gamma * x / 2}, 1)),
    "damped loss of degree zero": (
        Lagrangian(FREE, x * y / (x**2 + y**2), damping=gamma),
        Generator({q: -gamma * exp(-gamma * t) * q for q in (x, y)}, exp(-gamma * t)),
    ),
    "damped unknown loss of degree zero": (
        Lagrangian(m * inner(w.dot, w.dot) / 2, f, damping=gamma),
        Generator({w: -gamma * exp(-gamma * t) * w}, exp(-gamma * t)),
    ),
    "Nesterov's translation": (Lagrangian(ONE, damping=3 / t), translation(x)),
    "linear drag": (Lagrangian(ONE, forces={x: -k * x.dot}), translation(x)),
}
# A Lagrangian and a generator that something breaks.
BROKEN = {
    "no symmetry of V": (Lagrangian(FREE, k * x * y**2), rotation(x, y)),
    "anisotropic": (Lagrangian(*SYSTEMS["anisotropic"], damping=gamma), rotation(x, y)),
    "scale": (Lagrangian(FREE, x**4, damping=3 / t), scale(x, y)),
    "geodesic": (Lagrangian(*SYSTEMS["geodesic on a surface"], damping=cos(t)), rescale(x, y, 2)),
    "energy under damping": (Lagrangian(*SYSTEMS["double pendulum"], damping=gamma), time_translation()),
    "friction": (Lagrangian(FREE, k * x**2, forces={x: -(x.dot**3), y: x * y}), rotation(x, y)),
    "beam": (Lagrangian(x.dot.dot**2 / 2, x**4, damping=gamma), Generator({x: x}, t)),
    "everything moves": (Lagrangian(FREE, x * y, damping=1 / t), Generator({x: x * y + t, y: x**2}, t * x)),
    "scale of a block": (heavy_ball().lagrangian(f, [w]), scale(w)),
    "blocks": (
        Lagrangian(inner(W.dot, W.dot) / 2, trace(W * U * W * U), (W, U), gamma, {W: K * W.dot}),
        Generator({W: S * W, U: U * K}, t),
    ),
    "inner product": (Lagrangian(inner(W.dot, W.dot) / 2, inner(W, A)), scale(W)),
}
ALL = CONSERVED | BROKEN


@pytest.mark.parametrize("case", CONSERVED)
def test_what_has_a_symmetry_is_conserved(case):
    law = noether(*CONSERVED[case])
    assert law.conserved
    assert law.charge != 0


@pytest.mark.parametrize("case", BROKEN)
def test_what_has_none_is_not_conserved(case):
    assert not noether(*BROKEN[case]).conserved


@pytest.mark.parametrize("case", ALL)
def test_a_law_carries_its_proof(case):
    assert noether(*ALL[case]).defect() == 0


@pytest.mark.parametrize("case", ALL)
def test_a_mutated_law_is_found_out(case):
    law = noether(*ALL[case])
    L = law.lagrangian
    something = next((q for q in L.coordinates if isinstance(q, Jet)), t) * t
    assert replace(law, charge=2 * law.charge).defect() != 0
    assert replace(law, charge=law.charge + something).defect() != 0
    assert replace(law, rate=law.rate + 1).defect() != 0
    for name, source in law.sources.items():
        assert replace(law, sources={**law.sources, name: source + something}).defect() != 0
        assert source == 0 or replace(law, sources={**law.sources, name: -source}).defect() != 0


@pytest.mark.parametrize("case", [case for case in ALL if all(isinstance(q, Jet) for q in ALL[case][0].coordinates)])
def test_the_identity_of_theory_holds_off_the_motion(case):
    """X⁽¹⁾L + L·D_tτ = ζ·E(L) + D_t(p·ζ + τL), with the weight e^Γ in L, forces apart."""
    L, X = ALL[case]
    law = noether(L, X)
    moves = {q: X.components.get(q, 0) - X.tau * q.dot for q in L.coordinates}
    work = Add(*(moves[q] * (euler(L.density, q, L.damping) + L.forces.get(q, 0)) for q in L.coordinates))
    balance = total(law.charge) + law.rate * law.charge - Add(*law.sources.values())
    assert agree(balance, -work)


@pytest.mark.parametrize("case", ["anisotropic", "energy under damping", "friction", "scale", "geodesic"])
def test_the_law_holds_along_the_motion(case):
    law = noether(*BROKEN[case])
    along = total(law.charge).xreplace(accelerations(law.lagrangian))
    assert agree(along + law.rate * law.charge, law.source)


LEARNING = [
    (FREE, x * y / (x**2 + y**2) + y**3, {x: x, y: -2 * y}),
    ((1 + x**2) * x.dot**2 + y.dot * x.dot, sin(x * y), {x: x * y, y: k}),
    (m * inner(w.dot, w.dot) / 2, exp(inner(w, c)), {w: w * inner(w, c)}),
    (inner(W.dot, W.dot) * (1 + inner(W, W)), trace(W * W.T * S), {W: S * W}),
    (inner(W.dot, W.dot) + inner(V_.dot, V_.dot), trace(W * V_), {W: S * W, V_: -V_ * S}),
]


@pytest.mark.parametrize(("T", "V", "xi"), LEARNING, ids=str)
def test_the_law_of_learning_is_three_directional_derivatives(T, V, xi):
    law = noether(Lagrangian(T, V, tuple(xi), gamma), Generator(xi))
    rates = {q.dot: total(move) for q, move in xi.items()}
    assert law.rate == gamma
    assert vanishes(law.charge - directional(T, {q.dot: move for q, move in xi.items()}))
    assert vanishes(law.ksb - directional(T, {**xi, **rates}))
    assert vanishes(law.sources["potential"] + directional(V, xi))


def euclidean(loss, *blocks):
    """Training on a loss with mass m, friction μ = γm and weight decay λ."""
    return Lagrangian(
        Add(*(m * inner(q.dot, q.dot) for q in blocks)) / 2,
        loss + omega * Add(*(inner(q, q) for q in blocks)) / 2,
        blocks,
        gamma,
    )


b, u, v = coordinates("b"), block("u"), block("v")
P, Q = block("P", n, h), block("Q", W.cols, h)
Z = constant("X", h, h)

# The table of theory §2: generator, Q with charge m·dQ/dt, and KSB/m.
TABLE = {
    "translation": (translation(w, c), inner(c, w), 0),
    "scale": (scale(w), inner(w, w) / 2, inner(w.dot, w.dot)),
    "rescale": (rescale(u, v), (inner(u, u) - inner(v, v)) / 2, inner(u.dot, u.dot) - inner(v.dot, v.dot)),
    "rescale of degree k with bias": (
        rescale([u, b], v, k),
        (inner(u, u) + b**2 - k * inner(v, v)) / 2,
        inner(u.dot, u.dot) + b.dot**2 - k * inner(v.dot, v.dot),
    ),
    "GL, symmetric": (
        Generator({P: P * S, Q: -Q * S}),
        trace(S * (P.T * P - Q.T * Q)) / 2,
        trace(S * (P.dot.T * P.dot - Q.dot.T * Q.dot)),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_an_affine_symmetric_generator_has_an_integral_charge(name):
    X, integral, ksb = TABLE[name]
    law = noether(euclidean(invariant_loss("f", X), *X.components), X)
    assert vanishes(law.charge - m * total(integral))
    assert vanishes(law.ksb - m * ksb)
    decay = directional(Add(*(inner(q, q) for q in X.components)) / 2, X.components)
    assert vanishes(law.sources["potential"] + omega * decay)
    assert law.sources["force"] == law.sources["boundary"] == 0
    assert law.defect() == 0


@pytest.mark.parametrize(
    "X", [Generator({P: P * K, Q: Q * K}), Generator({W: K * W}), rotation(W), rotation(x, y)], ids=str
)
def test_a_skew_generator_meets_no_source_at_all(X):
    law = noether(euclidean(invariant_loss("f", X), *X.components), X)
    assert all(source == 0 for source in law.sources.values())
    assert law.conserved
    assert law.defect() == 0


def test_the_linear_pair_has_a_matrix_of_charges():
    X = general_linear(P, Q)
    law = noether(euclidean(invariant_loss("f", X), P, Q), X)
    found = law.momentum_map()
    assert vanishes(found.charge - m * (P.T * P.dot - Q.dot.T * Q))
    assert vanishes(found.sources["kinetic"] - m * (P.dot.T * P.dot - Q.dot.T * Q.dot))
    assert vanishes(found.sources["potential"] + omega * (P.T * P - Q.T * Q))
    assert found.parameter == Z
    assert found.rate == gamma


def test_a_momentum_map_is_equal_to_its_law():
    X = general_linear(P, Q)
    law = noether(euclidean(invariant_loss("f", X), P, Q), X)
    found = law.momentum_map()
    assert vanishes(inner(found.charge, found.parameter) - law.charge)
    assert all(vanishes(inner(found.sources[name], Z) - source) for name, source in law.sources.items() if source != 0)
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_damped_loss_of_degree_zero_has_an_exact_charge():
    law = noether(*CONSERVED["damped unknown loss of degree zero"])
    v = w.dot + gamma * w
    assert law.conserved
    assert vanishes(-exp(gamma * t) * law.charge - m * inner(v, v) / 2 - f)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_the_exact_charge_of_a_damped_loss_of_any_degree(degree):
    kappa, r = 2 * m * gamma**2 * degree / Rational((degree + 2) ** 2), gamma * Rational(degree - 2, degree + 2)
    V = (x**2 + 3 * y**2) ** Rational(degree, 2) + kappa * (x**2 + y**2) / 2
    shrink = Rational(2, degree + 2) * gamma * exp(r * t)
    law = noether(Lagrangian(FREE, V, damping=gamma), Generator({x: -shrink * x, y: -shrink * y}, exp(r * t)))
    assert law.conserved
    assert law.defect() == 0


@pytest.mark.parametrize("potential", [guess(x, y), x * guess(x**2 + y**2), guess(x / y)], ids=str)
@pytest.mark.parametrize("X", [rotation(x, y), scale(x, y), time_translation()], ids=lambda X: X.name)
def test_a_potential_may_be_a_function_of_sympys_that_nothing_is_known_of(potential, X):
    assert noether(Lagrangian((x.dot**2 + y.dot**2) / 2, potential), X).defect() == 0


def test_forces_do_work_on_the_charge():
    law = noether(*BROKEN["friction"])
    assert vanishes(law.sources["force"] - (-y * -(x.dot**3) + x * (x * y)))


def test_the_equation_states_the_law_in_accelerations():
    law = noether(Lagrangian(ONE, k * x**2 / 2, damping=gamma), scale(x))
    rate = m * x * x.dot.dot + m * x.dot**2 + gamma * m * x * x.dot
    assert isinstance(law.equation, Eq)
    assert vanishes(law.equation.lhs - rate)
    assert law.equation.rhs == law.source


@pytest.mark.parametrize("case", ALL)
def test_a_law_survives_pickling(case):
    law = noether(*ALL[case])
    twin = pickle.loads(pickle.dumps(law))
    assert twin == law
    assert twin.defect() == 0


def test_the_breaking_of_the_potential_is_named():
    law = noether(*BROKEN["no symmetry of V"])
    assert vanishes(law.sources["potential"] + k * (2 * x**2 * y - y**3))
    assert law.ksb == 0


REFUSED = {
    "an unknown coordinate": (
        lambda: noether(Lagrangian(ONE), translation(y)),
        CoordinateError,
        "y: the Lagrangian has no such coordinate, only x; write one of these.",
    ),
    "a velocity": (
        lambda: noether(Lagrangian(ONE), Generator({x.dot: 1})),
        CoordinateError,
        "a move of x.dot: it is no coordinate",
    ),
    "a block of another size": (
        lambda: noether(Lagrangian(inner(w.dot, w.dot)), scale(block("w", 3))),
        CoordinateError,
        "w (3×1): the Lagrangian has no such coordinate, only w (n×1)",
    ),
    "a field": (
        lambda: noether(Lagrangian(fields("u", t, k).dot ** 2), time_translation()),
        CoordinateError,
        "fields have currents, not charges; write coordinates of time alone",
    ),
    "a field of another variable": (
        lambda: noether(Lagrangian(fields("u", k).d(k) ** 2), time_translation()),
        CoordinateError,
        "fields have currents, not charges; write coordinates of time alone",
    ),
    "a momentum map of no family": (
        lambda: noether(Lagrangian(ONE), translation(x)).momentum_map(),
        SymlagError,
        "translation: it holds for no one constant matrix; write general_linear(U, V), for example.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    make, kind, sentence = REFUSED[case]
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)
    assert all((caught.value.wrote, caught.value.wrong, caught.value.write))


def test_galilean_boost_is_conserved():
    law = noether(Lagrangian(ONE), Generator({x: t}))
    assert law.charge == m * t * x.dot - m * x
    assert law.conserved
    assert law.defect() == 0


def test_the_scale_law_is_fed_by_speed_and_drained_by_decay():
    rule = heavy_ball()
    law = noether(rule.lagrangian(f, [w]), scale(w))
    assert vanishes(law.charge - rule.mass * inner(w, w.dot))
    assert vanishes(law.ksb - rule.mass * inner(w.dot, w.dot))
    assert vanishes(law.sources["potential"] + rule.decay * inner(w, w))
    assert vanishes(law.rate - rule.friction / rule.mass)


def test_rotation_meets_neither_ksb_nor_weight_decay():
    M = block("M", 3, 5)
    law = noether(heavy_ball().lagrangian(invariant_loss("f", rotation(M)), [M]), rotation(M))
    assert law.source == 0
    assert law.rate != 0
    assert law.defect() == 0


def test_the_linear_pair_has_the_charge_u_udot_minus_vdot_v():
    X, rule = general_linear(P, Q), heavy_ball()
    law = noether(rule.lagrangian(invariant_loss("f", X), [P, Q]), X)
    found = law.momentum_map()
    assert vanishes(found.charge - rule.mass * (P.T * P.dot - Q.dot.T * Q))
    assert vanishes(found.sources["kinetic"] - rule.mass * (P.dot.T * P.dot - Q.dot.T * Q.dot))
    assert law.defect() == 0


BOUNDARY_TERMS = [
    ((x.dot**2 + y.dot**2) / 2 + y * exp(sin(x)) * x.dot, translation(y), y.dot - integral_up_to(exp(sin(x)), x)),
    ((x.dot**2 + y.dot**2) / 2 + y * sqrt(1 + x**3) * x.dot, translation(y), y.dot - integral_up_to(sqrt(1 + x**3), x)),
    (x.dot**2 / 2 + t * x.dot * Abs(x), time_translation(), -(x.dot**2) / 2 - x * Abs(x) / 2),
    (x.dot**2 / 2 + t * x.dot / x, time_translation(), -(x.dot**2) / 2 - log(Abs(x))),
    (x.dot**2 / 2 + t * x.dot * Max(x, 0), time_translation(), -(x.dot**2) / 2 - x**2 / 4 - x * Abs(x) / 4),
    (x.dot**2 / 2 + t * x.dot * guess(x), time_translation(), -(x.dot**2) / 2 - integral_up_to(guess(x), x)),
    (x.dot**2 / 2 + x * exp(t**3), translation(x), x.dot - integral_up_to(exp(t**3), t)),
]


@pytest.mark.parametrize(("density", "X", "charge"), BOUNDARY_TERMS, ids=str)
def test_a_boundary_term_has_corners_or_is_an_integral(density, X, charge):
    law = noether(Lagrangian(density), X)
    assert law.charge == charge
    assert law.source == 0
    assert law.conserved
    assert law.defect() == 0


def test_an_unknown_vector_potential_that_changes_in_time_feeds_the_energy():
    law = noether(Lagrangian(x.dot**2 / 2 + guess(x, t) * x.dot), time_translation())
    assert law.source == x.dot * guess(x, t).diff(t)
    assert not law.conserved
    assert law.defect() == 0


def test_a_force_that_vanishes_in_one_quadrant_alone_feeds_the_momentum():
    law = noether(Lagrangian((x.dot**2 + y.dot**2) / 2, sqrt(x * y) - sqrt(x) * sqrt(y)), translation(x))
    assert not law.conserved
    assert abs(complex(law.source.subs({x: -1, y: -2})) - 2**0.5) < 1e-12
