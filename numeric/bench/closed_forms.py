"""The closed forms of laws of learning on digits, Q(t) in one formula: by how much they miss training.

    python -m numeric.bench.closed_forms

`tests/learning/test_learning_dynamics.py` holds every line to what is claimed; the trial `adaptive` has the norms.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from numeric._closed_forms import RUNS, forecast, noisy, refined, solved
from numeric._noise import Descent

Row = tuple[str, str, str]


def main() -> None:
    """Measure everything and print the table."""
    table = Table("", "measured", "theory", title="digits, float64, torch SGD")
    for rows in (_forms(), _regimes()):
        for row in rows:
            table.add_row(*row)
        table.add_section()
    Console(width=110).print(table)


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
