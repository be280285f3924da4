"""Modules with symmetries planted in them: how many of each kind, and why.

Norms have eps = 1e−30, so that their symmetries are exact. `left` counts directions that are no linear symmetry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss, relu, scaled_dot_product_attention, silu

EPS = 1e-30


@dataclass(frozen=True)
class Planted:
    name: str
    model: Callable[[], nn.Module]
    loss: Callable[..., Tensor]
    batch: Callable[[], Any]
    kinds: dict[str, int]
    reason: str
    left: int = 0
    redundant: int = field(default=0)  # generators beyond those independent at a point

    @property
    def dimension(self) -> int:
        return sum(self.kinds.values())


class Function(nn.Module):
    """A module of named parts and a function of them and the input."""

    def __init__(self, function: Callable[..., Tensor], **parts: nn.Module | Tensor) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *x: Tensor) -> Tensor:
        return self.function(self, *x)


def numbers(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def tokens(high: int, *shape: int) -> Tensor:
    drawn = torch.randint(0, high, shape, generator=torch.Generator().manual_seed(1))
    drawn.view(-1)[:high] = torch.arange(high)
    return drawn


def regression(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: (numbers(*inputs), numbers(*outputs))


def classes(inputs: tuple[int, ...], count: int) -> Callable[[], Any]:
    return lambda: (numbers(*inputs), tokens(count, inputs[0]))


def free(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(*shape))


def rms(x: Tensor) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True) + EPS).sqrt()


def heads(x: Tensor, count: int) -> Tensor:
    return x.unflatten(-1, (count, -1)).transpose(-2, -3)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return scaled_dot_product_attention(q, k, v).transpose(-2, -3).flatten(-2)


def turned(x: Tensor, half: bool) -> Tensor:
    """Rotary position embedding, of pairs (2j, 2j + 1), or (j, j + w/2)."""
    shape = (2, -1) if half else (-1, 2)
    pair = x.unflatten(-1, shape)
    a, b = pair.unbind(-2 if half else -1)
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] / (1 + torch.arange(a.shape[-1], dtype=x.dtype))
    c, s = angle.cos(), angle.sin()
    return torch.stack([a * c - b * s, a * s + b * c], dim=-2 if half else -1).flatten(-2)


def linear(i: int, o: int, bias: Any = None) -> nn.Linear:
    return nn.Linear(i, o, bias=bool(bias))


def chain(*parts: nn.Module) -> Callable[[], nn.Module]:
    return lambda: nn.Sequential(*parts)


def attention(width: int, q: int, kv: int, *, norm: Any = lambda x: x) -> Callable[[], nn.Module]:
    def function(m: Any, x: Tensor) -> Tensor:
        Q, K, V = norm(heads(m.q(x), q)), norm(heads(m.k(x), kv)), heads(m.v(x), kv)
        return m.o(attend(Q, K.repeat_interleave(q // kv, -3), V.repeat_interleave(q // kv, -3)))

    d = 4
    parts = {
        "q": linear(d, q * width),
        "k": linear(d, kv * width),
        "v": linear(d, kv * width),
        "o": linear(q * width, d),
    }
    return lambda: Function(function, **parts)


def residual(m: Any, t: Tensor) -> Tensor:
    x = m.e(t)
    x = x + m.o(torch.tanh(m.i(rms(x))))
    return m.u(rms(x)).transpose(1, 2)


class Block(nn.Module):
    """A language model of one block: RMSNorm with gains, rotary grouped queries, SwiGLU."""

    def __init__(self, words: int, d: int) -> None:
        super().__init__()
        self.e, self.u, self.n, self.n1, self.n2 = nn.Embedding(words, d), linear(d, words), *norms(3, d)
        self.q, self.k, self.v, self.o = linear(d, d), linear(d, d // 2), linear(d, d // 2), linear(d, d)
        self.gate, self.up, self.down = linear(d, d), linear(d, d), linear(d, d)

    def forward(self, t: Tensor) -> Tensor:
        x = self.e(t)
        y = self.n1(x)
        q, k, v = turned(heads(self.q(y), 2), half=True), turned(heads(self.k(y), 1), half=True), heads(self.v(y), 1)
        x = x + self.o(attend(q, k.repeat_interleave(2, -3), v.repeat_interleave(2, -3)))
        y = self.n2(x)
        x = x + self.down(silu(self.gate(y)) * self.up(y))
        return self.u(self.n(x)).transpose(1, 2)


def norms(count: int, d: int) -> list[nn.Module]:
    return [nn.RMSNorm(d, eps=EPS) for _ in range(count)]


def gated(act: Callable[[Tensor], Tensor], r: int = 4) -> Callable[[], nn.Module]:
    return lambda: Function(
        lambda m, x: m.down(act(m.gate(x)) * m.up(x)), gate=linear(3, r), up=linear(3, r), down=linear(r, 2)
    )


ZOO = [
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
    Planted(
        "BatchNorm",
        chain(linear(3, 4, True), nn.BatchNorm1d(4, eps=EPS), nn.ReLU(), linear(4, 2, True)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 4, "scale": 4, "rescale": 4},
        "bias, weights and gain of each unit",
    ),
    Planted(
        "LayerNorm",
        chain(linear(3, 4), nn.LayerNorm(4, eps=EPS), nn.Tanh(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 3, "scale": 1},
        "m + 1",
    ),
    Planted(
        "RMSNorm",
        chain(linear(3, 4), nn.RMSNorm(4, eps=EPS), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 1, "rescale": 4},
        "the scale before, the gain against what follows; turns between them are not linear",
        left=8,
    ),
    Planted(
        "GroupNorm",
        chain(linear(3, 6, True), nn.GroupNorm(2, 6, eps=EPS, affine=False), nn.Tanh(), linear(6, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 8, "scale": 2},
        "for each group one scale and m + 1 shifts",
    ),
    Planted(
        "InstanceNorm",
        chain(nn.Conv1d(2, 3, 2), nn.InstanceNorm1d(3, eps=EPS), nn.ReLU(), nn.Conv1d(3, 2, 2)),
        mse_loss,
        regression((4, 2, 6), (4, 2, 4)),
        {"translation": 3, "scale": 3},
        "bias and filter of each channel",
    ),
    Planted(
        "norm gain",
        lambda: Function(lambda m, x: m.b((m.g * rms(m.a(x))).relu() ** 2), a=linear(3, 4), b=linear(4, 2), g=free(4)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 1, "rescale": 4},
        "the scale before RMS; the gain, through a square, against twice what follows",
    ),
    Planted(
        "weight norm",
        lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(linear(3, 4)), nn.Tanh(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 4},
        "one for each row",
    ),
    Planted(
        "convolutions",
        chain(nn.Conv2d(1, 3, 2), nn.BatchNorm2d(3, eps=EPS), nn.ReLU(), nn.Conv2d(3, 2, 2)),
        mse_loss,
        regression((3, 1, 4, 4), (3, 2, 2, 2)),
        {"translation": 3, "scale": 3, "rescale": 3},
        "bias, filter and gain of each channel",
    ),
    Planted(
        "flatten",
        chain(nn.Conv2d(1, 3, 2), nn.ReLU(), nn.Flatten(), linear(12, 2)),
        mse_loss,
        regression((4, 1, 3, 3), (4, 2)),
        {"rescale": 3},
        "channels × pixels",
    ),
    Planted(
        "depthwise",
        chain(nn.Conv1d(3, 3, 2, groups=3, bias=False), nn.ReLU(), nn.Conv1d(3, 3, 2, groups=3)),
        mse_loss,
        regression((4, 3, 6), (4, 3, 4)),
        {"rescale": 3},
        "one for each channel",
    ),
    Planted(
        "multi-head attention",
        lambda: Function(
            lambda m, x: m.a(x, x, x, need_weights=False)[0], a=nn.MultiheadAttention(4, 2, batch_first=True)
        ),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"translation": 4, "GL": 16, "shift": 4},
        "key bias; Q/K and V/O of each head; value bias",
    ),
    Planted(
        "single head",
        attention(4, 1, 1),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"GL": 32},
        "GL(d) of Q/K and of V/O",
    ),
    Planted(
        "grouped queries",
        attention(2, 4, 2),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"GL": 16},
        "GL(2) of Q/K and V/O for each shared head",
    ),
    Planted(
        "RoPE of pairs",
        attention(4, 1, 1, norm=lambda x: turned(x, half=False)),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"O": 2, "rescale": 2, "GL": 16},
        "GL(1, ℂ) for each pair, GL of V/O",
    ),
    Planted(
        "RoPE of halves",
        attention(4, 1, 1, norm=lambda x: turned(x, half=True)),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"O": 2, "rescale": 2, "GL": 16},
        "GL(1, ℂ) for each pair, GL of V/O",
    ),
    Planted(
        "normed queries",
        attention(2, 2, 2, norm=rms),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"scale": 4, "O": 2, "GL": 8},
        "one scale for each head of Q and K, turns of both, GL of V/O",
    ),
    Planted(
        "LoRA",
        lambda: Function(
            lambda m, x: x @ m.W + m.up(m.down(x)),
            W=free(3, 3).requires_grad_(False),
            down=linear(3, 2),
            up=linear(2, 3),
        ),
        mse_loss,
        regression((8, 3), (8, 3)),
        {"GL": 4},
        "GL(r), r = 2",
    ),
    Planted(
        "tied linear",
        lambda: Function(lambda m, x: m.w(x) @ m.w.weight, w=linear(4, 3)),
        mse_loss,
        regression((8, 4), (8, 4)),
        {"O": 3},
        "WᵀW: only turns",
    ),
    Planted(
        "tied ReLU",
        lambda: Function(lambda m, x: m.w(x).relu() @ m.w.weight, w=linear(4, 3)),
        mse_loss,
        regression((8, 4), (8, 4)),
        {},
        "tying breaks the rescale",
    ),
    Planted(
        "embeddings",
        lambda: Function(
            lambda m, t: m.u(torch.tanh(m.e(t) + m.p)), e=nn.Embedding(5, 3), p=free(4, 3), u=linear(3, 2)
        ),
        mse_loss,
        lambda: (tokens(5, 6, 4), numbers(6, 4, 2)),
        {"translation": 3},
        "tokens against positions",
    ),
    Planted(
        "tied embeddings",
        lambda: Function(
            lambda m, t: torch.nn.functional.linear(rms(m.e(t) + m.o(torch.tanh(m.i(rms(m.e(t)))))), m.e.weight),
            e=nn.Embedding(8, 3),
            i=linear(3, 2),
            o=linear(2, 3),
        ),
        mse_loss,
        lambda: (tokens(8, 6, 4), numbers(6, 4, 8)),
        {"O": 3},
        "turns of the stream, of the words on both of its ends",
    ),
    Planted(
        "residual stream",
        lambda: Function(residual, e=linear(5, 3), i=linear(3, 4), o=linear(4, 3), u=linear(3, 5)),
        cross_entropy,
        lambda: (numbers(6, 4, 5), tokens(5, 6, 4)),
        {"translation": 3, "O": 3, "scale": 1},
        "softmax; turns of the stream; its size before RMS",
    ),
    Planted(
        "RNN",
        lambda: Function(lambda m, x: m.r(x)[0], r=nn.RNN(2, 3, batch_first=True)),
        mse_loss,
        regression((4, 3, 2), (4, 3, 3)),
        {"translation": 3},
        "two biases of one sum",
    ),
    Planted(
        "GRU",
        lambda: Function(lambda m, x: m.r(x)[0], r=nn.GRU(2, 2, batch_first=True)),
        mse_loss,
        regression((4, 3, 2), (4, 3, 2)),
        {"translation": 4},
        "two biases of one sum in two of three gates",
    ),
    Planted(
        "language model",
        lambda: Block(7, 4),
        cross_entropy,
        lambda: (tokens(7, 6, 5), tokens(7, 6, 5)),
        {"translation": 4, "O": 1, "GL": 4, "rescale": 17, "scale": 1},
        "softmax; RoPE turns and scale of Q/K; V/O; gains; SwiGLU; size of the stream; its turns are not linear",
        left=6,
    ),
    Planted(
        "unused",
        lambda: Function(lambda m, x: torch.tanh(m.a(x)), a=linear(3, 2), b=linear(2, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 4},
        "what is not used",
    ),
]
