"""Motion around a valley that is a circle, from a push along it: what friction and mass leave of the turning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from derivations import rotation_decay as theorem
from numeric._evaluate import evaluate
from numeric._orbits import Orbit, orbit
from symlag import noether
from symlag.plot_style import BLUE, GREEN, MEASURED, THEORY, TWIN, VERMILION
from symlag.trials import Claim, Study, observed_order
from symlag.variational.noether import Law

__all__ = ["fast", "study", "theorem"]

fast = True
SPAN = 6.0
START = {"x": 1.3, "y": 0.0, "x_dot": 0.0, "y_dot": 1.0}
PAIRS = ((1.0, 0.1), (1.0, 0.4), (0.2, 1.0))  # mass and friction
MASSES, FRICTIONS = (0.1, 0.05, 0.025), (0.004, 0.002, 0.001)
TILTED = noether(replace(theorem.law.lagrangian, potential=theorem.V + theorem.x**2 / 4), theorem.symmetry)


@dataclass(frozen=True, eq=False)
class Turning:
    """An orbit of a mass and a friction, and the charge (n,) that is left of the first by the closed form."""

    mass: float
    friction: float
    found: Orbit
    stated: Any

    @property
    def gap(self) -> float:
        """The greatest distance of the closed form from the measured charge, by the greatest charge."""
        return float(abs(self.stated - self.found.measured).max() / abs(self.found.measured).max())

    @property
    def twin_gap(self) -> float:
        """The same of the charge that no friction takes from."""
        return float(abs(self.found.measured / self.found.measured[0] - 1).max())

    @property
    def angle(self) -> float:
        """The angle turned by."""
        return float(np.unwrap(np.arctan2(self.found.state["y"], self.found.state["x"]))[-1])


def study() -> Study:
    """The charge at some masses and frictions, and either limit."""
    turnings = [turning(*pair) for pair in PAIRS]
    return Study([*map(_decay, turnings), _massless(), _frictionless()], {"rotation_decay": partial(_draw, turnings)})


def turning(mass: float, friction: float, law: Law = theorem.law) -> Turning:
    """The orbit, and e^{−μt/m}."""
    still = {"m": mass, "mu": friction}
    found = orbit(law, START, still, SPAN)
    return Turning(mass, friction, found, evaluate(theorem.decay, {**still, "t": found.time, "C_0": found.measured[0]}))


def _decay(one: Turning) -> Claim:
    says = f"m = {one.mass}, μ = {one.friction}: the charge decays as e^(−μt/m)."
    return Claim(says, "NLD Fig. 2", one.gap, most=1e-10, twin=one.twin_gap, without="friction")


def _massless() -> Claim:
    """The order in m."""
    says = "As m → 0, the weights stop turning: the angle falls as m."
    measured, twin = (observed_order(MASSES, [turning(m, mu).angle for m in MASSES]) for mu in (1.0, 0.0))
    return Claim(says, "NLD Fig. 2 and §4", measured, least=0.9, twin=twin, without="friction")


def _frictionless() -> Claim:
    """The order in μ."""
    says = "As μ → 0, the charge is conserved: what is lost of it falls as μ."
    lost = ([turning(1.0, mu, law).twin_gap for mu in FRICTIONS] for law in (theorem.law, TILTED))
    measured, twin = (observed_order(FRICTIONS, gaps) for gaps in lost)
    return Claim(says, "NLD Fig. 2 and §4", measured, least=0.9, twin=twin, without="the symmetry of the loss")


def _draw(turnings: Sequence[Turning], figure: Any) -> None:
    """The orbits around the valley, and their charges."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    circle = np.linspace(0, 2 * np.pi, 200)
    left.plot(np.cos(circle), np.sin(circle), color="0.8", linewidth=4, linestyle="-", zorder=0)
    for one, colour in zip(turnings, (BLUE, GREEN, VERMILION), strict=True):
        own = {"color": colour, "linestyle": "-"}
        left.plot(one.found.state["x"], one.found.state["y"], **own, linewidth=1.2)
        label = f"$m = {one.mass:g}$, $\\mu = {one.friction:g}$"
        first = one.found.measured[0]
        right.plot(one.found.time, one.found.measured / first, **{**MEASURED, **own, "alpha": 0.45}, label=label)
        right.plot(one.found.time, one.stated / first, **THEORY)
    right.axhline(1, **TWIN, label="without friction")
    left.set(aspect="equal", xlabel="$x$", ylabel="$y$")
    right.set(xlabel="time $t$", ylabel="charge $C/C_0$", yscale="log", ylim=(1e-6, 3))
    right.margins(x=0.01)
    right.legend(loc="lower right")
