"""What is written is read as the same again: expressions, laws, algebras, and all that derivations define."""

from dataclasses import fields
from importlib import import_module
from random import Random

import pytest
import sympy as sp
from sympy import Dummy, Float, Function, Integral, Mul, Rational, Symbol

import symlag as sl
from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.hadamard import hadamard
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import Jet
from symlag.calculus.matrices import Skew, Symmetric, constant, inner, trace
from symlag.calculus.structured_matrices import diagonal, ones
from symlag.exchange.json_text import from_json, to_json
from symlag.learning.continuous_rules import Rule
from symlag.symmetry.lie.algebra import Algebra

t = sl.t
x, y = sl.coordinates("x y")
s = Symbol("s")
u = sl.fields("u", t, s)
m, k = sl.symbols("m k", positive=True)
lam, n, h = Symbol("lambda"), Symbol("n", integer=True, positive=True), Symbol("h", integer=True, positive=True)
W, w, v, U = sl.block("W", h, n), sl.block("w"), sl.block("v", 3), sl.block("U", 3, 3)
A, J, S = constant("A", 3, 3), Skew("J", 3, 3), Symmetric("S", 3, 3)
q, F, G = Function("q")(t), Function("F"), Function("G", positive=True)
bound = Dummy("s")
f = Unknown("f", [w], [[w]])
g = Unknown("g", [x, U, 2 * v])
relu = homogeneous("relu", 1)

