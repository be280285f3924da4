"""What the finder must not prove: of masks, of numbers that are not finite, of models that do not run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from torch import inf, nn, randn
from torch.nn.functional import mse_loss
from torch.utils.checkpoint import checkpoint

from symlag.errors import SymlagError
from symlag.networks import symmetries, watch
from symlag.networks.batched_gradients import random_gradients
from symlag.networks.batches import random_batch
from symlag.networks.problem import pose
from symlag.networks.validate import USE_DTYPE
from symlag.overloads import count_laws


class Runs(nn.Module):
    """A model of some modules, whose forward is a function of them and the inputs."""

    def __init__(self, forward, *modules, **attributes):
        super().__init__()
        self.run, self.parts = forward, nn.ModuleList(modules)
        vars(self).update(attributes)

    def forward(self, *inputs):
        return self.run(self, *inputs)


def causal(score):
    return torch.full((3, 3), score).triu(1)


ATTENTION = Runs(
    lambda self, x, m: self.parts[0](x, x, x, attn_mask=m, need_weights=False)[0],
    nn.MultiheadAttention(4, 1, batch_first=True, bias=False),
)
ENCODER = Runs(
    lambda self, x, m: self.parts[0](x, src_mask=m), nn.TransformerEncoderLayer(4, 1, 8, dropout=0, batch_first=True)
)


@pytest.mark.parametrize("model", [ATTENTION, ENCODER], ids=["attention", "encoder"])
@pytest.mark.parametrize("score", [-inf, -1e9, torch.finfo(torch.float32).min])
def test_a_mask_is_an_input_like_a_constant_of_the_model(model, score):
    x, y, mask = randn(5, 3, 4), randn(5, 3, 4), causal(score)
    fixed = Runs(lambda self, x: model(x, mask.to(x)), model)
    given, own = symmetries(model, mse_loss, ((x, mask), y)), symmetries(fixed, mse_loss, (x, y))
    assert (given.dimension, given.fiber_dimension) == (own.dimension, own.fiber_dimension)
    assert given.dimension < sum(p.numel() for p in model.parameters()) - 16


@pytest.mark.parametrize("mask", [causal(-inf), causal(-1e9), torch.tensor([True, False]), torch.empty(0, 3)])
def test_masks_are_not_drawn(mask):
    assert torch.equal(random_batch(mask, torch.Generator()), mask)


@pytest.mark.parametrize("data", [randn(3, 4), randn(3, 4).exp(), torch.zeros(3), -1e5 * torch.rand(4), randn(4) * 1j])
def test_data_are_drawn_and_stay_positive(data):
    drawn = random_batch(data, torch.Generator())
    assert drawn.shape == data.shape
    assert drawn.dtype == data.dtype
    assert not (drawn == data).any()
    assert data.is_complex() or not (data > 0).all() or (drawn > 0).all()


class Signal(nn.Module):
    """A parameter that is complex."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(randn(2, 3, dtype=torch.complex64))

    def forward(self, x):
        return (x.to(self.w.dtype) @ self.w.T).abs()


X, Y = randn(8, 3), randn(8, 2)
LINEAR, PRODUCT = nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 2, bias=False))


@pytest.mark.parametrize(
    ("model", "x", "said"),
    [
        (Runs(lambda self, x: self.parts[0](x.log()), LINEAR), X, "the loss: it is nan on the given batch"),
        (LINEAR, X * torch.nan, "the loss: it is nan"),
        (LINEAR, X + inf, "the loss: it is nan|the loss: it is inf"),
        (
            Runs(lambda self, x: self.parts[0](x).mul(0).norm().sqrt(), LINEAR),
            X,
            "gradient of .*: it is nan on numbers",
        ),
        (Runs(lambda self, x: self.parts[0](x.log()), LINEAR), 2 + torch.rand(8, 3) - 1e3 * torch.eye(8, 3), "nan"),
        (LINEAR, randn(0, 3), "its inputs are empty"),
    ],
)
def test_of_what_is_not_finite_nothing_is_proved(model, x, said):
    with pytest.raises(SymlagError, match=said):
        symmetries(model, lambda y: y.square().sum(), (x, None))


