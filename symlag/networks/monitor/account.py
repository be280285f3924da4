"""The account of a stretch of steps: by how much each term moves each charge, and what is left over.

    Δcharge = decay + memory + KSB + metric + breaking + round-off

Each tensor's part is by the law of the group that trains it, with the numbers of that group at that step; parts add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import add

import numpy as np
from numpy.typing import NDArray
from torch import finfo

from symlag.networks.monitor.charges import Line, Part
from symlag.networks.monitor.exact_laws import TERMS, Stepwise
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import Stretch
from symlag.networks.monitor.tensor_plan import Track

TINY = np.finfo(float).tiny

Array = NDArray[np.float64]
Tables = Callable[[Stepwise, tuple[float, ...], int], Array]


@dataclass(frozen=True, eq=False)
class Share:
    """One tensor's share in a line: its forms, (steps, forms, numbers), and what the law makes of them.

    `ends` are the charges before and after a step, (2, charges, forms), and `added` what each term adds to them,
    (steps, terms, charges, forms), at the hyper-parameters of that step; `sizes` are magnitudes of forms, (forms,
    numbers), and `precision` is that of the tensor.
    """

    part: Part
    forms: Array
    ends: Array
    added: Array
    sizes: Array
    precision: float

    def end(self, which: int, charge: str) -> Array:
        """The charge before each step, or after it, (steps, size)."""
        return self.part.values(self.ends[which, self._at(charge)] @ self.forms)

    def term(self, term: str, charge: str) -> Array:
        """What one term adds, (steps, size)."""
        return self.part.values((self._adds(term, charge)[:, None] @ self.forms)[:, 0])

    def ended(self, charge: str) -> Array:
        """The sum of all charges after each step, (steps,)."""
        return self._sums @ self.ends[1, self._at(charge)]

    def gained(self, term: str, charge: str) -> Array:
        """What one term adds to that sum, (steps,)."""
        return (self._adds(term, charge) * self._sums).sum(1)

    def left(self, charge: str) -> Array:
        """What the law does not account for, (steps, size)."""
        return self._left[:, self._at(charge)]

    def floor(self, charge: str) -> Array:
        """What round-off may make of that at most, (size,)."""
        return self._floor[self._at(charge)]

    def _at(self, charge: str) -> int:
        return self.part.law.charges.index(charge)

    def _adds(self, term: str, charge: str) -> Array:
        """The coefficients (steps, forms) of a term."""
        terms = self.part.law.terms
        return self.added[:, terms.index(term), self._at(charge)] if term in terms else 0 * self.added[:, 0, 0]

    @cached_property
    def _sums(self) -> Array:
        """Every form summed over all charges of the line, (steps, forms)."""
        return self.part.sums(self.forms)

    @cached_property
    def _left(self) -> Array:
        return self.part.values((self.ends[1] - self.ends[0] - self.added.sum(1)) @ self.forms)

    @cached_property
    def _floor(self) -> Array:
        fed = self.ends.sum(0) + np.abs(self.added).sum(1).max(0)
        largest = np.maximum(self.forms.max(0), -self.forms.min(0))
        return self.precision * self.part.sizes(fed @ np.maximum(self.sizes, largest))


@dataclass(frozen=True, eq=False)
class Account:
    """One charge of one line over some steps.

    `before`, `after`, `residual` and each of `terms` are (steps, size). The floor, (size,), is what round-off may make
    of the residuals at most: the precision of the tensors times the magnitude of all that is added up. `noise` is the
    share of batch noise in KSB, estimated once a stretch; the rest is drift. It is none where nothing tells.
    """

    line: Line
    charge: str
    steps: tuple[int, ...]
    shares: tuple[Share, ...]
    noise: float | None

    @property
    def name(self) -> str:
        """The line and the charge."""
        return f"{self.line.name}/{self.charge}"

    @property
    def before(self) -> Array:
        """The charges before each step."""
        return _total(share.end(0, self.charge) for share in self.shares)

    @property
    def after(self) -> Array:
        """The charges after each step."""
        return _total(share.end(1, self.charge) for share in self.shares)

    @property
    def terms(self) -> dict[str, Array]:
        """What each term adds to the charges."""
        return {term: _total(share.term(term, self.charge) for share in self.shares) for term in self._terms}

    @cached_property
    def ended(self) -> Array:
        """The sum of all charges after each step, (steps,)."""
        return _total(share.ended(self.charge) for share in self.shares)

    @cached_property
    def gained(self) -> dict[str, Array]:
        """What each term adds to that sum, (steps,)."""
        return {term: _total(share.gained(term, self.charge) for share in self.shares) for term in self._terms}

    @cached_property
    def residual(self) -> Array:
        """What the exact law does not account for: round-off, or a law that is broken."""
        return _total(share.left(self.charge) for share in self.shares)

    @cached_property
    def floor(self) -> Array:
        """What round-off may make of the residuals at most."""
        return _total(share.floor(self.charge) for share in self.shares)

    @cached_property
    def missed(self) -> Array:
        """The largest residual of each step, (steps,)."""
        return np.abs(self.residual).max(1)

    @cached_property
    def floors(self) -> Array:
        """The largest residual of each step as a multiple of the largest floor: about one, or less, is round-off."""
        return self.missed / max(self.floor.max(), TINY)

    @property
    def _terms(self) -> list[str]:
        return [term for term in TERMS if any(term in share.part.law.terms for share in self.shares)]


def accounts(plan: Plan, stretch: Stretch) -> Iterator[Account]:
    """The accounts of all lines over a stretch of steps."""
    tables: Tables = cache(lambda law, values, count: law.coefficients(*values, count))
    steps = tuple(step.number for step in stretch.steps)
    for line in plan.lines:
        shares = [_share(part, plan.named, stretch, tables) for part in line.parts]
        noise = _noise(line, plan.named, stretch)
        for charge in dict.fromkeys(name for share in shares for name in share.part.law.charges):
            held = tuple(share for share in shares if charge in share.part.law.charges)
            yield Account(line, charge, steps, held, noise)


def _share(part: Part, tracks: Mapping[str, Track], stretch: Stretch, tables: Tables) -> Share:
    """The share of one tensor: where it takes no step, only what moves of others adds to it."""
    track, law, group = tracks[part.at], part.law, tracks[part.tensor].group
    block = track.blocks[part.piece]
    at, n = [block.places[form] for form in law.forms], len(law.charges)
    counts = [step.counts.get(part.tensor) for step in stretch.steps]
    made = (
        law.still if count is None else tables(law, step.values[group], count)
        for step, count in zip(stretch.steps, counts, strict=True)
    )
    added = np.zeros((len(counts), len(law.terms), n, len(block.forms)))
    added[..., at] = np.array([*made])
    ends = np.eye(len(block.forms))[at[: 2 * n]].reshape(2, n, -1)
    forms, sizes = block.numbers(stretch.rows), block.numbers(stretch.sizes)
    return Share(part, forms, ends, added, sizes, finfo(track.parameter.dtype).eps)


def _total(shares: Iterator[Array]) -> Array:
    return reduce(add, shares)


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
