"""The table of a campaign: the same text for the same outcomes, because it holds no times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symlag.document.markdown import escape_markdown
from symlag.trials.campaign.outcome import Outcome

COLUMNS = ("trial", "claim", "source", "measured", "required", "twin", "verdict")


def rows(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """A row for each claim of a trial."""
    for claim in outcome.claims:
        twin = f"{claim.twin:.4g} (without {claim.without})"
        measured = f"{claim.measured:.4g}"
        yield (outcome.stem, claim.says, claim.source, measured, claim.required, twin, claim.verdict.name)


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table of all trials in Markdown."""
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    lines += [tuple(map(escape_markdown, row)) for outcome in outcomes for row in rows(outcome)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
