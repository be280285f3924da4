import random
from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sympy import Derivative, Eq, Function, Rational, Symbol, cos, lambdify, sin, symbols
from sympy.physics.mechanics import LagrangesMethod, ReferenceFrame, dynamicsymbols

from symlag.calculus.jets import block, coordinates, fields, jets, t
from symlag.calculus.matrices import constant, inner
from symlag.derivation.derive import MechanicsDerivation, derivation_from_names
from symlag.errors import CoordinateError, SymlagError
from symlag.variational.constraints import vanishes_where
from symlag.variational.equations_of_motion import accelerations, euler_lagrange, hamiltonian, multipliers
from symlag.variational.families import rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import agree, equal

x, y, z, theta, phi, u, v = coordinates("x y z theta phi u v")
m, g, l, k, R, J, w = symbols("m g l k R J w", positive=True)

PLANE = m * (x.dot**2 + y.dot**2) / 2
SPACE = PLANE + m * z.dot**2 / 2
DISC = PLANE + J * theta.dot**2 + J * phi.dot**2 / 2
ROLLING = (x.dot - R * theta.dot * cos(phi), y.dot - R * theta.dot * sin(phi))
DOUBLE = (x.dot**2 + y.dot**2 + u.dot**2 + v.dot**2) / 2
LINKS = (x**2 + y**2 - 1, (u - x) ** 2 + (v - y) ** 2 - 1)

# T, V, constraints and forces of mechanics that textbooks solve.
SYSTEMS = {
    "pendulum": (PLANE, m * g * y, (x**2 + y**2 - l**2,), {}),
    "bead on a parabola": (PLANE, m * g * y, (y - k * x**2,), {}),
    "bead on a turning wire": (PLANE, m * g * y, (y * cos(w * t) - x * sin(w * t),), {}),
    "particle on a sphere, with drag": (SPACE, m * g * z, (x**2 + y**2 + z**2 - l**2,), {x: -k * x.dot, y: -k * y.dot}),
    "double pendulum": (DOUBLE, g * (y + v), LINKS, {}),
    "Atwood's machine": (x.dot**2 / 2 + m * y.dot**2 / 2, -g * x - m * g * y, (x + y - l,), {}),
    "knife edge on a slope": (PLANE + J * phi.dot**2 / 2, m * g * x, (x.dot * sin(phi) - y.dot * cos(phi),), {}),
    "rolling disc": (DISC, 0, ROLLING, {phi: k}),
    "sphere on a moving belt": (DISC, m * g * y, (x.dot - R * theta.dot - w, y.dot - R * phi.dot), {}),
}


def mechanics(name):
    T, V, constraints, forces = SYSTEMS[name]
    return Lagrangian(T, V, constraints=constraints, forces=forces)


@cache
def motion_of(name):
    """The accelerations and multipliers, which two tests ask for."""
    return accelerations(mechanics(name)), multipliers(mechanics(name))


def of_sympy(L):
    """The accelerations and multipliers of SymPy's LagrangesMethod, and what its functions are in jets."""
    functions = {q: dynamicsymbols(q.stem) for q in L.coordinates}
    spoken = {
        j: functions[j.root].diff(dynamicsymbols._t, j.order[0]) for g in (L.density, *L.constraints) for j in jets(g)
    }
    spoken |= {j: functions[j.root].diff(dynamicsymbols._t, j.order[0]) for f in L.forces.values() for j in jets(f)}
    holonomic = [g for g in L.constraints if all(j.order == (0,) for j in jets(g))]
    rolling = [g for g in L.constraints if g not in holonomic]
    assert L.constraints == (*holonomic, *rolling)
    # A force along a coordinate, whatever this is, is one of a body that moves along an axis as the coordinate does.
    frames = [(functions[q], f.xreplace(spoken)) for q, f in L.forces.items()]
    N = ReferenceFrame("N")
    bodies = []
    for function, force in frames:
        frame = ReferenceFrame(f"A_{function.func}")
        frame.set_ang_vel(N, function.diff(dynamicsymbols._t) * N.z)
        bodies.append((frame, force * N.z))
    method = LagrangesMethod(
        L.density.xreplace(spoken),
        list(functions.values()),
        forcelist=bodies or None,
        frame=N if bodies else None,
        hol_coneqs=[g.xreplace(spoken) for g in holonomic] or None,
        nonhol_coneqs=[g.xreplace(spoken) for g in rolling] or None,
    )
    method.form_lagranges_equations()
    return method, functions