def test_gradients_of_many_draws_must_be_finite():
    problem = replace(pose(LINEAR, mse_loss, (X, Y)), loss=lambda y, t: (y * 0).norm().sqrt())
    with pytest.raises(SymlagError, match="the gradient of weight: it is nan"):
        random_gradients(problem, range(5))


def test_data_that_are_positive_may_be_under_a_logarithm():
    model = Runs(lambda self, x: self.parts[0](x.log()), LINEAR)
    assert symmetries(model, mse_loss, (2 + randn(8, 3).exp(), Y)).fiber_dimension == 0


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_gradients_are_on_in_a_search(off):
    with off():
        found = symmetries(PRODUCT, mse_loss, (X, Y))
        number = count_laws(PRODUCT, mse_loss, (X, Y))
        product = pose(PRODUCT, mse_loss, (X, Y))
        assert not torch.is_grad_enabled()
        assert product.gradients(*product.sample(0))["0.weight"].any()
    assert (found.dimension, found.fiber_dimension, found.unexplained_dimension) == (9, 9, 0)
    assert 0 < found.symmetries[0].certificate < 1e-12
    assert (number.bound, number.explicit) == (6, 6)


@pytest.mark.parametrize("search", [symmetries, count_laws])
def test_complex_parameters_are_refused(search):
    with pytest.raises(SymlagError, match=r"parameter w: it is complex.* parts parameters of their own"):
        search(Signal(), mse_loss, (X, Y))


def test_a_monitor_refuses_complex_parameters():
    model = Signal()
    with pytest.raises(SymlagError, match="it is complex"):
        watch(model, torch.optim.SGD(model.parameters()), mse_loss, (X, Y))


A = randn(3, 3)
MADE = [
    Runs(lambda self, x: self.parts[0](x @ self.A), LINEAR, A=A),
    Runs(lambda self, x: self.parts[0](x @ A), LINEAR),
    Runs(lambda self, x: self.parts[0](x @ self.A[0]), LINEAR, A=[A]),
    Runs(lambda self, x: self.parts[0](x.float()), LINEAR),
    Runs(lambda self, x: self.parts[0](x.to(torch.float32)), LINEAR),
    Runs(lambda self, x: self.parts[0](torch.zeros(8, 3).copy_(x)), LINEAR),
    Runs(lambda self, x: self.parts[0](torch.zeros(8, 3, dtype=torch.float32) + x), LINEAR),
    Runs(lambda self, x: self.parts[0](x).bfloat16().float(), LINEAR),
]


@pytest.mark.parametrize("model", MADE)
def test_what_a_model_makes_and_holds_is_in_float64(model):
    before = A.clone()
    w = torch.tensor([0.2, 0.8])
    found = symmetries(model, nn.CrossEntropyLoss(weight=w), (X, Y.argmax(1)))
    assert (found.dimension, found.unexplained_dimension) == (4, 0)
    assert max(symmetry.certificate for symmetry in found) < 1e-14
    assert torch.get_default_dtype() == torch.float32
    assert w.dtype == A.dtype == torch.float32
    assert torch.equal(A, before)


class Pair(NamedTuple):
    """Inputs by name."""

    x: torch.Tensor
    y: torch.Tensor


def test_inputs_may_be_a_named_tuple():
    model = Runs(lambda self, pair, z: self.parts[0](pair.x + pair.y + z), LINEAR)
    assert symmetries(model, mse_loss, ((Pair(X, X), X), Y)).fiber_dimension == 0


def test_what_is_written_in_place_is_read_again():
    scratch = torch.zeros(8, 3)

    def forward(self, x):
        scratch.copy_(x)
        return self.parts[0](scratch)

    assert symmetries(Runs(forward, LINEAR), mse_loss, (X, Y)).fiber_dimension == 0