EXPRESSIONS = {
    "polynomials": [x, -x, 3, sp.S.Zero, x**2 / 2 - 3 * y, m * x.dot**2 / 2, x * (x + y) ** 2 / (1 + y), -(x + y)],
    "derivatives": [x.dot.dot.dot, y.dot * x, u.d(s).d(s) * u.dot, Jet("z", (4,)), u.dot.dot.d(s)],
    "numbers": [
        Rational(-3, 7),
        sp.sqrt(2),
        sp.pi * x,
        sp.E,
        sp.GoldenRatio,
        sp.CRootOf(s**5 - s - 1, 0) * x,
        sp.I * x,
        2 ** Rational(1, 3),
        10**300,
    ],
    "decimals": [
        Float(0.5),
        0.1 * x,
        -2.5 * x,
        x**2.5,
        Float("0.1", 40) * x,
        Float(1e-300),
        Float(0.1 + 0.2),
        Float("1e400"),
    ],
    "powers": [
        1 / x,
        x**-2,
        x ** Rational(-3, 4),
        x**y,
        2**-x,
        (-x) ** y,
        x ** (y**2),
        sp.sqrt(x) / sp.sqrt(y),
        (x**y) ** k,
    ],
    "held": [
        sp.factor(2 * x + 2),
        Mul(2, x + 1, evaluate=False),
        sp.Add(1, 1, evaluate=False),
        sp.sin(0, evaluate=False),
    ],
    "functions": [
        sp.exp(-x) * sp.cos(k * t),
        sp.log(x),
        sp.Abs(x),
        sp.sign(y),
        sp.Heaviside(x),
        sp.Max(x, y, 1),
        sp.atan2(y, x),
        sp.besselj(n, k * t),
        sp.bessely(1, x),
        sp.airyai(x),
        sp.erf(x),
        sp.gamma(k),
        sp.elliptic_f(x, k),
        sp.LambertW(x),
        sp.hyper((1, k), (2,), x),
        sp.meijerg(((), ()), ((0,), (k,)), x),
        sp.floor(x),
        sp.DiracDelta(x),
        sp.polylog(2, x),
    ],
    "cases": [
        sp.Piecewise((x, x < 1), (y, True)),
        sp.Piecewise((0, (x > 0) & (y <= 1)), (1, sp.Ne(x, y)), (2, True)),
        sp.Eq(x.dot, 1 + y, evaluate=False),
        x < y,
        sp.Piecewise((1, sp.Eq(x, 0)), (x, True)),
    ],
    "unknown functions": [
        F(t),
        F(x, y),
        G(t) * F(1),
        F(x).diff(x),
        F(x, t).diff(x, 2, t),
        sp.Function("gamma")(t) + sp.gamma(k),
    ],
    "functions of time": [q, q.diff(t), q.diff(t, 2) + q, sp.Subs(F(s).diff(s), s, x), F(q, t).diff(t)],
    "integrals": [
        Integral(sp.exp(-(bound**2)), (bound, 0, x)),
        x * Integral(F(bound), (bound, -sp.oo, sp.oo)),
        Integral(F(x), x),
        Integral(sp.sin(bound) / bound, (bound, 0, t)).diff(t),
        sp.Sum(x**n / n, (n, 1, sp.oo)),
    ],
    "matrices": [
        W,
        W.dot.T,
        2 * W,
        -W,
        W - 3 * W.dot,
        W * W.T * W,
        J * v,
        U + 2 * A * U,
        (k + 1) * U,
        A * (U + A),
        U**2,
        (A + U).T,
        A.I,
        J * A.I * v,
        sp.ZeroMatrix(3, n),
        sp.Identity(n) * 2,
        constant("B", 2, 3).T,
        v * v.T,
    ],
    "traces": [
        inner(W, W) / 2,
        inner(v, S * v),
        k * trace(A * U) ** 2,
        inner(J * v, v.dot),
        1 / sp.sqrt(inner(w, w)),
        sp.Trace(U * A),
    ],
    "letters": [
        diagonal(v),
        hadamard(U, A),
        elementwise(sp.tanh, U),
        elementwise(relu, U),
        ones(3),
        inner(ones(3), v),
        diagonal(v) * U,
        hadamard(U, elementwise(sp.exp, A)),
        sp.HadamardPower(U, 2),
        sp.OneMatrix(3, 2),
        sp.DiagonalOf(U),
    ],
    "losses": [
        f,
        f + lam * inner(w, w),
        f.gradients[0],
        g.gradients[1],
        g.gradients[0],
        sl.calculus.directional(f, {w: w.dot}),
        sl.calculus.directional(sl.calculus.directional(g, {x: x.dot, U: U.dot, v: v.dot}), {x: y, U: A, v: v}),
    ],
    "one name twice": [
        Symbol("m") + m,
        Symbol("x") * x,
        Symbol("t", real=True) + t,
        Dummy("m") + m,
        Symbol("pi") * sp.pi,
        Function("x")(x),
        Symbol("E") * sp.E,
        Symbol("held"),
        Symbol("sin") * sp.sin(x),
        Symbol("trace"),
        constant("m", 3),
        Function("sqrt")(x),
    ],
    "names": [
        lam,
        Symbol("α_1"),
        Symbol("if") * Symbol("import"),
        sl.coordinates("lambda").dot,
        Symbol("n", negative=True),
    ],
}


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_an_expression_is_read_as_it_was(kind):
    for expression in EXPRESSIONS[kind]:
        assert from_json(to_json(expression)) == expression, expression


def test_assumptions_and_precision_are_kept():
    for symbol in (m, n, Symbol("a", zero=False), Symbol("b", integer=False, real=True), Symbol("c")):
        assert from_json(to_json(symbol)).assumptions0 == symbol.assumptions0
    for number in (Float(0.1), Float("0.1", 50), Float("2.5", 5)):
        assert from_json(to_json(number))._prec == number._prec


def random_expression(random, depth):
    if depth == 0:
        leaves = [
            x,
            y,
            x.dot,
            y.dot,
            m,
            k,
            t,
            sp.Integer(random.randint(-9, 9)),
            Rational(random.randint(1, 9), 7),
            Float(0.25),
        ]
        return random.choice(leaves)
    one, other = random_expression(random, depth - 1), random_expression(random, depth - 1)
    operations = [
        lambda: one + other,
        lambda: one - other,
        lambda: one * other,
        lambda: one / (other**2 + 1),
        lambda: -one,
        lambda: sp.sin(one),
        lambda: sp.exp(-one),
        lambda: sp.sqrt(one**2 + other**2),
        lambda: sp.Abs(one),
        lambda: one**2,
        lambda: sp.Mul(2, one + x + y, evaluate=False),
        lambda: (one + x) ** other,
        lambda: sp.log(one**2 + 1),
        lambda: sp.Piecewise((one, x < y), (other, True)),
        lambda: (x + one).diff(x),
        lambda: F(one, other),
    ]
    return random.choice(operations)()