@pytest.mark.parametrize("name", SYSTEMS)
def test_accelerations_and_multipliers_are_those_of_lagranges_method(name):
    L = mechanics(name)
    method, functions = of_sympy(L)
    dice = random.Random(0)
    value = lambda: Rational(dice.randint(20, 90), dice.randint(31, 67))  # noqa: E731
    state = {j: value() for q in L.coordinates for j in (q.dot, q)}
    numbers = {s: value() for s in (m, g, l, k, R, J, w, t)}
    theirs = {functions[j.root].diff(dynamicsymbols._t, j.order[0]): n for j, n in state.items()}
    n = len(L.coordinates)
    matrix, right = (
        part.subs(theirs).subs(numbers).evalf(30) for part in (method.mass_matrix_full, method.forcing_full)
    )
    solved = matrix.LUsolve(right)
    ours = [a.xreplace(state).xreplace(numbers).evalf(30) for a in motion_of(name)[0].values()]
    strengths = [a.xreplace(state).xreplace(numbers).evalf(30) for a in motion_of(name)[1].values()]
    assert all(abs(a - b) < 1e-20 for a, b in zip(ours, solved[n : 2 * n, 0], strict=True))
    assert all(abs(a - b) < 1e-20 for a, b in zip(strengths, solved[2 * n :, 0], strict=True))


@pytest.mark.parametrize("name", SYSTEMS)
def test_accelerations_obey_the_equations_and_the_constraints(name):
    L = mechanics(name)
    motion = motion_of(name)[0] | motion_of(name)[1]
    for q in L.coordinates:
        assert agree(euler_lagrange(L)[q].xreplace(motion), 0 * k, points=1)
    assert [euler_lagrange(L)[each] for each in L.multipliers] == list(L.constraints)


def integrated(motion, start, times, numbers):
    """The path of the coordinates, by SciPy, from SymPy's own functions of arrays."""
    roots = [jet.root for jet in motion]
    state = [*roots, *(q.dot for q in roots)]
    rate = lambdify([t, state], [*(q.dot for q in roots), *(a.xreplace(numbers) for a in motion.values())], cse=True)
    run = solve_ivp(rate, (0, times[-1]), start, "DOP853", t_eval=times, rtol=1e-13, atol=1e-13)
    return dict(zip(roots, run.y, strict=False)), dict(zip(roots, run.y[len(roots) :], strict=False))


TIMES = np.linspace(0, 10, 21)


def test_a_double_pendulum_by_multipliers_moves_as_by_angles():
    inside = {x: sin(theta), y: -cos(theta), u: sin(theta) + sin(phi), v: -cos(theta) - cos(phi)}
    speeds = {q.dot: theta.dot * s.diff(theta) + phi.dot * s.diff(phi) for q, s in inside.items()}
    reduced = Lagrangian(DOUBLE.xreplace(speeds), (y + v).xreplace(inside))
    bound = Lagrangian(DOUBLE, y + v, constraints=LINKS)
    at = {theta: 1.0, phi: 0.4, theta.dot: 0.3, phi.dot: -0.2}
    angles, _ = integrated(accelerations(reduced), [at[phi], at[theta], at[phi.dot], at[theta.dot]], TIMES, {})
    start = [float(e.subs(at)) for q in (*bound.coordinates,) for e in (inside[q],)]
    start += [float(speeds[q.dot].subs(at)) for q in bound.coordinates]
    path, _ = integrated(accelerations(bound), start, TIMES, {})
    expected = np.sin(angles[theta]) + np.sin(angles[phi])
    assert np.abs(path[u] - expected).max() < 1e-9


