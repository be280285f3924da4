import pytest
from sympy import (
    Add,
    Derivative,
    Function,
    IndexedBase,
    Integral,
    Inverse,
    Rational,
    Sum,
    Symbol,
    cos,
    diff,
    exp,
    integrate,
    log,
    sqrt,
)
from sympy.calculus.euler import euler_equations
from sympy.physics.mechanics import LagrangesMethod, dynamicsymbols

from symlag.calculus.differential_operators import add, scaled, total
from symlag.calculus.jets import block, fields, jets, t
from symlag.calculus.matrices import Symmetric, constant, inner, normal, trace, zero_like
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.variational.equations_of_motion import accelerations, energy, euler_lagrange, hamiltonian, momenta
from symlag.variational.families import time_translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import (
    SYSTEMS,
    A,
    K,
    S,
    U,
    W,
    agree,
    c,
    equal,
    explicit,
    gamma,
    k,
    m,
    omega,
    w,
    x,
    y,
)

DAMPINGS = [0, gamma, 3 / t, 1 / (1 + t**2), cos(t)]


def spoken(expression, functions):
    """The expression in functions of time."""
    return expression.xreplace(
        {j: functions[j.root].diff(t, sum(j.order)) if sum(j.order) else functions[j] for j in jets(expression)}
    )


def functions_of(L):
    return {q: Function(q.stem)(t) for q in L.coordinates}


def heard(expression, functions):
    """The expression in jets."""
    found = expression.atoms(Derivative)
    rates = {d: next(q for q, f in functions.items() if f == d.expr).at((d.derivative_count,)) for d in found}
    return expression.xreplace(rates).xreplace({f: q for q, f in functions.items()})


@pytest.fixture(params=SYSTEMS)
def L(request):
    return Lagrangian(*SYSTEMS[request.param])


def test_the_equations_of_motion_are_sympys(L):
    functions = functions_of(L)
    theirs = euler_equations(spoken(L.density, functions), list(functions.values()), [t])
    for ours, equation in zip(euler_lagrange(L).values(), theirs, strict=True):
        assert agree(ours, heard(equation.lhs.doit(), functions))


def test_the_accelerations_are_those_of_lagranges_method(L):
    functions = {q: dynamicsymbols(q.stem) for q in L.coordinates}
    method = LagrangesMethod(spoken(L.density, functions), list(functions.values()))
    method.form_lagranges_equations()
    theirs = method.mass_matrix.LUsolve(method.forcing)
    for ours, a in zip(accelerations(L).values(), theirs, strict=True):
        assert agree(ours, heard(a, functions))


def test_accelerations_solve_the_equations_of_motion(L):
    solved = accelerations(L)
    assert all(agree(e.xreplace(solved), 0 * k) for e in euler_lagrange(L).values())


@pytest.mark.parametrize("rate", DAMPINGS, ids=str)
def test_damping_is_an_exponential_weight_that_is_divided_out(L, rate):
    weight = exp(integrate(rate, t))
    damped_total = euler_lagrange(Lagrangian(weight * L.density))
    damped = euler_lagrange(Lagrangian(L.kinetic, L.potential, damping=rate))
    assert all(agree(damped_total[q] / weight, damped[q]) for q in L.coordinates)


def test_damping_without_an_antiderivative_does_as_well():
    rate = Function("g")(t)
    assert accelerations(Lagrangian(x.dot**2 / 2, x**2 / 2, damping=rate)) == {x.dot.dot: -rate * x.dot - x}
    assert not euler_lagrange(Lagrangian(x.dot**2 / 2, damping=exp(-(t**2)) * log(t)))[x].has(Integral)


def test_nesterovs_friction_is_three_over_t():
    (acceleration,) = accelerations(Lagrangian(x.dot**2 / 2, x**4, damping=3 / t)).values()
    assert equal(acceleration, -3 * x.dot / t - 4 * x**3)


def test_energy_is_constant_along_the_motion(L):
    assert agree(total(energy(L)).xreplace(accelerations(L)), 0 * k)


def test_momenta_are_derivatives_by_velocities(L):
    assert all(equal(p, diff(L.density, q.dot)) for q, p in momenta(L).items())


def test_hamiltons_equations_have_the_accelerations_of_lagranges(L):
    H, names = hamiltonian(L)
    rates = {q: diff(H, p) for q, p in names.items()}
    back = {p: diff(L.density, q.dot) for q, p in names.items()}
    for q, a in zip(L.coordinates, accelerations(L).values(), strict=True):
        turning = Add(*(diff(rates[q], r) * rates[r] - diff(rates[q], p) * diff(H, r) for r, p in names.items()))
        assert agree(turning.xreplace(back), a, points=1)


