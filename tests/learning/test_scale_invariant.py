"""Polar form, r⁴ law and the equivalent RMSProp (theory.md §3)."""

import pytest
from sympy import Integral, S, Symbol, exp, sqrt, symbols

from symlag.calculus.differential_operators import add, scaled
from symlag.calculus.jets import block, t
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.learning.scale_invariant import (
    CHI,
    chi_of_constant_gradients,
    chi_of_white_noise,
    equivalent_rmsprop,
    fourth_power,
    polar_equations,
)
from symlag.variational.closed_form import FIRST_CHARGE, SOURCE, Oscillation, s
from symlag.variational.families import scale, translation
from symlag.variational.noether import noether

eta, beta, decay = symbols("eta beta lambda", positive=True)
m, mu = eta * (1 + beta) / 2, 1 - beta
w = block("w")
law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
found = polar_equations(law)
r, u, pull = found.radius, found.direction, found.gradient


def test_the_radial_equation_is_exact():
    """m r̈ + μṙ = (m|u̇|² − λ) r."""
    theory = (m * inner(u.dot, u.dot) - decay) * r - m * r.dot.dot - mu * r.dot
    assert vanishes(found.radial - theory)


def test_the_angular_equation_is_exact():
    """m ü + (μ + 2mṙ/r)u̇ + m|u̇|²u = −ĝ/r²; ⟨ĝ, u⟩ = 0 makes ĝ tangent by itself."""
    left = [scaled(m, u.dot.dot), scaled(mu + 2 * m * r.dot / r, u.dot), scaled(m * inner(u.dot, u.dot), u)]
    theory = add([*left, scaled(1 / r**2, pull)], u)
    assert vanishes(add([found.angular, scaled(r**2, theory)], u))


def test_the_fourth_power_relaxes_to_the_gradients():
    """d(r⁴)/dt = −(4λ/μ)r⁴ + χ(4m/μ³)|ĝ|²: NLD Eq. 17 with the factor it lacks."""
    relaxation = fourth_power(law)
    assert vanishes(relaxation.rate - 4 * decay / mu)
    assert vanishes(relaxation.source - CHI * 4 * m / mu**3 * inner(pull, pull))


def test_the_two_limits_of_persistence():
    assert chi_of_constant_gradients(beta) == 1
    assert vanishes(chi_of_white_noise(beta) - (1 - beta) / (1 + beta))


def test_the_equivalent_rmsprop():
    """1−ρ = 4ηλ/(1−β), c = η(1+β)/(2λ(1−β)²), rate √(2ηλ/(1+β)), memory (1−β)/(4ηλ) steps: NLD Eq. 18."""
    plain = equivalent_rmsprop(law, eta).at(S.One)
    assert vanishes(1 - plain.retention - 4 * eta * decay / (1 - beta))
    assert vanishes(plain.scale - eta * (1 + beta) / (2 * decay * (1 - beta) ** 2))
    assert vanishes(plain.rate**2 - 2 * eta * decay / (1 + beta))
    assert vanishes(plain.memory - (1 - beta) / (4 * eta * decay))


def test_noise_leaves_a_smaller_norm_and_a_larger_rate():
    """The printed r² overestimates by √((1+β)/(1−β)) where noise dominates."""
    noisy = equivalent_rmsprop(law, eta).at(chi_of_white_noise(beta))
    over = equivalent_rmsprop(law, eta).at(S.One).scale / noisy.scale
    assert vanishes(over - (1 + beta) / (1 - beta))
    assert vanishes(noisy.rate**2 - 2 * eta * decay / (1 - beta))
    assert float(sqrt(over).subs(beta, 0.9)) == pytest.approx(4.36, abs=5e-3)


def test_only_the_scale_of_one_block_has_a_polar_form():
    X = translation(w)
    other = noether(heavy_ball().lagrangian(invariant_loss("f", X), [w]), X)
    with pytest.raises(SymlagError, match=r"write noether\(L, scale\(w\)\)"):
        polar_equations(other)
    assert isinstance(CHI, Symbol)


def test_the_exact_norm_law():
    """m(r²)̈ + μ(r²)̇ + 2λr² = 2m|q̇|²."""
    square = law.solve()
    assert isinstance(square, Oscillation)
    assert vanishes(2 * square.quantity - inner(w, w))
    assert vanishes(square.stiffness - 2 * decay)
    assert vanishes(square.source - m * inner(w.dot, w.dot))


def test_the_fourth_power_through_time():
    """r⁴(t) = e^{−4λt/μ}r⁴(0) + (4m/μ³)∫e^{−4λ(t−s)/μ}χ|ĝ|²ds."""
    relaxation = fourth_power(law)
    (fed,) = relaxation.expression.atoms(Integral)
    assert vanishes(fed.function - exp(-4 * decay * (t - s) / mu) * SOURCE(s))
    assert vanishes((relaxation.expression - fed) - FIRST_CHARGE * exp(-4 * decay * t / mu))


def test_momentum_amplifies_noise_less_than_printed():
    """2η/(1−β)² for white noise, against 2η(1+β)/(1−β)³ for a persistent gradient: 100 and 1900 times η·… at β = .9."""
    fed = fourth_power(law).source / inner(pull, pull)
    assert vanishes(fed.subs(CHI, 1) - 2 * eta * (1 + beta) / (1 - beta) ** 3)
    assert vanishes(fed.subs(CHI, chi_of_white_noise(beta)) - 2 * eta / (1 - beta) ** 2)
