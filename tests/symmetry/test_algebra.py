"""Lie algebras recognised from their generators."""

import pytest
from sympy import S, cos, sin, sqrt, symbols

from symlag.calculus.jets import coordinates, t
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.families import rotation, time_translation, translation
from symlag.variational.generator import Generator, bracket
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import kinetic

x, y, z, w = coordinates("x y z w")
k, m = symbols("k m", positive=True)

so3 = (rotation(y, z), rotation(z, x), rotation(x, y))
moves = (translation(x), translation(y), translation(z))
so4 = (*so3, rotation(x, w), rotation(y, w), rotation(z, w))
so31 = (*so3, *(Generator({q: w, w: q}) for q in (x, y, z)))
matrices = [Generator({p: q}) for p in (x, y, z) for q in (x, y, z) if p != q]
traceless = (*matrices, Generator({x: x, y: -y}), Generator({y: y, z: -z}))

NAMED = {
    "ℝ": (time_translation(),),
    "ℝ³": moves,
    "so(3)": so3,
    "so(3) ⋉ ℝ³": (*so3, *moves),
    "so(3) ⊕ ℝ": (*so3, time_translation()),
    "so(4)": so4,
    "so(3,1)": so31,
    "sl(3,ℝ)": traceless,
    "sl(2,ℝ)": (translation(x), Generator({x: x}), Generator({x: x**2})),
    "sl(2,ℝ) ⊕ sl(2,ℝ)": tuple(Generator({q: q**n}) for q in (x, y) for n in range(3)),
    "h(1)": (translation(x), Generator({x: t}), time_translation()),
    "h(1) ⊕ ℝ²": (translation(x), Generator({x: t}), time_translation(), translation(y), translation(z)),
    "aff(1)": (translation(x), Generator({x: x})),
    "aff(1) ⊕ ℝ": (translation(x), Generator({x: x, y: y}), Generator({y: y})),
    "e(2)": (translation(x), translation(y), rotation(x, y)),
    "e(1,1)": (translation(x), translation(y), Generator({x: y, y: x})),
    "a solvable algebra of dimension 3": (translation(x), translation(y), Generator({x: x, y: y})),
    "a nilpotent algebra of dimension 4": (translation(x), *(Generator({y: x**n}) for n in range(3))),
}


@pytest.mark.parametrize("name", NAMED)
def test_algebra_is_recognised(name):
    algebra = Algebra(None, NAMED[name])
    assert algebra.closed
    assert algebra.name == name


def test_structure_constants_are_those_of_the_brackets():
    algebra = symmetries(Lagrangian(m * (x.dot**2 + y.dot**2) / 2, k * (x**2 + y**2) / 2))
    X = algebra.generators
    for (i, j), parts in algebra.structure_constants.items():
        expected = bracket(X[i], X[j])
        total = sum((c * X[n].tau for n, c in parts.items()), S.Zero)
        assert (total - expected.tau).expand(trig=True).simplify() == 0
        for q in (x, y):
            moved = sum((c * X[n].components.get(q, 0) for n, c in parts.items()), S.Zero)
            assert (moved - expected.components.get(q, 0)).expand(trig=True).simplify() == 0


def test_killing_form_and_series():
    algebra = Algebra(None, (*so3, *moves))
    assert algebra.killing_form.diagonal().tolist()[0] == [-4, -4, -4, 0, 0, 0]
    assert (algebra.derived_series, algebra.lower_central_series) == ([6], [6])
    assert [X.components for X in algebra.radical] == [X.components for X in moves]
    assert Algebra(None, NAMED["h(1)"]).lower_central_series == [3, 1, 0]


def test_what_does_not_close_says_so():
    algebra = Algebra(None, so3[:2])
    assert not algebra.closed
    with pytest.raises(SymlagError, match="outside of their span"):
        _ = algebra.name


def test_algebra_of_the_sphere_is_that_of_its_rotations():
    L = Lagrangian((x.dot**2 + sin(x) ** 2 * y.dot**2) / 2)
    assert symmetries(L).name == "so(3) ⊕ ℝ"


def test_frequencies_of_two_oscillators_do_not_mix():
    found = symmetries(Lagrangian((x.dot**2 + y.dot**2) / 2, k * x**2 / 2 + m * y**2 / 2))
    assert (found.dimension, found.complete) == (5, True)
    assert any(xi.has(cos(sqrt(k) * t)) for X in found.generators for xi in X.components.values())


