"""A claim of a paper, and what became of it: a figure that was measured, and the interval that the claim requires.

A claim that no measurement could refute says nothing. So each is measured twice: as it stands, and as its *twin*, the
same figure with one term of the law removed. The twin must fall outside the interval; where it does not, the term
makes no difference, and nothing was tried.

>>> claim = Claim("The norm comes to rest.", "NLD Eq. 18", 0.0498, least=0.045, most=0.055, twin=0.0, without="the KSB")
>>> print(claim.verdict.name, claim.sentence)
HOLDS 0.0498 is required to be 0.045 … 0.055, and is; without the KSB it would be 0.
>>> Claim("The norm comes to rest.", "NLD Eq. 18", 0.0498, most=0.1, twin=0.0, without="the KSB").verdict.name
'EMPTY'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, nan
from typing import Any

from symlag.display import Shown
from symlag.errors import FormError
from symlag.optimizers.exact import DiscreteLaw
from symlag.plotting import Draw
from symlag.trials.exact_trial import EXACTLY, Account
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import LEAST_ORDER, ROUND_OFF, Verdict, worst


@dataclass(frozen=True)
class Claim(Shown):
    """One sentence of a paper, and the figure that it stands or falls with.

    `says` is the sentence, `source` paper and equation, `measured` the figure, dimensionless where it can be; it must
    lie between `least` and `most`, both included. `twin` is the same figure with one term of its law removed, and
    `without` names that term, as in "without the KSB". `FormError` where nothing is required.
    """

    says: str
    source: str
    measured: float
    least: float = -inf
    most: float = inf
    twin: float = field(kw_only=True)
    without: str = field(kw_only=True)

    def __repr__(self) -> str:
        return f"Claim({self.verdict.name}: {self.says} {self.figures})"

    def __post_init__(self) -> None:
        for name in ("measured", "least", "most", "twin"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not (self.least <= self.most and (isfinite(self.least) or isfinite(self.most))):
            wrong = f"no figure is refused and another allowed between {self.least:g} and {self.most:g}"
            raise FormError(f"Claim({self.says!r}, …)", wrong, "least = 0.9, say, or most, or both in order")

    def admits(self, figure: float) -> bool:
        """Whether a figure is as required."""
        return isfinite(figure) and self.least <= figure <= self.most

    @property
    def verdict(self) -> Verdict:
        """Broken, diverged, or held; empty where the twin is as required, too, or does not differ."""
        if not isfinite(self.measured):
            return Verdict.DIVERGED
        if self.admits(self.twin) or self.twin == self.measured:
            return Verdict.EMPTY
        return Verdict.HOLDS if self.admits(self.measured) else Verdict.BROKEN

    @property
    def required(self) -> str:
        """The interval in words."""
        if self.least == -inf:
            return f"≤ {self.most:.4g}"
        return f"≥ {self.least:.4g}" if self.most == inf else f"{self.least:.4g} … {self.most:.4g}"

    @property
    def figures(self) -> str:
        """What was measured, what is required, and what the twin gave."""
        return f"{self.measured:.4g}, required {self.required}; {self.twin:.4g} without {self.without}"

    @property
    def sentence(self) -> str:
        """The verdict in words, with both figures."""
        found = "and is" if self.admits(self.measured) else "and is not"
        return (
            f"{self.measured:.4g} is required to be {self.required}, {found}; "
            f"without {self.without} it would be {self.twin:.4g}."
        )


@dataclass(frozen=True)
class Study(Shown):
    """What a trial of a paper found: its claims, and the pictures that show them.

    `figures` maps the name of a picture to a function that draws upon an empty matplotlib `Figure`. `FormError`
    without a claim, or where a name is none for a file.
    """

    claims: Sequence[Claim]
    figures: Mapping[str, Draw] = field(default_factory=dict[str, Draw])

    def __repr__(self) -> str:
        return f"Study({', '.join(map(repr, self.claims))})"

    @property
    def sentence(self) -> str:
        """How many of the claims hold, and each of them on a line."""
        held = sum(claim.verdict.holds for claim in self.claims)
        told = (f"{claim.verdict.name}: {claim.says} {claim.sentence}" for claim in self.claims)
        return "\n".join([f"{held} of {len(self.claims)} claims hold.", *told])

    def __post_init__(self) -> None:
        made: tuple[Any, ...] = tuple(self.claims)
        object.__setattr__(self, "claims", made)
        if not made or not all(isinstance(claim, Claim) for claim in made):
            raise FormError(f"Study({self.claims!r})", "it is no list of claims", "Study([Claim(…)], {…})")
        for name in self.figures:
            if not re.fullmatch(r"[\w-]+", name):
                raise FormError(f"the figure {name!r}", "it is no name for a file", "letters, digits, _ and - alone")

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the claims."""
        return worst(claim.verdict for claim in self.claims)


def claims(trial: Trial, source: str) -> tuple[Claim, ...]:
    """What a trial by records amounts to: each law's gap closes with the step, or is nothing but round-off."""
    return tuple(_claim(finding, source) for finding in trial.findings)


def _claim(finding: Finding, source: str) -> Claim:
    exact, lost = _exact(finding), finding.verdict is Verdict.DIVERGED
    measured = max(finding.gaps, default=nan) if exact else finding.order
    return Claim(
        f"{finding.name}: " + ("the law holds to round-off." if exact else "the gap closes with the step."),
        source,
        nan if lost else measured,
        least=-inf if exact else LEAST_ORDER,
        most=_round_off(finding) if exact else inf,
        twin=min(finding.twin_gaps, default=nan) if exact else finding.twin_order,
        without=_removed(finding),
    )


def _exact(finding: Finding) -> bool:
    return isinstance(finding, Account) or finding.verdict is Verdict.EXACT


def _round_off(finding: Finding) -> float:
    return EXACTLY if isinstance(finding, Account) else ROUND_OFF


def _removed(finding: Finding) -> str:
    """What the failing twin of a law lacks."""
    if isinstance(finding.law, DiscreteLaw):
        return "its sources" if finding.law.sources else "what it loses"
    return "the right source"
