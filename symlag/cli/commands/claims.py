"""Claims in words, a few lines each: folded to the width of a terminal, and left whole in a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from textwrap import fill

from rich.console import Console
from rich.text import Text

from symlag.trials.campaign.outcome import Outcome
from symlag.trials.claim import Claim
from symlag.trials.verdict import Verdict

console = Console(highlight=False, soft_wrap=True)

MARGIN = " " * 11


def show_claims(outcomes: Iterable[Outcome]) -> None:
    """Print the claims of some trials: verdict, claim, measured and required, twin, and source."""
    for outcome in outcomes:
        console.print(Text(outcome.stem, "bold"))
        for claim in outcome.claims:
            console.print(_word(claim.verdict), _told(claim), sep="", markup=False)


def _word(verdict: Verdict) -> Text:
    return Text(f"  {verdict.name:9}", "green" if verdict.holds else "bold red")


def _told(claim: Claim) -> str:
    """What is claimed; what was measured; where it is from."""
    lines = claim.says, f"{claim.figures}.", claim.source
    return "\n".join(map(_folded, lines)).removeprefix(MARGIN)


def _folded(line: str) -> str:
    width = console.width if console.is_terminal else sys.maxsize
    return fill(line, width, initial_indent=MARGIN, subsequent_indent=MARGIN, break_long_words=False)
