"""By how much the exact laws and modified equations of optimizers are missed, beside what is required.

    python -m numeric.bench.exact

Residuals are relative to the largest term of the law, in float64, over 400 steps on digits with minibatches and a
cosine schedule. `test_torch_optimizers.py` and `test_backward_error.py` of tests/optimizers hold every line to what is
required.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sympy import Expr, cancel, symbols

from derivations.exact_adaptive import rmsprop
from numeric._exact_laws import ADAPTIVE, FIELDS, OWN, SIMPLE, gaps, group_gaps, muon_gaps, own_gaps, ways, window_gap
from numeric._orders_of_modified_flow import observed
from numeric._sphere import apart
from symlag.optimizers.exact_law import exact
from symlag.optimizers.library.momentum import nesterov, sgd, sgdw
from symlag.optimizers.update_rule import UpdateRule

Row = tuple[str, str, str, bool]

eta, beta, decay = symbols("eta beta lambda", positive=True)
ANGLES: dict[str, tuple[UpdateRule, Expr]] = {
    "coupled decay": (sgd(), eta * decay / (1 + beta)),
    "decoupled decay": (sgdw(), eta * decay * (1 - beta) / (1 + beta - beta * eta * decay)),
}


def main() -> None:
    """Measure everything and print the table."""
    torch.set_default_dtype(torch.float64)  # in it NAdam keeps its product of momenta
    table = Table("", "measured", "required", "", title="exact laws of optimizers")
    for what, measured, required, holds in track(rows(), transient=True):
        table.add_row(what, measured, required, "✓" if holds else "✗ missed")
    Console(width=110).print(table)
    print(f"{process_time():.0f} s on one core; an order is an exponent of the learning rate, and may miss by 0.25")


def rows() -> Iterator[Row]:
    """What is measured, the measured figure, the required one, and whether it holds."""
    for name in (*SIMPLE, *ADAPTIVE):
        bound = 1e-12 if name in SIMPLE else 1e-11
        for way, options in ways(name).items():
            yield within(f"torch's {name}, {way}", gaps(name, options), bound)
    for name in OWN:
        yield within(f"{name}, by its own equations", own_gaps(name), 1e-12 if name == "SGDW" else 1e-11)
    yield within("Muon's skew charge", {"skew": own_gaps("Muon")["skew"]}, 1e-12)
    yield within("torch's Muon", muon_gaps(), 1e-11)
    yield within("two parameter groups of torch's SGD with unlike rates", group_gaps(), 1e-12)
    yield within("BatchNorm beside RMSProp, 200 steps, losses", {"scale": apart(rmsprop)}, 1e-12)
    yield within("sums over a window of 200 steps", {"scale": window_gap()}, 1e-13)
    yield from map(turn, ANGLES)
    for rule in (sgd(momentum=0), sgd(), nesterov()):
        for order in range(4):
            yield order_of_error(rule, order)


def within(what: str, residuals: dict[str, float], bound: float) -> Row:
    """The row of the law with the largest residual."""
    worst = max(residuals.values())
    counted = f"{what}: the worst of {len(residuals)} laws" if len(residuals) > 1 else what
    return counted, f"{worst:.1e}", f"≤ {bound:.0e}", worst <= bound


def turn(name: str) -> Row:
    """The row of an angle of equilibrium, as an identity of symbols."""
    rule, theory = ANGLES[name]
    gap = cancel(exact(rule, FIELDS["scale"].generator).turn() - theory)
    return f"1 − cos of the angle per step, {name}, less that of theory", str(gap), "0", gap == 0


def order_of_error(rule: UpdateRule, order: int) -> Row:
    """The row of an order of error."""
    exponent = observed(rule, order)
    what = f"modified equation of {rule.name} with {order} corrections, order of the error"
    return what, f"{exponent:.2f}", str(order + 1), abs(exponent - order - 1) < 0.25


if __name__ == "__main__":
    main()
