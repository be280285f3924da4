"""How kernels are called: arrays of any batch, in any process, and sentences where something does not fit."""

import os
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from sympy import (
    Identity,
    Piecewise,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    besselj,
    erf,
    erfc,
    gamma,
    log,
    oo,
    sin,
    sqrt,
    symbols,
)  # fmt: skip

from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import constant, inner, trace
from symlag.errors import LoweringError, ShapeError
from symlag.kernels.array_function import kernel
from tests.support.cases import h, n
from tests.support.kernel_calls import arrays, gap, points
from tests.support.kernel_cases import EVERYTHING

x, y = coordinates("x y")
a, m = symbols("a m", positive=True)
w, W = block("w", n), block("W", h, n)


def test_plain_numbers_and_integers_adapt(backend):
    made = kernel(a * x * y / 3, backend)
    assert np.asarray(made(1, 2, 3)).dtype == float
    assert np.asarray(made(0.1, np.array([1, 2], "float32"), 3)).dtype == np.float32
    assert np.asarray(made(np.array([1, 2]), 1.0, 3)).dtype == float


@pytest.mark.parametrize(("given", "wanted", "kind"), [
    ([1, 2], [2, 4], "float64"),
    ((0.5, 2), [1, 4], "float64"),
    (range(3), [0, 2, 4], "float64"),
    ([np.float32(0.5), 1.0], [1, 2], "float64"),
    ([[1.0], [2.0]], [[2], [4]], "float64"),
    (True, 2, "float64"),
    (np.array([True, False]), [2, 0], "float64"),
    (np.array([1, 2], "uint8"), [2, 4], "float64"),
    (np.float32(0.5), 1, "float32"),
    (np.array([0.5], "float16"), [1], "float16"),
    (np.array([0.5], ">f8"), [1], "float64"),
    (np.array([0.5, 1.5])[::-1], [3, 1], "float64"),
    (np.broadcast_to(0.5, 2), [1, 1], "float64"),
    (np.longdouble("0.5"), 1, "float64"),
    (np.array([0.5], np.longdouble), [1], "float64"),
    (2**70, 2.0**71, "float64"),
    ([2**70, 1], [2.0**71, 2], "float64"),
    (Fraction(1, 4), 0.5, "float64"),
    ([Rational(1, 4), 1], [0.5, 2], "float64"),
    (np.ma.array([0.5, 1.5], mask=[False, False]), [1, 3], "float64"),
    ([], [], "float64"),
])  # fmt: skip
def test_what_holds_real_numbers_is_an_array(given, wanted, kind, backend):
    found = np.asarray(kernel(x * y, backend)(given, 2.0))
    assert (found.tolist(), found.dtype.name) == (wanted, kind)


@pytest.mark.parametrize(("given", "said"), [
    (None, "x: its entries are of type NoneType."),
    ("1", "x: its entries are of type str."),
    (["a", "b"], "x: its entries are of type str."),
    (np.array(["1", "2"]), "x: its entries are of type str."),
    (b"1", "x: its entries are of type bytes."),
    ([1.0, None], "x: its entries are of type NoneType."),
    ({1: 2}, "x: its entries are of type dict."),
    (Decimal("0.5"), "x: its entries are of type Decimal."),
    (Symbol("z"), "x: its entries are of type Symbol."),
    (np.array(["2020-01-01"], "M8[D]"), "x: its entries are of type datetime64."),
    (1j, "x: its entries are of type complex128."),
    ([[1, 2], [3]], "x: this list is no array of real numbers."),
    (10**400, "x: an entry is larger than any double."),
    ([1, -(10**400)], "x: an entry is larger than any double."),
    (np.ma.array([0.5, 1.5], mask=[True, False]), "x: some of its entries are masked; write x.astype(float).filled("),
])  # fmt: skip
def test_what_holds_no_real_numbers_gets_the_same_sentence_everywhere(given, said, backend):
    with pytest.raises(LoweringError) as caught:
        kernel(x * y, backend)(given, 2.0)
    assert str(caught.value).startswith(said)


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="long doubles are doubles here")
def test_a_long_double_beyond_doubles_gets_a_sentence(backend):
    with pytest.raises(LoweringError, match="larger than any double"):
        kernel(x * y, backend)(np.longdouble("1e400"), 2.0)