@pytest.mark.parametrize("seed", range(40))
def test_a_random_expression_is_read_as_it_was(seed):
    expression = random_expression(Random(seed), 4)
    if not expression.has(sp.nan, sp.zoo):
        assert from_json(to_json(expression)) == expression


MECHANICS = {
    "an oscillator": sl.Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=k),
    "forces": sl.Lagrangian((x.dot**2 + y.dot**2) / 2, x * y, forces={x: -y.dot, y: sp.cos(t)}),
    "friction and a ring": sl.Lagrangian(
        (x.dot**2 + y.dot**2) / 2, y, dissipation=k * x.dot**2 / 2, constraints=x**2 + y**2 - 1
    ),
    "a given motion": sl.Lagrangian((x.dot + y.dot) ** 2 / 2, x**2, coordinates=x),
    "functions of time": sl.Lagrangian(q.diff(t) ** 2 / 2, q**2 / 2, damping=k),
    "matrices": sl.Lagrangian(inner(v.dot, S * v.dot) / 2, inner(v, v), coordinates=[v], forces={v: J * v}),
    "a loss": sl.heavy_ball().lagrangian(sl.invariant_loss("f", sl.scale(w)), [w]),
    "higher derivatives": sl.Lagrangian(x.dot.dot**2 / 2, x.dot**2 / 2),
    "decimals": sl.Lagrangian(0.5 * x.dot**2, 0.1 * x**4),
}


@pytest.mark.parametrize("name", MECHANICS)
def test_mechanics_is_read_as_it_was_in_its_notation(name):
    L = MECHANICS[name]
    loaded = from_json(to_json(L))
    assert all(getattr(loaded, field.name) == getattr(L, field.name) for field in fields(L))
    equations = sl.euler_lagrange(L)
    assert from_json(to_json(equations)) == equations


LAWS = {
    "numbers": ("an oscillator", sl.scale(x)),
    "time": ("an oscillator", sl.time_translation()),
    "forces": ("forces", sl.rotation(x, y)),
    "functions of time": ("functions of time", sl.Generator({q: q}, tau=t, name="a dilation")),
    "matrices": ("matrices", sl.rotation(v)),
    "losses": ("a loss", sl.scale(w)),
}


@pytest.mark.parametrize("case", LAWS)
def test_a_law_is_read_with_its_proof(case):
    name, X = LAWS[case]
    law = sl.noether(MECHANICS[name], X)
    loaded = from_json(to_json(law))
    assert loaded == law
    assert loaded.defect() == 0
    assert loaded.lagrangian.notation == law.lagrangian.notation


@pytest.mark.parametrize("case", LAWS)
def test_a_law_that_states_something_else_is_refused_and_shows_by_how_much(case):
    name, X = LAWS[case]
    law = sl.noether(MECHANICS[name], X)
    moved = law.lagrangian.notation.to_functions(law.lagrangian.coordinates[0])
    amiss = inner(moved, moved)
    wrong = sl.Law(law.lagrangian, law.generator, law.charge + amiss, law.rate, law.sources)
    text = to_json(wrong)
    with pytest.raises(sl.SymlagError, match="the law does not hold, for it is out of balance by"):
        from_json(text)
    assert from_json(text, proved=False).defect() == wrong.defect() != 0


def test_decimals_are_shown_as_they_were():
    X = sl.Generator({x: 0.3 * x}, tau=0.5 * t)
    assert str(from_json(to_json(X))) == str(X) == "0.5*t ∂t + 0.3*x ∂x"


