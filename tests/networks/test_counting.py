"""Counts by controls, against those known of the same networks: MGP 2307.00144, 2405.12888, 2506.06194."""

import pytest
import torch
from torch import Generator, nn, randn
from torch.nn.functional import cross_entropy, mse_loss, silu

import symlag as sl
from symlag.errors import SymlagError
from symlag.networks.counting.control_fields import GradientFlow, pull_backs
from symlag.networks.counting.count_laws import count_laws
from symlag.networks.counting.extrapolated_midpoint import integrate
from symlag.networks.problem import pose


class Gated(nn.Module):
    def __init__(self, f, units=2):
        super().__init__()
        self.f = f
        self.gate, self.up = nn.Linear(2, units, bias=False), nn.Linear(2, units, bias=False)
        self.down = nn.Linear(units, 2, bias=False)

    def forward(self, x):
        return self.down(self.f(self.gate(x)) * self.up(x))


class Head(nn.Module):
    def __init__(self, dim, width):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(dim, width, bias=False) for _ in range(3))
        self.o = nn.Linear(width, dim, bias=False)

    def forward(self, x):
        return self.o(torch.softmax(self.q(x) @ self.k(x).mT, -1) @ self.v(x))


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(randn(3))

    def forward(self, x):
        return x @ (self.w / self.w.norm())


pytestmark = pytest.mark.usefixtures("one_thread")


def chain(*layers):
    return lambda: nn.Sequential(*(layer() for layer in layers))


def linear(n, m):
    return lambda: nn.Linear(n, m, bias=False)


def biased(n, m):
    return lambda: nn.Linear(n, m)


def layer_norm():
    return nn.LayerNorm(4, eps=0, elementwise_affine=False)


def rms_norm():
    return nn.RMSNorm(4, eps=0, elementwise_affine=False)


KNOWN = {
    "linear pair": (chain(linear(2, 2), linear(2, 2)), mse_loss, (4, 2), (4, 2), 3, 1),
    "ReLU with bias": (chain(biased(2, 2), nn.ReLU, biased(2, 1)), mse_loss, (6, 2), (6, 1), 2, 0),
    "GELU": (chain(linear(2, 3), nn.GELU, linear(3, 1)), mse_loss, (4, 2), (4, 1), 0, 0),
    "softmax": (linear(3, 3), cross_entropy, (4, 3), None, 3, 6),
    "LayerNorm": (chain(linear(2, 4), layer_norm), mse_loss, (4, 2), (4, 4), 3, 4),
    "RMSNorm": (chain(linear(2, 4), rms_norm), mse_loss, (4, 2), (4, 4), 1, 0),
    "weight norm": (Normed, mse_loss, (4, 3), (4,), 1, 0),
    "SwiGLU": (lambda: Gated(silu), mse_loss, (4, 2), (4, 2), 2, 0),
    "ReGLU": (lambda: Gated(torch.relu), mse_loss, (6, 2), (6, 2), 4, 0),
    "attention of width 2": (lambda: Head(2, 2), mse_loss, (3, 3, 2), (3, 3, 2), 6, 2),
}


def batch(inputs, targets):
    return randn(inputs), torch.tensor([0, 1, 2, 0]) if targets is None else randn(targets)


@pytest.mark.parametrize("name", KNOWN)
def test_models_have_as_many_laws_as_known_and_their_symmetries_give_them(name):
    model, loss, inputs, targets, gradient_flow, momentum_flow = KNOWN[name]
    for kind, laws in (("gradient", gradient_flow), ("momentum", momentum_flow)):
        found = count_laws(model(), loss, batch(inputs, targets), kind)
        assert (found.bound, found.explicit, found.exact) == (laws, laws, True), kind
        assert found.gap > 1e6


def test_a_law_that_no_affine_symmetry_gives_is_flagged():
    class Cubes(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))

        def forward(self, x):
            return x * (self.w**3).sum()

    found = count_laws(Cubes(), mse_loss, (randn(4), randn(4)))  # 1/w₁ − 1/w₂
    assert (found.bound, found.explicit, found.complete, found.exact) == (1, 0, False, False)
    assert "0 to 1 laws" in str(found)
    assert "mse_loss on any batches like the given one of (4,) and (4,)" in str(found)


def test_laws_of_a_scalar_bottleneck_that_no_family_of_symmetries_gives_are_flagged():
    found = count_laws(chain(linear(1, 2), linear(2, 1))(), mse_loss, (randn(4, 1), randn(4, 1)), flow="momentum")
    assert (found.bound, found.explicit, found.complete) == (4 * 2 - 6, 1, False)
    assert "scalar bottleneck" in found.verdict


def test_pull_backs_annihilate_the_differentials_of_laws():
    problem = pose(chain(linear(2, 2), linear(2, 2))(), mse_loss, (randn(4, 2), randn(4, 2)))
    system = GradientFlow(problem, Generator().manual_seed(3))
    U, V = (system.point[f"{i}.weight"] for i in range(2))
    law = torch.cat([(U * torch.tensor([[1.0], [0.0]])).flatten(), -(V * torch.tensor([1.0, 0.0])).flatten()])
    paths = pull_backs(system)
    rows = torch.cat([next(paths) for _ in range(4)])
    assert float((rows @ law).abs().max()) < 1e-9
    assert float((rows @ law.abs()).abs().max()) > 1e-3


def test_a_flow_across_a_kink_owns_up_to_its_error():
    y = torch.tensor([-0.1], dtype=torch.float64)
    assert integrate(lambda y: 1 + y.relu(), y, 0.5)[1] > 1e-8
    assert integrate(lambda y: 1 + y, y, 0.5)[1] < 1e-12


@pytest.mark.parametrize(
    ("subject", "rest", "said"),
    [
        (nn.Flatten(), (mse_loss, (torch.ones(1, 2), torch.ones(1, 2))), "no parameters"),
        (nn.Linear(2, 1), (), "for one loss, on data"),
        (nn.Linear(30, 20), (mse_loss, (torch.ones(1, 30), torch.ones(1, 20))), "has 620 parameters.* up to 500"),
        ("relu", (), "a torch.nn.Module"),
    ],
)
def test_bad_input_gets_one_sentence(subject, rest, said):
    with pytest.raises(SymlagError, match=said):
        sl.count_laws(subject, *rest)


def test_another_flow_is_refused():
    with pytest.raises(SymlagError, match="no such flow"):
        count_laws(nn.Linear(2, 1), mse_loss, (torch.ones(1, 2), torch.ones(1, 1)), flow="Adam")
