"""Every verb takes coordinates as jets and as SymPy's functions of time, and answers as it was asked."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from sympy import Basic, Eq, Function, Matrix, Symbol, cos, exp, expand, log, sin, symbols
from sympy.physics.mechanics import dynamicsymbols

import symlag as sl
from symlag.calculus import antiderivative, directional, euler, gradient
from symlag.calculus.jets import jets
from symlag.document import Document, latex, law_latex
from symlag.kernels.lowering import lower
from symlag.symmetry import Algebra, commute, converse, independent, integrability, integrals, special_values
from symlag.variational.noether import Law

m, k, g, ell = symbols("m k g l", positive=True)
s = dynamicsymbols._t
X, Y = sl.coordinates("x y")
x, y = dynamicsymbols("x"), dynamicsymbols("y")


def spelling(x, y, t, rate):
    """What the verbs are tried on, in one notation."""
    free = (rate(x) ** 2 + rate(y) ** 2) / 2
    return SimpleNamespace(
        x=x,
        y=y,
        t=t,
        rate=rate,
        turn=sl.rotation(x, y),
        spring=sl.Lagrangian(m * free, k * (x**2 + y**2) / 2),
        pendulum=sl.Lagrangian(m * ell**2 * rate(x) ** 2 / 2, -m * g * ell * cos(x)),
        damped=sl.Lagrangian(rate(x) ** 2 / 2, k * x**2 / 2, damping=g),
    )


def in_jets():
    return spelling(X, Y, sl.t, lambda q: q.dot)


def in_functions():
    return spelling(x, y, s, lambda q: q.diff(s))


VERBS = {
    "euler_lagrange": lambda of: sl.euler_lagrange(of.spring),
    "accelerations": lambda of: sl.accelerations(of.pendulum),
    "momenta": lambda of: sl.momenta(of.spring),
    "energy": lambda of: sl.energy(of.spring),
    "hamiltonian": lambda of: sl.hamiltonian(of.spring),
    "forces": lambda of: sl.accelerations(sl.Lagrangian(of.rate(of.x) ** 2, forces={of.x: -k * of.rate(of.x) + of.t})),
    "noether": lambda of: sl.noether(of.spring, of.turn),
    "noether, by time": lambda of: sl.noether(of.damped, sl.time_translation()),
    "noether, by hand": lambda of: sl.noether(of.spring, sl.Generator({of.x: of.x / 2, of.y: of.t}, tau=of.t)),
    "laws": lambda of: sl.laws(of.pendulum),
    "laws, hidden": lambda of: sl.laws(of.spring, degree=1)[-1],
    "symmetries": lambda of: [*sl.symmetries(of.damped)],
    "combinations of symmetries": lambda of: sl.symmetries(of.damped).variational,
    "symmetries_of_motion": lambda of: [*sl.symmetries_of_motion(of.damped)],
    "symmetries_of_potential": lambda of: sl.symmetries_of_potential((of.x * of.y - 1) ** 2),
    "defect": lambda of: sl.noether(of.damped, sl.scale(of.x)).defect(),
    "ksb and equation": lambda of: [(q.ksb, q.equation, q.breaking) for q in [sl.noether(of.damped, sl.scale(of.x))]],
    "closed form": lambda of: vars(sl.noether(of.damped, sl.translation(of.x)).solve()),
    "steady state": lambda of: sl.noether(of.damped, sl.scale(of.x)).steady_state(),
    "potential": lambda of: sl.noether(of.damped, sl.translation(of.x)).potential,
    "act": lambda of: of.turn.act(of.rate(of.x) ** 2 * of.y),
    "act with time": lambda of: sl.Generator({of.x: of.x / 2}, tau=of.t).act(of.t * of.rate(of.x) * of.x),
    "characteristic": lambda of: sl.Generator({of.x: of.x / 2}, tau=of.t).characteristic(of.x),
    "bracket": lambda of: sl.bracket(of.turn, sl.translation(of.x)),
    "bracket with time": lambda of: sl.bracket(sl.Generator({of.x: of.t * of.x}), sl.Generator({of.y: of.x}, tau=of.t)),
    "bracket with translation of time": lambda of: sl.bracket(of.turn, sl.time_translation()),
    "total": lambda of: sl.total(of.t * of.rate(of.x) * cos(of.y)),
    "gradient": lambda of: (gradient(of.x**2 * of.rate(of.x), of.x), gradient(of.rate(of.x) ** 2, of.rate(of.x))),
    "directional": lambda of: directional(of.x**2 * of.y, {of.x: of.y}),
    "euler": lambda of: euler(of.rate(of.x) ** 2 / 2 - k * of.x**2 / 2, of.x),
    "antiderivative": lambda of: antiderivative(of.x * of.rate(of.y) + of.y * of.rate(of.x)),
    "integrals": lambda of: integrals(of.spring, 1),
    "integrability": lambda of: vars(
        integrability(of.spring, [sl.energy(of.spring), sl.noether(of.spring, of.turn).charge])
    ),
    "commute": lambda of: [commute(of.spring, of.rate(of.x), q) for q in (of.rate(of.y), of.x)],
    "independent": lambda of: independent([of.rate(of.x), of.rate(of.y), of.rate(of.x) ** 2 + of.rate(of.y) ** 2]),
    "converse": lambda of: converse(of.spring, k * of.x * of.y / m + of.rate(of.x) * of.rate(of.y)),
    "special values": lambda of: special_values(sl.Lagrangian(of.rate(of.x) ** 2 / 2, of.x**2 + k * of.x**4), k),
    "name of an algebra": lambda of: Algebra(None, (of.turn, sl.translation(of.x), sl.translation(of.y))).name,
    "heavy ball": lambda of: sl.accelerations(sl.heavy_ball().lagrangian(of.x**2 * of.y, [of.x, of.y])),
    "bregman": lambda of: sl.accelerations(
        sl.bregman(of.x**2 / 2, of.x**4, [of.x], log(2) - log(of.t), 2 * log(of.t) - log(4), 2 * log(of.t))
    ),
    "invariant loss": lambda of: sl.noether(
        sl.heavy_ball().lagrangian(sl.invariant_loss("f", of.turn), [of.x, of.y]), of.turn
    ).sources["potential"],
    "exact law": lambda of: str(sl.exact(sl.sgd(), of.turn)),
    "tex": lambda of: (latex(k * of.x**2 + of.rate(of.x)), latex(exp(-of.x))),
    "tex of a law": lambda of: law_latex(sl.noether(of.spring, of.turn)),
    "document": lambda of: Document.of("Spring", of.spring, [sl.noether(of.spring, of.turn)]).tex(),
    "program": lambda of: str(lower(sl.accelerations(of.spring))),
}  # fmt: skip

FUNCTIONS = {x: X, y: Y}
RATES = {
    q.diff(s, n): jet
    for q, rates in ((x, (X.dot, X.dot.dot)), (y, (Y.dot, Y.dot.dot)))
    for n, jet in enumerate(rates, 1)
}


@cache
def answer(verb, of):
    """The expressions in what a verb answers, those of generators and laws among them."""
    return parts(VERBS[verb](of()))


def parts(result):
    match result:
        case sl.Generator():
            return [result.name, *parts(result.components), result.tau]
        case Law():
            return [*parts(result.generator), result.charge, result.rate, *result.sources.values()]
        case Basic() | str() | int():
            return [result]
        case dict():
            return [part for pair in result.items() for one in pair for part in parts(one)]
        case _:
            return [part for one in result for part in parts(one)]


def translated(expression):
    """An expression in SymPy's notation as one in jets, by replacing one for the other."""
    return expression.xreplace(RATES).xreplace(FUNCTIONS) if isinstance(expression, Basic) else expression


