"""From a model, its loss and a batch to all of its symmetries, certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from torch import nn

from symlag.networks.certificate import change, changes, slopes
from symlag.networks.float64 import searching
from symlag.networks.generators.axis_views import views
from symlag.networks.generators.generators import Affine, Linear
from symlag.networks.problem import Problem, pose
from symlag.networks.result.activation_probe import Witness
from symlag.networks.result.explanations import counts, reason, unseen
from symlag.networks.result.found import COUNTED, Found, dimensions
from symlag.networks.search.sampling import sketched
from symlag.networks.search.search import families
from symlag.networks.search.view_plan import Plan
from symlag.networks.symmetry import EXACT, FELT, Symmetry
from symlag.networks.symmetry_breaking import Cause, causes, without
from symlag.networks.validate import require_clip

Slope = tuple[Linear | Affine, float]


@searching()
def symmetries(
    model: nn.Module, loss: Callable[..., Any], batch: Any, *, near: float = inf, clip: float = inf
) -> Found:
    """Symmetries of loss(model(inputs), targets) of some families, for a batch (inputs, targets), or (inputs, None).

    Searched are matrices X that act along axes of tensors, or equal parts of them, each by a multiple of X or of −Xᵀ:
    GL, O, and of diagonal X scales and rescales, also of whole tensors; and shifts: of entries, or along one axis, of
    one tensor, of several by multiples of one vector, and of what enters a layer, where its bias takes it back. Others,
    such as a shift that an elementwise gain scales (δb = s, δc = −g·s for g·(x + b) + c), one of a temperature against
    a scale (δt = 1, δW = −W for exp(t)·W), and nonlinear ones, are not found but counted in the verdict.

    They hold at all parameters. A model at its own may have more, as of units that are dead: those are found with
    near=0.01, hold for parameters within about this share of the model's own, and are lost where training goes further.
    They are not looked for at one point alone, where gradients vanish along directions that are no symmetries.
    Inputs are a tensor, a tuple of arguments or a dict of keywords; gradients that training cuts off, entry by entry,
    beyond ±clip break symmetries too. Masks among inputs, of bits, infinities or zeros and numbers below -10⁴, are kept
    as they are. The model runs in float64, whatever it asks for. `SymlagError` where it does not run, or the loss is no
    scalar, not finite or without gradient, the model has no real parameters, model and batch live on different devices,
    or near is below 0.001.

    >>> import torch
    >>> symmetries(torch.nn.Flatten(), torch.nn.functional.mse_loss, (torch.ones(1, 2), torch.ones(1, 2)))
    Traceback (most recent call last):
    symlag.errors.SymlagError: symmetries(model, …): the model has no parameters that learn; write a model with some.
    """
    require_clip(clip)
    problem = replace(pose(model, loss, batch, near), clip=clip)
    present = causes(problem)
    ideal = without(problem, present)
    found = searched(ideal)
    lost = _lost(problem, ideal, found) if present else []
    held = searched(problem) if lost or ideal.untied else found
    counted = dimensions(problem, [motion for motion, _ in held]) if problem.size <= COUNTED else (None, None, None)
    return Found(
        tuple(certified(problem, held)), tuple(broken(problem, ideal, lost, present)), problem.shapes, *counted, near
    )


def searched(problem: Problem) -> list[Slope]:
    """The families that random draws show and fresh ones confirm."""
    found = families(sketched(problem, Plan(problem.shapes, views(problem.shapes, counts(problem.model)))))
    return [(motion, slope) for motion, slope in zip(found, slopes(problem, found), strict=True) if slope < EXACT]


def certified(problem: Problem, found: Sequence[Slope]) -> Iterator[Symmetry]:
    """Families with their certificates and reasons; the loss is watched under all of their transformations."""
    moved, witness = changes(problem, [motion for motion, _ in found]), Witness(problem)
    for (motion, slope), felt in zip(found, moved, strict=True):
        yield Symmetry(motion, slope, felt, unseen(felt) if felt >= FELT else reason(witness, motion))


def broken(problem: Problem, ideal: Problem, lost: Sequence[Slope], present: Sequence[Cause]) -> Iterator[Symmetry]:
    """The symmetries of the model without eps, dropout and the like that it does not have with them, and why."""
    blamed, witness = _blamed(problem, [motion for motion, _ in lost], present), Witness(ideal)
    for (motion, slope), names in zip(lost, blamed, strict=True):
        moved = change(problem, [motion])
        yield Symmetry(problem.tied(motion), slope, moved, reason(witness, motion), " and ".join(names))


def _lost(problem: Problem, ideal: Problem, found: Sequence[Slope]) -> list[Slope]:
    """The symmetries of an ideal problem that do not hold, and how far they are from it."""
    motions = [motion for motion, _ in found]
    lost = [(motion, slope) for motion, slope in zip(motions, slopes(problem, motions), strict=True) if slope >= EXACT]
    felt = changes(ideal, [motion for motion, _ in lost])
    return [one for one, moved in zip(lost, felt, strict=True) if moved < FELT]


def _blamed(problem: Problem, lost: Sequence[Linear | Affine], present: Sequence[Cause]) -> list[list[str]]:
    """For each symmetry that is lost the causes that break it on their own."""
    alone = {cause.name: without(problem, [other for other in present if other is not cause]) for cause in present}
    harm = {name: slopes(only, lost) for name, only in alone.items()}
    return [[name for name in harm if harm[name][i] >= EXACT] for i in range(len(lost))]
