"""The account of a stretch of steps: by how much each term moves each charge, and what is left over.

    Δcharge = decay + memory + KSB + metric + breaking + round-off

Each tensor's part is by the law of the group that trains it, with the numbers of that group at that step; parts add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import finfo

from symlag.networks.monitor._laws import TERMS, Stepwise
from symlag.networks.monitor._plan import Line, Part, Plan
from symlag.networks.monitor._recorder import Step, Stretch
from symlag.networks.monitor._track import Track

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Account:
    """One charge of one line over some steps.

    `before`, `after`, `residual`, `floor` and each of `terms` are (steps, size). The floor is what round-off may make
    of the residual: the precision of the tensors times the magnitude of all that is added up. `noise` is the share of
    batch noise in KSB, estimated once a stretch; the rest is drift. It is none where nothing tells.
    """

    line: Line
    charge: str
    steps: tuple[int, ...]
    before: Array
    after: Array
    terms: dict[str, Array]
    floor: Array
    noise: float | None

    @property
    def residual(self) -> Array:
        """What the exact law does not account for: round-off, or a law that is broken."""
        return self.after - self.before - sum(self.terms.values())

    @property
    def floors(self) -> Array:
        """The largest residual of each step as a multiple of the largest floor: about one, or less, is round-off."""
        return np.abs(self.residual).max(1) / self.floor.max(1).clip(np.finfo(float).tiny)

    @property
    def name(self) -> str:
        """The line and the charge."""
        return f"{self.line.name}/{self.charge}"


@dataclass(frozen=True, eq=False)
class Share:
    """One tensor's share in a line: its forms, (steps, forms, size), what they add to charges by the law, and ε.

    `added` are the coefficients (steps, terms, charges, forms) at the hyper-parameters of each step, `sizes` the
    magnitudes of forms, (forms, size), `precision` is ε.
    """

    law: Stepwise
    forms: Array
    added: Array
    sizes: Array
    precision: float

    def before(self, charge: str) -> Array:
        """The charge before each step."""
        return self.forms[:, self.law.charges.index(charge)]

    def after(self, charge: str) -> Array:
        """The charge after each step."""
        return self.forms[:, len(self.law.charges) + self.law.charges.index(charge)]

    def term(self, term: str, charge: str) -> Array:
        """What one term adds."""
        if term not in self.law.terms:
            return np.zeros_like(self.forms[:, 0])
        table = self.added[:, self.law.terms.index(term), self.law.charges.index(charge)]
        return np.einsum("sf,sfn->sn", table, self.forms)

    def floor(self, charge: str) -> Array:
        """What round-off may make of the sum."""
        i, n = self.law.charges.index(charge), len(self.law.charges)
        sizes = np.maximum(self.sizes, np.abs(self.forms))
        fed = np.einsum("sf,sfn->sn", np.abs(self.added[:, :, i]).sum(1), sizes)
        return self.precision * (sizes[:, i] + sizes[:, n + i] + fed)


def accounts(plan: Plan, stretch: Stretch) -> Iterator[Account]:
    """The accounts of all lines over a stretch of steps."""
    tracks = {track.name: track for track in plan.tracks}
    for line in plan.lines:
        shares = [_share(part, tracks[part.tensor], stretch) for part in line.parts]
        noise = _noise(line, tracks, stretch)
        for charge in dict.fromkeys(name for share in shares for name in share.law.charges):
            held = [share for share in shares if charge in share.law.charges]
            yield _account(line, charge, held, stretch.steps, noise)


def _account(line: Line, charge: str, shares: Sequence[Share], steps: Sequence[Step], noise: float | None) -> Account:
    """The shares of one charge added up."""
    total = lambda of: np.sum([of(share) for share in shares], 0)  # noqa: E731
    there = [term for term in TERMS if any(term in share.law.terms for share in shares)]
    terms = {term: total(lambda share, term=term: share.term(term, charge)) for term in there}
    ends = (total(lambda share: share.before(charge)), total(lambda share: share.after(charge)))
    floor = total(lambda share: share.floor(charge))
    return Account(line, charge, tuple(step.number for step in steps), *ends, terms, floor, noise)


def _share(part: Part, track: Track, stretch: Stretch) -> Share:
    """The share of one tensor: a law adds nothing to it where it takes no step."""
    at = [track.slots[form, part.piece] for form in part.law.forms]
    forms = np.stack([part.values(stretch.rows[:, there]) for there in at], 1)
    sizes = np.stack([part.sizes(stretch.sizes[there]) for there in at])
    added = []
    for step in stretch.steps:
        count = step.counts.get(part.tensor)
        made = part.law.coefficients(*step.values[track.group], count or 0)
        added.append(made if count is not None else 0 * made)
    return Share(part.law, forms, np.stack(added), sizes, finfo(track.parameter.dtype).eps)


def _noise(line: Line, tracks: Mapping[str, Track], stretch: Stretch) -> float | None:
    """The share of batch noise in KSB, by the first step of a stretch that begins with a momentum, if any does.

    E⟨g, Ag⟩ = ⟨∇L, A∇L⟩ + tr(AΣ)/S: the drift of Kunin et al. (2012.04728) and the noise of Ziyin et al. (2308.06671).
    The momentum m = Σ aβʲg_{k−j} holds gradients of other batches, which share ∇L alone, so that the estimator of the
    first term is ⟨g, Am⟩/Σ aβʲ, kept within 0 and ⟨g, Ag⟩. In |m|² the first grows by (Σ aβʲ)², the second by Σ (aβʲ)².
    It is one step's, with |A|, and takes ∇L as steady over 1/(1 − β) steps.
    """
    drift = noise = 0.0
    for part in line.parts:
        track = tracks[part.tensor]
        begun = [i for i, step in enumerate(stretch.steps[:2]) if step.counts.get(part.tensor, 0)]
        if part.law.past is None or not begun:
            return None
        past, row, step = part.law.past, stretch.rows[begun[0]], stretch.steps[begun[0]]
        steady, power = past.gains(*step.values[track.group], step.counts[part.tensor])
        square, cross = (part.total(row[track.slots[form, part.piece]]) for form in (past.square, past.cross))
        shared = min(max(cross / steady, 0.0), square)
        drift, noise = drift + shared * steady**2, noise + (square - shared) * power
    return noise / (drift + noise) if drift + noise else None
