"""How long does it take to count all laws, and to prove that there are no more?

    python -m numeric.bench.law_counts

Times are in seconds of this process, in one thread: for polynomials the best of three, with the laws of affine
symmetries and the proof that there are no more; for models one run, with the search for symmetries. The last column is
what the authors' SageMath code takes, from the literature, not measured here. `required` is the limit that we set
ourselves.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import torch
from rich.console import Console
from rich.table import Column, Table
from torch import nn, randn
from torch.nn.functional import mse_loss, silu

from symlag import count_laws
from symlag.symmetry.counting.factorizations import Factorization, attention, linear, relu, softmax
from symlag.symmetry.counting.law_count import LawCount

# Marcotte, Gribonval, Peyré, without hints: seconds.
AUTHORS = {"linear(4, 4, 4)": "6", "relu(3, 3, 3, 3)": "519"}

POLYNOMIALS = [
    linear(4, 4, 4),
    relu(3, 3, 3, 3),
    relu(8, 10, 4, bias=True),
    softmax(16, 8),
    attention(6, 5),
    linear(2, 30, 2),
    linear(4, 4, 4, 4),
    linear(6, 6, 6, 6),
    relu(6, 6, 6, 6),
    linear(8, 8, 8),
    linear(10, 10, 10),
    linear(8, 8, 8, 8),
]


class Block(nn.Module):
    """A transformer block: attention and SwiGLU, each behind an RMSNorm, on a residual stream."""

    def __init__(self, dim: int, units: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(dim, eps=0.0, elementwise_affine=False)
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim, bias=False) for _ in range(4))
        self.gate, self.up = (nn.Linear(dim, units, bias=False) for _ in range(2))
        self.down = nn.Linear(units, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The stream after the block, (batch, tokens, dim)."""
        y = self.norm(x)
        x = x + self.o(torch.softmax(self.q(y) @ self.k(y).mT, -1) @ self.v(y))
        y = self.norm(x)
        return x + self.down(silu(self.gate(y)) * self.up(y))


def models() -> dict[str, tuple[nn.Module, Any, str]]:
    """Models with batches, and the seconds in which they are to be counted."""
    mlp = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    smooth = nn.Sequential(nn.Linear(2, 3), nn.GELU(), nn.Linear(3, 2))
    return {
        "ReLU MLP": (mlp, (randn(6, 2), randn(6, 1)), "1"),
        "GELU MLP": (smooth, (randn(4, 2), randn(4, 2)), "1"),
        "transformer block": (Block(3, 3), (randn(3, 4, 3), randn(3, 4, 3)), "60"),
    }


def main() -> None:
    """Prints one row for each network."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    table = Table(Column("network", no_wrap=True), "D", "flow", "laws", "seconds", "required", "authors (Sage)")
    for phi in POLYNOMIALS:
        for flow in ("gradient", "momentum"):
            add_row(table, phi, "1", flow, *best_of_three(phi, flow))
    for name, (model, batch, required) in models().items():
        for flow in ("gradient", "momentum"):
            seconds, count = timed(lambda m=model, b=batch, f=flow: count_laws(m, mse_loss, b, flow=f))
            add_row(table, name, required, flow, seconds, count)
    Console().print(table)


def best_of_three(phi: Factorization, flow: str) -> tuple[float, LawCount]:
    """The count of a network, and the shortest of three times."""
    return min((timed(lambda: count_laws(phi, flow=flow)) for _ in range(3)), key=lambda pair: pair[0])


def timed(job: Callable[[], LawCount]) -> tuple[float, LawCount]:
    """The seconds that a count takes, and the count."""
    start = process_time()
    count = job()
    return process_time() - start, count


def add_row(table: Table, subject: Any, required: str, flow: str, seconds: float, count: LawCount) -> None:
    """One line; where the bound may not be attained, both limits are printed."""
    number = f"{count.bound}" if count.exact else f"{count.explicit} to {count.bound}"
    authors = AUTHORS.get(str(subject), "") if flow == "gradient" else ""
    table.add_row(str(subject), str(count.parameters), flow, number, f"{seconds:.3f}", required, authors)


if __name__ == "__main__":
    main()
