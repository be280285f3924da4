"""Free training beside training at fixed norms, over learning rate, momentum and decay (NLD Fig. 3)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from derivations import norm_constrained as theorem
from numeric._constrained import Rates, Trained, fixed, free, given_back
from symlag.plot_style import MEASURED, ORANGE, THEORY
from symlag.trials import Claim, Study, seed

__all__ = ["measure", "points", "study", "theorem"]

LARGE = Rates(0.3)
SWEEPS: Mapping[str, Mapping[float, Rates]] = {
    r"learning rate $\eta$": {eta: Rates(eta) for eta in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)},
    r"momentum $\beta$": {beta: Rates(0.3, beta) for beta in (0.0, 0.5, 0.8, 0.9, 0.95)},
    r"weight decay $\lambda$": {decay: Rates(0.3, 0.9, decay) for decay in (0.0, 5e-4, 2e-3, 1e-2)},
}
CURVES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "free": (MEASURED, "free"),
    "fixed": ({**MEASURED, "color": ORANGE, "linestyle": "-"}, "fixed norms"),
    "back": (THEORY, "$r$ given back"),
}
points = tuple(dict.fromkeys(rates for sweep in SWEEPS.values() for rates in sweep.values()))
SEEDS = 3

Ways = Mapping[
    str, Sequence[Trained]
]  # freely, at fixed norms, and with the growth given back; a training for each seed


def measure(rates: Rates) -> Ways:
    """Three trainings each."""
    back = partial(given_back, sphere=theorem.free)
    return {
        name: [way(rates, one) for one in _dice()] for name, way in (("free", free), ("fixed", fixed), ("back", back))
    }


def study(measured: Sequence[Ways]) -> Study:
    """Where the losses and the accuracy on unseen digits part."""
    told = dict(zip(points, measured, strict=True))
    small, slow, still = Rates(0.003), Rates(0.3, 0.0), Rates(0.3, 0.9, 0.0)
    claims = (
        _identity(told[LARGE]),
        _equal(told[small]),
        _far("η = 0.3, λ = 0.0005: free training is far ahead", [told[LARGE]]),
        _far("η = 0.3, without decay: it is far ahead, too", [told[still]]),
        _far("η = 0.3: it is momentum that puts it ahead, β = 0.9 against β = 0", [told[LARGE], told[slow]]),
    )
    return Study(claims, {"norm_constrained": partial(_draw, told)})


def _dice() -> range:
    return range(SEEDS * seed(), SEEDS * (seed() + 1))


def _identity(ways: Ways) -> Claim:
    gaps = {way: [abs(a.losses - b.losses).max() for a, b in zip(ways["free"], ways[way], strict=True)] for way in ways}
    says = "η = 0.3: with the growth of r given back, fixed norms have the 350 losses of free training."
    return Claim(
        says, "NLD §5, made exact", max(gaps["back"]), most=1e-11, twin=max(gaps["fixed"]), without="the growth of r"
    )


def _equal(ways: Ways) -> Claim:
    """The twin trains at fixed norms without momentum."""
    says = "η = 0.003: free and fixed norms are equally accurate."
    slow = [fixed(Rates(0.003, 0.0), one) for one in _dice()]
    measured, twin = (abs(_ahead({**ways, "fixed": runs})) for runs in (ways["fixed"], slow))
    return Claim(says, "NLD Fig. 3", measured, most=0.02, twin=twin, without="momentum")


def _far(says: str, told: Sequence[Ways]) -> Claim:
    """The lead, or by how much the first is greater than the second."""
    leads, twins = ([_ahead(ways, way) for ways in told] for way in ("fixed", "back"))
    measured, twin = (found[0] - sum(found[1:]) for found in (leads, twins))
    return Claim(f"{says}.", "NLD Fig. 3", measured, least=0.08, twin=twin, without="the constraint, r given back")


def _ahead(ways: Ways, other: str = "fixed") -> float:
    """By how much free training is ahead in accuracy."""
    return _accuracy(ways["free"]).mean() - _accuracy(ways[other]).mean()


def _accuracy(runs: Sequence[Trained]) -> Any:
    return np.array([one.accuracy for one in runs])


def _draw(told: Mapping[Rates, Ways], figure: Any) -> None:
    """The accuracy of the three ways, the mean of all seeds and what they span."""
    panels = figure.subplots(1, len(SWEEPS), sharey=True)
    for panel, (name, sweep) in zip(panels, SWEEPS.items(), strict=True):
        means, least, most = (
            {way: [kind(_accuracy(told[rates][way])) for rates in sweep.values()] for way in CURVES}
            for kind in (np.mean, np.min, np.max)
        )
        for way, (style, label) in CURVES.items():
            panel.plot(means[way], **style, label=label)
        for way in ("free", "fixed"):
            panel.fill_between(
                range(len(sweep)), least[way], most[way], color=CURVES[way][0]["color"], alpha=0.2, linewidth=0
            )
        panel.set_xticks(range(len(sweep)), [f"{value:g}" for value in sweep])
        panel.set(xlabel=name)
    panels[0].set(ylabel="accuracy on unseen digits")
    panels[0].legend(loc="lower left")
