"""Claims in words, a few lines each: folded to the width of a terminal, and unfolded in a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from textwrap import fill

from rich.console import Console
from rich.text import Text

from symlag.trials.campaign.outcome import Outcome

console = Console(highlight=False, soft_wrap=True)

MARGIN = " " * 11


def show_claims(outcomes: Iterable[Outcome]) -> None:
    """Print the claims of some trials: verdict, claim, measured and required figure, twin, and source."""
    width = console.width if console.is_terminal else sys.maxsize
    for outcome in outcomes:
        console.print(Text(outcome.stem, "bold"))
        for claim in outcome.claims:
            verdict = Text(f"  {claim.verdict.name:9}", "green" if claim.verdict.holds else "bold red")
            lines = (
                fill(line, width, initial_indent=MARGIN, subsequent_indent=MARGIN, break_long_words=False)
                for line in (claim.says, f"{claim.summary}.", claim.source)
            )
            console.print(verdict, "\n".join(lines).removeprefix(MARGIN), sep="", markup=False)
