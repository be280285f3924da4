"""The measured figures of Noether's learning dynamics on digits: theory.md §3 and §5 against training.

    python -m numeric.bench.learning_dynamics

`tests/test_learning_dynamics.py` holds every line to what is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from numeric._closed import RUNS, forecast, noisy, refined, solved
from numeric._noise import Descent, norms
from numeric._radius import PRINTED, angle, memory, radius, remembered, unrest, whiteness

SETTLED = slice(3000, None)
Row = tuple[str, str, str]


def main() -> None:
    """Measure everything and print the table."""
    table = Table("", "measured", "theory", title="digits, float64, torch SGD")
    for rows in (_norms(4), _norms(8), _norms(16), _rest(), _forms(), _regimes()):
        for row in rows:
            table.add_row(*row)
        table.add_section()
    Console(width=110).print(table)


def _norms(batch: int) -> Iterator[Row]:
    run = norms(Descent(eta=0.02, beta=0.9, decay=0.002, batch=batch, steps=9000))
    square, chi = run.square[SETTLED].mean(), whiteness(run)
    laws = {
        "printed law (χ = 1)": (radius(run, PRINTED), "4.36"),
        "χ measured along the run": (radius(run, run.persistence), "1"),
        "χ of white noise": (radius(run, chi), "1"),
        "RMSProp, χ of white noise": (remembered(run, chi), "1"),
    }
    for law, (predicted, theory) in laws.items():
        yield f"batch {batch}: r² by the {law}", f"{predicted[SETTLED].mean() / square:.3f}", theory
    share = (1 - run.descent.beta) ** 2 * run.momentum[SETTLED].mean() / run.gradient[SETTLED].mean()
    yield f"batch {batch}: χ of averages", f"{share:.4f}", f"{chi:.4f}"
    yield f"batch {batch}: angle of a step", f"{run.chord[SETTLED].mean() ** 0.5:.5f}", f"{angle(run, chi):.5f}"
    found, stated = memory(run, chi, window=200)
    yield f"batch {batch}: memory in steps", f"{found:.0f}", f"{stated:.0f}"


def _rest() -> Iterator[Row]:
    for step in (0.2, 0.1, 0.05):
        yield f"steady state, m⟨|ẇ|²⟩/λ⟨|w|²⟩ − 1 at h = {step}", f"{unrest(step):.4f}", "O(h)"


def _forms() -> Iterator[Row]:
    for beta, bound in ((0.0, "< 2e-4"), (0.9, "< 2e-2")):
        for name in RUNS:
            run = noisy(name, Descent(eta=0.02, beta=beta, decay=0.01, batch=64, steps=400))
            yield f"closed form of {name}, β = {beta}", f"{forecast(solved(name), run).error:.1e}", bound


def _regimes() -> Iterator[Row]:
    found = solved("translation")
    for regime, share in (("overdamped", 0.25), ("critical", 1.0), ("oscillating", 4.0)):
        errors = [forecast(found, refined(share, step)).error for step in (0.1, 0.05, 0.025)]
        yield f"translation, {regime}, h = 0.1, 0.05, 0.025", ", ".join(f"{e:.1e}" for e in errors), "O(h²)"


if __name__ == "__main__":
    main()
