"""The table of a campaign: the same for the same outcomes, for it tells no times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symlag.document.markdown import escape_markdown
from symlag.trials.campaign.outcome import Outcome

COLUMNS = ("trial", "claim", "source", "measured", "required", "twin", "verdict")


def rows(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """A row for each claim of a trial."""
    for claim in outcome.claims:
        figures = f"{claim.measured:.4g}", claim.required, f"{claim.twin:.4g} (without {claim.without})"
        yield (outcome.stem, claim.says, claim.source, *figures, claim.verdict.name)


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table of all trials."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(tuple(map(escape_markdown, row)) for o in outcomes for row in rows(o))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