def test_the_hamiltonian_is_the_energy_in_momenta(L):
    H, names = hamiltonian(L)
    assert agree(H.xreplace({p: momenta(L)[q] for q, p in names.items()}), energy(L))


def test_forces_stand_on_the_right_of_the_euler_lagrange_equation():
    friction = -k * x.dot * abs(x.dot)
    L = Lagrangian(m * x.dot**2 / 2, omega * x**2, forces={x: friction})
    assert equal(euler_lagrange(L)[x], -m * x.dot.dot - 2 * omega * x + friction)


@pytest.mark.parametrize(
    "L",
    [
        Lagrangian(m * inner(W.dot, W.dot) / 2, trace(W * A.T * W * A.T) + k * inner(W, W), (W,), gamma),
        Lagrangian(m * inner(W.dot, W.dot) / 2, inner(W * c, W * c) / 4, (W,), forces={W: K * W.dot}),
        Lagrangian(m * inner(w.dot, w.dot) / 2, exp(-inner(w, w)) * inner(w, c), (w,), 3 / t),
    ],
    ids=["words", "forces", "functions"],
)
def test_blocks_move_as_their_entries_do(L):
    (block,) = L.coordinates
    entries = tuple(explicit(block))
    force = dict(zip(entries, explicit(L.forces.get(block, 0 * block)), strict=True))
    written_out = Lagrangian(explicit(L.kinetic), explicit(L.potential), entries, L.damping, force)
    ((_, a),) = accelerations(L).items()
    assert all(agree(l, r) for l, r in zip(explicit(a), accelerations(written_out).values(), strict=True))
    assert agree(explicit(energy(L)), energy(written_out))


def test_a_hamiltonian_is_given_back_in_sympys_own_spelling():
    f = Function("f")(t)
    H, names = hamiltonian(Lagrangian(m * f.diff(t) ** 2 / 2, k * cos(f)))
    assert equal(H, names[f] ** 2 / (2 * m) + k * cos(f))


def test_pais_and_uhlenbecks_oscillator_has_two_frequencies():
    p, q = Symbol("p"), Symbol("q")
    L = Lagrangian((x.dot.dot**2 - (p**2 + q**2) * x.dot**2 + p**2 * q**2 * x**2) / 2)
    assert equal(euler_lagrange(L)[x], x.at((4,)) + (p**2 + q**2) * x.dot.dot + p**2 * q**2 * x)
    (solved,) = accelerations(L).values()
    path = {x.at((i,)): diff(cos(p * t), t, i) for i in range(5)}
    assert equal(solved.xreplace(path), path[x.at((4,))])
    assert equal(total(energy(L)).xreplace(accelerations(L)), 0)


def test_ostrogradskys_momenta_of_a_beam():
    L = Lagrangian(k * x.dot.dot**2 / 2 + m * x.dot**2 / 2)
    assert momenta(L) == {x: m * x.dot - k * x.at((3,)), x.dot: k * x.dot.dot}


def test_every_coordinate_has_one_equation_and_only_it():
    L = Lagrangian(x.dot**2 / 2, x * y, (y, x))
    assert list(euler_lagrange(L)) == [y, x]


p, q = Function("p")(t), Function("q")(t)
r = Symbol("r")
u, v = fields("u v", t, r)
n = Symbol("n", integer=True, positive=True)
a, b, d = block("a", n), block("b", n), block("d", n)
c_n, G, Z = constant("c", n), constant("G", n, n), block("Z", n, n)

# A Lagrangian and its coordinates, of which some drop out; the equations. SymPy's euler_equations leaves some of these
# out, and has none at all for the rate of a square.
EVERY_COORDINATE = {
    "one drops out": (x.dot**2 / 2, (x, y), {x: -x.dot.dot, y: 0}),
    "all drop out": (x.dot, (x,), {x: 0}),
    "a total derivative": (x.dot * y + x * y.dot, (x, y), {x: 0, y: 0}),
    "one drops out, as functions": (p.diff(t) ** 2 / 2, (p, q), {p: -p.diff(t, 2), q: 0}),
    "the rate of a square": (total(x**2) ** 2 / 2, (x,), {x: -4 * x * x.dot**2 - 4 * x**2 * x.dot.dot}),
    "the rate of a square, as a function": (
        Derivative(q**2, t) ** 2 / 2,
        (),
        {q: -4 * q * q.diff(t) ** 2 - 4 * q**2 * q.diff(t, 2)},
    ),
    "a field drops out": (u.dot**2 / 2 - u.d(r) ** 2 / 2, (u, v), {u: u.d(r).d(r) - u.dot.dot, v: 0}),
    "a block drops out": (inner(W.dot, W.dot) / 2, (W, U), {W: scaled(-1, W.dot.dot), U: zero_like(U)}),
}


