"""Low rank, tied weights, embeddings, residual streams, recurrence, and a language model."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss, silu

from tests.support.planted.parts import (
    EPS,
    Function,
    Planted,
    attend,
    heads,
    linear,
    numbers,
    parameter,
    regression,
    rms,
    rotary,
    tokens,
)


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
        q, k, v = rotary(heads(self.q(y), 2), half=True), rotary(heads(self.k(y), 1), half=True), heads(self.v(y), 1)
        x = x + self.o(attend(q, k.repeat_interleave(2, -3), v.repeat_interleave(2, -3)))
        y = self.n2(x)
        x = x + self.down(silu(self.gate(y)) * self.up(y))
        return self.u(self.n(x)).transpose(1, 2)


def norms(count: int, d: int) -> list[nn.Module]:
    return [nn.RMSNorm(d, eps=EPS) for _ in range(count)]


MODELS = [
    Planted(
        "LoRA",
        lambda: Function(
            lambda m, x: x @ m.W + m.up(m.down(x)),
            W=parameter(3, 3).requires_grad_(False),
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
            lambda m, t: m.u(torch.tanh(m.e(t) + m.p)), e=nn.Embedding(5, 3), p=parameter(4, 3), u=linear(3, 2)
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
        unexplained=6,
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
