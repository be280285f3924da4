"""Why a symmetry is there, said with the modules that its tensors belong to.

Most families are explained by what their kind says of itself, in `symlag.networks.generators.matrix_spaces`. Of shifts
and scales an experiment tells more: which normalisation undoes them. What is not seen to be so is not said.

>>> from torch import nn, randn
>>> from symlag.networks.generators.axis_views import View
>>> from symlag.networks.generators.matrix_spaces import Diagonal
>>> from symlag.networks.generators.tensor_action import Action
>>> from symlag.networks.problem import pose
>>> model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3, eps=1e-30))
>>> probe = ActivationProbe(pose(model, nn.functional.mse_loss, (randn(4, 2), randn(4, 3))))
>>> explain(probe, Linear((Action(View("0.weight", 0, 0, 1, 3), 1.0, 0.0),), Diagonal(3, (0, 1, 2))))
'1 (BatchNorm1d) divides by the size of what 0 (Linear) gives'
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from symlag.networks.generators.families import Affine, Linear
from symlag.networks.generators.tensor_action import Entries, Shift
from symlag.networks.parameter_substitution import SECOND_USE
from symlag.networks.result.activation_probe import ActivationProbe


def explain(probe: ActivationProbe, family: Linear | Affine) -> str:
    """Why a family of symmetries is there, as a sentence without its full stop."""
    model = probe.problem.model
    tied = family.renamed(lambda name: name.removesuffix(SECOND_USE))
    general = family.kind.explanation.format(modules=_modules(model, tied.tensors), tensors=_and(tied.tensors))
    match tied:
        case Affine() if tied.absorptions:
            return _absorption(tied)
        case Affine():
            plain = _joint_shift(model, tied) if len(tied.tensors) > 1 else _single_shift(probe, family, tied)
            return _undoing_norms(probe, family, "subtract", "it again") or plain
        case Linear() if family.kind.name == "scale":
            gives = f"by the size of what {_modules(model, tied.tensors)} gives"
            return _undoing_norms(probe, family, "divide", gives) or general
        case Linear() if family.kind.name == "rescale":
            return _homogeneity(model, tied)
        case _:
            return general


def explain_gradient_only(change: float, what: str = "it") -> str:
    """Of families that change the loss without gradient, as a sentence without its full stop."""
    return (
        f"the gradient does not see {what}, the loss changes by {change:.0e}: as behind a detach(), of padding, or at "
        "a step; its laws hold, the loss has no such symmetry"
    )


def axis_divisors(model: nn.Module) -> set[int]:
    """Numbers that modules made of others keep, and numbers of groups: an axis may be so many heads."""
    makers = [module for module in model.modules() if list(module.children()) or hasattr(module, "num_groups")]
    return {n for module in makers for n in vars(module).values() if type(n) is int and n > 1}


def _undoing_norms(probe: ActivationProbe, family: Linear | Affine, verb: str, what: str) -> str:
    """Which normalisations undo a transformation; empty if none does."""
    norms = probe.undoing_norms(family)
    if not norms:
        return ""
    first = f"{norms[0]} ({type(probe.problem.model.get_submodule(norms[0])).__name__})"
    return f"{first} and {len(norms) - 1} more {verb} {what}" if norms[1:] else f"{first} {verb}s {what}"


def _joint_shift(model: nn.Module, family: Affine) -> str:
    opposed = sum(term.coefficient for term in family.terms if isinstance(term, Shift)) == 0
    what = f"what {_modules(model, family.tensors)} add"
    return f"only the sum of {what} enters" if opposed else f"the loss does not see this shift of {what}"


def _single_shift(probe: ActivationProbe, family: Linear | Affine, tied: Affine) -> str:
    name, entries = tied.tensors[0], isinstance(tied.terms[0], Entries)
    path, module = _path(name), _module(probe.problem.model, name)
    if not probe.output_unchanged(family, path):
        return f"the loss does not see {'these entries' if entries else 'this shift'} of {module}"
    if isinstance(probe.problem.model.get_submodule(path), nn.Embedding | nn.EmbeddingBag):
        return f"these entries of {module} never reach the loss"
    return f"it does not change what {module} gives"


def _absorption(family: Affine) -> str:
    absorbing = dict.fromkeys(term.tensor for term in family.absorptions)
    shifted = [name for name in family.tensors if name not in absorbing]
    verb = "takes" if len(absorbing) == 1 else "take"
    return f"{_and(absorbing)} {verb} back what a shift of {_and(shifted) or 'the input'} adds"


def _homogeneity(model: nn.Module, family: Linear) -> str:
    gains = [term.tensor for term in family.terms if term.even > 0]
    losses = [term.tensor for term in family.terms if term.even < 0]
    sizes = [abs(term.even) for term in family.terms]
    degree = max(sizes) / min(sizes)
    return f"homogeneous of degree {degree:g}: what {_modules(model, gains)} gains {_modules(model, losses)} gives back"


def _modules(model: nn.Module, names: Iterable[str]) -> str:
    return _and(_module(model, name) for name in names)


def _module(model: nn.Module, name: str) -> str:
    path = _path(name)
    return f"{path} ({type(model.get_submodule(path)).__name__})" if path else type(model).__name__


def _path(name: str) -> str:
    """The module of a tensor; of a parametrized one that of the whole weight."""
    return name.rpartition(".")[0].partition(".parametrizations")[0]


def _and(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
