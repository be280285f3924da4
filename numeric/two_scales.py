"""The same network with its filters up to ten times as long: the same loss, another training (NLD Fig. 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from derivations import two_scales as theorem
from numeric._evaluate import evaluate
from numeric._networks import normalised, rectified
from numeric._recorded_optimizers import batches
from symlag.plot_style import MEASURED, ORANGE, THEORY, TWIN
from symlag.trials import Claim, Study

__all__ = ["fast", "study", "theorem"]

fast = True
LENGTHS = (1, 2, 5, 10)
STEPS, EARLY = 200, slice(40, 60)
ETA, BETA, DECAY = 0.05, 0.9, 0.01


@dataclass(frozen=True)
class Run:
    """The loss at every step, and the mean angle that filters turn by in the first."""

    losses: Any
    turn: float


Runs = dict[int, Run]


def study() -> Study:
    """The losses and the turning of filters of several lengths, at the same rates and where those undo the length."""
    plain = {c: run(c, ETA, DECAY) for c in LENGTHS}
    undone = {c: run(c, *_undoing(c)) for c in LENGTHS}
    claims = (_same_loss(plain), _turning(plain, undone), _learning(plain, undone), _same_training(undone))
    return Study(claims, {"two_scales": partial(_draw, plain, undone)})


def run(length: float, eta: float, decay: float, make: Callable[[], nn.Module] = normalised) -> Run:
    """Training by SGD with filters so many times as long, and rates of their own."""
    torch.set_num_threads(1)
    network = make()
    filters, *others = network.parameters()
    filters.data *= length
    groups = [{"params": [filters], "lr": eta, "weight_decay": decay}, {"params": others}]
    optimizer = torch.optim.SGD(groups, ETA, BETA, weight_decay=DECAY)
    losses, path = list[float](), [_directions(filters)]
    for loss in batches(network, STEPS):
        optimizer.step()
        losses.append(loss)
        path.append(_directions(filters))
    return Run(np.array(losses), float((path[1] - path[0]).norm(dim=1).mean()))


def _directions(filters: Tensor) -> Tensor:
    return normalize(filters.detach())


def _undoing(c: float) -> tuple[float, float]:
    """The rates that turn filters c times as long alike, by the theorem."""
    known = {"eta": ETA, "lambda_": DECAY, "c": float(c)}
    eta, decay = evaluate([theorem.rate, theorem.shrink], known)
    return float(eta), float(decay)


def _same_loss(plain: Runs) -> Claim:
    bare = {c: run(c, ETA, DECAY, rectified) for c in (1, 10)}
    measured, twin = (abs(runs[10].losses[0] - runs[1].losses[0]) for runs in (plain, bare))
    says = "Filters ten times as long have the same loss."
    return Claim(says, "NLD Fig. 1", measured, most=1e-12, twin=twin, without="the norm")


def _turning(plain: Runs, undone: Runs) -> Claim:
    says = "The first step turns them as r to the power −2."
    measured, twin = _exponent(plain), _exponent(undone)
    return Claim(says, "NLD Fig. 1 and §5", measured, -2.02, -1.98, twin=twin, without="1/r², at the rate c²η")


def _exponent(runs: Runs) -> float:
    return float(np.polyfit(np.log(list(runs)), np.log([found.turn for found in runs.values()]), 1)[0])


def _learning(plain: Runs, undone: Runs) -> Claim:
    measured, twin = (runs[10].losses[EARLY].mean() / runs[1].losses[EARLY].mean() for runs in (plain, undone))
    says = "They learn otherwise: after 40 to 60 steps their loss is at least twice as high."
    return Claim(says, "NLD Fig. 1", measured, least=2, twin=twin, without="1/r², at the rate c²η")


def _same_training(undone: Runs) -> Claim:
    """The twin's rates undo 1/r, not 1/r²."""
    halfway = run(10, 10 * ETA, DECAY / 10)
    measured, twin = (float(abs(found.losses - undone[1].losses).max()) for found in (undone[10], halfway))
    says = f"At the rate 100η and the decay λ/100 they have the same {STEPS} losses."
    return Claim(says, "NLD §5, made exact", measured, most=1e-12, twin=twin, without="the second power of r")


def _draw(plain: Runs, undone: Runs, figure: Any) -> None:
    """The losses of three trainings, and the angles of the first step."""
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    left.plot(plain[1].losses, **MEASURED, label="$r$ as it is")
    left.plot(undone[10].losses, **THEORY, label=r"$10\,r$ at the rate $100\,\eta$")
    left.plot(plain[10].losses, **{**MEASURED, "color": ORANGE, "linestyle": "-"}, label=r"$10\,r$ at the rate $\eta$")
    left.set(xlabel="step $k$", ylabel="loss", yscale="log")
    left.legend()
    left.margins(x=0.01)
    turns = [found.turn for found in plain.values()]
    right.plot(LENGTHS, turns, **{**MEASURED, "marker": "o", "markersize": 6})
    right.plot(LENGTHS, [turns[0] / c**2 for c in LENGTHS], **THEORY, label=r"$\propto 1/r^2$")
    right.plot(LENGTHS, [found.turn for found in undone.values()], **TWIN, label=r"at the rate $c^2\eta$")
    right.set(xlabel="length $c$ of the filters", ylabel="angle of the first step", xscale="log", yscale="log")
    right.set_xticks(LENGTHS, [str(c) for c in LENGTHS])
    right.minorticks_off()
    right.legend()
