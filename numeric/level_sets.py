"""Planes, spheres and hyperbolas: what SGD keeps of three networks, and by how much each of its steps leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from derivations import level_sets as theorem
from numeric._networks import CLASSES, normalised, rectified, softmax
from numeric._noise import Descent, path
from numeric._weight_arrays import Weights, filters, pixels, units
from symlag.kernels.array_function import kernel
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.plot_style import MEASURED, VERMILION
from symlag.trials import Claim, Study, observed_order

__all__ = ["study", "theorem"]

RATES, SPAN, HELD = (0.1, 0.05, 0.025), 10.0, 0.5
SOURCE = "NM Fig. 3"


class Set(NamedTuple):
    """A law, the network it is tried on, and what it calls the weights of that."""

    law: DiscreteLaw
    make: Callable[[], Any]
    seen: Callable[[Weights], Weights]


SETS = {
    "plane": Set(theorem.plane, softmax, lambda weights: {"p": pixels(weights)["w"]}),
    "sphere": Set(theorem.sphere, normalised, lambda weights: {"q": filters(weights)["w"]}),
    "hyperbola": Set(theorem.hyperbola, rectified, units),
}


class Change(NamedTuple):
    """What Q of each unit gains at each step (n, units), as measured, and as the law says."""

    measured: Any
    predicted: Any

    @property
    def drift(self) -> float:
        """The greatest change along the run."""
        return float(abs(self.measured.sum(0)).max())


def study() -> Study:
    """Each step by its law, and the order of the drift; half of the weights are no charge."""
    claims: list[Claim] = []
    for name, of in SETS.items():
        runs = [_run(of, rate) for rate in RATES]
        whole, half = [_change(of, run) for run in runs], [_change(of, _halved(run)) for run in runs]
        claims.append(_step(name, whole[0], half[0]))
        if name != "plane":
            claims.append(_order(name, whole, half))
    return Study(claims, {"level_sets": _draw})


def _step(name: str, whole: Change, half: Change) -> Claim:
    """The law of one step, by the change of Q of half of the weights."""
    unit = _size(half)
    miss = abs(whole.measured - whole.predicted).max() / unit
    if name == "plane":
        return Claim(
            "Each step stays on its plane.",
            SOURCE,
            miss,
            most=1e-11,
            twin=_size(half) / unit,
            without="half of the classes",
        )
    says, left = f"Each step leaves its {name} by η²⟨g, Ag⟩, to round-off.", _size(whole) / unit
    return Claim(says, SOURCE, miss, most=1e-11, twin=left, without="η²⟨g, Ag⟩")


def _size(change: Change) -> float:
    """The greatest change by a step."""
    return float(abs(change.measured).max())


def _order(name: str, whole: list[Change], half: list[Change]) -> Claim:
    says = f"Over the same time SGD leaves its {name} by O(η): gradient flow stays."
    found, other = (observed_order(RATES, [change.drift for change in of]) for of in (whole, half))
    return Claim(says, SOURCE, found, 0.85, 1.15, twin=other, without="half of the weights")


def _run(of: Set, rate: float) -> dict[str, Any]:
    """What the law's kernel takes, along SGD on the same minibatches at the same times."""
    descent = Descent(rate, 0, 0, batch=64, steps=round(SPAN / rate), held=round(HELD / rate))
    arrays: dict[str, Any] = {"eta": rate, "n": np.ones(CLASSES)}
    for name, way in of.seen(path(of.make, descent)).items():
        arrays |= {name: way[:-1], f"{name}_new": way[1:], f"g_{name}": (way[:-1] - way[1:]) / rate}
    return arrays


def _halved(run: Mapping[str, Any]) -> dict[str, Any]:
    """Every second weight set to zero."""
    return {name: a * (np.arange(a.shape[-1]) % 2) if np.ndim(a) > 1 else a for name, a in run.items()}


def _change(of: Set, run: Mapping[str, Any]) -> Change:
    made = kernel(of.law.ledger)
    told, (name,) = made(**{entry: run[entry] for entry in made.inputs}), of.law.names
    fed = sum(told[f"{name}_{source}"] for source in of.law.sources)
    return Change(told[f"{name}_new"] - told[name], fed)


def _turned(point: Any, target: Any) -> Any:
    """The gradient of −cos of the angle between points (2, n) and a target (2,)."""
    square = (point**2).sum(0)
    return (target @ point / square * point - target[:, None]) / square**0.5


DRAWN: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {  # ∇f of two weights, and Q
    "plane": (lambda w, c: np.array([w[0] - w[1] - c[0], w[1] - w[0] + c[0]]), lambda x, y: x + y),
    "sphere": (lambda w, c: _turned(w, 1 + c), lambda x, y: x**2 + y**2),
    "hyperbola": (lambda w, c: (w[0] * w[1] - 1 - c[0]) * w[::-1], lambda x, y: x**2 - y**2),
}
LEVEL: Mapping[str, Any] = {"colors": "black", "linewidths": 0.6, "linestyles": "--", "zorder": 3}
STARTS = np.array([[0.5, 1.2, -1.4, -0.6, 1.6], [-1.2, -0.3, 0.4, -1.3, 1.0]])


def _draw(figure: Any) -> None:
    """Losses of two weights with each symmetry: gradient flow on the level sets of Q, and SGD beside them."""
    grid = np.meshgrid(*[np.linspace(-2.2, 2.2, 200)] * 2)
    for panel, (name, (slope, charge)) in zip(figure.subplots(1, 3), DRAWN.items(), strict=True):
        levels = np.sort(charge(*STARTS))
        panel.contour(*grid, charge(*grid), levels, **LEVEL)
        flow, noisy = _walk(slope, 0.005, 0.0), _walk(slope, 0.15, 0.8)
        panel.plot(*flow, **{**MEASURED, "linestyle": "-"})
        panel.plot(*noisy, color=VERMILION, linewidth=0.7, linestyle="-", zorder=3)
        panel.plot(*STARTS, linestyle="none", marker="o", color="black", zorder=4)
        panel.set(title=name, xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal", xlabel="$w_1$", ylabel="$w_2$")
    lines = figure.axes[0].lines
    figure.legend([lines[0], lines[len(STARTS.T)]], ["gradient flow", "SGD"], loc="outside upper center", ncols=2)


def _walk(slope: Callable[..., Any], rate: float, noise: float) -> Any:
    """The paths (2, steps, starts) for a time of 6."""
    dice, point, way = np.random.default_rng(0), STARTS, [STARTS]
    for _ in range(round(6 / rate)):
        point = point - rate * slope(point, noise * dice.standard_normal(2))
        way.append(point)
    return np.array(way).swapaxes(0, 1)
