"""`symlag doctor`: what is installed, and what is missing for what."""

from __future__ import annotations

from rich.text import Text

from symlag.cli.commands.claims import console
from symlag.cli.doctor import checks


def doctor() -> None:
    """Say what symlag finds on this machine, what is missing for what, and the command that installs it."""
    told = tuple(checks())
    there, missing = [one for one in told if one.found], [one for one in told if not one.found]
    wide, deep = (max(map(len, column)) for column in zip(*((one.name, one.found) for one in told), strict=True))
    for one in there:
        console.print(Text(f"{one.name:{wide}}  {one.found:{deep}}  "), Text(one.serves, "dim"), sep="")
    console.print("\nNothing is missing." if not missing else "\nMissing, and what for:")
    for one in missing:
        console.print(Text(one.name.ljust(wide), "yellow"), Text(f"  {one.serves}: {one.advice}"), sep="")
