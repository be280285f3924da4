"""Why a symmetry is there, said with the modules that its tensors belong to.

>>> from torch import nn
>>> from symlag.networks._spaces import Diagonal
>>> from symlag.networks._terms import Action
>>> from symlag.networks._views import View
>>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
>>> reason(model, Linear((Action(View("0.weight", 0, 0, 1, 3), 1.0, 0.0),), Diagonal(3, (0, 1, 2))))
'1 (BatchNorm1d) divides by the size of what 0 (Linear) gives'
"""

from __future__ import annotations

from torch import nn

from symlag.networks._motions import Affine, Linear
from symlag.networks._symmetry import kind
from symlag.networks._terms import Absorb, Action, Entries


def reason(model: nn.Module, motion: Linear | Affine) -> str:
    """A sentence without its full stop."""
    return {
        "translation": _translation,
        "shift": lambda _, motion: _shift(motion),
        "scale": _scale,
        "rescale": _rescale,
        "GL": lambda model, motion: f"only products of {_owners(model, motion.tensors)} along this axis enter",
        "O": lambda model, motion: f"only inner products along this axis of {_owners(model, motion.tensors)} enter",
        "symmetric": lambda model, motion: f"{_owners(model, motion.tensors)} cancel to first order",
    }[kind(motion)](model, motion)


def unseen(change: float) -> str:
    """Of a family along which the loss changes without gradient; a sentence without its full stop."""
    return (
        f"the gradient does not see it, the loss changes by {change:.0e}: as behind a detach(), of padding, or at a "
        "step; its laws hold, the loss has no such symmetry"
    )


def counts(model: nn.Module) -> set[int]:
    """Numbers that modules made of others keep, and numbers of groups: an axis may be so many heads."""
    makers = [module for module in model.modules() if list(module.children()) or hasattr(module, "num_groups")]
    return {n for module in makers for n in vars(module).values() if type(n) is int and n > 1}


def _translation(model: nn.Module, motion: Linear | Affine) -> str:
    name = motion.tensors[0]
    norm = _norm_after(model, name)
    if len(motion.tensors) > 1:
        return f"only the sum of what {_owners(model, motion.tensors)} add enters"
    if norm:
        return f"{norm} subtracts it again"
    if isinstance(motion.terms[0], Entries):
        return f"these entries of {_owner(model, name)} never reach the loss"
    return f"the loss, as of a softmax, does not see this shift of what {_owner(model, name)} gives"


def _shift(motion: Linear | Affine) -> str:
    shifted = [t for t in motion.tensors if t not in {term.tensor for term in motion.terms if isinstance(term, Absorb)}]
    taken = dict.fromkeys(term.tensor for term in motion.terms if isinstance(term, Absorb))
    verb = "takes" if len(taken) == 1 else "take"
    return f"{' and '.join(taken)} {verb} back what a shift of {' and '.join(shifted) or 'the input'} adds"


def _scale(model: nn.Module, motion: Linear | Affine) -> str:
    norm = next((norm for name in motion.tensors if (norm := _norm_after(model, name))), "a normalisation")
    return f"{norm} divides by the size of what {_owners(model, motion.tensors)} gives"


def _rescale(model: nn.Module, motion: Linear | Affine) -> str:
    terms = [term for term in motion.terms if isinstance(term, Action)]
    gains = [term.view.tensor for term in terms if term.even > 0]
    gives = [term.view.tensor for term in terms if term.even < 0]
    degree = max(abs(term.even) for term in terms) / min(abs(term.even) for term in terms)
    return f"homogeneous of degree {degree:g}: what {_owners(model, gains)} gains {_owners(model, gives)} gives back"


def _owners(model: nn.Module, names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(dict.fromkeys(_owner(model, name) for name in names))


def _owner(model: nn.Module, name: str) -> str:
    path = name.rpartition(".")[0].partition(".parametrizations")[0]
    return f"{path} ({type(model.get_submodule(path)).__name__})" if path else type(model).__name__


def _norm_after(model: nn.Module, name: str) -> str:
    """The next module, in the order of definition, if it is a normalisation."""
    path = name.rpartition(".")[0]
    leaves = [(at, module) for at, module in model.named_modules() if not list(module.children())]
    later = [i for i, (at, _) in enumerate(leaves) if at == path]
    after = leaves[later[0] + 1 :][:1] if later else []
    return next((f"{at} ({type(module).__name__})" for at, module in after if "Norm" in type(module).__name__), "")