def test_tensors_that_are_no_arrays_get_a_sentence():
    torch = pytest.importorskip("torch")
    with pytest.raises(LoweringError, match=r"write x\.detach"):
        kernel(x * y, "numpy")(torch.ones(2, requires_grad=True), 2.0)
    with pytest.raises(LoweringError, match=r"write x\.to_dense"):
        kernel(x * y, "torch")(torch.eye(2).to_sparse(), 2.0)


def test_leading_axes_broadcast(backend):
    made = kernel({"moved": m * trace(W * W.T), "still": m**2, "vector": m * w}, backend)
    given = {"W": np.ones((4, 1, 2, 3)), "w": np.ones((5, 3)), "m": np.full((1, 5), 2.0)}
    made_of = arrays(made(**given))
    assert {key: value.shape for key, value in made_of.items()} == {
        "moved": (4, 5), "still": (4, 5), "vector": (4, 5, 3),
    }  # fmt: skip
    assert np.all(made_of["moved"] == 12)


def test_constants_have_the_shape_of_the_batch(backend):
    made = kernel([x * 0 + 7, x, Identity(n) * 2 + W.T * W * 0, ZeroMatrix(2, 3)], backend, inputs=[x, W])
    shapes = [tuple(value.shape) for value in made(np.zeros((4, 1)), np.zeros((5, 2, 3)))]
    assert shapes == [(4, 5), (4, 5), (4, 5, 3, 3), (4, 5, 2, 3)]


def test_an_empty_batch_gives_empty_arrays(backend):
    assert tuple(kernel(trace(W.T * W), backend)(np.zeros((0, 2, 3))).shape) == (0,)


def test_columns_are_vectors_and_rows_and_single_entries_are_matrices(backend):
    row, single = block("row", 1, n), block("single", 1, 1)
    made = kernel([row * w, row.T + w, row + w.T, single * row, single], backend)
    given = {"row": np.ones((4, 1, 3)), "w": np.ones((4, 3)), "single": np.full((4, 1), 2.0)}
    results = [np.asarray(result) for result in made(**given)]
    assert [result.shape for result in results] == [(4, 1), (4, 3), (4, 1, 3), (4, 1, 3), (4, 1)]
    assert [result.flat[0] for result in results] == [3, 2, 2, 2, 2]


def test_what_comes_back_has_the_form_that_was_asked_for(backend):
    assert isinstance(kernel([x], backend)(1.0), tuple)
    assert set(kernel({"a b": x}, backend)(1.0)) == {"a b"}
    assert np.asarray(kernel(x, backend)(1.0)).shape == ()


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_results_are_arrays_of_their_own(backend):
    point = np.ones(4)
    results = kernel([x, x * y, x * y + 0, 7 + 0 * x], backend, inputs=[x, y])(point, 2.0)
    for i, result in enumerate(results):
        result[:] = i
    assert [float(result[0]) for result in results] == [0, 1, 2, 3]
    assert point[0] == 1


@pytest.mark.parametrize("points", [2**16, 2**16 + 1])
def test_chunks_meet_without_a_gap(points):
    stretch = sum(sin(k * x) for k in range(1, 12))
    angle = np.linspace(0, 1, points)
    assert np.allclose(kernel([stretch, x], "numpy")(angle)[0], sum(np.sin(k * angle) for k in range(1, 12)))


def test_a_branch_that_is_not_taken_may_be_undefined(backend):
    made = kernel(Piecewise((log(x) / x, x > 0), (0, True)), backend)
    assert list(np.asarray(made(np.array([-1.0, 0.0, 1.0])))) == [0, 0, 0]


