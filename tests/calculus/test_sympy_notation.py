import pytest
from sympy import Derivative, Eq, Function, Lambda, Symbol, cos, exp, expand, sin, symbols
from sympy.calculus.euler import euler_equations
from sympy.physics.mechanics import dynamicsymbols

from symlag.calculus.jets import Jet, coordinates, fields, t
from symlag.calculus.sympy_notation import Notation
from symlag.variational.equations_of_motion import accelerations, energy, euler_lagrange, hamiltonian, momenta
from symlag.variational.families import time_translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import equal, gamma, k, m, x, y

CLOCKS = [Symbol("t"), Symbol("t", real=True), Symbol("t", positive=True), dynamicsymbols._t]


@pytest.fixture(params=CLOCKS, ids=["plain", "real", "positive", "dynamicsymbols"])
def clock(request):
    return request.param


def test_reading_and_speaking_are_inverse(clock):
    f, g = Function("x")(clock), Function("y")(clock)
    written = m * f.diff(clock) ** 2 / 2 - k * f * g.diff(clock, 2) + f
    notation = Notation.of(written)
    assert notation.to_jets(written) == m * x.dot**2 / 2 - k * x * y.dot.dot + x
    assert notation.to_functions(notation.to_jets(written)) == written


def test_motion_is_given_back_in_the_users_functions(clock):
    f = Function("x")(clock)
    L = Lagrangian(m * f.diff(clock) ** 2 / 2, k * f**2 / 2, damping=gamma)
    assert L.coordinates == (x,)
    assert momenta(L) == {f: m * f.diff(clock)}
    assert equal(energy(L), m * f.diff(clock) ** 2 / 2 + k * f**2 / 2)
    assert accelerations(L) == {f.diff(clock, 2): -gamma * f.diff(clock) - k * f / m}
    assert hamiltonian(L)[1].keys() == {f}


def test_the_equation_of_motion_is_sympys_own(clock):
    f = Function("x")(clock)
    L = m * f.diff(clock) ** 2 / 2 - m * cos(f) * f.diff(clock)
    (theirs,) = euler_equations(L, [f], [clock])
    assert isinstance(theirs, Eq)
    assert equal(euler_lagrange(Lagrangian(L))[f], theirs.lhs)


def test_a_law_is_stated_in_the_users_functions(clock):
    f = Function("x")(clock)
    L = Lagrangian(m * f.diff(clock) ** 2 / 2, k * f**2 / 2)
    law = noether(L, time_translation())
    assert equal(law.charge, -m * f.diff(clock) ** 2 / 2 - k * f**2 / 2)
    assert law.conserved
    assert law.defect() == 0
    assert law.equation.has(f)
    assert not law.equation.has(x)


def test_a_generator_is_read_in_the_users_functions(clock):
    f, g = Function("x")(clock), Function("y")(clock)
    L = Lagrangian((f.diff(clock) ** 2 + g.diff(clock) ** 2) / 2, (f**2 + g**2) ** 2)
    law = noether(L, Generator({f: -g, g: f}))
    assert equal(law.charge, f * g.diff(clock) - g * f.diff(clock))
    assert law.conserved


def test_dynamicsymbols_are_read_as_they_are():
    q, rate = dynamicsymbols("q"), dynamicsymbols("q", 1)
    assert accelerations(Lagrangian(m * rate**2 / 2 - k * q**2 / 2)) == {dynamicsymbols("q", 2): -k * q / m}


def test_damping_forces_and_potential_may_name_a_clock_of_any_kind(clock):
    f = Function("x")(clock)
    L = Lagrangian(m * f.diff(clock) ** 2 / 2, k * clock * f, damping=3 / clock, forces={f: exp(-clock)})
    equation = euler_lagrange(L)[f]
    assert equal(equation, -m * f.diff(clock, 2) - 3 * m * f.diff(clock) / clock - k * clock + exp(-clock))


def test_a_function_that_is_never_differentiated_may_be_named_a_coordinate(clock):
    f, g = Function("x")(clock), Function("y")(clock)
    L = Lagrangian(f.diff(clock) ** 2 / 2, f * g, coordinates=(f, g))
    assert euler_lagrange(L)[g] == -f


def test_a_field_may_be_written_as_a_function_of_several_variables():
    s, v = symbols("s v")
    u = Function("u")(t, s)
    notation = Notation.of(u.diff(t), u.diff(s))
    jet = fields("u", t, s)
    assert notation.to_jets(u.diff(t, s) - v * u) == jet.dot.d(s) - v * jet
    assert notation.to_functions(jet.d(s).d(s)) == Derivative(u, (s, 2))


def test_a_function_of_something_else_than_a_symbol_stays_a_function():
    f = Function("x")
    assert Notation.of(f(2 * t).diff(t)).functions == {}


def test_a_derivative_that_is_not_worked_out_is_worked_out(clock):
    f = Function("x")(clock)
    L = Lagrangian(f.diff(clock) ** 2 / 2 + Derivative(f**2, clock) * f.diff(clock))
    assert L.density == x.dot**2 / 2 + 2 * x * x.dot**2


def test_jets_need_no_spelling():
    assert Notation.of(x.dot**2).to_jets(x.dot) == x.dot
    assert Notation.of(coordinates("x")).to_functions(x) == x


time, u, v = symbols("t u v")
position = Function("x")(time)
A, V = Function("A"), Function("V")
FIELDS = {"uv": u * v, "u²v³": u**2 * v**3, "u sin v": u * sin(v), "exp uv": exp(u * v), "u + v²": u + v**2, "v": v}


def _results(potential, vector_potential):
    """What verbs make of a charge in a potential V(x, t) and a vector potential A(x, t), in SymPy's notation."""
    T = position.diff(time) ** 2 / 2
    L = Lagrangian(T + vector_potential * position.diff(time), potential)
    law = noether(Lagrangian(T, potential), time_translation())
    assert law.defect() == 0
    return [*euler_lagrange(L).values(), *accelerations(L).values(), energy(L), law.ksb, law.sources["potential"]]


@pytest.mark.parametrize("field", FIELDS)
def test_an_unknown_function_of_place_and_time_may_be_put_in_before_or_after(field):
    known = Lambda((u, v), FIELDS[field])
    before = _results(known(position, time), known(position, time))
    unknown = _results(V(position, time), A(position, time))
    after = [e.subs({V: known, A: known}).doit() for e in unknown]
    assert [expand(one - other) for one, other in zip(before, after, strict=True)] == [0] * len(before)


def test_a_partial_derivative_in_time_is_read_back_as_it_was_given():
    notation = Notation.of(position.diff(time))
    rate = Derivative(V(Jet("x"), t), t, t)
    assert notation.to_jets(notation.to_functions(rate)) == rate
    assert notation.to_functions(rate) != Derivative(V(position, time), time, time)
