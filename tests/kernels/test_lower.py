import pickle

import pytest
from sympy import (
    Function,
    FunctionMatrix,
    Identity,
    Inverse,
    Lambda,
    Matrix,
    MatrixSymbol,
    Symbol,
    Trace,
    ZeroMatrix,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import constant, inner, trace
from symlag.calculus.structured_matrices import diagonal
from symlag.errors import LoweringError, NameRefusedError
from symlag.kernels.instructions import Assembly, Contraction, Entrywise, Quotient
from symlag.kernels.lowering import lower
from symlag.kernels.scalars import Assignment
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.variational.families import general_linear, rotation, scale
from symlag.variational.noether import noether

x, y = coordinates("x y")
w = block("w")
h, k, n = symbols("h k n", integer=True, positive=True)
A, B, C, D = (MatrixSymbol(name, n, n) for name in "ABCD")


def lines(expressions, inputs=None):
    return str(lower(expressions, inputs)).splitlines()


def contractions(program):
    return [step for step in program.instructions if isinstance(step, Contraction)]


def test_a_trace_of_four_is_the_contraction_of_two_products():
    steps = contractions(lower(trace(A * B * C * D)))
    assert [len(step.remaining) for step in steps] == [2, 2, 0]
    assert [v.name for v in steps[-1].operands] == [step.result.name for step in steps[:2]]


def test_an_inner_product_of_vectors_is_one_dot_and_nothing_else():
    assert lines(inner(w, w.dot)) == ["c0 = Σ w[i] w_dot[i]", "result = c0"]


def test_no_outer_product_is_formed_between_vectors():
    u, v = constant("u", n), constant("v", n)
    assert all(len(step.remaining) < 2 for step in contractions(lower(trace(A * u * v.T * B))))


def test_an_outer_product_is_formed_where_it_is_the_result():
    u, v = constant("u", h), constant("v", n)
    (step,) = contractions(lower(u * v.T))
    assert (step.subscripts, step.remaining) == (("i", "j"), "ij")


def test_a_product_and_its_transpose_are_made_once():
    steps = contractions(lower([trace(A * B * C), trace((A * B).T * D), B.T * A.T]))
    made = [{v.name for v in step.operands} for step in steps if len(step.remaining) == 2]
    assert made == [{"A", "B"}]


def test_a_transpose_changes_indices_only():
    (step,) = contractions(lower(A.T * B))
    assert step.subscripts == ("ij", "ik")
    assert step.remaining == "jk"


def test_a_common_subexpression_is_named_once():
    r = sqrt(x**2 + y**2)
    assert lines([r * x, 1 / r**3]) == ["s0 = sqrt(x**2 + y**2)", "result0 = s0*x", "result1 = s0**(-3)"]


def test_what_parameters_alone_make_is_computed_apart():
    beta, eta = symbols("beta eta", positive=True)
    assert lines(eta * (1 + beta) * x * y / 2) == ["s0 = eta*(beta + 1)/2", "result = s0*x*y"]


def test_inputs_are_jets_then_matrices_then_parameters():
    m, beta = symbols("m beta")
    program = lower(m * beta * t * inner(w, A_of(w) * w.dot) + x.dot.dot * y)
    assert [port.key for port in program.inputs] == ["w", "y", "w_dot", "x_dot_dot", "A", "beta", "m", "t"]


def A_of(vector):
    return MatrixSymbol("A", vector.rows, vector.rows)


def test_chosen_inputs_come_in_their_order_by_symbol_or_name():
    assert [s.key for s in lower(x * y, inputs=["y", x, x.dot]).inputs] == ["y", "x", "x_dot"]


def test_a_keyword_gets_an_underscore_and_a_builtin_is_renamed_inside():
    program = lower(Symbol("lambda") + Symbol("range") + Symbol("np"))
    assert [(s.key, s.name) for s in program.inputs] == [("lambda_", "lambda_"), ("np", "np_"), ("range", "range_")]


def test_symbolic_sizes_are_read_off_arrays():
    U = block("U", h, k)
    program = lower(trace(Identity(k)) * inner(U, U))
    assert program.sizes == {"h": ("U", -2), "k": ("U", -1)}
    assert "k" in lines(trace(Identity(k)) * inner(U, U))[-1]
    assert [port.key for port in program.inputs] == ["U"]


def test_a_law_gives_charge_rate_sources_and_their_sum():
    law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    program = lower(law)
    assert [s.key for s in program.outputs] == [
        "charge", "rate", "kinetic", "potential", "force", "boundary", "source",
    ]  # fmt: skip
    assert program.container == "dict"
    assert "exp" not in str(program)


def test_a_matrix_law_is_lowered_with_its_shape():
    U, V = block("U", h, k), block("V", n, k)
    X = general_linear(U, V)
    law = noether(heavy_ball().lagrangian(invariant_loss("f", X), [U, V]), X).momentum_map()
    program = lower(law)
    assert {s.key: s.shape for s in program.outputs}["charge"] == ("k", "k")
    assert sum(isinstance(step, Assembly) for step in program.instructions) == 6


def test_a_diagonal_matrix_is_never_filled():
    d = constant("d", n)
    assert lines(trace(A.T * diagonal(d) * B)) == ["c0[j,i] = Σ A[i,j] d[i]", "c1 = Σ c0[i,j] B[j,i]", "result = c1"]
    assert lines(trace(diagonal(d) * A)) == ["c0 = Σ A[i,i] d[i]", "result = c0"]


def test_the_diagonal_of_a_product_is_made_without_the_product():
    assert [step.remaining for step in contractions(lower(DiagonalOf(A * B)))] == ["i"]


def test_an_inverse_is_solved_against_a_vector_and_made_only_where_it_stands_alone():
    assert lines(Inverse(A) * B * constant("u", n)) == ["c0[i] = Σ B[i,j] u[j]", "c1 = A⁻¹ c0", "result = (1) c1"]
    assert lines(constant("u", n).T * Inverse(A))[0] == "c0 = Aᵀ⁻¹ u"
    assert [step.right for step in lower(Inverse(A)).instructions if isinstance(step, Quotient)] == [None]


def test_functions_of_one_matrix_are_made_of_it_once():
    program = lower(elementwise(tanh, A * B) + elementwise(lambda z: tanh(z) ** 2, A * B) * C)
    assert len(contractions(program)) == 2
    assert [str(step) for step in program.instructions if isinstance(step, Entrywise)] == [
        "s0 = [tanh(c0)]", "m0 = [s0**2]",
    ]  # fmt: skip


def test_a_zero_matrix_and_an_identity_keep_their_shape():
    program = lower([ZeroMatrix(2, 3), A + Identity(n)])
    assert [s.shape for s in program.outputs] == [(2, 3), ("n", "n")]
    assert [len(step.terms) for step in program.instructions if isinstance(step, Assembly)] == [0, 2]


def test_users_own_functions_of_time_are_read_as_jets():
    s = Symbol("t")
    q = Function("q")(s)
    assert [port.key for port in lower(q.diff(s) ** 2 - q).inputs] == ["q", "q_dot"]


def test_keys_may_be_coordinates():
    assert lower({x.dot.dot: -x}).outputs[0].key == "x_dot_dot"


def test_a_program_survives_pickling():
    program = lower({"a": trace(A * B) * sqrt(x)})
    assert str(pickle.loads(pickle.dumps(program))) == str(program)


def test_steps_use_only_what_is_named_before():
    law = noether(heavy_ball().lagrangian(0, [w]), rotation(w))
    program = lower(law)
    known = {s.name for s in program.inputs} | set(program.sizes)
    for step in program.instructions:
        if isinstance(step, Assignment):
            assert {s.name for s in step.expression.free_symbols} <= known
        known.add(step.name)


@pytest.mark.parametrize(
    ("expression", "inputs", "said"),
    [
        (x * Symbol("m"), [x], "m: it is free in the expression, but not among the inputs"),
        (x, ["z"], "the expression has no such symbol"),
        (invariant_loss("f", scale(w)), None, "the kernel of an unknown function f(w) has no value"),
        (Function("g")(x), None, "the kernel of an unknown function g(x) has no value"),
        (x > 0, None, "it is neither a number nor a block"),
        (Matrix([1, 2]), None, "it is neither a number nor a block"),
        ("x", None, "it is no SymPy expression"),
        ({}, None, "there is nothing to compute"),
        (x * Symbol("x"), None, "two inputs have this name"),
        (x.dot * Symbol("x_dot"), None, "two inputs have this name"),
        (elementwise(homogeneous("sigma", 1), A), None, "the kernel of an unknown function sigma(z) has no value"),
        (elementwise(Function("g"), A) * B, None, "the kernel of an unknown function g(z) has no value"),
        (A + FunctionMatrix(n, n, Lambda((h, k), h + k)), None, "no kernel knows this kind of matrix"),
        (w[0, 0], None, "stands outside of a trace"),
        (ZeroMatrix(n, n), None, "its size n can be read off no input"),
    ],
)
def test_what_no_kernel_can_be_made_of_gets_a_sentence(expression, inputs, said):
    with pytest.raises(LoweringError) as error:
        lower(expression, inputs)
    assert said in str(error.value)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize("name", ["x; import os", "__class__", "a b", "f(x)", "", "x\ny", "é"])
def test_a_name_that_is_no_identifier_never_reaches_code(name):
    with pytest.raises(NameRefusedError):
        lower(x * Symbol(name))
    with pytest.raises(NameRefusedError):
        lower(Trace(MatrixSymbol(name or " ", 2, 2)))
