"""What the finder says of a model is true of it: no more than the loss does, and no cause that is not there."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, nn
from torch.nn.functional import cosine_similarity, mse_loss

from symlag.networks import symmetries
from symlag.networks._batches import several
from symlag.networks._problem import pose
from symlag.networks._together import gradients
from tests.planted.parts import Function, linear, numbers, regression

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
    assert said in found.verdict
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
    assert (jump.unseen, jump.dimension) == (True, 12)
    assert "or at a step" in jump.reason


def padded(**options):
    words = nn.Sequential(nn.Embedding(6, 3, **options), nn.Linear(3, 4), nn.Tanh())
    return words, mse_loss, (torch.arange(6), numbers(6, 4))


@pytest.mark.parametrize("row", [0, 4])
def test_a_row_of_padding_stays_zero_and_leaves_the_other_symmetries(row):
    found = symmetries(*padded(padding_idx=row))
    assert [(s.kind, s.dimension, s.exact) for s in found] == [("translation", 3, False), ("GL", 9, True)]
    assert found.left == 0
    still, mixed = found
    assert still.unseen
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
    assert pose(*padded(padding_idx=0)).held == {"0.weight": 0}
    assert problem.held == {}


def test_gradients_of_many_draws_know_of_padding():
    problem = pose(*padded(padding_idx=0))
    generator = Generator().manual_seed(0)
    points, batches = dict(problem.points(4, generator)), several(problem.batch, 4, generator)
    assert not gradients(problem, points, batches)["0.weight"][:, 0].any()
