"""What the monitor costs, beside histograms of every tensor, and by how much exact laws are missed under it.

    python -m numeric.bench.monitor

A step is forward, backward and update, in float32 in one thread; times are in milliseconds, the least of several blocks
of steps, in turns with those of the bare step. The floor is what the monitor has to read, at the bandwidth of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from numeric._monitored import NETWORKS, Transformer, residuals
from symlag.networks import Monitor, symmetries

BLOCKS, STEPS = 6, 10
OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD with momentum": lambda p: torch.optim.SGD(p, 0.01, 0.9, weight_decay=1e-4),
    "AdamW": lambda p: torch.optim.AdamW(p, 1e-4),
}


def perceptron() -> tuple[nn.Module, Tensor, Tensor]:
    """3 million parameters, 256 images of 28 × 28."""
    width = 1024
    hidden = [layer for _ in range(2) for layer in (nn.Linear(width, width), nn.ReLU())]
    model = nn.Sequential(nn.Linear(784, width), nn.ReLU(), *hidden, nn.Linear(width, 10))
    return model, torch.randn(256, 784), torch.randint(10, (256,))


def transformer() -> tuple[nn.Module, Tensor, Tensor]:
    """3 million parameters, 8 sequences of 128 tokens."""
    tokens = torch.randint(1000, (8, 129))
    return Transformer(1000, 256, 8, 512, 4), tokens[:, :-1], tokens[:, 1:]


@dataclass(eq=False)
class Arm:
    """A model in training, with something attached, and the times of its steps."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    inputs: Tensor
    targets: Tensor
    after: Callable[[nn.Module], Any]
    seconds: list[float] = field(default_factory=list)

    def block(self) -> None:
        """Take some steps, and their time."""
        start = perf_counter()
        for _ in range(STEPS):
            self.optimizer.zero_grad()
            cross_entropy(self.model(self.inputs), self.targets).backward()
            self.optimizer.step()
            self.after(self.model)
        self.seconds.append((perf_counter() - start) / STEPS)


def histograms(model: nn.Module) -> list[Tensor]:
    """64 bins of every parameter and gradient, as watchers of weights log them."""
    return [torch.histc(x.detach(), 64) for p in model.parameters() for x in (p, p.grad) if x is not None]


def arms(make: Callable[[], Any], optimizer: Callable[[Any], torch.optim.Optimizer], found: Any) -> dict[str, Arm]:
    """What is timed against what."""
    made: dict[str, Arm] = {}
    for name in ("bare", "every=1", "every=10", "histograms"):
        torch.manual_seed(0)
        model, inputs, targets = make()
        arm = Arm(model, optimizer(model.parameters()), inputs, targets, histograms if name == "histograms" else id)
        if name.startswith("every"):
            Monitor(model, arm.optimizer, found, every=int(name.removeprefix("every=")))
        made[name] = arm
    return made


def floor(arm: Arm, found: Any) -> float:
    """The seconds in which the monitor's letters can be read once, as fast as a large tensor is summed."""
    monitor = Monitor(arm.model, arm.optimizer, found)
    names = [
        (track.parameter, {x for job in jobs for x in (job.left, job.right)} - {"one"})
        for track in monitor.plan.tracks
        for jobs in (track.early, track.late)
    ]
    monitor.remove()
    large = torch.ones(1 << 25)
    start = perf_counter()
    large.sum()
    return sum(p.numel() * len(letters) for p, letters in names) / len(large) * (perf_counter() - start)


def timed() -> Iterator[tuple[str, ...]]:
    """Rows: network, optimizer, and the times."""
    for make in (perceptron, transformer):
        torch.manual_seed(0)
        model, inputs, targets = make()
        start = perf_counter()
        found = symmetries(model, cross_entropy, (inputs[:4], targets[:4]))
        search, size = perf_counter() - start, sum(p.numel() for p in model.parameters())
        for name, optimizer in OPTIMIZERS.items():
            running = arms(make, optimizer, found)
            for _ in range(BLOCKS):
                for arm in running.values():
                    arm.block()
            best = {kind: min(arm.seconds[1:]) for kind, arm in running.items()}
            shown = [f"{1e3 * t:.1f} ({100 * (t / best['bare'] - 1):+.0f}%)" for t in best.values()]
            least = f"{1e3 * floor(running['bare'], found):.1f}"
            yield f"{make.__name__}, {size / 1e6:.1f} M", name, *shown, least, f"{search:.0f} s"


def main() -> None:
    """Measure everything and print both tables."""
    torch.set_num_threads(1)
    laws = Table("network", "optimizer", "charges", "missed by", "required", title="exact laws, float64")
    for network in track(NETWORKS, transient=True):
        for name, charges, missed in residuals(network):
            laws.add_row(network, name, str(charges), f"{missed:.0e}", "1e-12 ✓" if missed <= 1e-12 else "1e-12 ✗")
    Console(width=110).print(laws)
    columns = "network", "optimizer", "bare", "every=1", "every=10", "histograms", "floor", "search"
    costs = Table(*columns, title="milliseconds a step, float32")
    for row in track(timed(), total=2 * len(OPTIMIZERS), transient=True):
        costs.add_row(*row)
    Console(width=130).print(costs)


if __name__ == "__main__":
    main()
