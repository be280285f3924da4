"""PyTorch's kernels: differentiable and mappable."""

import pytest
from sympy import Piecewise, Symbol, asin, exp, log, sin, sqrt

from symlag.calculus.jets import coordinates
from symlag.kernels.array_function import kernel
from symlag.kernels.signature import array_shape
from tests.support.cases import x
from tests.support.kernel_calls import arrays, gap, points
from tests.support.kernel_cases import EVERYTHING, LAWS, LEARNING, LETTERS


@pytest.mark.parametrize(
    "name", ["powers", "roots", "circular", "hyperbolic", "cases", "errors", *LAWS, *LETTERS, *LEARNING]
)
def test_torch_kernels_are_differentiable(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = kernel(EVERYTHING[name], "torch")
    given = [torch.tensor(value, requires_grad=True) for value in points(made, 2, seed=3)]

    def moving(*arrays):
        results = made(*arrays)
        return tuple(v for v in (results.values() if isinstance(results, dict) else [results]) if v.requires_grad)

    assert torch.autograd.gradcheck(moving, given)


@pytest.mark.parametrize(
    "branch",
    [
        sqrt(x),
        log(x),
        1 / x,
        x**-3,
        1 / sqrt(x),
        x**0.3,
        sqrt(x) * log(x) + 1 / x**2,
        sqrt(log(1 + x)),
        exp(1 / x),
        asin(x),
    ],
)  # fmt: skip
def test_a_branch_that_is_not_taken_leaves_the_slope_alone(branch):
    torch = pytest.importorskip("torch")
    made = kernel(
        Piecewise((branch, (x > 0) & (x < 1)), (x**2, True)) + Piecewise((x, x < 0), (branch, x < 1), (0, True)),
        "torch",
    )
    for at in (-2.0, -1.0, 2.0, 1000.0):
        point = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(made(point), point)
        assert slope == 2 * at + (at < 0)
    point = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(made, [point])


@pytest.mark.parametrize("name", EVERYTHING)
def test_torch_kernels_can_be_mapped(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = kernel(EVERYTHING[name], "torch")
    given = [torch.as_tensor(value) for value in points(made, 4, seed=4)]
    pairs = zip(given, made.ports, strict=True)
    axes = tuple(0 if value.ndim > len(array_shape(port.shape)) else None for value, port in pairs)
    mapped = arrays(torch.func.vmap(made, in_dims=axes)(*given))
    assert gap(mapped, arrays(made(*given))) < 1e-13


@pytest.mark.parametrize("shapes", [
    [(200_001,), (200_001,), ()],
    [(3, 70_001), (1, 70_001), (3, 1)],
    [(70_001, 3), (1, 3), (70_001, 1)],
    [(1, 200_001), (), (1,)],
])  # fmt: skip
def test_chunks_of_a_large_batch_give_what_the_whole_gives(shapes):
    torch = pytest.importorskip("torch")
    y, a = coordinates("y"), Symbol("a")
    made = kernel([sin(x * y) + a * exp(-x) * (x + y) ** 3, a**2, 7 + 0 * x, x], "torch", inputs=[x, y, a])
    torch.manual_seed(0)
    given = [torch.rand(shape, dtype=torch.float64).requires_grad_() for shape in shapes]
    found = made(*given)
    p, q, r = given
    wanted = torch.sin(p * q) + r * torch.exp(-p) * (p + q) ** 3
    assert [tuple(result.shape) for result in found] == [tuple(wanted.shape)] * 4
    assert torch.allclose(found[0], wanted, rtol=1e-13)
    assert torch.equal(found[3], p.expand(wanted.shape))
    assert (found[1] == r**2).all()
    assert (found[2] == 7).all()
    slopes = (torch.autograd.grad(value.sum(), given) for value in (found[0], wanted))
    assert all(torch.allclose(one, other, rtol=1e-10) for one, other in zip(*slopes, strict=True))
