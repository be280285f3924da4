"""How long does it take to find all symmetries of a network, and how much memory?

    python -m numeric.bench.networks [name …]

Each network is searched in a process of its own, on one thread. `seconds` are those of its processor, `wall` those of
the clock. `memory` is what the search adds at its peak to the resident memory of the process, which holds the model
already; `times model` compares it with the model in float32. The C library is set to hand large blocks back at once, as
otherwise it keeps them. `required` is what a search may take: seconds, and times the model.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, mse_loss, scaled_dot_product_attention

from symlag.errors import SymlagError
from symlag.networks import symmetries

MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1000000", "MALLOC_TRIM_THRESHOLD_": "1000000", "OMP_NUM_THREADS": "1"}


class Attention(nn.Module):
    """Causal attention of some heads."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads, self.qkv, self.o = heads, nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in self.qkv(x).chunk(3, -1))
        return self.o(scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Attention and two layers, each after a norm and added to the residual stream."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.ln1, self.attention, self.ln2 = nn.LayerNorm(d), Attention(d, heads), nn.LayerNorm(d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.ln1(x))
        return x + self.down(gelu(self.up(self.ln2(x))))


class GPT(nn.Module):
    """A language model of the shape of GPT-2, with tied word embeddings."""

    def __init__(self, layers: int, d: int, heads: int, words: int, context: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(words, d), nn.Embedding(context, d)
        self.blocks, self.norm = nn.ModuleList(Block(d, heads) for _ in range(layers)), nn.LayerNorm(d)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.words(tokens) + self.places(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return (self.norm(x) @ self.words.weight.T).transpose(1, 2)


@dataclass(frozen=True)
class Case:
    """A network, its loss, a batch, and what its search may take: seconds, and times the model."""

    model: Callable[[], nn.Module]
    loss: Callable[..., Tensor]
    batch: Callable[[], Any]
    seconds: float
    times: float | None = None


def words(count: int, *shape: int) -> Callable[[], Any]:
    """Random words, and the words to be predicted."""
    return lambda: (torch.randint(count, shape), torch.randint(count, shape))


def numbers(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Callable[[], Any]:
    """Random inputs and targets."""
    return lambda: (torch.randn(inputs), torch.randn(outputs))


CASES = {
    "ReLU": Case(
        lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), mse_loss, numbers((8, 3), (8, 2)), 1
    ),
    "BatchNorm": Case(
        lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, eps=1e-30), nn.ReLU(), nn.Linear(4, 2)),
        mse_loss,
        numbers((8, 3), (8, 2)),
        1,
    ),
    "one block, d = 4": Case(lambda: GPT(1, 4, 2, 7, 5), cross_entropy, words(7, 6, 5), 1),
    "one block, d = 64": Case(lambda: GPT(1, 64, 4, 100, 16), cross_entropy, words(100, 4, 8), 5),
    "GPT, 3.7 million": Case(lambda: GPT(4, 256, 4, 2000, 64), cross_entropy, words(2000, 2, 8), 30),
    "GPT-2, 124 million": Case(lambda: GPT(12, 768, 12, 50257, 1024), cross_entropy, words(50257, 2, 8), 120, 2),
}


def search(name: str) -> str:
    """Parameters, dimension found, processor seconds, wall seconds, memory added and memory of the model in MB."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    case = CASES[name]
    model, batch = case.model(), case.batch()
    size = sum(p.numel() for p in model.parameters())
    before, cpu, wall = _resident(), process_time(), perf_counter()
    found = symmetries(model, case.loss, batch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = process_time() - cpu, perf_counter() - wall
    return f"{size} {found.dimension} {cpu:.1f} {wall:.1f} {peak - before:.0f} {size * 4 / 2**20:.1f}"


def _resident() -> float:
    """The resident memory now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def main(names: list[str]) -> None:
    """Print the table, a process for each network; one sentence for a name that is none of them."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        known = ", ".join(map(repr, CASES))
        sys.exit(str(SymlagError(repr(unknown[0]), "no network has this name", f"one of {known}")))
    table = Table(
        "network", "parameters", "dimension", "seconds", "wall", "required", "memory", "times model", "required"
    )
    for name in names or CASES:
        case, environment = CASES[name], {**os.environ, **MALLOC}
        command = [sys.executable, "-m", "numeric.bench.networks", "--search", name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        size, dimension, cpu, wall, peak, own = done.stdout.split()
        times = "" if case.times is None else f"{float(peak) / float(own):.1f}"
        required = "" if case.times is None else str(case.times)
        table.add_row(name, size, dimension, cpu, wall, str(case.seconds), f"{peak} MB", times, required)
    Console(width=120).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--search"]:
        sys.stdout.write(search(sys.argv[2]))
    else:
        main(sys.argv[1:])
