"""A claim of a paper and its verdict: a figure that was measured, and the interval that the claim requires.

A claim that no measurement could refute says nothing. So each is measured twice: as it stands, and as its *twin*, the
same figure with one term of the law removed. The twin must fall outside the interval; if it does not, the term makes
no difference, and nothing was tried.

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

from symlag.display import Displayable
from symlag.errors import DefinitionError
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.plot_style import Draw
from symlag.trials.exact_trial import EXACT_ROUND_OFF, ChargeFinding
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import LEAST_ORDER, ROUND_OFF, Verdict, worst


@dataclass(frozen=True)
class Claim(Displayable):
    """One sentence of a paper, and the figure that decides whether it holds.

    Parameters
    ----------
    says : str
        The sentence.
    source : str
        Paper and equation.
    measured : float
        The figure, dimensionless if it can be.
    least, most : float
        The interval in which the figure must lie, both ends included; one of them may be left out.
    twin : float
        The same figure with one term of its law removed.
    without : str
        The term that the twin lacks, as in "without the KSB".

    Raises
    ------
    DefinitionError
        If the interval is empty, or no end of it is given.

    Examples
    --------
    >>> claim = Claim("The norm comes to rest.", "NLD Eq. 18", 0.05, most=0.055, twin=0.5, without="the decay")
    >>> claim.verdict.name, claim.required
    ('HOLDS', '≤ 0.055')
    """

    says: str
    source: str
    measured: float
    least: float = -inf
    most: float = inf
    twin: float = field(kw_only=True)
    without: str = field(kw_only=True)

    def __repr__(self) -> str:
        return f"Claim({self.verdict.name}: {self.says} {self.summary})"

    def __post_init__(self) -> None:
        for name in ("measured", "least", "most", "twin"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not (self.least <= self.most and (isfinite(self.least) or isfinite(self.most))):
            wrong = f"no figure is refused and another allowed between {self.least:g} and {self.most:g}"
            write = "Give least or most, for example least = 0.9, or both in order."
            raise DefinitionError(f"Claim({self.says!r}, …)", wrong, write)

    def admits(self, figure: float) -> bool:
        """Whether a figure is as required.

        Parameters
        ----------
        figure : float
            The measured one, or the twin's.

        Returns
        -------
        bool
            Whether it is finite and lies in the interval.
        """
        return isfinite(figure) and self.least <= figure <= self.most

    @property
    def verdict(self) -> Verdict:
        """Diverged, empty if the twin is as required, too, or does not differ, and otherwise held or broken."""
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
    def summary(self) -> str:
        """The figure, what is required of it, and the figure of the twin, in one line."""
        return f"{self.measured:.4g}, required {self.required}; {self.twin:.4g} without {self.without}"

    @property
    def sentence(self) -> str:
        """The verdict in words, with both figures."""
        answer = "and is" if self.admits(self.measured) else "and is not"
        return (
            f"{self.measured:.4g} is required to be {self.required}, {answer}; "
            f"without {self.without} it would be {self.twin:.4g}."
        )


@dataclass(frozen=True)
class Study(Displayable):
    """The results of a trial of a paper: its claims, and the pictures that show them.

    Parameters
    ----------
    claims : sequence of Claim
        At least one.
    pictures : mapping of str to callable
        By the name of its file, a function that draws upon an empty matplotlib `Figure`.

    Raises
    ------
    DefinitionError
        Without a claim, or if a picture has a name that no file can have.

    Examples
    --------
    >>> rest = Claim("The norm comes to rest.", "NLD Eq. 18", 0.05, most=0.055, twin=0.5, without="the decay")
    >>> print(Study([rest]).sentence)
    1 of 1 claims hold.
    HOLDS: The norm comes to rest. 0.05 is required to be ≤ 0.055, and is; without the decay it would be 0.5.
    """

    claims: Sequence[Claim]
    pictures: Mapping[str, Draw] = field(default_factory=dict[str, Draw])

    def __repr__(self) -> str:
        return f"Study({', '.join(map(repr, self.claims))})"

    @property
    def sentence(self) -> str:
        """How many of the claims hold, and each of them on a line."""
        held = sum(claim.verdict.holds for claim in self.claims)
        lines = (f"{claim.verdict.name}: {claim.says} {claim.sentence}" for claim in self.claims)
        return "\n".join([f"{held} of {len(self.claims)} claims hold.", *lines])

    def __post_init__(self) -> None:
        claims: tuple[Any, ...] = tuple(self.claims)
        object.__setattr__(self, "claims", claims)
        if not claims or not all(isinstance(claim, Claim) for claim in claims):
            raise DefinitionError(f"Study({self.claims!r})", "it is no list of claims", "Study([Claim(…)], {…})")
        for name in self.pictures:
            if not re.fullmatch(r"[\w-]+", name):
                write = "Use letters, digits, _ and - only."
                raise DefinitionError(f"the picture {name!r}", "it is no name for a file", write)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the claims."""
        return worst(claim.verdict for claim in self.claims)


def claims(trial: Trial, source: str) -> tuple[Claim, ...]:
    """The claims that a trial by records makes: each law's gap closes with the step, or is nothing but round-off.

    Parameters
    ----------
    trial : Trial
        Laws, tried on runs.
    source : str
        Where the laws are from: paper and equation, or a file.

    Returns
    -------
    tuple of Claim
        A claim for each finding, with the verdict of the finding.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials import orbit, run
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> (claim,) = claims(run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01)), "Noether 1918")
    >>> claim.says, claim.least
    ('time translation: the gap closes with the step.', 0.9)
    """
    return tuple(_claim(finding, source) for finding in trial.findings)


def _claim(finding: Finding, source: str) -> Claim:
    if isinstance(finding.law, DiscreteLaw):
        removed = "its sources" if finding.law.sources else "what it loses"
    else:
        removed = "the right source"
    diverged = finding.verdict is Verdict.DIVERGED
    if isinstance(finding, ChargeFinding) or finding.verdict is Verdict.EXACT:
        return Claim(
            f"{finding.name}: the law holds to round-off.",
            source,
            nan if diverged else max(finding.gaps, default=nan),
            most=EXACT_ROUND_OFF if isinstance(finding, ChargeFinding) else ROUND_OFF,
            twin=min(finding.twin_gaps, default=nan),
            without=removed,
        )
    return Claim(
        f"{finding.name}: the gap closes with the step.",
        source,
        nan if diverged else finding.order,
        least=LEAST_ORDER,
        twin=finding.twin_order,
        without=removed,
    )