def test_a_bead_on_a_wire_moves_as_by_its_only_coordinate():
    wire = 1 - cos(x) + x**2 / 4
    bound = Lagrangian((x.dot**2 + y.dot**2) / 2, 9 * y, constraints=y - wire)
    reduced = Lagrangian((1 + wire.diff(x) ** 2) * x.dot**2 / 2, 9 * wire)
    one, _ = integrated(accelerations(reduced), [1.0, 0.0], TIMES, {})
    two, _ = integrated(accelerations(bound), [1.0, float(wire.subs(x, 1)), 0.0, 0.0], TIMES, {})
    assert np.abs(one[x] - two[x]).max() < 1e-9


def test_an_upright_disc_rolls_on_a_circle():
    """With no torque both spins are constant, and the centre moves on a circle of radius Rθ̇/φ̇."""
    L = Lagrangian(DISC, constraints=ROLLING)
    numbers = {m: 2.0, J: 0.5, R: 0.7}
    start = dict.fromkeys((phi, theta, x, y), 0.0) | {phi.dot: 0.8, theta.dot: 1.5, x.dot: 0.7 * 1.5, y.dot: 0.0}
    motion = accelerations(L)
    path, _ = integrated(
        motion, [start[j] for o in (0, 1) for q in L.coordinates for j in (q.at((o,)),)], TIMES, numbers
    )
    radius = 0.7 * 1.5 / 0.8
    assert np.abs(path[x] - radius * np.sin(0.8 * TIMES)).max() < 1e-9
    assert np.abs(path[y] - radius * (1 - np.cos(0.8 * TIMES))).max() < 1e-9


def test_a_pulley_pulls_with_the_tension_of_the_textbook():
    """Masses 1 and m: the tension is 2mg/(1+m), and λ is minus that."""
    (tension,) = multipliers(mechanics("Atwood's machine")).values()
    assert equal(tension, -2 * m * g / (1 + m))


PENDULUM = mechanics("pendulum")
FREE_DISC = Lagrangian(DISC, constraints=ROLLING)
EDGE = Lagrangian(PLANE + J * phi.dot**2 / 2, constraints=x.dot * sin(phi) - y.dot * cos(phi))
lambda_1, lambda_2 = coordinates("lambda_1 lambda_2")
along = Generator({x: cos(phi), y: sin(phi)})
ball = block("w")
SPHERE = Lagrangian(inner(ball.dot, ball.dot) / 2, constraints=inner(ball, ball) - 1)

xs, ys = coordinates("x_0 x_1 x_2 x_3"), coordinates("y_0 y_1 y_2 y_3")
CHAIN = sum(q.dot**2 for q in (*xs, *ys)) / 2
CHAIN_LINKS = [xs[0] ** 2 + ys[0] ** 2 - 1] + [
    (xs[i] - xs[i - 1]) ** 2 + (ys[i] - ys[i - 1]) ** 2 - 1 for i in range(1, 4)
]