@pytest.mark.parametrize("case", EVERY_COORDINATE)
def test_no_coordinate_is_left_out(case):
    L, moving, expected = EVERY_COORDINATE[case]
    found = euler_lagrange(Lagrangian(L, coordinates=moving))
    assert list(found) == list(expected)
    assert all(equal(e, expected[q]) if q not in (U, W) else e == expected[q] for q, e in found.items())


def test_a_lagrangian_of_first_order_has_equations_of_first_order():
    L = Lagrangian(x * y.dot - (x**2 + y**2) / 2)
    assert euler_lagrange(L) == {x: y.dot - x, y: -x.dot - y}
    assert energy(L) == (x**2 + y**2) / 2


# A Lagrangian; what is asked of it; what is answered.
DEGENERATE = {
    "no motion obeys L = q": (lambda: euler_lagrange(Lagrangian(x)), "the equation of x reads 1 = 0; write an L that"),
    "no motion obeys L = tq": (lambda: euler_lagrange(Lagrangian(t * x)), "the equation of x reads t = 0; write an L"),
    "no motion obeys L = q, q a function": (
        lambda: euler_lagrange(Lagrangian(q, coordinates=q)),
        "L = q: the equation of q reads 1 = 0; write an L that some motion obeys.",
    ),
    "a function that is never differentiated": (
        lambda: euler_lagrange(Lagrangian(q)),
        "the equation of q reads 1 = 0; write an L that some motion obeys.",
    ),
    "one of two coordinates is pushed": (
        lambda: euler_lagrange(Lagrangian(x.dot**2 / 2 + k * y)),
        "the equation of y reads k = 0",
    ),
    "no field obeys L = v": (
        lambda: euler_lagrange(Lagrangian(u.dot**2 / 2 - u.d(r) ** 2 / 2 + v)),
        "the equation of v reads 1 = 0",
    ),
    "no block obeys L = ⟨A, W⟩": (lambda: euler_lagrange(Lagrangian(inner(A, W))), "the equation of W reads A = 0"),
    "a force alone": (lambda: euler_lagrange(Lagrangian(x.dot, forces={x: k})), "the equation of x reads k = 0"),
    "any parameter of a path will do": (
        lambda: accelerations(Lagrangian(sqrt(x.dot**2 + y.dot**2))),
        "x.dot.dot, y.dot.dot: the mass matrix is degenerate",
    ),
    "any parameter of time will do": (
        lambda: accelerations(Lagrangian(x.dot**2 / (2 * y) - k * y)),
        "x.dot.dot, y.dot: the mass matrix is degenerate",
    ),
    "a gauge": (lambda: accelerations(Lagrangian((x.dot - y) ** 2)), "x.dot.dot, y.dot: the mass matrix is degenerate"),
    "equations that contradict each other": (
        lambda: accelerations(Lagrangian((x.dot - y.dot) ** 2 / 2, k * x)),
        "their equations contradict each other, for together they read -k = 0; write an L that some motion obeys",
    ),
    "momenta that fix no velocity": (
        lambda: hamiltonian(Lagrangian((x.dot + y.dot) ** 2, x * y)),
        "x.dot, y.dot: the mass matrix is degenerate",
    ),
    "a relativistic particle's Hamiltonian": (
        lambda: hamiltonian(Lagrangian(x.dot**4)),
        "x.dot: they do not enter linearly",
    ),
    "a block's Hamiltonian": (lambda: hamiltonian(Lagrangian(inner(w.dot, w.dot))), "solved for numbers only; write"),
    "a beam's Hamiltonian": (lambda: hamiltonian(Lagrangian(x.dot.dot**2)), "numbers only; write energy(L)"),
    "velocities mixed from both sides": (
        lambda: accelerations(Lagrangian(inner(W.dot, S * W.dot * W.T * W))),
        "it is no matrix times the velocities; write inner(q.dot, G * q.dot) / 2",
    ),
    "a velocity that meets its own transpose": (
        lambda: accelerations(Lagrangian(inner(Z.dot, Z.dot) + trace(Z.dot * Z.dot))),
        "Z.dot.dot: it meets its own transpose among the velocities; write T without transposed velocities.",
    ),
    "one velocity for two blocks": (
        lambda: accelerations(Lagrangian(inner(a.dot + b.dot, a.dot + b.dot))),
        "a.dot.dot, b.dot.dot: the mass matrix is degenerate",
    ),
    "a block that shares a term with a number": (
        lambda: accelerations(Lagrangian(inner(a.dot, a.dot) + x.dot**2 + x.dot * inner(a.dot, c_n))),
        "their coordinates share a term of T; write T as a sum over blocks.",
    ),
    "the energy of a field": (
        lambda: energy(Lagrangian((u.dot**2 - u.d(r) ** 2) / 2)),
        "energy of fields u: a field has a density at every place, and no single value; write coordinates of time",
    ),
    "the momenta of two fields": (lambda: momenta(Lagrangian(u.dot * v.dot)), "momenta of fields u, v: a field has"),
    "the accelerations of a field": (lambda: accelerations(Lagrangian(u.dot**2 / 2)), "accelerations of fields u"),
    "the hamiltonian of a field": (lambda: hamiltonian(Lagrangian(u.dot**2 / 2)), "hamiltonian of fields u"),
    "a field in SymPy's spelling": (
        lambda: energy(Lagrangian(Function("u")(t, r).diff(t) ** 2)),
        "energy of fields u: a field has a density at every place",
    ),
}


