"""What the monitor costs, beside histograms of every tensor, and by how much exact laws are missed under it.

    python -m numeric.bench.monitor

A step is forward, backward and update, in float32 in one thread. Arms train one model in turns, some steps a round, so
that all of them move the same memory, each by an optimizer of its own that shares its state with the others. Times are
milliseconds of processor time a step in the faster half of turns, but for the first ones, in which loops are compiled
and magnitudes are measured often; wall time is in brackets. The cost of the monitor is the time within its hooks, all
accounting with it, beside that of the rest of the same steps; in parentheses stands how much longer the whole step
takes than a bare one in the same turns, ± the standard error. The floor is the time to read θ, θ' and g once, as fast
as memory is copied. All of it takes about eight minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from numeric._monitored import NETWORKS, Transformer, residuals
from symlag.networks import Monitor, symmetries

STEPS = 20
SELDOM = 8  # turns in which the arm with histograms, several times as slow, is timed once
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


NETS = (perceptron, lambda x, y: (x[:4], y[:4]), 3, 16), (transformer, everything, 2, 8)  # first turns, and others


@dataclass(eq=False)
class Arm:
    """A model in training by an optimizer that something is attached to, and the times of rounds.

    Those are milliseconds a step: of the processor, by the clock, and within the hooks of the step.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    inputs: Tensor
    targets: Tensor
    after: Callable[[nn.Module], Any] = id
    rounds: list[NDArray[np.float64]] = field(default_factory=list)
    within: float = 0.0

    def attach(self, hooks: Callable[[], Any]) -> None:
        """Attach hooks to the step, and take the time within them."""
        for register in (self.optimizer.register_step_pre_hook, self.optimizer.register_step_post_hook):
            register(self._begin)
        hooks()
        for register in (self.optimizer.register_step_pre_hook, self.optimizer.register_step_post_hook):
            register(self._end)

    def round(self) -> None:
        """Take some steps, and their times, but for the first one: others have moved the model before it."""
        self.step()
        busy, wall, within = process_time(), perf_counter(), self.within
        for _ in range(STEPS):
            self.step()
        spent = np.array([process_time() - busy, perf_counter() - wall, self.within - within])
        self.rounds.append(1e3 * spent / STEPS)

    def step(self) -> None:
        """Forward, backward and update."""
        self.optimizer.zero_grad()
        cross_entropy(self.model(self.inputs), self.targets).backward()
        self.optimizer.step()
        self.after(self.model)

    def _begin(self, *_: object) -> None:
        self.within -= process_time()

    def _end(self, *_: object) -> None:
        self.within += process_time()


def histograms(model: nn.Module) -> list[Tensor]:
    """64 bins of every parameter and gradient, as watchers of weights log them."""
    return [torch.histc(x.detach(), 64) for p in model.parameters() for x in (p, p.grad) if x is not None]


def arms(make: Callable[[], Any], optimizer: Callable[[Any], torch.optim.Optimizer], found: Any) -> dict[str, Arm]:
    """What is timed against what."""
    torch.manual_seed(0)
    model, inputs, targets = make()
    state = optimizer(model.parameters()).state
    made = {
        name: Arm(model, optimizer(model.parameters()), inputs, targets) for name in ("bare", *REQUIRED, "histograms")
    }
    for name, arm in made.items():
        arm.optimizer.state = state
        if name in REQUIRED:
            every = int(name.removeprefix("every="))
            arm.attach(lambda on=arm.optimizer, every=every: Monitor(model, on, found, every=every))
    made["histograms"].after = histograms
    return made


def take(running: dict[str, Arm], turns: int) -> None:
    """Let the arms run in turns, each time another one first."""
    for turn in range(turns):
        names = [name for name in running if name != "histograms" or turn % SELDOM == 0]
        for i in range(len(names)):
            running[names[(turn + i) % len(names)]].round()


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
    for make, batch, first, turns in NETS:
        torch.manual_seed(0)
        model, inputs, targets = make()
        size = sum(p.numel() for p in model.parameters())
        found = symmetries(model, cross_entropy, batch(inputs, targets))
        for name, optimizer in OPTIMIZERS.items():
            running = arms(make, optimizer, found)
            take(running, first)
            for arm in running.values():
                arm.rounds.clear()
            take(running, turns)
            yield f"{make.__name__}, {size / 1e6:.1f} M", name, *_shown(running), f"{1e3 * floor(size):.1f}"


def _shown(running: dict[str, Arm]) -> Iterator[str]:
    """The time of each arm, and what it costs."""
    seldom = np.array(running.pop("histograms").rounds)
    rounds = np.array([arm.rounds for arm in running.values()])  # (arms, turns, times)
    rounds = rounds[:, np.argsort(rounds[..., 0].sum(0))[: -(-rounds.shape[1] // 2)]]
    bare, *others = rounds
    yield _times(bare)
    for name, arm in zip(REQUIRED, others, strict=True):
        busy, _, within = arm.mean(0)
        cost = within / (busy - within)
        longer, error = _longer(arm[:, 0], bare[:, 0])
        held = "✓" if cost <= REQUIRED[name] else "✗"
        yield f"{_times(arm)} {cost:+.1%} {held} ({longer:+.1%} ± {error:.1%})"
    yield f"{_times(seldom)} {seldom[:, 0].mean() / bare[:, 0].mean() - 1:+.0%}"


def _times(rounds: NDArray[np.float64]) -> str:
    busy, wall, _ = rounds.mean(0)
    return f"{busy:.1f} [{wall:.0f}]"


def _longer(arm: NDArray[np.float64], bare: NDArray[np.float64]) -> tuple[float, float]:
    """How much longer an arm takes than the bare one in the same turns, as a share of it, and the standard error."""
    more = arm.mean() / bare.mean() - 1
    return float(more), float(np.std(arm - (1 + more) * bare, ddof=1) / bare.mean() / len(bare) ** 0.5)


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
    Console(width=170).print(costs)
    Console(width=110).print(laws)


if __name__ == "__main__":
    main()
