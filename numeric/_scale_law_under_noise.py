"""What the law of scale says of noisy training: r⁴ relaxes to the gradients, and plays the G of RMSProp.

Every rate and source comes from `derivations.adaptive`. χ is an argument of the kernels, so that the printed law
(χ = 1), the limit of white noise and the persistence measured along the run are three values of it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Expr, Symbol

from derivations.adaptive import balance, law, rmsprop, rule
from numeric._evaluate import evaluate
from numeric._networks import normalised
from numeric._noise import Descent, Norms, path
from symlag.calculus.matrices import inner
from symlag.learning.scale_invariant import chi_of_white_noise, fourth_power, polar_equations
from symlag.trials import Record, integrate_law

PRINTED = 1.0  # the χ of NLD Eq. 17
FORCE = Symbol("force", positive=True)


def whiteness(run: Norms) -> float:
    """χ of gradients that know nothing of each other, at the run's momentum."""
    return _number(chi_of_white_noise(1 - rule.friction), run)


def radius(run: Norms, chi: Any) -> Any:
    """|w|² (steps, filters) by the law of r⁴, from the first |w|² and the gradients along the run."""
    relaxation, pull = fourth_power(law), polar_equations(law).gradient
    fed = relaxation.source.xreplace({inner(pull, pull): FORCE})
    known = {"force": run.force, "chi": chi, **run.descent.arrays}
    at = evaluate({"rate": relaxation.rate, "source": fed}, known)
    return integrate_law(run.descent.time[:-1], run.square**2, at["rate"], at["source"]) ** 0.5


def remembered(run: Norms, chi: float) -> Any:
    """|w|² (steps, filters) by the equivalent RMSProp: G ← ρG + (1−ρ)|ĝ|² and r⁴ = scale·G."""
    kept, scale = (_number(value, run, chi=chi) for value in (rmsprop.retention, rmsprop.scale))
    G = run.square**2 / scale
    for k, force in enumerate(run.force[:-1]):
        G[k + 1] = kept * G[k] + (1 - kept) * force
    return (scale * G) ** 0.5


def memory(run: Norms, chi: float, window: int) -> tuple[float, float]:
    """The memory of G in steps: by least squares of its increments on |ĝ|² − G over windows, and as the law states it.

    ⟨G′ − G⟩ = ⟨|ĝ|² − G⟩ / memory, all filters together.
    """
    G = run.square**2 / _number(rmsprop.scale, run, chi=chi)
    cut = len(G) // window * window
    start = G[:cut:window]
    pushed = (run.force - G)[:cut].reshape(-1, window, G.shape[1]).mean(1)[:-1]
    gained = (start[1:] - start[:-1]) / window
    return (pushed**2).sum() / (gained * pushed).sum(), _number(rmsprop.memory, run)


def angle(run: Norms, chi: float) -> float:
    """The root mean square of a step on the sphere by the equivalent RMSProp, whose steps agree to the share χ."""
    return _number(rmsprop.rate, run, chi=chi) * chi**0.5


@cache
def unrest(step: float) -> float:
    """By how much either side of the law's steady state exceeds the other as averages of a run, relative."""
    descent = Descent.refined(step, decay=0.05, batch=4, span=400)
    run = Record.along(step, descent.time, {"w": path(normalised, descent)["0.weight"]}, descent.arrays)
    sides = evaluate({"left": balance.lhs, "right": balance.rhs}, run.arrays)
    settled = slice(len(run.time) // 4, None)
    return float(sides["right"][settled].mean() / sides["left"][settled].mean() - 1)


def _number(expression: Expr, run: Norms, **given: float) -> float:
    return float(evaluate(expression, {**run.descent.arrays, **given}))
