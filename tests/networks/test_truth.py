"""What the finder says of a model is true of it: no more than the loss does, and no cause that is not there."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, nn
from torch.nn.functional import cosine_similarity, mse_loss

from symlag.networks import symmetries
from symlag.networks.batched_gradients import gradients_at
from symlag.networks.batches import random_batches
from symlag.networks.problem import pose
from tests.support.planted.parts import Function, linear, numbers, regression

pytestmark = pytest.mark.usefixtures("one_thread")


def on(found, *tensors):
    return [symmetry for symmetry in found if set(symmetry.tensors) == set(tensors)]


def siamese():
    def forward(m, x, y):
        return -cosine_similarity(m.p(m.l(x)), m.l(y).detach(), dim=-1).mean()

    return symmetries(
        Function(forward, l=linear(4, 4), p=linear(4, 4)),
        lambda out, _: out,
        ((numbers(8, 4), numbers(8, 4)), numbers(1)),
    )


def test_what_only_the_gradient_does_not_see_is_no_symmetry_of_the_loss():
    found = siamese()
    [mixed], [scale] = on(found, "l.weight", "p.weight"), on(found, "l.weight")
    assert (mixed.kind, mixed.dimension, mixed.certificate < 1e-12) == ("GL", 16, True)
    assert not mixed.exact
    assert mixed.change > 0.1
    said = f"the gradient does not see it, the loss changes by {mixed.change:.0e}: as behind a detach()"
    assert said in mixed.reason
    assert said.replace("see it", "see GL on l.weight, p.weight") in found.verdict
    assert "leave the loss alone" not in found.verdict
    assert "never reach" not in str(found)  # what stands behind the detach() does
    assert (scale.exact, scale.change < 1e-12) == (True, True)


def test_its_laws_hold_all_the_same():
    laws = {row.symmetry.kind: (row.gradient_flow, row.momentum_flow) for row in siamese().laws()}
    assert laws["GL"] == (10, 6)


def test_a_loss_that_jumps_is_not_said_to_be_still():
    stepped = Function(lambda m, x: m.b(torch.sign(m.a(x))), a=linear(3, 4), b=linear(4, 2))
    found = symmetries(stepped, mse_loss, regression((8, 3), (8, 2))())
    [jump] = on(found, "a.weight")
    assert (jump.gradient_only, jump.dimension) == (True, 12)
    assert "or at a step" in jump.reason


def padded(**options):
    words = nn.Sequential(nn.Embedding(6, 3, **options), nn.Linear(3, 4), nn.Tanh())
    return words, mse_loss, (torch.arange(6), numbers(6, 4))


@pytest.mark.parametrize("row", [0, 4])
def test_a_row_of_padding_stays_zero_and_leaves_the_other_symmetries(row):
    found = symmetries(*padded(padding_idx=row))
    assert [(s.kind, s.dimension, s.exact) for s in found] == [("translation", 3, False), ("GL", 9, True)]
    assert found.unexplained_dimension == 0
    still, mixed = found
    assert still.gradient_only
    assert mixed.change < 1e-12  # it leaves a row of zeros as it is


def test_a_row_of_padding_that_is_not_zero_moves_the_loss():
    model, loss, batch = padded(padding_idx=0)
    with torch.no_grad():
        model.get_parameter("0.weight")[0] = 1.0
    found = symmetries(model, loss, batch)
    assert [(s.kind, s.dimension) for s in found] == [("translation", 3)]


def test_padding_of_tied_words_has_a_gradient():
    words = nn.Embedding(6, 3, padding_idx=0)
    tied = Function(lambda m, x: torch.tanh(m.words(x)) @ m.words.weight.T, words=words)
    problem = pose(tied, mse_loss, (torch.arange(6), numbers(6, 6)))
    assert pose(*padded(padding_idx=0)).zero_rows == {"0.weight": 0}
    assert problem.zero_rows == {}


def test_gradients_of_many_draws_know_of_padding():
    problem = pose(*padded(padding_idx=0))
    generator = Generator().manual_seed(0)
    points, batches = dict(problem.random_parameters(generator, (4,))), random_batches(problem.batch, 4, generator)
    assert not gradients_at(problem, points, batches)["0.weight"][:, 0].any()


def reasons(model, batch, loss=mse_loss):
    found = symmetries(model, loss, batch)
    return {(s.kind, s.tensors[0]): s.reason for s in (*found.symmetries, *found.broken)}


def test_the_norm_that_undoes_a_shift_is_seen_to():
    block = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True)
    said = reasons(block, regression((3, 4, 8), (3, 4, 8))())
    for name in ("linear2.weight", "linear2.bias"):
        assert said["translation", name] == "norm2 (LayerNorm) subtracts it again"
    for name in ("self_attn.out_proj.weight", "self_attn.out_proj.bias"):
        assert said["translation", name] == "norm1 (LayerNorm) subtracts it again"
    keys = said["translation", "self_attn.in_proj_bias"]
    assert keys == "it does not change what self_attn (MultiheadAttention) gives"


def test_a_norm_need_not_come_next():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.other, self.a = nn.BatchNorm1d(4, affine=False), nn.LayerNorm(4), nn.Linear(3, 4)

        def forward(self, x):
            return torch.tanh(self.norm(self.a(x).clone())) + self.other(x.sum(1, keepdim=True) * torch.arange(4.0))

    said = reasons(Backwards(), regression((8, 3), (8, 4))())
    assert said["translation", "a.bias"] == "norm (BatchNorm1d) subtracts it again"
    assert said["scale", "a.weight"] == "norm (BatchNorm1d) divides by the size of what a (Linear) gives"


def test_what_is_not_seen_is_not_said():
    class Bare(nn.Module):
        def forward(self, x):
            return nn.functional.layer_norm(x, (4,))

    said = reasons(nn.Sequential(nn.Linear(3, 4), Bare(), nn.Linear(4, 2), nn.Tanh()), regression((8, 3), (8, 2))())
    assert said["translation", "0.bias"] == "the loss does not see this shift of 0 (Linear)"
    assert said["translation", "2.weight"] == "it does not change what 2 (Linear) gives"
    sized = Function(lambda m, x: nn.functional.normalize(m.a(x), dim=1), a=linear(3, 4))
    assert (
        reasons(sized, regression((8, 3), (8, 4))())["scale", "a.weight"]
        == "the loss does not see the size of a.weight"
    )
    keys = Function(lambda m, x: (m.k(x) @ m.q(x).T).softmax(0) @ x, k=linear(3, 2, True), q=linear(3, 2))
    assert (
        reasons(keys, regression((8, 3), (8, 3))())["translation", "k.bias"]
        == "the loss does not see these entries of k (Linear)"
    )


def test_a_shift_of_a_stream_is_undone_by_every_norm_that_it_reaches():
    def forward(m, x):
        y = m.a(x)
        return m.b(m.n(y)) + m.c(m.o(y))

    norms = {name: nn.LayerNorm(4, elementwise_affine=False) for name in "no"}
    stream = Function(forward, a=linear(3, 4, True), b=linear(4, 2), c=linear(4, 2), **norms)
    assert (
        reasons(stream, regression((8, 3), (8, 2))())["translation", "a.bias"]
        == "n (LayerNorm) and 1 more subtract it again"
    )


def causes(model, batch, loss=mse_loss):
    return {symmetry.broken_by for symmetry in symmetries(model, loss, batch).broken}


def test_only_a_tensor_of_two_names_is_tied():
    batch = regression((8, 3), (8, 2))()
    spectral = nn.utils.parametrizations.spectral_norm(linear(3, 4))
    assert causes(nn.Sequential(spectral, nn.ReLU(), linear(4, 2)), batch) == {
        "the second use of 0.parametrizations.weight.original"
    }
    decayed = nn.Sequential(linear(3, 4), nn.ReLU(), linear(4, 2))
    weight = decayed.get_parameter("0.weight")
    assert causes(decayed, batch, lambda y, t: mse_loss(y, t) + weight.square().sum()) == {"the second use of 0.weight"}
    twice = nn.Sequential(linear(3, 3), nn.ReLU(), linear(3, 3))
    twice[2].weight = twice[0].weight
    assert causes(twice, regression((8, 3), (8, 3))()) == {"tying of 0.weight"}


@pytest.mark.parametrize("name", ["eps", "variance_epsilon", "layer_norm_eps"])
def test_eps_breaks_under_any_of_its_names(name):
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            setattr(self, name, 1e-5)

        def forward(self, x):
            return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + getattr(self, name))

    model = nn.Sequential(linear(3, 4), Scaled(), linear(4, 2), nn.Tanh())
    found = symmetries(model, mse_loss, regression((8, 3), (8, 2))())
    assert {(s.kind, s.tensors, s.broken_by) for s in found.broken} == {("scale", ("0.weight",), f"{name} of Scaled")}


def left_over(forward, **parts):
    return symmetries(Function(forward, **parts), mse_loss, regression((8, 3), (8, 4))())


def test_what_is_of_no_family_searched_is_counted_and_said_to_be():
    def vector():
        return nn.Parameter(numbers(4))

    gain = left_over(lambda m, x: torch.tanh(m.g * m.a(x) + m.c), a=linear(3, 4, True), g=vector(), c=vector())
    assert gain.unexplained_dimension == 4
    hot = left_over(lambda m, x: m.t.exp() * m.a(x), a=linear(3, 4), t=nn.Parameter(torch.zeros(())))
    assert hot.unexplained_dimension == 1
    for found in (gain, hot):
        assert f"{found.unexplained_dimension} not of the families searched" in found.verdict
    assert "every linear" not in (symmetries.__doc__ or "")
