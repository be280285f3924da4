"""`symlag doctor`: what is installed, and what is missing for what."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from symlag.commands._table import console
from symlag.doctor import checks


def doctor() -> None:
    """Say what symlag finds on this machine, what is missing for what, and the command that installs it."""
    table = Table("", "found", "for", "to install", show_edge=False, pad_edge=False)
    for check in checks():
        found = Text(check.found, "green") if check.found else Text("missing", "yellow")
        table.add_row(Text(check.name), found, Text(check.serves), Text("" if check.found else check.install))
    console.print(table)
