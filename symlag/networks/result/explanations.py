"""Why a symmetry is there, said with the modules that its tensors belong to: what is not seen to be so is not said.

>>> from torch import nn, randn
>>> from symlag.networks.problem import pose
>>> from symlag.networks.generators.matrix_spaces import Diagonal
>>> from symlag.networks.generators.tensor_action import Action
>>> from symlag.networks.generators.axis_views import View
>>> model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3, eps=1e-30))
>>> witness = Witness(pose(model, nn.functional.mse_loss, (randn(4, 2), randn(4, 3))))
>>> reason(witness, Linear((Action(View("0.weight", 0, 0, 1, 3), 1.0, 0.0),), Diagonal(3, (0, 1, 2))))
'1 (BatchNorm1d) divides by the size of what 0 (Linear) gives'
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from symlag.networks.generators.generators import Affine, Linear
from symlag.networks.generators.tensor_action import Absorb, Action, Entries, Shift
from symlag.networks.parameter_substitution import SECOND
from symlag.networks.result.activation_probe import Witness
from symlag.networks.symmetry import kind


def reason(witness: Witness, motion: Linear | Affine) -> str:
    """A sentence without its full stop."""
    model, once = witness.problem.model, motion.named(lambda name: name.removesuffix(SECOND))
    return {
        "translation": lambda: _translation(witness, motion, once),
        "shift": lambda: _shift(once),
        "scale": lambda: _scale(witness, motion, once),
        "rescale": lambda: _rescale(model, once),
        "GL": lambda: f"only products of {_owners(model, once.tensors)} along this axis enter",
        "O": lambda: f"only inner products along this axis of {_owners(model, once.tensors)} enter",
        "symmetric": lambda: f"{_owners(model, once.tensors)} cancel to first order",
    }[kind(motion)]()


def unseen(change: float, what: str = "it") -> str:
    """Of what changes the loss without gradient; a sentence without its full stop."""
    return (
        f"the gradient does not see {what}, the loss changes by {change:.0e}: as behind a detach(), of padding, or at "
        "a step; its laws hold, the loss has no such symmetry"
    )


def counts(model: nn.Module) -> set[int]:
    """Numbers that modules made of others keep, and numbers of groups: an axis may be so many heads."""
    makers = [module for module in model.modules() if list(module.children()) or hasattr(module, "num_groups")]
    return {n for module in makers for n in vars(module).values() if type(n) is int and n > 1}


def _undone(witness: Witness, motion: Linear | Affine, verb: str, what: str) -> str:
    """Which normalisations undo a motion, if any does."""
    model, norms = witness.problem.model, witness.undone(motion)
    if not norms:
        return ""
    first = f"{norms[0]} ({type(model.get_submodule(norms[0])).__name__})"
    return f"{first} and {len(norms) - 1} more {verb} {what}" if norms[1:] else f"{first} {verb}s {what}"


def _translation(witness: Witness, motion: Linear | Affine, once: Linear | Affine) -> str:
    if len(motion.tensors) > 1:
        plain = _together(witness.problem.model, once)
    else:
        plain = _alone(witness, motion, once.tensors[0])
    return _undone(witness, motion, "subtract", "it again") or plain


def _scale(witness: Witness, motion: Linear | Affine, once: Linear | Affine) -> str:
    gives = f"by the size of what {_owners(witness.problem.model, once.tensors)} gives"
    return _undone(witness, motion, "divide", gives) or f"the loss does not see the size of {_and(once.tensors)}"


def _together(model: nn.Module, motion: Linear | Affine) -> str:
    opposed = sum(term.coefficient for term in motion.terms if isinstance(term, Shift)) == 0
    what = f"what {_owners(model, motion.tensors)} add"
    return f"only the sum of {what} enters" if opposed else f"the loss does not see this shift of {what}"


def _alone(witness: Witness, motion: Linear | Affine, name: str) -> str:
    model, entries = witness.problem.model, isinstance(motion.terms[0], Entries)
    owner, path = _owner(model, name), _path(name)
    if not witness.still(motion, path):
        return f"the loss does not see {'these entries' if entries else 'this shift'} of {owner}"
    looked = isinstance(model.get_submodule(path), nn.Embedding | nn.EmbeddingBag)
    return f"these entries of {owner} never reach the loss" if looked else f"it does not change what {owner} gives"


def _shift(motion: Linear | Affine) -> str:
    shifted = [t for t in motion.tensors if t not in {term.tensor for term in motion.terms if isinstance(term, Absorb)}]
    taken = dict.fromkeys(term.tensor for term in motion.terms if isinstance(term, Absorb))
    verb = "takes" if len(taken) == 1 else "take"
    return f"{' and '.join(taken)} {verb} back what a shift of {' and '.join(shifted) or 'the input'} adds"


def _rescale(model: nn.Module, motion: Linear | Affine) -> str:
    terms = [term for term in motion.terms if isinstance(term, Action)]
    gains = [term.view.tensor for term in terms if term.even > 0]
    gives = [term.view.tensor for term in terms if term.even < 0]
    degree = max(abs(term.even) for term in terms) / min(abs(term.even) for term in terms)
    return f"homogeneous of degree {degree:g}: what {_owners(model, gains)} gains {_owners(model, gives)} gives back"


def _owners(model: nn.Module, names: tuple[str, ...] | list[str]) -> str:
    return _and(_owner(model, name) for name in names)


def _owner(model: nn.Module, name: str) -> str:
    path = _path(name)
    return f"{path} ({type(model.get_submodule(path)).__name__})" if path else type(model).__name__


def _path(name: str) -> str:
    """The module of a tensor."""
    return name.rpartition(".")[0].partition(".parametrizations")[0]


def _and(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
