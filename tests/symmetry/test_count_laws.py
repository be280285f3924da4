import pytest
from sympy import ImmutableMatrix, Matrix, Symbol, Tuple, exp, expand, symbols
from sympy.abc import x, y, z

import symlag as sl
from symlag.errors import SymlagError
from symlag.symmetry.counting.affine_symmetries import affine_symmetries
from symlag.symmetry.counting.bracket_closure import SYMMETRIC, Closure, closure_rank
from symlag.symmetry.counting.explicit_laws import AffineLaw, AffineLaws, momentum_laws
from symlag.symmetry.counting.factorizations import attention, entropic, linear, relu, softmax
from symlag.symmetry.counting.flows import gradient_controls, momentum_system
from symlag.symmetry.counting.momentum_from_rest import closure_rank_from_rest
from symlag.symmetry.counting.number_of_laws import count_laws
from symlag.symmetry.counting.polynomials import are_orthogonal, bracket, gradient, polynomial_of, product


def of_pairs(n, m, r):
    """What is known of UVᵀ, U (n×r), V (m×r): MGP 2307.00144, 2405.12888."""
    N = n + m
    laws = r * (r + 1) // 2 if r <= N else N * (2 * r - N + 1) // 2
    if n == m == 1:
        return laws, 0 if r == 1 else 4 * r - 6
    return laws, r * (r - 1) // 2 if r <= 2 * N else N * (2 * r - 2 * N - 1)


SMALL = [(1, 1, 1), (1, 1, 2), (1, 1, 4), (1, 2, 2), (1, 2, 5), (2, 2, 3), (2, 2, 6), (2, 1, 8), (2, 2, 10), (4, 4, 4)]
LARGE = [(2, 2, 30), (8, 8, 8), (14, 7, 7), (10, 10, 10)]


@pytest.mark.parametrize(("n", "m", "r"), SMALL + LARGE)
def test_a_linear_pair_has_as_many_laws_as_known(n, m, r):
    phi = linear(n, r, m)
    assert (count_laws(phi).bound, count_laws(phi, "momentum").bound) == of_pairs(n, m, r)


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
    (linear(6, 6, 6, 6), 2 * 21, 2 * 15),
    (relu(6, 6, 6, 6), 12, 0),
    (relu(8, 10, 4, bias=True), 10, 0),
    (attention(6, 5), 5 * 6, 5 * 4),
    (softmax(16, 8), 16, 2 * 16),
    (entropic(linear(3, 2, 3)), 2, 0),
    (entropic(relu(2, 3, 2), "W1"), 3, 0),
]


@pytest.mark.parametrize(("phi", "gradient_flow", "momentum_flow"), KNOWN, ids=[str(known[0]) for known in KNOWN])
def test_networks_have_as_many_laws_as_known_and_affine_symmetries_give_them(phi, gradient_flow, momentum_flow):
    for flow, laws in (("gradient", gradient_flow), ("momentum", momentum_flow)):
        found = count_laws(phi, flow)
        assert (found.bound, found.explicit, found.complete) == (laws, laws, True)


def test_laws_of_gradient_flow_are_conserved_for_any_loss():
    phi = linear(2, 2, 2)
    for law in count_laws(phi).laws:
        for f in phi.components:
            assert expand(sum(law.diff(w) * f.diff(w) for w in phi.parameters)) == 0


def test_laws_with_momentum_are_conserved_for_any_loss():
    for phi in (linear(2, 2, 2), softmax(2, 2)):
        rates = {w: Symbol(f"{w.name}_dot") for w in phi.parameters}
        losses = symbols(f"l:{len(phi.components)}")
        force = {w: sum(l * f.diff(w) for l, f in zip(losses, phi.components, strict=True)) for w in rates}
        for law in count_laws(phi, "momentum").laws:
            [t] = law.free_symbols - set(rates) - set(rates.values()) or {Symbol("t")}
            moved = sum(law.diff(w) * v - law.diff(v) * (v + force[w]) for w, v in rates.items())
            assert expand(law.diff(t) + moved) == 0


def test_a_rational_law_is_counted_and_flagged():
    found = count_laws(x**3 + y**3)
    assert (found.bound, found.explicit, found.complete) == (1, 0, False)
    assert "give none; 1 is rational or otherwise nonlinear" in str(found)


def test_losses_of_all_parameters_alone_leave_no_law():
    assert count_laws([x, y, z]).bound == 0
    assert count_laws([x * y, x + y, z], "momentum").bound == 0
    assert "0 laws" in str(count_laws([x, y, z]))
    assert count_laws([x, y, z]).verdict == "Nothing is conserved."


def test_deep_brackets_are_found():
    found = closure_rank([{0: {(): 1}}, {1: {(0,): 1}, 2: {(0, 0): 1}, 3: {(0, 0, 0): 1}}], 4, most=4)
    assert found.rank == 4
    assert "up to 3 fields" in found.evidence


@pytest.mark.parametrize(("most", "said"), [(2, "room for no more"), (3, "two primes of 255 bits")])
def test_where_laws_leave_room_the_closure_is_tried_at_two_points(most, said):
    found = closure_rank([{0: {(): 1}}, {1: {(0,): 1}}, {1: {(0, 0): 1}}], 3, most)
    assert found.rank == 2
    assert said in found.evidence


def controls_of(phi):
    numbers = {s: i for i, s in enumerate(phi.parameters)}
    return [gradient(polynomial_of(f, numbers)) for f in phi.components]


