"""The account of a charge: by how much each term of its law moves it in each step, and what is left over.

    charge after − charge before = decay + memory + KSB + metric + breaking + residual

The terms are those of `exact_laws`; each tensor's summand has the law and the hyper-parameters of the group that trains
it, at that step, and the summands add up. The law is exact, so the residual is round-off. The *floor* says how much
round-off may be: the precision of the tensors (2⁻²³ of float32) times the magnitude of everything that is added up,
Σ|cᵢ||xᵢyᵢ|. A residual of many floors means that the law is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import add

import numpy as np
from numpy.typing import NDArray
from torch import finfo

from symlag.networks.monitor.charges import ChargeFamily, Summand
from symlag.networks.monitor.numeric_laws import TERMS, StepLaw
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import StepWindow
from symlag.networks.monitor.tensor_plan import TensorPlan

TINY = np.finfo(float).tiny

Array = NDArray[np.float64]
Coefficients = Callable[[StepLaw, tuple[float, ...], int], Array]  # of a law, at hyper-parameters and a step count


@dataclass(frozen=True, eq=False)
class SummandAccount:
    """The account of what one tensor adds to the charges of a family.

    Attributes
    ----------
    summand : Summand
        What the tensor adds.
    forms : array, (steps, forms, numbers)
        The numbers of its forms.
    ends : array, (2, charges, forms)
        The charges before and after a step as combinations of forms.
    changes : array, (steps, terms, charges, forms)
        What each term adds to them, at the hyper-parameters of each step.
    magnitudes : array, (forms, numbers)
        The magnitudes of the forms.
    precision : float
        That of the tensor.
    """

    summand: Summand
    forms: Array
    ends: Array
    changes: Array
    magnitudes: Array
    precision: float

    def end(self, which: int, charge: str) -> Array:
        """The charges before each step (0), or after it (1), (steps, size)."""
        return self.summand.values(self.ends[which, self._index(charge)] @ self.forms)

    def term(self, term: str, charge: str) -> Array:
        """What one term adds, (steps, size)."""
        return self.summand.values((self._coefficients(term, charge)[:, None] @ self.forms)[:, 0])

    def total(self, charge: str) -> Array:
        """The sum of all charges after each step, (steps,)."""
        return self._form_sums @ self.ends[1, self._index(charge)]

    def total_term(self, term: str, charge: str) -> Array:
        """What one term adds to that sum, (steps,)."""
        return (self._coefficients(term, charge) * self._form_sums).sum(1)

    def residual(self, charge: str) -> Array:
        """What the law does not account for, (steps, size)."""
        return self._residuals[:, self._index(charge)]

    def floor(self, charge: str) -> Array:
        """What round-off may make of that at most, (size,)."""
        return self._floors[self._index(charge)]

    def _index(self, charge: str) -> int:
        return self.summand.law.charges.index(charge)

    def _coefficients(self, term: str, charge: str) -> Array:
        """The coefficients (steps, forms) of a term, zero where the law has no such term."""
        terms = self.summand.law.terms
        if term not in terms:
            return np.zeros_like(self.changes[:, 0, 0])
        return self.changes[:, terms.index(term), self._index(charge)]

    @cached_property
    def _form_sums(self) -> Array:
        """Every form summed over all charges of the family, (steps, forms)."""
        return self.summand.sums(self.forms)

    @cached_property
    def _residuals(self) -> Array:
        return self.summand.values((self.ends[1] - self.ends[0] - self.changes.sum(1)) @ self.forms)

    @cached_property
    def _floors(self) -> Array:
        weights = self.ends.sum(0) + np.abs(self.changes).sum(1).max(0)
        largest = np.maximum(self.forms.max(0), -self.forms.min(0))  # magnitudes may be older than the forms
        return self.precision * self.summand.magnitudes(weights @ np.maximum(self.magnitudes, largest))


@dataclass(frozen=True, eq=False)
class Account:
    """The account of one charge of a family over some steps: what moved it in each of them, and what is left over.

    Attributes
    ----------
    family : ChargeFamily
        The family of charges, one for each of its `size` independent generators.
    charge : str
        Which bilinear form the charge is, such as "theta_theta" for ⟨θ, Aθ⟩ or "m_theta" for ⟨m, Aθ⟩.
    steps : tuple of int
        The numbers of the steps.
    summands : tuple of SummandAccount
        The accounts of what each tensor adds.
    noise : float or None
        The share of batch noise in the KSB term, estimated once in these steps; the rest is drift. None where nothing
        tells one from the other.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import watch
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    >>> x, y = torch.randn(8, 2).double(), torch.randn(8, 1).double()
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with watch(model, optimizer, torch.nn.functional.mse_loss, (x, y)) as monitor:
    ...     for _ in range(4):
    ...         optimizer.zero_grad()
    ...         torch.nn.functional.mse_loss(model(x), y).backward()
    ...         optimizer.step()
    >>> (account,) = monitor.latest
    >>> account.steps, account.after.shape, [*account.terms]
    ((0, 1, 2, 3), (4, 3), ['decay', 'KSB', 'breaking'])
    >>> change = account.after - account.before - sum(account.terms.values())
    >>> bool(abs(change - account.residual).max() < 1e-15 and abs(account.residual).max() < 5 * account.floor.max())
    True
    """

    family: ChargeFamily
    charge: str
    steps: tuple[int, ...]
    summands: tuple[SummandAccount, ...]
    noise: float | None

    @property
    def name(self) -> str:
        """The family and the charge."""
        return f"{self.family.name}/{self.charge}"

    @property
    def before(self) -> Array:
        """The charges before each step, (steps, size)."""
        return _sum(summand.end(0, self.charge) for summand in self.summands)

    @property
    def after(self) -> Array:
        """The charges after each step, (steps, size)."""
        return _sum(summand.end(1, self.charge) for summand in self.summands)

    @property
    def terms(self) -> dict[str, Array]:
        """What each term adds to the charges, by its name, (steps, size) each."""
        return {term: _sum(s.term(term, self.charge) for s in self.summands) for term in self._terms}

    @cached_property
    def total(self) -> Array:
        """The sum of all charges after each step, (steps,)."""
        return _sum(summand.total(self.charge) for summand in self.summands)

    @cached_property
    def total_terms(self) -> dict[str, Array]:
        """What each term adds to that sum, by its name, (steps,) each."""
        return {term: _sum(s.total_term(term, self.charge) for s in self.summands) for term in self._terms}

    @cached_property
    def residual(self) -> Array:
        """What the exact law does not account for, (steps, size): round-off, or a law that is broken."""
        return _sum(summand.residual(self.charge) for summand in self.summands)

    @cached_property
    def floor(self) -> Array:
        """What round-off may make of the residuals at most, (size,)."""
        return _sum(summand.floor(self.charge) for summand in self.summands)

    @cached_property
    def largest_residual(self) -> Array:
        """The largest residual of each step, (steps,)."""
        return np.abs(self.residual).max(1)

    @cached_property
    def floors(self) -> Array:
        """The largest residual of each step in units of the largest floor, (steps,): round-off is about one."""
        return self.largest_residual / max(self.floor.max(), TINY)

    @property
    def _terms(self) -> list[str]:
        return [term for term in TERMS if any(term in s.summand.law.terms for s in self.summands)]


def accounts(plan: Plan, window: StepWindow) -> Iterator[Account]:
    """The accounts of all charges of a plan over a window of steps."""
    coefficients: Coefficients = cache(lambda law, values, count: law.coefficients(*values, count))
    steps = tuple(step.number for step in window.steps)
    for family in plan.families:
        summands = [_summand_account(summand, plan.by_name, window, coefficients) for summand in family.summands]
        noise = _noise_share(family, plan.by_name, window)
        for charge in dict.fromkeys(name for s in summands for name in s.summand.law.charges):
            having = tuple(s for s in summands if charge in s.summand.law.charges)
            yield Account(family, charge, steps, having, noise)


def _summand_account(
    summand: Summand, tensors: Mapping[str, TensorPlan], window: StepWindow, coefficients: Coefficients
) -> SummandAccount:
    """The account of a summand; where its tensor takes no step, only what other tensors move adds to it."""
    tensor, law, group = tensors[summand.measured_at], summand.law, tensors[summand.tensor].group
    block = tensor.blocks[summand.reduction]
    positions, charges = [block.index[form] for form in law.forms], len(law.charges)
    tables = list[Array]()
    for step in window.steps:
        count = step.counts.get(summand.tensor)
        tables.append(law.at_rest if count is None else coefficients(law, step.hyperparameters[group], count))
    changes = np.zeros((len(tables), len(law.terms), charges, len(block.forms)))
    changes[..., positions] = np.array(tables)
    ends = np.eye(len(block.forms))[positions[: 2 * charges]].reshape(2, charges, -1)
    forms, magnitudes = block.numbers(window.rows), block.numbers(window.magnitudes)
    return SummandAccount(summand, forms, ends, changes, magnitudes, finfo(tensor.parameter.dtype).eps)


def _sum(summands: Iterator[Array]) -> Array:
    return reduce(add, summands)


def _noise_share(family: ChargeFamily, tensors: Mapping[str, TensorPlan], window: StepWindow) -> float | None:
    """The share of batch noise in KSB, at the first step of a window that begins with a momentum, if any does.

    E⟨g, Ag⟩ = ⟨∇L, A∇L⟩ + tr(AΣ)/S: the drift of Kunin et al. (2012.04728) and the noise of Ziyin et al. (2308.06671).
    The momentum m = Σ aβʲg_{k−j} holds gradients of other batches, which share ∇L alone, so that the estimator of the
    first term is ⟨g, Am⟩/Σ aβʲ, kept within 0 and ⟨g, Ag⟩. In |m|² the first grows by (Σ aβʲ)², the second by Σ (aβʲ)².
    It is one step's, with |A|, and takes ∇L as steady over 1/(1 − β) steps.
    """
    drift = noise = 0.0
    for summand in family.summands:
        tensor, estimator = tensors[summand.tensor], summand.law.noise_estimator
        begun = [i for i, step in enumerate(window.steps[:2]) if step.counts.get(summand.tensor, 0)]
        if estimator is None or not begun:
            return None
        row, step = window.rows[begun[0]], window.steps[begun[0]]
        drift_gain, noise_gain = estimator.gains(*step.hyperparameters[tensor.group], step.counts[summand.tensor])
        square, cross = (
            summand.trace(row[tensor.slots[form, summand.reduction]]) for form in (estimator.square, estimator.cross)
        )
        shared = min(max(cross / drift_gain, 0.0), square)
        drift += shared * drift_gain**2
        noise += (square - shared) * noise_gain
    return noise / (drift + noise) if drift + noise else None