def test_the_default_is_restored_after_an_error():
    with pytest.raises(SymlagError):
        symmetries(LINEAR, mse_loss, (X, None))
    assert torch.get_default_dtype() == torch.float32


def test_a_gradient_inside_a_model_is_one_of_it():
    def forces(self, x):
        x = x.requires_grad_()
        return torch.autograd.grad(self.parts[0](x).tanh().sum(), x, create_graph=True)[0]

    model = Runs(forces, LINEAR)
    problem = pose(model, mse_loss, (X, X))
    point, batch = problem.sample(1)
    free = {name: W.clone().requires_grad_() for name, W in dict(point).items()}
    x = batch[0].clone().requires_grad_()
    energy = nn.functional.linear(x, free["parts.0.weight"], free["parts.0.bias"]).tanh().sum()
    force = torch.autograd.grad(energy, x, create_graph=True)[0]
    expected = torch.autograd.grad(mse_loss(force, batch[1]) / problem.unit, [*free.values()])
    found = problem.gradients(point, batch)
    assert all(torch.allclose(found[name], G, atol=1e-13) for name, G in zip(free, expected, strict=True))
    assert not X.requires_grad


def refusing(error):
    def loss(y, t):
        raise error

    return loss


@pytest.mark.parametrize(
    ("model", "loss", "batch", "said"),
    [
        (LINEAR, mse_loss, (X.numpy(), Y.numpy()), "must be Tensor, not numpy.ndarray"),
        (nn.Linear(4, 2), mse_loss, (X, Y), "shapes cannot be multiplied"),
        (LINEAR, nn.CrossEntropyLoss(), (X, torch.full((8,), 2)), "Target 2 is out of bounds”"),
        (LINEAR, "mse", (X, Y), "no function"),
        (LINEAR, nn.MSELoss, (X, Y), r"it is the class MSELoss; write MSELoss\(\)"),
        (LINEAR, lambda y, t: (y - t).sum() * 1j, (X, Y), "its value is complex"),
        (LINEAR, lambda y, t: mse_loss(y.detach(), t), (X, Y), "no gradient.* detached"),
        (LINEAR, lambda y, t: torch.ones((), requires_grad=True), (X, Y), "no gradient.* constant"),
        (LINEAR, lambda y, t: y.argmax(), (X, Y), "no gradient"),
        (nn.Sequential(LINEAR, nn.BatchNorm1d(2)), mse_loss, (X[:1], Y[:1]), "more than 1 value per channel"),
        (mse_loss, LINEAR, (X, Y), "it is mse_loss, no torch.nn.Module"),
        (nn.Linear, mse_loss, (X, Y), r"it is the class Linear; write Linear\(…\)"),
        (nn.LazyLinear(2), mse_loss, (X, Y), "no shape yet"),
        (LINEAR, (X, Y), mse_loss, "a tuple, no function"),
        (LINEAR, mse_loss, (X, None), "missing 1 required positional argument"),
        (LINEAR, refusing(TypeError("expected Float but got Double")), (X, Y), re.escape(USE_DTYPE)),
        (LINEAR, refusing(AssertionError()), (X, Y), r"it raises AssertionError\. Give"),
    ],
)
def test_what_does_not_run_is_said_in_one_sentence(model, loss, batch, said):
    with pytest.raises(SymlagError, match=said) as error:
        symmetries(model, loss, batch)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("near", ["a", None, torch.tensor(0.1)])
def test_near_is_a_number(near):
    with pytest.raises(SymlagError, match=r"it is no number; write near=0\.01"):
        symmetries(LINEAR, mse_loss, (X, Y), near=near)


@pytest.mark.parametrize("kept", [1, 0], ids=["ones are kept", "zeros are kept"])
def test_a_mask_of_floats_leaves_scores_to_attention(kept):
    def forward(self, x, m):
        far = (m - kept).abs() * -1e9
        return self.parts[0](x, x, x, attn_mask=far[:, None].expand(-1, 3, -1), need_weights=False)[0]

    mask = torch.tensor([[1.0, 1, 0]]).expand(5, 3)
    found = symmetries(Runs(forward, ATTENTION.parts[0]), mse_loss, ((randn(5, 3, 4), mask), randn(5, 3, 4)))
    assert (found.dimension, found.unexplained_dimension) == (32, 0)


