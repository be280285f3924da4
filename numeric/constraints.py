"""The constraints on gradient and Hessian, of every symmetry found of a convolutional network and of a transformer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from derivations import constraints as theorem
from numeric._images import convolutional, transformer
from numeric._symmetry_bounds import Bound, bounds
from symlag.plot_style import BLACK, SKY, VERMILION
from symlag.trials import Claim, Study, seed

__all__ = ["measure", "points", "study", "theorem"]

points = (convolutional, transformer)
NAMES = ("CNN", "transformer")
Found = dict[str, Bound]


def measure(network: Any) -> Found:
    """The worst figures for each kind of symmetry."""
    return bounds(network(), seed())


def study(measured: Sequence[Found]) -> Study:
    """Two claims for each kind of symmetry."""
    rows = [(f"{name}, {kind}", bound) for name, of in zip(NAMES, measured, strict=True) for kind, bound in of.items()]
    made = [claim for name, bound in rows for claim in _claims(name, bound)]
    return Study(made, {"constraints": lambda figure: _draw(figure, rows)})


def _claims(name: str, bound: Bound) -> Iterator[Claim]:
    half, whole = "half of the entries of ξ", {"least": 0, "most": 1e-12}
    yield Claim(f"{name}: ⟨g, ξ⟩ = 0.", "NM §3", bound.gradient, **whole, twin=bound.maimed_gradient, without=half)
    if "translation" in name:
        yield Claim(f"{name}: Hξ = 0.", "NM §3", bound.hessian, **whole, twin=bound.maimed_hessian, without=half)
    else:
        says, alone = f"{name}: Hξ + (Dξ)ᵀg = 0.", bound.hessian_alone
        yield Claim(says, "NM §3", bound.hessian, **whole, twin=alone, without="(Dξ)ᵀg")


def _draw(figure: Any, rows: Sequence[tuple[str, Bound]]) -> None:
    """Every figure a mark on a line of its own."""
    figure.set_size_inches(6.6, 0.9 + 0.25 * len(rows))
    panel = figure.subplots()
    heights = range(len(rows))[::-1]
    marks = {
        "gradient": (r"$\langle g, \xi\rangle$", "o", SKY),
        "hessian": (r"$H\xi + (D\xi)^{\top} g$", "s", BLACK),
        "maimed_gradient": (r"$\langle g, \xi\rangle$, half of $\xi$", "+", VERMILION),
        "hessian_alone": (r"$H\xi$ alone", "x", VERMILION),
    }
    for field, (label, marker, color) in marks.items():
        values = [getattr(bound, field) for _, bound in rows]
        panel.plot(values, heights, linestyle="none", marker=marker, color=color, label=label)
    panel.axvline(1e-12, color="0.6", linewidth=0.8, linestyle=":")
    panel.set(xscale="log", xlim=(1e-17, 100), xlabel="relative to a random direction as long as ξ")
    panel.set_yticks(heights, [name for name, _ in rows])
    figure.legend(loc="outside upper center", ncols=4, handletextpad=0.2)
