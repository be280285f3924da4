"""Given motions, which are functions of time, and dissipation functions, which are forces."""

from dataclasses import replace

import pytest
from sympy import Abs, Function, Rational, Symbol, cos, sin, symbols

from symlag.calculus.differential_operators import scaled
from symlag.calculus.jets import block, coordinates, jets, t
from symlag.calculus.matrices import inner
from symlag.errors import SymlagError
from symlag.kernels.array_function import kernel
from symlag.symmetry.action_symmetries import symmetries
from symlag.variational.equations_of_motion import accelerations, energy, euler_lagrange, hamiltonian
from symlag.variational.families import time_translation, translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import agree, equal

x, y, r, theta, u = coordinates("x y r theta u")
m, g, l, k, c = symbols("m g l k c", positive=True)

# T and V with a motion u that is given, and the acceleration by hand.
GIVEN = {
    "a pivot moved sideways": (
        m * ((u.dot + l * cos(theta) * theta.dot) ** 2 + l**2 * sin(theta) ** 2 * theta.dot**2) / 2,
        -m * g * l * cos(theta),
        {theta: -(g * sin(theta) + u.dot.dot * cos(theta)) / l},
    ),
    "a pivot moved up and down": (
        m * (l**2 * theta.dot**2 + 2 * l * sin(theta) * theta.dot * u.dot + u.dot**2) / 2,
        m * g * (u - l * cos(theta)),
        {theta: -(g + u.dot.dot) * sin(theta) / l},
    ),
    "a pendulum of changing length": (
        m * (u.dot**2 + u**2 * theta.dot**2) / 2,
        -m * g * u * cos(theta),
        {theta: -(g * sin(theta) + 2 * u.dot * theta.dot) / u},
    ),
    "a bead on a wire that is turned": (m * (r.dot**2 + r**2 * u.dot**2) / 2, 0, {r: r * u.dot**2}),
    "a spring held by a hand": (m * x.dot**2 / 2, k * (x - u) ** 2 / 2, {x: -k * (x - u) / m}),
    "in a carriage": (
        m * ((x.dot + u.dot) ** 2 + y.dot**2) / 2,
        k * x**2 / 2 + m * g * y,
        {x: -u.dot.dot - k * x / m, y: -g},
    ),
    "a mass that is given": (u * x.dot**2 / 2, 0, {x: -u.dot * x.dot / u}),
}
PATH = sin(2 * t) / 3 + 2


def mechanics(name):
    T, V, expected = GIVEN[name]
    return Lagrangian(T, V, coordinates=list(expected))


def along_path(expression):
    """The expression with a path put for the given motion."""
    return expression.xreplace({jet: PATH.diff(t, jet.order[0]) for jet in jets(expression) if jet.root == u})


@pytest.mark.parametrize("name", GIVEN)
def test_a_given_motion_pushes_as_it_does_by_hand(name):
    L = mechanics(name)
    assert L.given == (u,)
    found, expected = accelerations(L), GIVEN[name][2]
    assert list(found) == [q.dot.dot for q in expected]
    assert all(agree(found[q.dot.dot], a, points=1) for q, a in expected.items())


@pytest.mark.parametrize("name", GIVEN)
def test_laws_with_a_given_motion_are_those_with_its_path_written_out(name):
    L = mechanics(name)
    explicit = Lagrangian(along_path(L.kinetic), along_path(L.potential), L.coordinates)
    q = L.coordinates[0]
    for X in (time_translation(), translation(q)):
        law, written_out = noether(L, X), noether(explicit, X)
        assert law.defect() == 0
        total, expected = (each.charge + each.boundary for each in (law, written_out))
        assert agree(along_path(total), expected, points=1)
        for part in ("kinetic", "potential"):
            assert agree(along_path(law.sources[part]), written_out.sources[part], points=1)
    assert agree(along_path(energy(L)), energy(explicit), points=1)


def test_a_given_motion_is_an_input_of_kernels():
    solve = kernel(accelerations(mechanics("a pivot moved sideways")), "numpy")
    value = solve(theta=0.0, u_dot_dot=2.0, g=9.81, l=0.5)["theta_dot_dot"]
    assert float(value) == pytest.approx(-4)


def test_a_given_motion_stays_one_in_a_copy_and_in_the_hamiltonian():
    L = mechanics("in a carriage")
    assert replace(L, potential=L.potential).given == (u,)
    H, names = hamiltonian(L)
    assert equal(H.xreplace({p: L.density.diff(q.dot) for q, p in names.items()}), energy(L))


def test_a_given_block_pushes_blocks():
    w, v = block("w"), block("v")
    L = Lagrangian(inner(w.dot + v.dot, w.dot + v.dot) / 2, coordinates=[w])
    assert accelerations(L) == {w.dot.dot: scaled(-1, v.dot.dot)}
    assert noether(L, time_translation()).defect() == 0


time = Symbol("t")
angle, pivot, multiplier = (Function(name)(time) for name in ("theta", "u", "lambda"))


def test_in_sympys_spelling_what_is_not_listed_is_given():
    T = (pivot.diff(time) + angle.diff(time)) ** 2 / 2
    found = accelerations(Lagrangian(T, angle**2 / 2, coordinates=[angle]))
    assert found == {angle.diff(time, 2): -angle - pivot.diff(time, 2)}
    assert accelerations(Lagrangian(angle.diff(time) ** 2 / 2, pivot * angle, coordinates=[angle])) == {
        angle.diff(time, 2): -pivot
    }