# T and V of coupled blocks, and the accelerations by hand. T = Σ M_ij⟨q̇_i, q̇_j⟩/2 has q̈ = −M⁻¹∂V.
COUPLED = {
    "⟨ȧ, ḃ⟩": (inner(a.dot, b.dot), k * inner(a, b), {a: scaled(-k, a), b: scaled(-k, b)}),
    "⟨ȧ, ḃ⟩, one pulled": (inner(a.dot, b.dot), k * inner(a, a) / 2, {a: zero_like(a), b: scaled(-k, a)}),
    "all of three": (
        inner(a.dot, b.dot) + inner(b.dot, d.dot) + inner(d.dot, a.dot),
        inner(a, a) / 2,
        {a: scaled(Rational(1, 2), a), b: scaled(-Rational(1, 2), a), d: scaled(-Rational(1, 2), a)},
    ),
    "a mass matrix of two": (
        inner(a.dot, a.dot) + inner(a.dot, b.dot) + inner(b.dot, b.dot),
        inner(a, c_n),
        {a: scaled(-Rational(2, 3), c_n), b: scaled(Rational(1, 3), c_n)},
    ),
    "a metric between two": (
        inner(a.dot, G * b.dot),
        inner(b, b) / 2,
        {a: scaled(-1, Inverse(G.T) * b), b: zero_like(b)},
    ),
    "tr(U̇Ẇ)": (trace(W.dot * U.dot), inner(U, U) / 2, {U: zero_like(U), W: scaled(-1, U.T)}),
    "beside squares": (
        inner(W.dot, W.dot) + trace(W.dot * U.dot) + inner(U.dot, U.dot),
        inner(U, U) / 2,
        {U: scaled(-Rational(2, 3), U), W: scaled(Rational(1, 3), U.T)},
    ),
    "a metric behind": (
        inner(Z.dot, Z.dot * G * G.T) / 2,
        inner(Z, Z) / 2,
        {Z: scaled(-1, Z * Inverse(G.T) * Inverse(G))},
    ),
}


@pytest.mark.parametrize("case", COUPLED)
def test_blocks_whose_velocities_meet_are_solved_for_together(case):
    T, V, expected = COUPLED[case]
    found = accelerations(Lagrangian(T, V))
    assert {jet.root: normal(each) for jet, each in found.items()} == {q: normal(each) for q, each in expected.items()}


def test_damping_acts_on_coupled_blocks_as_on_others():
    found = accelerations(Lagrangian(inner(a.dot, b.dot), damping=gamma))
    assert found == {q.dot.dot: scaled(-gamma, q.dot) for q in (a, b)}


# Sums with coefficients a_i, and their derivative by x as SymPy has it once the sum is written out.
a_i, i = IndexedBase("a"), Symbol("i", integer=True)
SUMS = {
    "a polynomial": Sum(a_i[i] * x**i, (i, 0, 4)),
    "a Fourier series": Sum(a_i[i] * cos(i * x), (i, 1, 3)),
    "coefficients by themselves": a_i[1] * x + a_i[2] * x**2,
    "a sum of sums": Sum(a_i[i] * x**i, (i, 1, 3)) + Sum(a_i[i] ** 2 * x**i, (i, 1, 2)),
    "times a function": cos(x) * Sum(a_i[i] * x**i, (i, 1, 3)),
    "of two indices": Sum(a_i[i] * a_i[Symbol("j")] * x**i, (i, 1, 2), (Symbol("j"), 1, 2)),
    "without coefficients": Sum(x**i / (i + 1), (i, 0, 3)),
}


