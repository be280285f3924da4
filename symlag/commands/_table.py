"""The table of claims on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from symlag.campaign import COLUMNS, Outcome, rows
from symlag.trial import Verdict

console = Console(highlight=False)


def show_claims(outcomes: Iterable[Outcome]) -> None:
    """Print the claims of some trials: source, measured, required, twin and verdict."""
    table = Table(*COLUMNS, show_edge=False, pad_edge=False)
    for outcome in outcomes:
        for *told, verdict in rows(outcome):
            style = "green" if Verdict[verdict].holds else "bold red"
            table.add_row(*map(Text, told), Text(verdict, style))
    console.print(table)
