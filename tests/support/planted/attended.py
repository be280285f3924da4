"""Attention: queries against keys, values against what follows, under rotary positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import mse_loss

from tests.support.planted.parts import (
    Function,
    Planted,
    attend,
    heads,
    linear,
    regression,
    rms,
    rotary,
)


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


ATTENDED = [
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
        attention(4, 1, 1, norm=lambda x: rotary(x, half=False)),
        mse_loss,
        regression((3, 5, 4), (3, 5, 4)),
        {"O": 2, "rescale": 2, "GL": 16},
        "GL(1, ℂ) for each pair, GL of V/O",
    ),
    Planted(
        "RoPE of halves",
        attention(4, 1, 1, norm=lambda x: rotary(x, half=True)),
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
]
