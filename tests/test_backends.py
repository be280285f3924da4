import os
import pickle
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sympy import (
    Abs,
    DiagMatrix,
    Heaviside,
    Identity,
    Matrix,
    Max,
    Min,
    Mod,
    Piecewise,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    besselj,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    diag,
    erf,
    erfc,
    exp,
    floor,
    gamma,
    log,
    oo,
    pi,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
)  # fmt: skip
from sympy import E as EULER
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.backends import BACKENDS, Kernel, kernel
from symlag.backends._signature import lengths, outside
from symlag.blocks import constant, inner, trace
from symlag.errors import LoweringError, ShapeError
from symlag.generator import general_linear, rescale, rescale_units, rotation, scale, time_translation
from symlag.jet import block, coordinates, t
from symlag.lagrangian import Lagrangian
from symlag.losses import invariant_loss
from symlag.noether import noether
from symlag.program import public
from symlag.rules import heavy_ball
from tests.cases import SIZES, _explicit, explicit, h, n, random_matrix

x, y = coordinates("x y")
a, m = symbols("a m", positive=True)
w, W, U, V = block("w", n), block("W", h, n), block("U", h, n), block("V", n)
small, thin = block("P", 2, 2), block("Q", 3, 2)

ZOO = {
    "arithmetic": -x / 3 + 2 * y**2 - a / (x * y) + x * y**-3 + Rational(7, 3),
    "powers": x**5 + y**12 + x ** Rational(1, 3) + x**a + 2**y + x**-7,
    "roots": sqrt(x) + sqrt(2) * y ** Rational(3, 2) + 1 / sqrt(x + y) + (x + y) ** Rational(-5, 2),
    "constants": pi * x + EULER * y + exp(2) + sqrt(2) + sin(1) + 10**30 * x,
    "exponentials": exp(-x) * log(y) + exp(x * y) + log(x + y),
    "circular": sin(x) + cos(y) * tan(x) + asin(x / 9) + acos(y / 9) + atan(x * y) + atan2(x, 2) + atan2(1, y),
    "hyperbolic": sinh(x) + cosh(y) + tanh(x) + asinh(x) + acosh(1 + y) + atanh(x / 9),
    "reciprocal": sec(x) + csc(y) + cot(x) + sech(y) + coth(x),
    "kinks": Abs(x - y) + sign(x - 1) * y + Max(x, 1, y) + Min(x * y, 2) + Max(x - 1, 0),
    "steps": floor(3 * x) + ceiling(2 * y) + Mod(5 * x, 2) + x,
    "errors": erf(x) + erfc(y),
    "heaviside": Heaviside(x - 1) * y + 3 * Heaviside(y - x) + x,
    "cases": Piecewise((x**2, x < 1), (Piecewise((y, y > 1), (2, True)), (x > 1.25) & (y > 1)), (x + y, True)),
    "logic": Piecewise((1, (x > 1) | (y > 1)), (sqrt(x), ~((x > y) & (y > Rational(3, 4)))), (0, True)) + x,
    "time": exp(-a * t) * sin(m * t) + x,
}  # fmt: skip


