"""Networks as they are trained, at any size, and optimizers: what the monitor is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention, silu
from torch.optim import Optimizer

from symlag.networks import Monitor, symmetries
from symlag.optimizers.library.sign_and_polar import lion
from symlag.optimizers.update_rule import UpdateRule

Batch = tuple[Tensor, Tensor]


def perceptron(inputs: int = 6, width: int = 5, classes: int = 4) -> nn.Module:
    """Two layers of ReLU units, with biases."""
    layers = nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, classes)
    return nn.Sequential(*layers)


def convolutional(channels: int = 3, classes: int = 4) -> nn.Module:
    """Two convolutions before batch norms, whose epsilon is as small as torch takes it."""
    norms = (nn.BatchNorm2d(channels, eps=1e-30) for _ in range(2))
    first = nn.Conv2d(1, channels, 3, bias=False), next(norms), nn.ReLU()
    second = nn.Conv2d(channels, channels, 3, bias=False), next(norms), nn.ReLU()
    return nn.Sequential(*first, *second, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


class Layer(nn.Module):
    """Grouped-query attention with rotary positions, and SwiGLU, each behind an RMSNorm, added to a stream."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = (nn.RMSNorm(width, eps=1e-30) for _ in range(2))
        self.q, self.o = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.k, self.v = (nn.Linear(width, width // 2, bias=False) for _ in range(2))
        self.gate, self.up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The stream (batch, places, width) after the layer."""
        y = self.norm1(x)
        q, k, v = (part(y).unflatten(-1, (n, -1)).transpose(1, 2) for part, n in self._parts())
        k, v = (part.repeat_interleave(2, 1) for part in (rotated(k), v))
        x = x + self.o(scaled_dot_product_attention(rotated(q), k, v, is_causal=True).transpose(1, 2).flatten(2))
        y = self.norm2(x)
        return x + self.down(silu(self.gate(y)) * self.up(y))

    def _parts(self) -> tuple[tuple[nn.Module, int], ...]:
        return (self.q, self.heads), (self.k, self.heads // 2), (self.v, self.heads // 2)


class Transformer(nn.Module):
    """A language model: logits (batch, words, places) of tokens (batch, places)."""

    def __init__(self, words: int = 5, width: int = 4, heads: int = 2, hidden: int = 3, layers: int = 1) -> None:
        super().__init__()
        self.embed, self.norm = nn.Embedding(words, width), nn.RMSNorm(width, eps=1e-30)
        self.layers = nn.Sequential(*(Layer(width, heads, hidden) for _ in range(layers)))
        self.unembed = nn.Linear(width, words, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """The logits of the next token."""
        return self.unembed(self.norm(self.layers(self.embed(tokens)))).transpose(1, 2)


def rotated(x: Tensor) -> Tensor:
    """Rotary positions: pairs (j, j + w/2) of (…, places, w) turned by angles that grow with the place."""
    a, b = x.chunk(2, -1)
    places, rates = torch.arange(x.shape[-2], device=x.device), torch.arange(a.shape[-1], device=x.device)
    angle = (places[:, None] * 0.1 ** (rates / max(1, len(rates)))).to(x)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1)


class Lion(Optimizer):
    """Lion as anyone may write it (Chen et al., 2302.06675)."""

    def __init__(self, params: Any, lr: float = 1e-3, weight_decay: float = 0.1) -> None:
        super().__init__(params, {"lr": lr, "betas": (0.9, 0.99), "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:  # noqa: ARG002 - torch asks for it
        """Take one step."""
        for group in self.param_groups:
            (first, second), lr = group["betas"], group["lr"]
            for p in group["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                ahead = torch.lerp(p.grad, m, first).sign_()
                m.lerp_(p.grad, 1 - second)
                p.mul_(1 - lr * group["weight_decay"]).sub_(ahead, alpha=lr)


@dataclass(frozen=True)
class Maker:
    """How an optimizer is made, and the rule where symlag has to be told."""

    make: Callable[[list[nn.Parameter]], Optimizer]
    rule: UpdateRule | None = None
    matrices: bool = False


OPTIMIZERS: Mapping[str, Maker] = {
    "SGD": Maker(lambda p: torch.optim.SGD(p, 0.05, 0.9, dampening=0.1, weight_decay=0.01)),
    "Nesterov": Maker(lambda p: torch.optim.SGD(p, 0.05, 0.9, nesterov=True, weight_decay=0.01)),
    "AdamW": Maker(lambda p: torch.optim.AdamW(p, 0.005, weight_decay=0.1)),
    "Lion": Maker(Lion, lion()),
    "Muon": Maker(lambda p: torch.optim.Muon(p, 0.02, weight_decay=0.1), matrices=True),
}


def images(count: int = 16) -> Batch:
    """Random images and classes."""
    dice = torch.Generator().manual_seed(0)
    return torch.randn(count, 1, 7, 7, generator=dice).double(), torch.randint(4, (count,), generator=dice)


def vectors(count: int = 16) -> Batch:
    """Random vectors and classes."""
    dice = torch.Generator().manual_seed(0)
    return torch.randn(count, 6, generator=dice).double(), torch.randint(4, (count,), generator=dice)


def sentences(count: int = 16) -> Batch:
    """Random tokens, and those that follow."""
    tokens = torch.randint(5, (count, 7), generator=torch.Generator().manual_seed(0))
    return tokens[:, :-1], tokens[:, 1:]


NETWORKS: Mapping[str, tuple[Callable[[], nn.Module], Callable[[], Batch]]] = {
    "ReLU MLP": (perceptron, vectors),
    "BatchNorm CNN": (convolutional, images),
    "transformer": (Transformer, sentences),
}


def residuals(network: str, steps: int = 60) -> Iterator[tuple[str, int, float]]:
    """For each optimizer the number of charges followed, and by how much their laws are missed at most, relatively.

    In float64, on minibatches, with a cosine schedule; relative to the magnitude of all that a law adds up.
    """
    make, batch = NETWORKS[network]
    torch.manual_seed(0)
    found = symmetries(make().double(), cross_entropy, batch())
    for name, maker in OPTIMIZERS.items():
        torch.manual_seed(0)
        model = make().double()
        chosen = [p for p in model.parameters() if p.ndim == 2 or not maker.matrices]
        with Monitor(model, maker.make(chosen), found, rule=maker.rule) as monitor:
            train(model, monitor.optimizer, batch(), steps)
        floors = [monitor.ledger[column].max() for column in monitor.ledger.columns if column.endswith("/floors")]
        yield name, sum(a.before.shape[1] for a in monitor.latest), max(floors) * torch.finfo(torch.float64).eps


def train(model: nn.Module, optimizer: Optimizer, batch: Batch, steps: int) -> None:
    """Some steps on minibatches at falling rates."""
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    inputs, targets = batch
    for _ in range(steps):
        at = torch.randperm(len(inputs))[: len(inputs) // 2]
        optimizer.zero_grad()
        cross_entropy(model(inputs[at]), targets[at]).backward()
        optimizer.step()
        schedule.step()
