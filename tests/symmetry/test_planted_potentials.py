"""The finder on potentials made to have a symmetry, and on such as have none."""

import random

import pytest
from sympy import Matrix, Rational, cos, exp, sin, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.calculus.zero_test import vanishes
from symlag.learning.continuous_rules import heavy_ball
from symlag.symmetry.action_symmetries import symmetries
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.mechanics import kinetic

x, y, z = coordinates("x y z")
gamma, m = symbols("gamma m", positive=True)


def polynomial(dice, *invariants):
    """A random polynomial in invariants, without symmetries of its own."""
    first = sum(dice.randint(1, 5) * u for u in invariants)
    return (
        first + sum(dice.randint(1, 5) * u * v for u in invariants for v in invariants) + dice.randint(1, 4) * first**3
    )


def direction(dice):
    return Matrix([dice.randint(1, 4) for _ in range(3)])


def translations(dice):
    """Invariants of a translation: two linear forms that vanish along it; with it comes a Galilean boost."""
    n, q = direction(dice), Matrix([x, y, z])
    forms = [q.dot(Matrix([n[1], -n[0], 0])), q.dot(Matrix([0, n[2], -n[1]]))]
    return forms, Generator(dict(zip((x, y, z), n, strict=True))), 3


def turns(dice):
    """Invariants of a rotation about a random axis."""
    n, q = direction(dice), Matrix([x, y, z])
    return [q.dot(n), q.dot(q)], Generator(dict(zip((x, y, z), n.cross(q), strict=True))), 2


def all_turns(_):
    """The invariant of all rotations."""
    return [x**2 + y**2 + z**2], Generator({x: -y, y: x}), 4


def screws(dice):
    """Invariants of a turn about one axis with a shift along it: periodic in a moving angle."""
    pitch = dice.randint(1, 4)
    c, s = x * cos(z / pitch) + y * sin(z / pitch), y * cos(z / pitch) - x * sin(z / pitch)
    return [x**2 + y**2, c + s], Generator({x: -y, y: x, z: pitch}), 2


@pytest.mark.parametrize("family", [translations, turns, all_turns, screws])
@pytest.mark.parametrize("seed", range(2))
def test_a_symmetry_made_into_a_potential_is_found(family, seed):
    dice = random.Random(seed)
    invariants, X, count = family(dice)
    L = Lagrangian(kinetic(x, y, z), polynomial(dice, *invariants))
    found = symmetries(L)
    assert noether(L, X).conserved
    assert (found.dimension, found.complete) == (count, True)
    assert all(noether(L, Y).conserved for Y in found.generators)


@pytest.mark.parametrize("seed", range(4))
def test_random_potentials_have_no_symmetry_but_that_of_time(seed):
    dice = random.Random(seed)
    quadratic = [dice.randint(1, 9) * u * v for u in (x, y) for v in (x, y)]
    cubic = [dice.randint(1, 9) * u for u in (x**3, x**2 * y, y**3)]
    rational = Rational(dice.randint(1, 9)) / (x**2 + dice.randint(2, 9) * y**2 + x)
    for V in (sum(quadratic) + sum(cubic), sum(quadratic) + rational, sum(cubic) + rational):
        found = symmetries(Lagrangian(kinetic(x, y), V))
        assert (found.dimension, found.complete, found.generators[0].tau) == (1, True, 1)


@pytest.mark.parametrize("f", [x * y / (x**2 + y**2), (x / y) ** 3 + sqrt(x / y)])
def test_the_exact_charge_of_a_damped_loss_of_degree_zero_is_found(f):
    L = Lagrangian(m * kinetic(x, y), f, damping=gamma)
    found = symmetries(L)
    (X,) = found.generators
    assert found.complete
    assert X.tau == exp(-gamma * t)
    assert X.components == {x: -gamma * x * exp(-gamma * t), y: -gamma * y * exp(-gamma * t)}
    growth = exp(gamma * t)
    stated = m * ((x.dot + gamma * x) ** 2 + (y.dot + gamma * y) ** 2) / 2 + f
    assert (growth * noether(L, X).charge + stated).expand().simplify() == 0


def test_rates_with_sums_above_and_below_are_read_as_they_are():
    rule = heavy_ball(weight_decay=0)
    (X,) = symmetries(rule.lagrangian(x * y / (x**2 + y**2), [x, y])).generators
    assert (X.components[x] / (x * X.tau) + rule.damping).equals(0)
    assert (X.tau.diff(t) / X.tau + rule.damping).equals(0)


def test_the_exact_charge_of_heavy_ball_in_its_own_letters_is_read_as_conserved():
    rule, f = heavy_ball(weight_decay=0), x * y / (x**2 + y**2)
    L = rule.lagrangian(f, [x, y])
    (X,) = symmetries(L).generators
    law, rate, mass = noether(L, X), rule.damping, rule.mass
    assert (law.conserved, law.defect()) == (True, 0)
    stated = mass * ((x.dot + rate * x) ** 2 + (y.dot + rate * y) ** 2) / 2 + f
    assert vanishes(law.charge / X.tau + stated)


def test_the_exact_charge_of_higher_degree_needs_its_decay():
    k = 4
    f = x**3 * y
    decay = 2 * m * gamma**2 * k / (k + 2) ** 2
    tuned = symmetries(Lagrangian(m * kinetic(x, y), f + decay * (x**2 + y**2) / 2, damping=gamma))
    assert (tuned.dimension, tuned.complete) == (1, True)
    assert tuned.generators[0].tau == 3 * exp(gamma * t * Rational(k - 2, k + 2))
    other = symmetries(Lagrangian(m * kinetic(x, y), f + decay * (x**2 + y**2) / 3, damping=gamma))
    assert (other.dimension, other.complete) == (0, True)


@pytest.mark.parametrize("stiffness", [symbols("k"), -symbols("k"), m, -m])
def test_a_stiffness_may_be_of_any_sign_or_of_none_known(stiffness):
    found = symmetries(Lagrangian(kinetic(x, y), stiffness * (x**2 + y**2)))
    assert (found.dimension, found.complete) == (8, True)