def test_names_cannot_reach_the_code(backend):
    odd = symbols("exp np math torch sum lambda range p i j k total const kernel")
    made = kernel(sum(c * s for c, s in enumerate(odd, 1)) * sin(x) + trace(W * W.T), backend)
    given = dict.fromkeys(made.inputs, 1.0) | {"x": 1.0, "W": np.ones((2, 3))}
    assert float(made(**given)) == pytest.approx(len(odd) * (len(odd) + 1) / 2 * np.sin(1.0) + 6)
    assert "lambda_" in made.inputs


def test_kernels_survive_a_second_process(backend, tmp_path):
    calls = [(made, list(points(made, 3))) for made in (kernel(EVERYTHING[name], backend) for name in ABROAD)]
    (tmp_path / "calls").write_bytes(pickle.dumps(calls))
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "calls"), str(tmp_path / "results")]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for _ in range(2 if backend == "numba" else 1):  # the second of them finds what the first one compiled
        subprocess.run(command, check=True, env=environment)
        there = pickle.loads((tmp_path / "results").read_bytes())
        for (made, given), found in zip(calls, there, strict=True):
            assert gap(arrays(found), arrays(made(*given))) == 0


ABROAD = ["cases", "symbolic pair as a matrix"]
ELSEWHERE = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    calls = pickle.load(file)
with open(sys.argv[2], "wb") as file:
    pickle.dump([made(*given) for made, given in calls], file)
"""


def test_numba_works_where_nothing_can_be_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert float(kernel(x**2 + 41, "numba")(1.0)) == 42


def test_numba_does_not_trust_what_it_finds(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    from symlag.kernels.compiled_modules import module_of

    name = module_of("kernel = 1\n").__name__
    (tmp_path / "symlag" / "kernels" / f"{name}.py").write_text("kernel = 2\n")
    monkeypatch.delitem(sys.modules, name)
    assert module_of("kernel = 1\n").kernel == 1


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (Piecewise((x, x > 0)), "it has no value elsewhere"),
        (besselj(0, x), "kernels have no besselj"),
        (gamma(x), "kernels have no gamma"),
        (x * oo, "finite real numbers only"),
        (sqrt(-2) * x, "finite real numbers only"),
        (x * Symbol("z; print(1)"), "a name is letters"),
    ],
)
def test_what_a_backend_lacks_is_refused_when_the_kernel_is_built(expression, said, backend):
    with pytest.raises(Exception, match=said) as error:
        kernel(expression, backend)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("given", "named", "error", "said"),
    [
        ((), {"w": np.ones(3)}, LoweringError, "kernel(w, w_dot, m): w_dot, m are missing"),
        ((1, 2, 3, 4), {}, LoweringError, "4 arrays are given, it takes 3"),
        ((), {"z": 1}, LoweringError, "z is no input"),
        ((np.ones(3),), {"w": 1}, LoweringError, "w is given twice"),
        ((np.ones(3), np.ones(4), 1.0), {}, ShapeError, "w_dot of shape (4,): n is 3, not 4"),
        (
            (1.0, np.ones(3), 1.0),
            {},
            ShapeError,
            "w of shape (): it has too few axes",
        ),
        ((np.ones((2, 3)), np.ones((5, 3)), 1.0), {}, ShapeError, "batches that broadcast"),
        ((np.ones(3) * 1j, np.ones(3), 1.0), {}, LoweringError, "its entries are of type"),
    ],
)
def test_a_call_that_does_not_fit_gets_a_sentence(given, named, error, said, backend):
    made = kernel(m * inner(w, w.dot), backend)
    with pytest.raises(error) as caught:
        made(*given, **named)
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


def test_an_unknown_backend_gets_a_sentence():
    with pytest.raises(LoweringError, match="there is no such backend"):
        kernel(x, "jax")


def test_constant_matrices_of_integer_size_are_checked(backend):
    made = kernel(Trace(constant("M", 2, 2)) * x, backend)
    with pytest.raises(ShapeError, match="2 is 2, not 3"):
        made(1.0, np.ones((2, 3)))


def test_numpy_has_an_error_function_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    assert kernel(erf(x) + 41 * erfc(x), "numpy")(np.array([0.0, 10.0])) == pytest.approx([41, 1])