def test_a_closure_that_lacks_a_field_does_not_hold():
    X, Y, Z = {0: {(): 1}}, {1: {(): 1}, 2: {(0,): 1}}, {2: {(): 1}}
    closures = [Closure((X, Y), fields, 4) for fields in ((X, Y, Z), (X, Y), (X, Y, Z, Z))]
    assert [closure.holds(2**61 - 1, 5) for closure in closures] == [True, False, False]


@pytest.mark.parametrize("phi", [linear(2, 3, 2), attention(2, 1), relu(2, 2, 2), softmax(2, 3)], ids=str)
def test_from_rest_momentum_reaches_what_brackets_at_any_velocity_reach(phi):
    controls, D = controls_of(phi), len(phi.parameters)
    laws = momentum_laws(controls, D)
    at_any_velocity = closure_rank(momentum_system(controls, D), 2 * D + 1, 2 * D + 1)
    assert closure_rank_from_rest(controls, laws).rank == at_any_velocity.rank


def test_from_rest_momentum_may_reach_less():
    controls = controls_of(linear(1, 4, 1))
    assert closure_rank_from_rest(controls, momentum_laws(controls, 8)).rank == 5
    assert closure_rank(momentum_system(controls, 8), 17, 17).rank == 17 - (4 * 4 - 6)


def test_pushes_multiply_as_the_drift_makes_them():
    f, X, Y = momentum_system(controls_of(linear(2, 1, 2))[:2], 4)
    twice = {v - 4: g for v, g in bracket(bracket(X, f), Y).items()}
    plain = [{v - 4: g for v, g in push.items()} for push in (X, Y)]
    assert twice == product(plain[0], plain[1], SYMMETRIC) != {}


def test_the_symmetric_product_of_gradients_is_that_of_their_inner_product():
    U, V = linear(2, 2, 1).components
    numbers = {s: i for i, s in enumerate(linear(2, 2, 1).parameters)}
    both = sum(U.diff(w) * V.diff(w) for w in numbers)
    found = product(gradient(polynomial_of(U, numbers)), gradient(polynomial_of(V, numbers)), SYMMETRIC)
    assert found == gradient(polynomial_of(both, numbers)) != {}


def test_affine_symmetries_are_orthogonal_to_what_pushes_and_as_many_as_known():
    controls = controls_of(linear(3, 2, 3))
    for sign, many in ((1, 3), (-1, 1)):
        found = affine_symmetries(controls, 12, sign)
        assert len(found) == many
        assert all(are_orthogonal(X, xi) for X in controls for xi in found)
    assert not are_orthogonal({0: {(1,): 1}}, {0: {(1,): 1}, 1: {(0,): 1}})


def test_a_symmetry_that_cannot_be_read_back_is_not_believed():
    N = 10**15
    assert {law.expand() for law in count_laws(x + N * y).laws} == {expand((N * x - y) ** 2), 2 * N * x - 2 * y}
    with pytest.raises(SymlagError, match="over 38 digits"):
        count_laws(x + 10**60 * y)


def test_a_parameter_that_phi_lacks_is_a_law_of_its_own():
    assert len(affine_symmetries([{0: {(): 1}}], 2, 1)) == 2  # θ₁ and θ₁²
    assert AffineLaws(tuple(AffineLaw(0, Q) for Q in ({(1,): 1}, {(1, 1): 1}, {(0,): 1})), 2).rank == 2


def test_the_bracket_obeys_the_identity_of_jacobi():
    phi = [polynomial_of(f, {x: 0, y: 1}) for f in (x * y + y**3, x**2)]
    X, *fields = momentum_system(gradient_controls(phi, {}, 2), 2)
    Y, Z = fields
    total = {}
    for A, B, C in ((X, Y, Z), (Y, Z, X), (Z, X, Y)):
        for moved, f in bracket(A, bracket(B, C)).items():
            for monomial, c in f.items():
                total[moved, monomial] = total.get((moved, monomial), 0) + c
    assert total
    assert not any(total.values())
    assert bracket(X, Y)


@pytest.mark.parametrize("phi", [Matrix([x * y]), ImmutableMatrix([[x * y]]), Tuple(x * y), [x * y, 2]], ids=str)
def test_polynomials_come_in_lists_and_matrices(phi):
    assert count_laws(phi).bound == 1


@pytest.mark.parametrize(
    ("phi", "flow", "said"),
    [
        (exp(x), "gradient", "rational coefficients"),
        (x / y, "gradient", "rational coefficients"),
        (0.5 * x * y, "gradient", "rational coefficients"),
        (x ** (10**9), "gradient", "powers up to 100"),
        (x > y, "gradient", "no polynomial"),
        (["x*y"], "gradient", "no polynomial"),
        ([[x, y]], "gradient", "no polynomial"),
        ([None], "gradient", "no polynomial"),
        (x, "Nesterov", "no such flow"),
        (x, ["momentum"], "no such flow"),
        ([1], "gradient", "no parameters"),
        ([], "gradient", "no parameters"),
        (softmax(50, 41), "gradient", "2050 parameters, and exact counting takes up to 2000"),
    ],
)
def test_bad_input_gets_one_sentence(phi, flow, said):
    with pytest.raises(SymlagError, match=said):
        sl.count_laws(phi, flow=flow)


def test_polynomials_are_not_counted_for_one_loss():
    with pytest.raises(SymlagError, match="every loss"):
        sl.count_laws(x * y, lambda f: f)