# A mechanics, a generator, the work of the constraint along it, and whether its charge is conserved.
LAWS = {
    "energy of a pendulum": (PENDULUM, time_translation(), 0, True),
    "gravity turns a pendulum": (PENDULUM, rotation(x, y), 0, False),
    "without gravity it turns on": (Lagrangian(PLANE, constraints=x**2 + y**2 - l**2), rotation(x, y), 0, True),
    "a rod pulls": (PENDULUM, translation(x), 2 * lambda_1 * x, False),
    "a rod resists a scale": (PENDULUM, scale(x, y), 2 * lambda_1 * l**2, False),
    "a cone does not": (Lagrangian(SPACE, constraints=x**2 + y**2 - z**2), scale(x, y, z), 0, False),
    "energy on a still wire": (mechanics("bead on a parabola"), time_translation(), 0, True),
    "energy on a turning wire": (
        mechanics("bead on a turning wire"),
        time_translation(),
        lambda_1 * (x.dot * sin(w * t) - y.dot * cos(w * t)),
        False,
    ),
    "helical symmetry of a turning wire": (
        Lagrangian(PLANE, constraints=y * cos(w * t) - x * sin(w * t)),
        Generator({x: -w * y, y: w * x}, tau=1),
        0,
        True,
    ),
    "energy of a knife edge": (EDGE, time_translation(), 0, True),
    "spin of a knife edge": (EDGE, Generator({phi: 1}), 0, True),
    "speed along a knife edge": (EDGE, along, 0, True),
    "momentum of a knife edge": (EDGE, translation(x), lambda_1 * sin(phi), False),
    "energy of a disc that rolls": (Lagrangian(DISC, constraints=ROLLING), time_translation(), 0, True),
    "its spin": (
        Lagrangian(DISC, constraints=ROLLING),
        Generator({theta: 1, x: R * cos(phi), y: R * sin(phi)}),
        0,
        True,
    ),
    "energy beside a belt": (mechanics("sphere on a moving belt"), time_translation(), -w * lambda_1, False),
    "energy of a double pendulum": (mechanics("double pendulum"), time_translation(), 0, True),
    "energy of a chain": (Lagrangian(CHAIN, sum(ys), constraints=CHAIN_LINKS), time_translation(), 0, True),
    "momentum of a chain": (
        Lagrangian(CHAIN, constraints=CHAIN_LINKS),
        Generator(dict.fromkeys(xs, 1)),
        2 * lambda_1 * xs[0],
        False,
    ),
    "energy beside a given motion": (
        Lagrangian(PLANE, coordinates=[x, y], constraints=(x - u) ** 2 + y**2 - l**2),
        time_translation(),
        -2 * lambda_1 * (x - u) * u.dot,
        False,
    ),
    "energy on a sphere of any dimension": (SPHERE, time_translation(), 0, True),
    "rotation of a sphere of any dimension": (SPHERE, rotation(ball), 0, True),
    "half of a cross": (Lagrangian(PLANE, constraints=x * y), translation(x), lambda_1 * y, False),
}


@pytest.mark.parametrize("name", LAWS)
def test_charges_survive_where_the_constraint_does_no_work(name):
    L, X, work, conserved = LAWS[name]
    law = noether(L, X)
    assert equal(law.sources["constraint"], work)
    assert (law.conserved, law.defect()) == (conserved, 0)


def test_a_charge_under_constraints_moves_as_its_law_says():
    """Along a run of SciPy the momentum of a knife edge grows by the work of its force."""
    law, motion = noether(EDGE, translation(x)), accelerations(EDGE)
    numbers = {m: 1.3, J: 0.4}
    times = np.linspace(0, 3, 3001)
    path, rates = integrated(motion, [0.1, 0.0, 0.0, 0.9, np.cos(0.1), np.sin(0.1)], times, numbers)
    names = [*path, *(q.dot for q in rates)]
    values = [*path.values(), *rates.values()]
    charge = lambdify(names, law.charge.xreplace(numbers))(*values)
    source = lambdify(names, law.source.xreplace(multipliers(EDGE)).xreplace(numbers))(*values)
    gained = np.concatenate([[0], np.cumsum((source[1:] + source[:-1]) / 2 * np.diff(times))])
    assert np.abs(charge - charge[0] - gained).max() < 1e-6


def test_what_vanishes_on_a_cross_vanishes_on_both_of_its_lines():
    assert vanishes_where(x**2 * y, [x * y])
    assert not vanishes_where(x, [x * y])
    assert vanishes_where((x**2 - y**2) / (1 + x**2), [x - y])
    assert vanishes_where(sin(x) ** 2 - y**2, [cos(x) ** 2 + y**2 - 1])
    assert not vanishes_where(m * x, [x**2 - m])


s = Symbol("t")
X, Y, strength = (Function(name)(s) for name in ("x", "y", "lambda"))