def _laws():
    ball = heavy_ball()
    kepler = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, -a / sqrt(x**2 + y**2))
    rolling = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, a * x**2 / 2, damping=1 / (t + 1))
    pair, ranks = general_linear(small, thin), general_linear(U, block("R", 4, n))
    units, each = rescale([W], [V]), rescale_units([W], [block("Z", 4, h)])
    yield "scale", noether(ball.lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    yield "turn", noether(ball.lagrangian(0, [w]), rotation(w))
    yield "rescale", noether(ball.lagrangian(invariant_loss("f", units), [W, V]), units)
    for name, X in (("units", each), ("integer pair", pair), ("symbolic pair", ranks)):
        law = noether(ball.lagrangian(invariant_loss("f", X), list(X.components)), X)
        yield name, law
        yield f"{name} as a matrix", law.momentum_map()
    yield "kepler rotation", noether(kepler, rotation(x, y))
    yield "kepler energy", noether(kepler, time_translation())
    yield "rolling energy", noether(rolling, time_translation())


LAWS = dict(_laws())
EVERYTHING = {**ZOO, **LAWS}


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param == "torch":
        pytest.importorskip("torch").set_num_threads(1)
    return request.param


def points(made: Kernel, count, seed=0, kind: Any = float):
    """Random arrays for a kernel: what moves at each point, parameters as numbers."""
    dice = np.random.default_rng(seed)
    sizes = {size.name: length for size, length in SIZES.items()}
    for slot in made.slots:
        batch = (count,) if slot.shape or slot.key[0] in "xy" else ()
        drawn = dice.uniform(0.4, 1.6, batch + lengths(outside(slot.shape), sizes))
        yield _symmetrized(slot, drawn).astype(kind)


def _symmetrized(slot, drawn):
    """The array, skew or symmetric where the matrix of that name is."""
    if slot.key not in "AKS" or slot.shape[0] != slot.shape[-1]:
        return drawn
    upper = np.triu(drawn, 0 if slot.key == "S" else 1)
    flipped = np.swapaxes(np.triu(drawn, 1), -1, -2)
    return upper + flipped if slot.key == "S" else upper - flipped


def arrays(result):
    """The results of a kernel as NumPy arrays by name."""
    return {key: np.asarray(value) for key, value in (result if isinstance(result, dict) else {"": result}).items()}


def run(made, given):
    if made.backend != "torch":
        return arrays(made(*given))
    import torch

    return arrays(made(*(torch.from_numpy(np.asarray(value)) for value in given)))


def gap(left, right):
    """The largest difference relative to the size of the values over all points."""
    return max(np.max(np.abs(left[key] - right[key])) / (np.sqrt(np.mean(right[key] ** 2)) or 1) for key in right)


@pytest.mark.parametrize(
    "name", [*ZOO, *(pytest.param(name, marks=pytest.mark.slow if "matrix" in name else ()) for name in LAWS)]
)
def test_backends_agree_with_one_another(name):
    made = [kernel(EVERYTHING[name], backend) for backend in BACKENDS]
    given = list(points(made[0], 10**6))
    first, *others = (run(one, given) for one in made)
    assert all(gap(other, first) < 1e-12 for other in others)


@_explicit.register
def _(node: DiagMatrix, entry):
    return diag(*_explicit(node.args[0], entry))


@_explicit.register
def _(node: DiagonalOf, entry):
    return Matrix(_explicit(node.arg, entry).diagonal()).T


def fifty_digits(expression, made, given, at):
    """The value at one point, by SymPy."""
    numbers = dict(zip([slot.key for slot in made.slots], given, strict=True))

    def value(symbol, *entry):
        array = numbers[public(symbol)]
        return Rational(float(array[(at, *entry)] if array.ndim > len(entry) else array[entry]))

    def entry(letter, i, j):
        return value(letter, *((i,) if letter.cols == 1 else (i, j)))

    written = explicit(expression, entry) if expression.has(MatrixExpr) else expression
    values = {symbol: value(symbol) for symbol in written.free_symbols}
    return np.array(written.xreplace(values).evalf(50), dtype=float)


@pytest.mark.parametrize("name", EVERYTHING)
def test_kernels_agree_with_fifty_digits(name, backend):
    stated = EVERYTHING[name]
    listed = {"": stated} if name in ZOO else {"charge": stated.charge, "rate": stated.rate, **stated.sources}
    made = kernel(stated, backend)
    given = list(points(made, 20, seed=1))
    found = run(made, given)
    for key, expression in listed.items():
        wanted = np.stack([fifty_digits(expression, made, given, at) for at in range(20)])
        assert gap({key: found[key]}, {key: wanted.reshape(found[key].shape)}) < 1e-13


@pytest.mark.parametrize(
    ("backend", "seed"),
    [(b, seed) for b in BACKENDS for seed in range(3 if b == "numba" else 30)],
    indirect=["backend"],
)
def test_random_matrices_come_out_as_when_written_out(backend, seed):
    matrix = random_matrix(random.Random(seed), *random.Random(seed).choice([(h, n), (n, h), (h, 1), (1, n), (h, h)]))
    expressions = [matrix.doit(), trace(matrix.T * matrix)]
    made = kernel(expressions, backend)
    given = list(points(made, 2, seed))
    for expression, found in zip(expressions, made(*given), strict=True):
        wanted = np.stack([fifty_digits(expression, made, given, at) for at in range(2)])
        assert gap({"": np.asarray(found)}, {"": wanted.reshape(found.shape)}) < 1e-12


@pytest.mark.parametrize("name", ["constants", "heaviside", "cases", "kinks", "scale", "integer pair as a matrix"])
def test_the_type_of_the_arrays_is_kept(name, backend):
    made = kernel(EVERYTHING[name], backend)
    for kind in ("float32", "float64"):
        assert {v.dtype.name for v in run(made, points(made, 5, kind=kind)).values()} == {kind}


def test_plain_numbers_and_integers_adapt(backend):
    made = kernel(a * x * y / 3, backend)
    assert np.asarray(made(1, 2, 3)).dtype == float
    assert np.asarray(made(0.1, np.array([1, 2], "float32"), 3)).dtype == np.float32
    assert np.asarray(made(np.array([1, 2]), 1.0, 3)).dtype == float


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
    from symlag.backends._modules import module_of

    name = module_of("kernel = 1\n").__name__
    (tmp_path / "symlag" / "kernels" / f"{name}.py").write_text("kernel = 2\n")
    monkeypatch.delitem(sys.modules, name)
    assert module_of("kernel = 1\n").kernel == 1


@pytest.mark.parametrize("name", ["powers", "roots", "circular", "hyperbolic", "cases", "errors", *LAWS])
def test_torch_kernels_are_differentiable(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = kernel(EVERYTHING[name], "torch")
    given = [torch.tensor(value, requires_grad=True) for value in points(made, 2, seed=3)]

    def moving(*arrays):
        results = made(*arrays)
        return tuple(v for v in (results.values() if isinstance(results, dict) else [results]) if v.requires_grad)

    assert torch.autograd.gradcheck(moving, given)


@pytest.mark.parametrize("name", EVERYTHING)
def test_torch_kernels_can_be_mapped(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = kernel(EVERYTHING[name], "torch")
    given = [torch.as_tensor(value) for value in points(made, 4, seed=4)]
    pairs = zip(given, made.slots, strict=True)
    axes = tuple(0 if value.ndim > len(outside(slot.shape)) else None for value, slot in pairs)
    mapped = arrays(torch.func.vmap(made, in_dims=axes)(*given))
    assert gap(mapped, arrays(made(*given))) < 1e-14


@pytest.mark.parametrize(("name", "stated"), [
    ("scale", LAWS["scale"]), ("integer_pair", LAWS["integer pair as a matrix"]), ("cases", ZOO["cases"]),
    ("kepler_energy", LAWS["kepler energy"]),
])  # fmt: skip
def test_the_emitted_text_is_as_it_was(name, stated, backend, golden):
    golden(f"kernels/{name}_{backend}.py.txt", kernel(stated, backend).source)


def test_a_damped_law_holds_no_exponential(backend):
    assert "exp" not in kernel(LAWS["rolling energy"], backend).source


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
