"""What kernels compute: the same in every backend, and what SymPy computes."""

import random
from typing import Any

import numpy as np
import pytest

from symlag.calculus.matrices import trace
from symlag.errors import LoweringError
from symlag.kernels.array_function import kernel
from symlag.kernels.backends import BACKENDS
from tests.support.cases import h, n, random_matrix
from tests.support.kernel_calls import agrees_with_fifty_digits, gap, listed, points, run
from tests.support.kernel_cases import EVERYTHING, LAWS, LEARNING, LETTERS, ZOO


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name.endswith("as a matrix") else ()) for name in EVERYTHING]
)
def test_backends_agree_with_one_another(name):
    made = [kernel(EVERYTHING[name], backend) for backend in BACKENDS]
    given = list(points(made[0], 10**4 if name in LETTERS | LEARNING else 10**6))
    first, *others = (run(one, given) for one in made)
    assert all(gap(other, first) < 1e-12 for other in others)


@pytest.mark.parametrize("name", EVERYTHING)
def test_kernels_agree_with_fifty_digits(name, backend):
    stated = EVERYTHING[name]
    made = kernel(stated, backend)
    given = list(points(made, 20, seed=1))
    found = run(made, given)
    for key, expression in listed(stated).items():
        assert agrees_with_fifty_digits(made, given, found, key, expression, 1e-12 if name in LETTERS else 1e-13)


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
        assert agrees_with_fifty_digits(made, given, {"": np.asarray(found)}, "", expression, 1e-12)


@pytest.mark.parametrize("name", [
    "constants", "heaviside", "cases", "kinks", "scale", "integer pair as a matrix",
    "relu", "tanh, slope of the inner", "inverse and vector", "bare diagonal", "ones",
])  # fmt: skip
def test_the_type_of_the_arrays_is_kept(name, backend):
    made = kernel(EVERYTHING[name], backend)
    for kind in ("float32", "float64"):
        assert {v.dtype.name for v in run(made, points(made, 5, kind=kind)).values()} == {kind}


@pytest.mark.parametrize(("name", "stated"), [
    ("scale", LAWS["scale"]), ("integer_pair", LAWS["integer pair as a matrix"]), ("cases", ZOO["cases"]),
    ("kepler_energy", LAWS["kepler energy"]), ("tanh_slope", LETTERS["tanh, slope of the inner"]),
    ("preconditioner", LETTERS["inverse and vector"]),
])  # fmt: skip
def test_the_emitted_text_is_as_it_was(name, stated, backend, golden):
    golden(f"kernels/{name}_{backend}.py.txt", kernel(stated, backend).source)


def test_a_damped_law_holds_no_exponential(backend):
    assert "exp" not in kernel(LAWS["rolling energy"], backend).source


@pytest.mark.parametrize("name", ["cases", "scale"])
def test_numba_in_parallel_computes_the_same(name):
    pytest.importorskip("numba")
    alone, together = kernel(EVERYTHING[name], "numba"), kernel(EVERYTHING[name], "numba", parallel=True)
    assert "numba.prange" in together.source
    given = list(points(alone, 1000))
    assert gap(run(together, given), run(alone, given)) < 1e-15


def test_a_kernel_that_torch_compiles_differs_by_saying_so():
    pytest.importorskip("torch")
    plain, compiled = kernel(ZOO["logic"], "torch"), kernel(ZOO["logic"], "torch", compile=True)
    assert compiled.source == plain.source.replace("def kernel", "@torch.compile(dynamic=True)\ndef kernel")


@pytest.mark.parametrize(
    ("backend", "option", "has_it"),
    [
        ("numpy", "compile", "torch"),
        ("numpy", "parallel", "numba"),
        ("numba", "compile", "torch"),
        ("torch", "parallel", "numba"),
    ],
)
def test_an_option_that_a_backend_lacks_is_refused(backend, option, has_it):
    options: Any = {option: True}
    with pytest.raises(LoweringError) as caught:
        kernel(ZOO["cases"], backend, **options)
    assert str(caught.value).endswith(f'write kernel(…, "{has_it}", {option}=True).')


def test_a_loop_on_several_processors_inverts_no_matrices():
    with pytest.raises(LoweringError, match="without an inverse"):
        kernel(LETTERS["inverse and vector"], "numba", parallel=True)
