"""What the finder says of a model is true of it: no more than the loss does, and no cause that is not there."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cosine_similarity, mse_loss

from symlag.networks import symmetries
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
    assert "or a step" in jump.reason
