"""PyTorch's kernels: differentiable and mappable."""

import pytest

from symlag.backends import kernel
from symlag.backends._signature import outside
from tests.kernel_cases import EVERYTHING, LAWS, LEARNING, LETTERS
from tests.kernels import arrays, gap, points


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


@pytest.mark.parametrize("name", EVERYTHING)
def test_torch_kernels_can_be_mapped(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    made = kernel(EVERYTHING[name], "torch")
    given = [torch.as_tensor(value) for value in points(made, 4, seed=4)]
    pairs = zip(given, made.slots, strict=True)
    axes = tuple(0 if value.ndim > len(outside(slot.shape)) else None for value, slot in pairs)
    mapped = arrays(torch.func.vmap(made, in_dims=axes)(*given))
    assert gap(mapped, arrays(made(*given))) < 1e-13
