"""The counts of laws by brackets, beside the formulas of the literature and beside what training is seen to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from derivations import counted_laws as theorem
from numeric._conserved_quadratics import RATES, count_conserved, identity, rectified, variance_shares
from symlag.plot_style import BLACK, BLUE, VERMILION
from symlag.trials import Claim, Study, seed

__all__ = ["study", "theorem"]

TRAINED = {
    "linear(2, 2, 1)": ((2, 2, 1), identity),
    "linear(3, 3, 2)": ((3, 3, 2), identity),
    "relu(3, 3, 1)": ((3, 3, 1), rectified),
    "relu(3, 4, 2)": ((3, 4, 2), rectified),
}
FORMULAS = {  # of the literature, for gradient flow and for momentum
    "linear(4, 4, 4)": (4 * 5 // 2, 4 * 3 // 2),  # r(r+1)/2 and r(r−1)/2
    "linear(1, 3, 1)": (2 * (2 * 3 - 2 + 1) // 2, 4 * 3 - 6),  # N(2r−N+1)/2, N = 2 < r, and 4r−6
    "relu(3, 3, 3, 3)": (3 + 3, 0),  # one for each hidden unit
    "attention(4, 3)": (3 * 4, 3 * 2),  # d(d+1) and d(d−1)
    "softmax(3, 4)": (3, 2 * 3),  # m and 2m
}
GRADIENT, MOMENTUM = "MGP, arXiv 2307.00144", "MGP, arXiv 2405.12888"

Spectra = tuple[Any, Any]  # of descent at either rate


def study() -> Study:
    """The counts of the literature, and of training."""
    descent, heavy = ({name: _spectra(name, inertia=inertia) for name in TRAINED} for inertia in (False, True))
    figures = {"counted_laws": lambda figure: _draw(figure, descent, heavy)}
    return Study([*_formulas(), *(_trained(name, descent[name], heavy[name]) for name in TRAINED)], figures)


def _formulas() -> Iterator[Claim]:
    for name, (flow, momentum) in FORMULAS.items():
        found, other = theorem.flow[name], theorem.momentum[name]
        says = f"{name}: gradient flow has {flow} laws, as counted by brackets."
        yield Claim(says, GRADIENT, found, flow, flow, twin=other, without="the limit m → 0")
        says = f"{name}: with momentum there are {momentum}."
        yield Claim(says, MOMENTUM, other, momentum, momentum, twin=found, without="the mass")


def _trained(name: str, descent: Spectra, heavy: Spectra) -> Claim:
    """As many quadratics are kept by descent as there are laws, and with momentum none."""
    laws = theorem.flow[name]
    says = f"{name}: descent is seen to keep {laws} quadratics of its weights, but for O(η)."
    found, twin = count_conserved(*descent), count_conserved(*heavy)
    return Claim(says, GRADIENT, found, laws, laws, twin=twin, without="the limit m → 0")


def _spectra(name: str, *, inertia: bool) -> Spectra:
    coarse, fine = (variance_shares(*TRAINED[name], rate, seed(), inertia=inertia) for rate in RATES)
    return coarse, fine


def _draw(figure: Any, descent: Mapping[str, Spectra], heavy: Mapping[str, Spectra]) -> None:
    """The least shares of variance along paths: what is kept falls fourfold with half the rate."""
    for panel, name in zip(figure.subplots(1, len(TRAINED), sharey=True), TRAINED, strict=True):
        (coarse, fine), (moved, _) = descent[name], heavy[name]
        order = range(1, 11)
        panel.plot(order, coarse[:10], linestyle="none", marker="o", color=BLUE, label="descent")
        panel.plot(order, fine[:10], linestyle="none", marker="s", color=BLACK, label="at half the rate")
        panel.plot(order, moved[:10], linestyle="none", marker="x", color=VERMILION, label="with momentum")
        panel.axvline(theorem.flow[name] + 0.5, color="0.5", linewidth=0.8, linestyle="--")
        panel.set(title=name, yscale="log", xlabel="quadratic", xticks=(1, 5, 10))
    figure.axes[0].set(ylabel="share along paths")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