@pytest.mark.parametrize("case", SUMS)
def test_a_sum_in_the_energy_is_differentiated_term_by_term(case):
    V = SUMS[case]
    L = Lagrangian(x.dot**2 / 2, V)
    expected = -diff(V.doit(), x)
    assert equal(euler_lagrange(L)[x].doit(), expected - x.dot.dot)
    assert equal(accelerations(L)[x.dot.dot].doit(), expected)
    assert equal(energy(L), x.dot**2 / 2 + V)
    law = noether(L, time_translation())
    assert law.conserved
    assert law.defect() == 0


def test_a_sum_to_a_symbol_stays_a_sum():
    N = Symbol("N", integer=True, positive=True)
    (acceleration,) = accelerations(Lagrangian(x.dot**2 / 2, Sum(a_i[i] * x**i, (i, 1, N)))).values()
    assert acceleration == -Sum(i * x ** (i - 1) * a_i[i], (i, 1, N))


# What T and V are; the leading derivatives by hand. Where a combination of the equations has no accelerations, its rate
# is an equation, too: x = y for (ẋ+ẏ)² − xy, so that 4q̇² − q² is left; x = 0 for ẋ² − xy, so that y = 0.
DEGENERATE_AND_SOLVED = {
    "L = -q q̈/2 - q²/2": (-x * x.dot.dot / 2, x**2 / 2, {x.dot.dot: -x}),
    "L = xẏ - H": (x * y.dot, (x**2 + y**2) / 2, {x.dot: -y, y.dot: x}),
    "the same but for a total derivative": ((x * y.dot - y * x.dot) / 2, x**4 / 4, {x.dot: 0, y.dot: x**3}),
    "a Lotka-Volterra system": (log(x) * y.dot / y, x + y, {x.dot: -x * y, y.dot: x * y}),
    "a magnetic field beside no mass": (k * x * y.dot, k * x * y, {x.dot: -x, y.dot: y}),
    "one velocity for two coordinates": ((x.dot + y.dot) ** 2, x * y, {x.dot.dot: -y / 4, y.dot.dot: -y / 4}),
    "a coordinate without velocity": (x.dot**2, x * y, {x.dot.dot: 0, y: 0}),
    "a slave of another coordinate": (x.dot**2 / 2, y**2 / 2 - x * y, {x.dot.dot: x, y: x}),
}


@pytest.mark.parametrize("case", DEGENERATE_AND_SOLVED)
def test_a_degenerate_lagrangian_is_solved_for_what_leads(case):
    T, V, expected = DEGENERATE_AND_SOLVED[case]
    found = accelerations(Lagrangian(T, V))
    assert list(found) == list(expected)
    assert all(equal(found[jet], a) for jet, a in expected.items())


@pytest.mark.parametrize("case", DEGENERATE)
def test_a_degenerate_lagrangian_gets_a_sentence(case):
    ask, sentence = DEGENERATE[case]
    with pytest.raises(SymlagError) as caught:
        ask()
    assert sentence in str(caught.value)
    assert all((caught.value.wrote, caught.value.wrong, caught.value.write))


def test_a_mass_matrix_is_inverted_with_its_symbol():
    """Gq̈ + γGq̇ + λq = 0."""
    n = Symbol("n", integer=True, positive=True)
    q, G, gamma, decay = block("q", n), Symmetric("G", n, n), Symbol("gamma"), Symbol("lambda")
    (solved,) = accelerations(Lagrangian(inner(q.dot, G * q.dot) / 2, decay * inner(q, q) / 2, damping=gamma)).values()
    assert vanishes(add([solved, scaled(gamma, q.dot), scaled(decay, Inverse(G) * q)], q))


def test_a_mass_that_depends_on_position_is_a_number_like_any():
    """L = |q|²|q̇|²/2: |q|²q̈ + 2⟨q, q̇⟩q̇ − |q̇|²q = 0."""
    q = block("q")
    (solved,) = accelerations(Lagrangian(inner(q, q) * inner(q.dot, q.dot) / 2)).values()
    theory = [scaled(inner(q, q), solved), scaled(2 * inner(q, q.dot), q.dot), scaled(-inner(q.dot, q.dot), q)]
    assert vanishes(add(theory, q))


def test_energy_runs_down_at_the_rate_of_the_friction():
    L = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, k * x**2 * y, damping=gamma)
    assert vanishes(total(energy(L)).xreplace(accelerations(L)) + gamma * m * (x.dot**2 + y.dot**2))
