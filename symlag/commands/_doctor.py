"""`symlag doctor`: what is installed, and what is missing for what."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from symlag.commands._claims import console
from symlag.doctor import checks


def doctor() -> None:
    """Say what symlag finds on this machine, what is missing for what, and the command that installs it."""
    told = tuple(checks())
    table = Table("", "found", "for", show_edge=False, pad_edge=False)
    for check in told:
        found = Text(check.found, "green") if check.found else Text("missing", "yellow")
        table.add_row(Text(check.name), found, Text(check.serves))
    console.print(table)
    for check in (check for check in told if not check.found):
        console.print(f"{check.name}, for {check.serves}: {check.install}", markup=False, soft_wrap=True)
