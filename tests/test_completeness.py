import pytest
from sympy import Symbol, exp, expand, symbols
from sympy.abc import x, y, z

from symlag.completeness import attention, count, entropic, linear, relu, softmax
from symlag.completeness.closure import Closure, closed
from symlag.completeness.flows import descending, momentum
from symlag.completeness.polynomials import bracket, read
from symlag.errors import SymlagError


def of_pairs(n, m, r):
    """What is known of UVᵀ, U (n×r), V (m×r): MGP 2307.00144, 2405.12888."""
    N = n + m
    laws = r * (r + 1) // 2 if r <= N else N * (2 * r - N + 1) // 2
    if n == m == 1:
        return laws, 0 if r == 1 else 4 * r - 6
    return laws, r * (r - 1) // 2 if r <= 2 * N else N * (2 * r - 2 * N - 1)


PAIRS = [(1, 1, 1), (1, 1, 2), (1, 1, 4), (1, 2, 2), (1, 2, 5), (2, 2, 3), (2, 2, 6), (2, 1, 8), (2, 2, 10), (4, 4, 4)]


@pytest.mark.parametrize(("n", "m", "r"), PAIRS)
def test_a_linear_pair_has_as_many_laws_as_known(n, m, r):
    phi = linear(n, r, m)
    assert (count(phi).bound, count(phi, "momentum").bound) == of_pairs(n, m, r)


KNOWN = [
    (relu(2, 3, 2), 3, 0),
    (relu(2, 3, 2, bias=True), 3, 0),
    (relu(3, 3, 3, 3), 6, 0),
    (attention(2, 1), 1 * 2, 0),
    (attention(3, 2), 2 * 3, 2 * 1),
    (attention(2, 3), 3 * 4, 3 * 2),
    (softmax(3, 4), 3, 2 * 3),
    (softmax(1, 2), 1, 2),
    (linear(2, 2, 2, 2), 3 + 3, 1 + 1),
    (entropic(linear(3, 2, 3)), 2, 0),
    (entropic(relu(2, 3, 2), "W1"), 3, 0),
]


@pytest.mark.parametrize(("phi", "gradient_flow", "momentum_flow"), KNOWN, ids=[str(known[0]) for known in KNOWN])
def test_networks_have_as_many_laws_as_known_and_affine_symmetries_give_them(phi, gradient_flow, momentum_flow):
    for flow, laws in (("gradient", gradient_flow), ("momentum", momentum_flow)):
        found = count(phi, flow)
        assert (found.bound, found.explicit, found.complete) == (laws, laws, True)


def test_laws_of_gradient_flow_are_conserved_for_any_loss():
    phi = linear(2, 2, 2)
    for law in count(phi).laws:
        for f in phi.components:
            assert expand(sum(law.diff(w) * f.diff(w) for w in phi.parameters)) == 0


def test_laws_with_momentum_are_conserved_for_any_loss():
    for phi in (linear(2, 2, 2), softmax(2, 2)):
        rates = {w: Symbol(f"{w.name}_dot") for w in phi.parameters}
        losses = symbols(f"l:{len(phi.components)}")
        force = {w: sum(l * f.diff(w) for l, f in zip(losses, phi.components, strict=True)) for w in rates}
        for law in count(phi, "momentum").laws:
            [t] = law.free_symbols - set(rates) - set(rates.values()) or {Symbol("t")}
            moved = sum(law.diff(w) * v - law.diff(v) * (v + force[w]) for w, v in rates.items())
            assert expand(law.diff(t) + moved) == 0


def test_a_rational_law_is_counted_and_flagged():
    found = count(x**3 + y**3)
    assert (found.bound, found.explicit, found.complete) == (1, 0, False)
    assert "1 are rational or otherwise nonlinear" in str(found)


def test_losses_of_all_parameters_alone_leave_no_law():
    assert count([x, y, z]).bound == 0
    assert count([x * y, x + y, z], "momentum").bound == 0


def test_deep_brackets_are_found():
    found = closed([{0: {(): 1}}, {1: {(0,): 1}, 2: {(0, 0): 1}, 3: {(0, 0, 0): 1}}], 4)
    assert (found.dimension, found.depth) == (4, 3)


def test_a_closure_that_lacks_a_field_does_not_hold():
    whole = count(linear(2, 2, 2)).closure
    short = Closure(whole.generators, whole.fields[:-1], whole.words[:-1], whole.variables)
    twice = Closure(whole.generators, (*whole.fields, whole.fields[0]), whole.words, whole.variables)
    assert [made.holds(2**61 - 1, 5) for made in (whole, short, twice)] == [True, False, False]


def test_the_bracket_obeys_the_identity_of_jacobi():
    X, *fields = momentum(descending([read(x * y + y**3, {x: 0, y: 1}), read(x**2, {x: 0, y: 1})], {}, 2), 2)
    Y, Z = fields
    total = {}
    for A, B, C in ((X, Y, Z), (Y, Z, X), (Z, X, Y)):
        for moved, f in bracket(A, bracket(B, C)).items():
            for monomial, c in f.items():
                total[moved, monomial] = total.get((moved, monomial), 0) + c
    assert total
    assert not any(total.values())
    assert bracket(X, Y)


@pytest.mark.parametrize(
    ("phi", "flow", "said"),
    [
        (exp(x), "gradient", "polynomials of the parameters"),
        (x / y, "gradient", "polynomials of the parameters"),
        (x, "Nesterov", "no such flow"),
        ([1], "gradient", "no parameters"),
    ],
)
def test_bad_input_gets_one_sentence(phi, flow, said):
    with pytest.raises(SymlagError, match=said):
        count(phi, flow)
