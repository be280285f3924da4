"""`symlag doctor`: what is installed, and what is missing for what."""

from __future__ import annotations

from rich.text import Text

from symlag.cli.commands.claims import console
from symlag.cli.installation import checks


def doctor() -> None:
    """Print what symlag finds on this machine, what is missing for what, and the command that installs it."""
    all_checks = tuple(checks())
    name_width = max(len(check.name) for check in all_checks)
    found_width = max(len(check.found) for check in all_checks)
    for check in all_checks:
        if check.found:
            line = f"{check.name:{name_width}}  {check.found:{found_width}}  "
            console.print(Text(line), Text(check.serves, "dim"), sep="")
    missing = [check for check in all_checks if not check.found]
    console.print("\nMissing, and what for:" if missing else "\nNothing is missing.")
    for check in missing:
        console.print(Text(check.name.ljust(name_width), "yellow"), Text(f"  {check.serves}: {check.advice}"), sep="")