def same(one, other):
    if isinstance(one, Eq):
        return same(one.lhs, other.lhs) and same(one.rhs, other.rhs)
    return one == other or (isinstance(one, Basic) and expand(one - other) == 0)


@pytest.mark.parametrize("verb", VERBS)
def test_both_notations_say_the_same(verb):
    asked, found = answer(verb, in_jets), [*map(translated, answer(verb, in_functions))]
    assert [pair for pair in zip(asked, found, strict=True) if not same(*pair)] == []


@pytest.mark.parametrize("verb", VERBS)
def test_who_writes_functions_gets_functions(verb):
    assert jets(*answer(verb, in_functions)) == ()


KERNELS = {
    "accelerations": (sl.accelerations(in_functions().spring), ("x", "y", "k", "m"), ("x_dot_dot", "y_dot_dot")),
    "never differentiated": (k * x**2, ("x", "k"), ("result",)),
    "with time": (s * x + cos(y), ("x", "y", "t"), ("result",)),
    "a mapping from rates": ({x: x.diff(s), x.diff(s): -k * x}, ("x", "x_dot", "k"), ("x", "x_dot")),
    "a list": ([x, sin(x) * x.diff(s)], ("x", "x_dot"), ("result0", "result1")),
    "hamiltonian": (sl.hamiltonian(in_functions().pendulum)[0], ("x", "g", "l", "m", "p_x"), ("result",)),
    "law": (
        sl.noether(in_functions().spring, sl.rotation(x, y)),
        ("x", "y", "x_dot", "y_dot", "m"),
        ("charge", "rate", "kinetic", "potential", "force", "boundary", "source"),
    ),
    "beside a given function": (X * Function("F")(s), ("F", "x"), ("result",)),
}


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_take_functions_of_time(name):
    stated, inputs, outputs = KERNELS[name]
    made = sl.kernel(stated)
    assert (made.inputs, tuple(port.key for port in made.outputs)) == (inputs, outputs)