def test_laws_of_one_mechanics_write_it_once():
    laws = sl.laws(sl.Lagrangian((x.dot**2 + y.dot**2) / 2, sp.sqrt(x**2 + y**2)))
    text = to_json(laws)
    assert from_json(text) == laws
    assert text.count('"lagrangian"') == 1


ALGEBRAS = {
    "an oscillator": sl.Lagrangian(m * x.dot**2 / 2, k * x**2 / 2),
    "functions of time": sl.Lagrangian(q.diff(t) ** 2 / 2, q**2 / 2),
    "decimals": sl.Lagrangian(0.5 * x.dot**2, 0.1 * x**4),
    "a region": sl.Lagrangian(x.dot**2 / 2, sp.sqrt(x)),
    "irrational numbers": sl.Lagrangian(x.dot**2 / 2, sp.sqrt(2) * x**2),
}


@pytest.mark.parametrize("name", ALGEBRAS)
def test_an_algebra_is_read_with_its_verdict(name):
    algebra = sl.symmetries(ALGEBRAS[name])
    loaded = from_json(to_json(algebra))
    assert (loaded, loaded.verdict, loaded.name) == (algebra, algebra.verdict, algebra.name)


def test_an_algebra_of_no_symmetries_is_refused():
    algebra = Algebra(sl.Lagrangian(x.dot**2 / 2, x**4), (sl.translation(x),), 1)
    with pytest.raises(
        sl.SymlagError, match=r"generators.0 = '∂x': it is not proved to be a symmetry of the equations"
    ):
        from_json(to_json(algebra))
    assert from_json(to_json(algebra), proved=False) == algebra
    plane = to_json(Algebra(None, (sl.translation(x), sl.translation(y)), 2))
    with pytest.raises(sl.SymlagError, match="there are 2 generators"):
        from_json(plane.replace('"bound": 2', '"bound": 1'))


def test_lists_closed_forms_and_rules_are_read_as_they_were():
    law = sl.noether(MECHANICS["an oscillator"], sl.scale(x))
    for thing in (
        [x, law],
        (law.solve(), 3),
        [],
        (),
        {},
        Rule("mine", k, m, 1, 0),
        sl.general_linear(U, sl.block("V", 3, 3)),
    ):
        loaded = from_json(to_json(thing))
        assert loaded == thing
        assert type(loaded) is type(thing)


def kept(value):
    """Whether a value has a place in the format."""
    if isinstance(value, list | tuple):
        return all(map(kept, value))
    return isinstance(value, sp.Basic | sl.Law | sl.Lagrangian | sl.Generator | Algebra)


DERIVATIONS = (
    "adaptive bregman_table charges_in_training constraints cosine_schedule damped_oscillator "
    "damping_regimes diagonal_metric emden_fowler exact_charge exact_lion homogeneous_charge "
    "hyperbolic_plane linear_pair magnetic_field mirror_descent natural_gradient nesterov "
    "norm_constrained preconditioner rescale rotation_decay scale smooth_norms sphere step_schedule "
    "two_scales warm_up "
)


@pytest.mark.parametrize("name", DERIVATIONS.split())
def test_all_that_a_derivation_defines_is_read_as_it_was(name):
    names = vars(import_module(f"derivations.{name}"))
    values = {name: value for name, value in names.items() if kept(value) and not name.startswith("_")}
    assert len(values) > 1
    for value in values.values():
        assert from_json(to_json(value), proved=False) == value


@pytest.mark.parametrize(
    "thing",
    [
        sp.Matrix([x]),
        sp.Poly(x),
        object(),
        "x",
        None,
        True,
        {1: "a"},
        sp.Interval(0, 1),
        sp.RootSum,
        Symbol("a b"),
        {"a": x},
    ],
    ids=lambda thing: "object()" if type(thing) is object else str(thing),
)
def test_what_has_no_place_in_the_format_is_refused(thing):
    with pytest.raises(sl.SymlagError) as refused:
        to_json(thing)
    assert "\n" not in str(refused.value)
