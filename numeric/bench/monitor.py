"""What the monitor costs, beside histograms of every tensor, and by how much exact laws are missed under it.

    python -m numeric.bench.monitor

A step is forward, backward and update, in float32 in one thread. Arms train one model in turns, some steps a round, so
that all of them move the same memory, each by an optimizer of its own that shares its state with the others. Times are
milliseconds of processor time a step in the fastest round, but for the first ones, in which loops are compiled and
magnitudes are measured often; wall time is in brackets. What is accounted for in the end is added in equal shares. The
floor is the time to read θ, θ' and g once, as fast as memory is copied. All of it takes about five minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from numeric._monitored import NETWORKS, Transformer, residuals
from symlag.networks import Monitor, symmetries

STEPS = 25
REQUIRED = {"every=1": 0.10, "every=10": 0.02}
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


def everything(inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Sentences in which every word occurs: to miss a word is a symmetry, too, but of the batch."""
    return torch.arange(inputs.numel()).reshape(inputs.shape) % 1000, targets


NETS = (perceptron, lambda x, y: (x[:4], y[:4]), 2, 8), (transformer, everything, 1, 3)  # first rounds, and others


@dataclass(eq=False)
class Arm:
    """A model in training by an optimizer that something is attached to, and the processor and wall times of rounds."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    inputs: Tensor
    targets: Tensor
    after: Callable[[nn.Module], Any]
    monitor: Monitor | None = None
    seconds: list[tuple[float, float]] = field(default_factory=list)

    def round(self) -> None:
        """Take some steps, and their times."""
        busy, wall = process_time(), perf_counter()
        for _ in range(STEPS):
            self.optimizer.zero_grad()
            cross_entropy(self.model(self.inputs), self.targets).backward()
            self.optimizer.step()
            self.after(self.model)
        self.seconds.append(((process_time() - busy) / STEPS, (perf_counter() - wall) / STEPS))

    def flushed(self) -> float:
        """The processor time a step of accounting for what is measured and not accounted for yet."""
        busy = process_time()
        if self.monitor is not None:
            self.monitor.flush()
        return (process_time() - busy) / STEPS / len(self.seconds)


def histograms(model: nn.Module) -> list[Tensor]:
    """64 bins of every parameter and gradient, as watchers of weights log them."""
    return [torch.histc(x.detach(), 64) for p in model.parameters() for x in (p, p.grad) if x is not None]


def arms(make: Callable[[], Any], optimizer: Callable[[Any], torch.optim.Optimizer], found: Any) -> dict[str, Arm]:
    """What is timed against what."""
    torch.manual_seed(0)
    model, inputs, targets = make()
    made: dict[str, Arm] = {}
    state = optimizer(model.parameters()).state
    for name in ("bare", "every=1", "every=10", "histograms"):
        arm = Arm(model, optimizer(model.parameters()), inputs, targets, histograms if name == "histograms" else id)
        arm.optimizer.state = state
        if name.startswith("every"):
            arm.monitor = Monitor(model, arm.optimizer, found, every=int(name.removeprefix("every=")))
        made[name] = arm
    return made


def floor(size: int) -> float:
    """The seconds in which three letters of so many numbers are read, at half of what a large copy moves."""
    large = torch.ones(1 << 24)
    room = torch.empty_like(large)
    times = []
    for _ in range(3):
        start = process_time()
        room.copy_(large)
        times.append(process_time() - start)
    return 3 * size / (2 * len(large)) * min(times)


def timed() -> Iterator[tuple[str, ...]]:
    """Rows: network, optimizer, and the times."""
    for make, batch, first, rounds in NETS:
        torch.manual_seed(0)
        model, inputs, targets = make()
        size = sum(p.numel() for p in model.parameters())
        found = symmetries(model, cross_entropy, batch(inputs, targets))
        for name, optimizer in OPTIMIZERS.items():
            running = arms(make, optimizer, found)
            for turn in range(first + rounds):
                for i in range(len(running)):
                    [*running.values()][(turn + i) % len(running)].round()
            yield f"{make.__name__}, {size / 1e6:.1f} M", name, *_shown(running, first), f"{1e3 * floor(size):.1f}"


def _shown(running: dict[str, Arm], first: int) -> Iterator[str]:
    """The time of each arm, and how much longer it takes than the bare step."""
    bare, _ = min(running["bare"].seconds[first:])
    for name, arm in running.items():
        busy, wall = min(arm.seconds[first:])
        cost = (busy + arm.flushed()) / bare - 1
        held = "" if name not in REQUIRED else " ✓" if cost <= REQUIRED[name] else " ✗"
        more = f" {100 * cost:+.1f}%{held}" if name != "bare" else ""
        yield f"{1e3 * busy:.1f} [{1e3 * wall:.0f}]{more}"


def main() -> None:
    """Measure everything and print both tables."""
    torch.set_num_threads(1)
    logging.getLogger("symlag").setLevel(logging.ERROR)  # to train in turns is to find that others moved the momentum
    laws = Table("network", "optimizer", "charges", "missed by", "required", title="exact laws, float64")
    for network in track(NETWORKS, transient=True):
        for name, charges, missed in residuals(network, steps=10):
            laws.add_row(network, name, str(charges), f"{missed:.0e}", "1e-12 ✓" if missed <= 1e-12 else "1e-12 ✗")
    columns = "network", "optimizer", "bare", "every=1", "every=10", "histograms", "floor"
    costs = Table(*columns, title="milliseconds a step, float32; required: 10% at every=1, 2% at every=10")
    for row in track(timed(), total=2 * len(OPTIMIZERS), transient=True):
        costs.add_row(*row)
        print(*row, sep="; ", flush=True)
    Console(width=130).print(costs)
    Console(width=110).print(laws)


if __name__ == "__main__":
    main()