# Schrödinger's algebra with the mass at its centre, in a basis that hides its factor sl(2).
mass = Generator({y: 1})
boost = Generator({x: t, y: x})
schroedinger = (
    Generator({x: 1}, 1),
    Generator({x: x, y: 1}, 2 * t),
    Generator({x: t * x + t, y: x**2 / 2 + x}, t**2),
    translation(x),
    boost,
    mass,
)
hidden = (
    *(Generator({**X.components, p: X.components.get(p, 0) + 1}) for X, p in zip(so3, (x, y, z), strict=True)),
    *moves,
)


@pytest.mark.parametrize(
    ("generators", "factor", "radical"),
    [(hidden, 3, "ℝ³"), (schroedinger, 3, "h(1)"), (so4, 6, "0"), (NAMED["h(1)"], 0, "h(1)"), (traceless, 8, "0")],
)
def test_levis_factor_is_a_subalgebra_beside_the_radical(generators, factor, radical):
    algebra = Algebra(None, generators)
    semisimple, soluble = Algebra(None, tuple(algebra.levi_factor)), Algebra(None, tuple(algebra.radical))
    assert (semisimple.dimension, soluble.name) == (factor, radical)
    assert semisimple.closed
    assert soluble.closed
    assert Algebra(None, (*semisimple.generators, *soluble.generators)).structure_constants  # of independent generators
    assert not factor or semisimple.killing_form.det() != 0


boosts = tuple(Generator({q: t}) for q in (x, y, z))
traced = (*traceless, Generator({q: q for q in (x, y, z)}))
PROPER_NAMES = {
    "e(3)": (*so3, *moves),
    "e(4)": (*so4, *(translation(q) for q in (x, y, z, w))),
    "iso(3,1)": (*so31, *(translation(q) for q in (x, y, z, w))),
    "gal(3)": (*so3, *moves, *boosts, time_translation()),
    "gl(3,ℝ)": traced,
    "u(2)": (*so3, time_translation()),
    "sch(1)": symmetries(Lagrangian(kinetic(x))).generators,
    "sch(2)": symmetries(Lagrangian(kinetic(x, y))).generators,
    "sch(3)": symmetries(Lagrangian(kinetic(x, y, z))).generators,
}
UNKNOWN = {
    "no factor": moves,
    "no radical": so4,
    "Galilei's with a spring for time": (*so3, *moves, *boosts, Generator({q: q for q in (x, y, z)}, t)),
    "twice Euclid's": (*so3, *moves, *boosts),
    "rotations and dilations": (*so3, *moves, Generator({q: q for q in (x, y, z)}), time_translation()),
}


@pytest.mark.parametrize("name", PROPER_NAMES)
def test_algebra_is_called_by_its_proper_name(name):
    assert Algebra(None, PROPER_NAMES[name]).proper_name == name


@pytest.mark.parametrize("name", UNKNOWN)
def test_algebra_without_a_proper_name_has_none(name):
    algebra = Algebra(None, UNKNOWN[name])
    assert algebra.closed
    assert not algebra.proper_name


@pytest.mark.parametrize(
    ("L", "name"),
    [
        (Lagrangian(m * kinetic(x, y), k * (x**2 + y**2) / 2), "sch(2)"),
        (Lagrangian(kinetic(x), k / x**2), ""),
        (Lagrangian(-m * sqrt(1 - x.dot**2 - y.dot**2)), "iso(2,1)"),
        (Lagrangian(m * kinetic(x), damping=k), "sch(1)"),
    ],
    ids=str,
)
def test_algebra_of_an_action_is_called_by_its_proper_name(L, name):
    assert symmetries(L).proper_name == name


@pytest.mark.parametrize(
    ("T", "V", "damping"),
    [
        (x.dot**2 / 2, x**2 / 2, 2),
        (x.dot**2 / 2, 0, 2),
        (x.dot**2, 4 * x**2, 4),
        (x.dot**2 / 2, x**2 / 2 + x, 2),
        (m * x.dot**2 / 2, m * k**2 * x**2 / 2, 2 * k),
        (x.dot**2 / 2, -(x**2) / 2, 2),
        (x.dot**2 / 2, x**2 / 2, 1),
    ],
    ids=["critical", "no spring", "stiffer", "displaced", "critical in symbols", "inverted", "underdamped"],
)
def test_damped_oscillators_have_the_algebra_of_the_free_particle_and_print_its_name(T, V, damping):
    # Every linear equation of second order is that of the free particle in other coordinates (Lie 1883).
    free = symmetries(Lagrangian(x.dot**2 / 2, 0))
    assert str(symmetries(Lagrangian(T, V, damping=damping))).startswith(free.sentence)
