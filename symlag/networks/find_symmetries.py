"""The search from a model, its loss and a batch to all of its symmetries, with certificates.

A generator ξ is a symmetry of the loss f where ⟨∇f, ξ⟩ = 0 for all parameters and batches. The families whose rates
vanish at random draws contain all symmetries of the spaces searched, as each draw can only make the set of candidates
smaller. Those that also vanish at fresh draws are symmetries, with probability one. Last, the dimension that they span
is compared with the number of directions in which no gradient points: none is missed where the two are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from torch import Tensor, nn

from symlag.networks.certificate import certificates, loss_change, loss_changes
from symlag.networks.completeness import MOST_PARAMETERS, orbit_and_fiber
from symlag.networks.float64 import float64_with_gradients
from symlag.networks.generators.axis_views import views
from symlag.networks.generators.families import Affine, Linear
from symlag.networks.problem import Problem, pose
from symlag.networks.result.activation_probe import ActivationProbe
from symlag.networks.result.explanations import axis_divisors, explain, explain_gradient_only
from symlag.networks.result.found import Found
from symlag.networks.search.search import all_families
from symlag.networks.search.sketch import sketch_of
from symlag.networks.search.view_plan import ViewPlan
from symlag.networks.symmetry import EXACT, LOSS_CHANGED, Symmetry
from symlag.networks.symmetry_breaking import Cause, causes, without
from symlag.networks.validate import require_clip

Family = Linear | Affine
Certified = tuple[Family, float]  # a family and its certificate


@float64_with_gradients()
def symmetries(
    model: nn.Module,
    loss: Callable[..., Tensor],
    batch: Sequence[Any],
    *,
    near: float = inf,
    clip: float = inf,
) -> Found:
    """The continuous symmetries of loss(model(inputs), targets), found by gradients at random parameters and batches.

    Parameters
    ----------
    model : torch.nn.Module
        The model. It is left as it is; a copy runs in float64, whatever it asks for.
    loss : callable
        A function of the model's output and the targets, or of the output alone where targets are None. Its value is
        one real number.
    batch : pair of inputs and targets
        Inputs are a tensor, a tuple of arguments or a dict of keywords, targets a tensor, a nest of tensors or None.
        Random batches are drawn like them. Masks among them, of bits, of infinities or of zeros and numbers below −10⁴,
        are kept as they are.
    near : float
        Search the symmetries that hold within about this share of the model's own parameters, 0.001 at least. As a
        rule symmetries hold at all parameters; near its own a model may have more, as of dead units, that are lost
        where training goes further.
    clip : float
        The number beyond which training cuts off each entry of the gradient.

    Returns
    -------
    Found
        The families of symmetries as a sequence, those that eps, dropout, evaluation mode, clipping or tied weights
        break, and a verdict whether any are missing.

    Raises
    ------
    SymlagError
        If the model does not run or has no real parameters that learn; if the loss is no scalar, not finite or without
        gradient; if model and batch live on different devices; or if `near` or `clip` is out of range.

    Notes
    -----
    Searched are matrices X that act along axes of tensors, or equal parts of these, each by a multiple of X or of −Xᵀ:
    GL and O; and of diagonal X scales and rescales, also of whole tensors. Also searched are translations, of entries
    or along one axis, of one tensor or of several by multiples of one vector, and shifts of what enters a layer, where
    its bias takes them back.

    Other symmetries are counted in the verdict, but not found: a shift that an elementwise gain scales (δb = s,
    δc = −g·s for g·(x + b) + c), one of a temperature against a scale (δt = 1, δW = −W for exp(t)·W), and nonlinear
    ones. At a single point nothing is searched: there gradients vanish along directions that are no symmetries.

    References
    ----------
    Kunin et al., Neural Mechanics, arXiv 2012.04728; Marcotte, Gribonval and Peyré, arXiv 2307.00144.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False), torch.nn.Linear(2, 3, bias=False))
    >>> print(symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 3), torch.randn(8, 3))).verdict)
    None missed, proved: 4 directions leave the loss alone, all of them found.
    >>> symmetries(torch.nn.Flatten(), torch.nn.functional.mse_loss, (torch.ones(1, 2), torch.ones(1, 2)))
    Traceback (most recent call last):
    symlag.errors.SymlagError: symmetries(model, …): the model has no parameters that learn. Give a model of which \
some parameters have requires_grad=True.
    """
    require_clip(clip)
    problem = replace(pose(model, loss, batch, near), clip=clip)
    present = causes(problem)
    ideal = without(problem, present)
    of_ideal = certified_families(ideal)
    lost = _lost(problem, ideal, of_ideal) if present else []
    # Where nothing was lost the symmetries of the ideal problem are those of the problem itself, unless it was untied.
    holding = certified_families(problem) if lost or ideal.untied else of_ideal
    families = [family for family, _ in holding]
    counts = orbit_and_fiber(problem, families) if problem.size <= MOST_PARAMETERS else (None, None, None)
    broken = tuple(_broken_symmetries(problem, ideal, lost, present))
    return Found(tuple(_symmetries(problem, holding)), broken, problem.shapes, *counts, near)


def certified_families(problem: Problem) -> list[Certified]:
    """The families that random draws show and fresh ones confirm."""
    plan = ViewPlan(problem.shapes, views(problem.shapes, axis_divisors(problem.model)))
    found = all_families(sketch_of(problem, plan))
    certified = zip(found, certificates(problem, found), strict=True)
    return [(family, certificate) for family, certificate in certified if certificate < EXACT]


def _symmetries(problem: Problem, holding: Sequence[Certified]) -> Iterator[Symmetry]:
    """Families with their certificates and reasons; the loss is watched under all of their transformations."""
    changes, probe = loss_changes(problem, [family for family, _ in holding]), ActivationProbe(problem)
    for (family, certificate), change in zip(holding, changes, strict=True):
        reason = explain_gradient_only(change) if change >= LOSS_CHANGED else explain(probe, family)
        yield Symmetry(family, certificate, change, reason)


def _broken_symmetries(
    problem: Problem, ideal: Problem, lost: Sequence[Certified], present: Sequence[Cause]
) -> Iterator[Symmetry]:
    """The symmetries of the model without eps, dropout and the like that it does not have with them, and why."""
    probe = ActivationProbe(ideal)
    breaking = _breaking_causes(problem, [family for family, _ in lost], present)
    for (family, certificate), names in zip(lost, breaking, strict=True):
        change = loss_change(problem, [family])
        yield Symmetry(problem.tied(family), certificate, change, explain(probe, family), " and ".join(names))


def _lost(problem: Problem, ideal: Problem, of_ideal: Sequence[Certified]) -> list[Certified]:
    """The symmetries of an ideal problem that do not hold, and how far they are from it."""
    families = [family for family, _ in of_ideal]
    certified = zip(families, certificates(problem, families), strict=True)
    lost = [(family, certificate) for family, certificate in certified if certificate >= EXACT]
    changes = loss_changes(ideal, [family for family, _ in lost])
    return [pair for pair, change in zip(lost, changes, strict=True) if change < LOSS_CHANGED]


def _breaking_causes(problem: Problem, lost: Sequence[Family], present: Sequence[Cause]) -> list[list[str]]:
    """For each symmetry that is lost the causes that break it on their own."""
    alone = {cause.name: without(problem, [other for other in present if other is not cause]) for cause in present}
    found = {name: certificates(only, lost) for name, only in alone.items()}
    return [[name for name in found if found[name][i] >= EXACT] for i in range(len(lost))]