def test_inputs_of_kernels_are_given_in_either_notation(backend):
    of_functions, of_jets = sl.kernel(k * x * x.diff(s), backend), sl.kernel(k * X * X.dot, backend)
    for made in (of_functions, of_jets):
        for given in ({x: 2.0, x.diff(s): 3.0, k: 5.0}, {X: 2.0, X.dot: 3.0, "k": 5.0}, {"x": 2, "x_dot": 3, k: 5}):
            assert float(made(given)) == 30
        assert float(made({x: 2.0, "k": 5.0}, x_dot=3.0)) == float(made(2, 3, k=5)) == 30
    assert np.asarray(sl.kernel([x, X.dot], backend)({x: [1, 2], X.dot: 3})[0]).tolist() == [1, 2]


@pytest.mark.parametrize("inputs", [
    [k, x.diff(s), x], ["k", "x_dot", "x"], [k, X.dot, X], ["k", "Derivative(x(t), t)", "x(t)"],
])  # fmt: skip
def test_the_order_of_inputs_is_chosen_in_either_notation(inputs):
    assert sl.kernel(k * x * x.diff(s), inputs=inputs).inputs == ("k", "x_dot", "x")


def test_an_input_that_the_formula_lacks_may_be_a_function():
    assert float(sl.kernel(k * x, inputs=[x, y.diff(s), k])(2.0, 7.0, 3.0)) == 6


def test_two_results_of_one_name_get_a_sentence():
    with pytest.raises(sl.SymlagError, match="two results have this name"):
        sl.kernel({x: 1, X: 2})


def test_an_unknown_function_of_coordinates_still_has_no_value():
    with pytest.raises(sl.SymlagError, match="has no value"):
        sl.kernel(Function("f")(x) * x.diff(s))


@pytest.mark.parametrize("written", [{"x": 1}, sl.rotation(x, y), [x], None, Matrix([1]).tolist()])
def test_what_has_no_formula_gets_a_sentence(written):
    with pytest.raises(sl.SymlagError, match="it has no formula"):
        latex(written)


def test_another_letter_for_time_is_time():
    tau = Symbol("tau")
    q = Function("q")(tau)
    L = sl.Lagrangian(q.diff(tau) ** 2 / 2, k * q**2 / 2)
    assert sl.accelerations(L) == {q.diff(tau, 2): -k * q}
    assert sl.kernel(sl.noether(L, sl.scale(q))).inputs == ("q", "q_dot", "k")