def test_labels_that_are_signs_or_all_one_are_labels_of_a_loss():
    cosine = nn.CosineEmbeddingLoss()
    found = symmetries(LINEAR, lambda y, t: cosine(y, torch.ones_like(y), t), (X, torch.tensor([1.0, -1] * 4)))
    assert [symmetry.kind for symmetry in found] == ["scale"]
    gate = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
    assert symmetries(gate, nn.BCELoss(), (X, torch.ones(8, 1))).fiber_dimension == 0


@pytest.mark.parametrize("clip", ["a", None, 0, -1.0, torch.nan])
def test_clip_is_a_number_above_zero(clip):
    with pytest.raises(SymlagError, match=r"a number above zero; write clip=1\.0"):
        symmetries(LINEAR, mse_loss, (X, Y), clip=clip)


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w.T

    @staticmethod
    def backward(ctx, *grad_outputs):
        (x, w), (g,) = ctx.saved_tensors, grad_outputs
        return g @ w, g.T @ x


@pytest.mark.parametrize(
    "forward",
    [
        lambda self, x: Product.apply(self.parts[0](x), self.parts[1].weight),
        lambda self, x: checkpoint(self.parts[1], self.parts[0](x), use_reentrant=True),
        lambda self, x: checkpoint(self.parts[1], self.parts[0](x), use_reentrant=False),
    ],
    ids=["function", "checkpoint", "checkpoint that saves nothing"],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad=True")
def test_a_model_that_cannot_be_followed_is_refused_and_left_alone(forward, dtype):
    model = Runs(forward, nn.Linear(3, 3), nn.Linear(3, 2)).to(dtype)
    with pytest.raises(SymlagError, match=r"parameter parts\.1\..* no search can follow"):
        symmetries(model, mse_loss, (X, Y))
    assert all(p.grad is None for p in model.parameters())


def test_what_a_model_keeps_of_a_run_is_forgotten():
    def forward(self, x):
        self.h = self.parts[0](x, self.h)
        return self.h

    fresh, used = (Runs(forward, nn.RNNCell(3, 2), h=None) for _ in range(2))
    used(X)
    found, later = symmetries(fresh, mse_loss, (X, Y)), symmetries(used, mse_loss, (X, Y))
    assert (found.fiber_dimension, later.fiber_dimension) == (4 + 2, 2)  # no weight meets a state that is zero
    assert fresh.h is None


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (nn.Linear(3, 2, device="meta"), "meta device"),
        (Runs(lambda self, x: x * self.w, nn.Linear(1, 1), w=inf), "it is infinite|it is nan"),
    ],
)
def test_numbers_are_needed(model, said):
    with pytest.raises(SymlagError, match=said):
        symmetries(model, mse_loss, (X, X))


def test_a_model_that_diverged_is_refused():
    model = nn.Linear(3, 2)
    nn.init.constant_(model.bias, torch.nan)
    with pytest.raises(SymlagError, match="bias: its numbers are not finite"):
        symmetries(model, mse_loss, (X, Y))


def test_gradients_may_be_sparse():
    words = torch.randint(5, (8,)), randn(8, 2)
    dense, sparse = (symmetries(nn.Embedding(6, 2, sparse=sparse), mse_loss, words) for sparse in (False, True))
    assert str(sparse) == str(dense)


def test_inputs_that_no_others_can_stand_for_are_told():
    def forward(self, x, lengths):
        return self.parts[0](nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True))[1][0]

    model = Runs(forward, nn.RNN(4, 2, batch_first=True))
    with pytest.raises(SymlagError, match=r"sorted.*\. Use inputs .* such as lengths, within the model"):
        symmetries(model, mse_loss, ((randn(5, 3, 4), torch.tensor([3, 3, 2, 2, 1])), randn(5, 2)))