def test_a_multiplier_of_the_users_own_is_a_coordinate():
    L = Lagrangian(m * (X.diff(s) ** 2 + Y.diff(s) ** 2) / 2 + strength * (X**2 + Y**2 - l**2), m * g * Y)
    assert euler_lagrange(L)[strength] == X**2 + Y**2 - l**2
    own, listed = accelerations(L), accelerations(PENDULUM)
    heard = {X.diff(s): x.dot, Y.diff(s): y.dot, X: x, Y: y}
    assert all(equal(own[f.diff(s, 2)].subs(heard), listed[q.dot.dot]) for f, q in ((X, x), (Y, y)))
    assert equal(own[strength].subs(heard), multipliers(PENDULUM)[lambda_1])


def test_constraints_are_taken_and_given_in_sympys_spelling():
    L = Lagrangian(m * (X.diff(s) ** 2 + Y.diff(s) ** 2) / 2, m * g * Y, constraints=Eq(X**2 + Y**2, l**2))
    found = accelerations(L)
    assert set(found) == {X.diff(s, 2), Y.diff(s, 2)}
    assert all(not jets(a) and a.has(Derivative) for a in found.values())
    lambda_of_time = Function("lambda_1")(s)
    assert set(multipliers(L)) == {lambda_of_time}
    assert euler_lagrange(L)[X] == 2 * lambda_of_time * X - m * X.diff(s, 2)
    law = noether(L, translation(X))
    assert law.sources["constraint"] == 2 * lambda_of_time * X
    assert law.defect() == 0


def test_a_multiplier_of_a_constraint_on_fields_is_a_field():
    """The sphere of a sigma model: □n = 2λn in signature (+, −)."""
    place = Symbol("r")
    a, b = fields("a b", t, place)
    density = (a.dot**2 + b.dot**2 - a.d(place) ** 2 - b.d(place) ** 2) / 2
    L = Lagrangian(density, constraints=a**2 + b**2 - 1)
    (strength,) = L.multipliers
    assert strength.base == (t, place)
    assert equal(euler_lagrange(L)[a], a.d(place).d(place) - a.dot.dot + 2 * strength * a)
    with pytest.raises(SymlagError, match="it holds derivatives of fields"):
        Lagrangian(density, constraints=a.dot - b.d(place))


def test_names_of_multipliers_give_way_to_those_of_parameters():
    L = Lagrangian(Symbol("lambda_1") * (x.dot**2 + y.dot**2) / 2, constraints=x - y)
    assert [multiplier.stem for multiplier in L.multipliers] == ["mu_1"]


n = Symbol("n", integer=True, positive=True)
G, vector = constant("G", n, n), block("q", n)


def test_a_quadric_of_any_dimension_holds_its_particle():
    """Neumann's problem: q̈ = −Aq + (⟨q, Aq⟩ − |q̇|²)q on the unit sphere, here wherever it is."""
    A = (G + G.T) / 2
    L = Lagrangian(
        inner(vector.dot, vector.dot) / 2, inner(vector, A * vector) / 2, constraints=inner(vector, vector) - 1
    )
    (strength,) = multipliers(L).values()
    expected = (inner(vector, G * vector) - inner(vector.dot, vector.dot)) / (2 * inner(vector, vector))
    assert equal(strength, expected)


def test_a_file_names_its_constraints_and_its_dissipation():
    names = {
        "T": PLANE,
        "V": m * g * y,
        "constraints": [x**2 + y**2 - l**2],
        "dissipation": k * (x.dot**2 + y.dot**2) / 2,
    }
    derived = derivation_from_names(names | {"symmetry": time_translation()}, "pendulum")
    assert isinstance(derived, MechanicsDerivation)
    (law,) = derived.laws
    assert equal(law.sources["dissipation"], k * (x.dot**2 + y.dot**2))
    assert (law.sources["constraint"], law.defect()) == (0, 0)
    assert set(derived.motion) == {x.dot.dot, y.dot.dot}
    page = derived.document.markdown()
    assert r"=-\frac{\partial R}{\partial\dot{q}}+\sum_{i}\lambda_{i}\frac{\partial\Phi_{i}}{\partial q}$" in page
    assert r"\Phi_{1} &=x^{2}+y^{2}-l^{2}" in page
    assert r"&m\ddot{x}+k\dot{x}-2\lambda_{1}x=0" in page
    assert "$C$ is fed by dissipation." in page