def test_in_sympys_spelling_every_function_of_time_is_a_coordinate_where_none_is_listed():
    L = Lagrangian(angle.diff(time) ** 2 / 2, k * angle * pivot)
    assert euler_lagrange(L) == {angle: -k * pivot - angle.diff(time, 2), pivot: -k * angle}


def test_beside_jets_a_function_of_time_is_given():
    L = Lagrangian(x.dot**2 / 2, Function("f")(t) * x)
    assert accelerations(L) == {x.dot.dot: -Function("f")(t)}


def test_an_unlisted_function_of_a_parameter_is_no_coordinate():
    L = Lagrangian(angle.diff(time) ** 2 / 2, Function("f")(k) * angle)
    assert accelerations(L) == {angle.diff(time, 2): -Function("f")(k)}


# T, R and the force by hand, of each coordinate.
w = block("w")
DISSIPATION = {
    "Stokes": (x.dot**2 / 2, k * x.dot**2 / 2, {x: -k * x.dot}),
    "between two bodies": (
        (x.dot**2 + y.dot**2) / 2,
        k * (x.dot - y.dot) ** 2 / 2,
        {x: -k * (x.dot - y.dot), y: k * (x.dot - y.dot)},
    ),
    "in air": (x.dot**2 / 2, k * Abs(x.dot) ** 3 / 3, {x: -k * x.dot * Abs(x.dot)}),
    "by place": ((x.dot**2 + y.dot**2) / 2, k * x**2 * y.dot**2 / 2, {y: -k * x**2 * y.dot}),
    "by time": (x.dot**2 / 2, sin(t) ** 2 * x.dot**2 / 2, {x: -(sin(t) ** 2) * x.dot}),
    "of a block": (inner(w.dot, w.dot) / 2, k * inner(w.dot, w.dot) / 2, {w: scaled(-k, w.dot)}),
}


@pytest.mark.parametrize("name", DISSIPATION)
def test_a_dissipation_function_is_its_force(name):
    T, R, forces = DISSIPATION[name]
    by_function, by_force = Lagrangian(T, dissipation=R), Lagrangian(T, forces=forces)
    motion, expected = accelerations(by_function), accelerations(by_force)
    assert all(a == expected[jet] or agree(a, expected[jet], points=1) for jet, a in motion.items())
    law, same = noether(by_function, time_translation()), noether(by_force, time_translation())
    assert law.defect() == 0
    assert agree(law.sources["dissipation"] - same.sources["force"], 0 * k, points=1)
    assert law.sources["force"] == 0
    assert "dissipation" not in same.sources


def test_the_energy_runs_down_by_twice_a_quadratic_dissipation_function():
    L = Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, dissipation=c * x.dot**2 / 2)
    assert equal(noether(L, time_translation()).source, 2 * L.dissipation)


def test_dissipation_joins_forces_and_damping():
    L = Lagrangian(x.dot**2 / 2, damping=k, forces={x: g}, dissipation=c * x.dot**2 / 2)
    assert accelerations(L) == {x.dot.dot: g - c * x.dot - k * x.dot}
    assert accelerations(replace(L, damping=0)) == {x.dot.dot: g - c * x.dot}
    law = noether(L, translation(x))
    assert (law.sources["force"], law.sources["dissipation"], law.defect()) == (g, -c * x.dot, 0)
    assert repr(L) == "Lagrangian(T = x.dot**2/2, damping = k, dissipation = c*x.dot**2/2, force on x = g)"


REFUSED = {
    "of position": (lambda: Lagrangian(x.dot**2, dissipation=x**2), "dissipation = x**2: it is no function of velo"),
    "of accelerations": (lambda: Lagrangian(x.dot**2, dissipation=x.dot.dot**2), "it is no function of velocities"),
    "text": (lambda: Lagrangian(x.dot**2, dissipation="x"), "the dissipation 'x': it is no SymPy expression"),
    "of what is not in the energies": (
        lambda: Lagrangian(x.dot**2, dissipation=x.dot * y.dot),
        "y occurs in the forces",
    ),
    "symmetries beside a given motion": (
        lambda: symmetries(mechanics("in a carriage")),
        "symmetries of a mechanics with given motions are not searched for. Try one by noether(L, X).",
    ),
    "symmetries beside dissipation": (
        lambda: symmetries(Lagrangian(x.dot**2 / 2, dissipation=x.dot**2)),
        "with dissipation are not searched for",
    ),
    "symmetries under constraints": (
        lambda: symmetries(Lagrangian((x.dot**2 + y.dot**2) / 2, constraints=x - y)),
        "with constraints are not searched for",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_dissipation_and_no_action_gets_a_sentence(case):
    ask, sentence = REFUSED[case]
    with pytest.raises(SymlagError) as caught:
        ask()
    assert sentence in str(caught.value)


def test_a_wire_that_turns_evenly_is_a_given_angle():
    """With u = wt the energy r-dot²/2 − w²r²/2 is conserved, though the kinetic energy is not."""
    L = mechanics("a bead on a wire that is turned")
    rate = {u.dot: Rational(3, 2), u.dot.dot: 0}
    law = noether(L, time_translation())
    assert equal(law.charge.xreplace(rate), -m * r.dot**2 / 2 + m * Rational(9, 8) * r**2)
    assert law.source.xreplace(rate) == 0
