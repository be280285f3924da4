"""Layers one after another: softmax, linear, homogeneous and gated units."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss, relu, silu

from tests.support.planted.parts import (
    Function,
    Planted,
    chain,
    classes,
    linear,
    regression,
)


def gated(act: Callable[[Tensor], Tensor], r: int = 4) -> Callable[[], nn.Module]:
    return lambda: Function(
        lambda m, x: m.down(act(m.gate(x)) * m.up(x)), gate=linear(3, r), up=linear(3, r), down=linear(r, 2)
    )


LAYERS = [
    Planted(
        "tanh",
        chain(linear(3, 4, True), nn.Tanh(), linear(4, 2, True)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {},
        "tanh is not homogeneous",
    ),
    Planted(
        "GELU",
        chain(linear(3, 4, True), nn.GELU(), linear(4, 2, True)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {},
        "GELU is not homogeneous",
    ),
    Planted(
        "regression", chain(linear(3, 2, True)), mse_loss, regression((8, 3), (8, 2)), {}, "one layer, least squares"
    ),
    Planted(
        "softmax",
        chain(linear(3, 4, True)),
        cross_entropy,
        classes((8, 3), 4),
        {"translation": 4},
        "m inputs and one bias: a softmax sees no shift of all logits",
    ),
    Planted(
        "linear pair",
        chain(linear(3, 2), linear(2, 3)),
        mse_loss,
        regression((8, 3), (8, 3)),
        {"GL": 4},
        "GL(h), h = 2",
    ),
    Planted(
        "linear pair with biases",
        chain(linear(3, 2, True), linear(2, 3, True)),
        mse_loss,
        regression((8, 3), (8, 3)),
        {"GL": 4, "shift": 2},
        "GL(h), and a first bias that the second takes back",
    ),
    Planted(
        "wide linear pair",
        chain(linear(2, 5), linear(5, 1)),
        mse_loss,
        regression((8, 2), (8, 1)),
        {"GL": 25},
        "r > n + m: orbits of fewer dimensions than GL",
        redundant=12,
    ),
    Planted(
        "three linear",
        chain(linear(3, 2), linear(2, 2), linear(2, 3)),
        mse_loss,
        regression((8, 3), (8, 3)),
        {"GL": 8},
        "GL(h) twice",
    ),
    Planted(
        "ReLU",
        chain(linear(3, 4), nn.ReLU(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "one for each unit",
    ),
    Planted(
        "ReLU with biases",
        chain(linear(3, 4, True), nn.ReLU(), linear(4, 2, True)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "weights and bias of a unit together",
    ),
    Planted(
        "deep ReLU",
        chain(linear(3, 4, True), nn.ReLU(), linear(4, 3), nn.ReLU(), linear(3, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 7},
        "one for each hidden unit",
    ),
    Planted(
        "PReLU",
        chain(linear(3, 4), nn.PReLU(4), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "slopes stand still",
    ),
    Planted(
        "squared ReLU",
        lambda: Function(lambda m, x: m.b(m.a(x).relu() ** 2), a=linear(3, 4), b=linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "degree 2",
    ),
    Planted("SwiGLU", gated(silu), mse_loss, regression((8, 3), (8, 2)), {"rescale": 4}, "up against down"),
    Planted(
        "GLU",
        chain(linear(3, 8), nn.GLU(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "values against what follows; the sigmoid of the gate is not homogeneous",
    ),
    Planted(
        "bilinear",
        gated(lambda x: x, 2),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"rescale": 4},
        "up and gate against down",
    ),
    Planted("ReGLU", gated(relu), mse_loss, regression((8, 3), (8, 2)), {"rescale": 8}, "up and gate against down"),
]