def test_a_file_may_have_a_multiplier_of_its_own():
    strength = coordinates("lambda")
    names = {"T": PLANE + strength * (x**2 + y**2 - l**2), "V": m * g * y, "symmetry": time_translation()}
    derived = derivation_from_names(names, "pendulum")
    assert isinstance(derived, MechanicsDerivation)
    assert set(derived.motion) == {strength, x.dot.dot, y.dot.dot}
    assert derived.laws[0].conserved


free = Lagrangian(PLANE)

# What is asked, and what is answered.
REFUSED = {
    "not linear": (lambda: Lagrangian(PLANE, constraints=x.dot * y.dot), "it is not linear in the velocities"),
    "speed": (lambda: Lagrangian(PLANE, constraints=x.dot**2 + y.dot**2 - 1), "it is not linear in the velocities"),
    "accelerations": (lambda: Lagrangian(PLANE, constraints=x.dot.dot), "it holds accelerations"),
    "nothing": (lambda: Lagrangian(PLANE, constraints=m - 1), "no coordinate occurs in it"),
    "truth": (lambda: Lagrangian(PLANE, constraints=Eq(x, x)), "it says nothing of the coordinates"),
    "text": (lambda: Lagrangian(PLANE, constraints="x = y"), "it is no SymPy expression"),
    "a mapping": (lambda: Lagrangian(PLANE, constraints={x: y}), "it assigns values, and is no equation; write Eq(x"),
    "an inequality": (lambda: Lagrangian(PLANE, constraints=x > y), "the constraint x > y: it is no equation"),
    "a matrix": (lambda: Lagrangian(PLANE, constraints=vector), "it is not a number"),
    "what is in no energy": (lambda: Lagrangian(PLANE, constraints=x - z), "z occurs in the forces or constraints and"),
    "twice": (lambda: accelerations(Lagrangian(PLANE, constraints=[x - y, 2 * x - 2 * y])), "depend on each other"),
    "twice where it holds": (
        lambda: accelerations(Lagrangian(SPACE, constraints=[x**2 + y**2 - 1, (x**2 + y**2 - 1) * (z + 3)])),
        "depend on each other",
    ),
    "a square": (lambda: multipliers(Lagrangian(PLANE, constraints=(x * y - 1) ** 2)), "a gradient that is not zero"),
    "a rate of another": (
        lambda: accelerations(Lagrangian(PLANE, constraints=[x - y, x.dot - y.dot])),
        "depend on each",
    ),
    "two that exclude each other": (lambda: accelerations(Lagrangian(PLANE, constraints=[x, x - 1])), "depend on each"),
    "more than coordinates": (lambda: accelerations(Lagrangian(PLANE, constraints=[x, y, x + y])), "depend on each"),
    "blocks twice": (
        lambda: accelerations(Lagrangian(SPHERE.kinetic, constraints=[inner(ball, ball)] * 2)),
        "depend on",
    ),
    "multipliers of nothing": (
        lambda: multipliers(free),
        "it has no constraints; write Lagrangian(T, V, constraints=g)",
    ),
    "a hamiltonian": (lambda: hamiltonian(PENDULUM), "momenta that a constraint ties to each other"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_constraint_that_is_none_gets_a_sentence(case):
    ask, sentence = REFUSED[case]
    with pytest.raises(SymlagError) as caught:
        ask()
    assert sentence in str(caught.value)
    assert isinstance(caught.value, CoordinateError) or caught.value.write


def test_a_turning_wire_is_solved_by_hand():
    """On y = x tan(wt) the distance r obeys r̈ = w²r: at t = 0, with r on the x axis, ẍ = w²x and ÿ = 2wẋ."""
    L = Lagrangian(PLANE, constraints=y * cos(w * t) - x * sin(w * t))
    at = {t: 0, y: 0, y.dot: w * x}
    found = {jet: a.subs(at) for jet, a in accelerations(L).items()}
    assert equal(found[x.dot.dot], 0)
    assert equal(found[y.dot.dot], 2 * w * x.dot)
