"""A family of symmetries of a loss: which tensors it moves, how far it holds, why it is there, and its laws.

A generator ξ is a symmetry of f where ⟨∇f, ξ⟩ = 0 for all parameters. Then gradient flow θ̇ = −∇f has ⟨θ̇, ξ⟩ = 0. For
ξ = Aθ + b with symmetric A this is the time derivative of ½⟨θ, Aθ⟩ + ⟨b, θ⟩, which is conserved; with skew A it is no
time derivative, but with momentum e^t⟨θ̇, ξ⟩ is conserved (Marcotte, Gribonval and Peyré, arXiv 2405.12888).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from symlag.display import Displayable
from symlag.networks.exact_laws import exact_laws
from symlag.networks.generators.families import Affine, Linear
from symlag.networks.generators.tensor_action import Entries, NullVectors, Tensors

if TYPE_CHECKING:
    from symlag.optimizers.exact_law import DiscreteLaw
    from symlag.optimizers.update_rule import UpdateRule

EXACT = 1e-9  # certificates below are round-off in float64
LOSS_CHANGED = 1e-6  # relative changes of the loss above are no round-off

# How many conserved functions one generator has, by its part: in gradient flow, and with momentum.
LAWS_OF_A_GENERATOR = {"symmetric": (1, 0), "skew": (0, 1), "constant": (1, 2), "mixed": (0, 0)}


@dataclass(frozen=True)
class Symmetry(Displayable):
    """A family of symmetries: a linear space of generators ξ of one kind, with ⟨∇f, ξ⟩ = 0 for all parameters.

    Families are what `symlag.networks.symmetries` finds, and need not be made by hand.

    Parameters
    ----------
    family : Linear or Affine
        The generators: a space of matrices or vectors, and what these do to each tensor.
    certificate : float
        The largest |⟨g, ξ⟩| / (|g| |ξ|) over fresh random parameters and batches, g being the gradient. Below 1e-9 it
        is round-off. Where the search was `near` the model's own parameters, so are these. Of what tied weights break,
        the certificate is at least the share of ξ that would move the two uses of a tensor apart.
    change : float
        The largest relative change of the loss at these parameters under finite transformations exp(ξ).
    reason : str
        Why the symmetry is there, as a sentence without its full stop.
    broken_by : str
        What breaks the symmetry, such as "dropout"; empty where it holds.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    >>> [rescale] = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 1)))
    >>> rescale
    Symmetry(rescale of dimension 3 on 0.weight, 0.bias, 2.weight)
    >>> rescale.exact, rescale.reason
    (True, 'homogeneous of degree 1: what 0 (Linear) gains 2 (Linear) gives back')
    """

    family: Linear | Affine
    certificate: float
    change: float
    reason: str
    broken_by: str = ""

    @property
    def kind(self) -> str:
        """The name of the kind: translation, shift, scale, rescale, GL, O or symmetric."""
        return self.family.kind.name

    @property
    def dimension(self) -> int:
        """The number of independent generators."""
        return self.family.space.size

    @property
    def tensors(self) -> tuple[str, ...]:
        """The names of the tensors that move."""
        return self.family.tensors

    @property
    def axes(self) -> tuple[tuple[str, int], ...]:
        """The axes along which generators act, as pairs of a tensor and an axis; none for single entries."""
        terms = [term for term in self.family.terms if not isinstance(term, Entries)]
        pairs = [(t.tensor, t.axis) if isinstance(t, NullVectors) else (t.view.tensor, t.view.axis) for t in terms]
        return tuple(dict.fromkeys(pairs))

    @property
    def indices(self) -> dict[tuple[str, int], tuple[int, ...]]:
        """The positions along each axis that the family acts on."""
        found: dict[tuple[str, int], set[int]] = {}
        for term in self.family.terms:
            if not isinstance(term, NullVectors | Entries):
                found.setdefault((term.view.tensor, term.view.axis), set()).update(term.view.positions)
        return {axis: tuple(sorted(at)) for axis, at in found.items()}

    @property
    def exact(self) -> bool:
        """Whether the symmetry holds to round-off, in the gradient and in the loss itself."""
        return self.certificate < EXACT and self.change < LOSS_CHANGED

    @property
    def gradient_only(self) -> bool:
        """Whether the loss changes though its gradient says that it does not: laws hold, but there is no symmetry."""
        return self.certificate < EXACT and not self.exact

    def xi(self, parameters: Tensors, v: Tensor | None = None) -> dict[str, Tensor]:
        """The vector field of one generator.

        Parameters
        ----------
        parameters : mapping of str to Tensor
            All parameters of the model by name.
        v : Tensor, (dimension,), optional
            The coordinates of the generator; the sum of all basis generators where they are left out.

        Returns
        -------
        dict of str to Tensor
            ξ of each tensor that moves, of its shape.
        """
        return self.family.field(parameters, self._coordinates(parameters, v))

    def apply(self, parameters: Tensors, s: float, v: Tensor | None = None) -> dict[str, Tensor]:
        """The parameters after the finite transformation exp(s·ξ).

        Parameters
        ----------
        parameters : mapping of str to Tensor
            All parameters of the model by name.
        s : float
            How far to go along the flow of ξ.
        v : Tensor, (dimension,), optional
            The coordinates of the generator; the sum of all basis generators where they are left out.

        Returns
        -------
        dict of str to Tensor
            All parameters; those that do not move are the given tensors themselves.
        """
        return self.family.flow(parameters, self._coordinates(parameters, v), s)

    def _coordinates(self, parameters: Tensors, v: Tensor | None) -> Tensor:
        return parameters[self.tensors[0]].new_ones(self.dimension) if v is None else v

    def __repr__(self) -> str:
        return f"Symmetry({self.kind} of dimension {self.dimension} on {', '.join(self.tensors)})"

    def __str__(self) -> str:
        return self.summary(self.tensors)

    def summary(self, location: Sequence[str]) -> str:
        """One line about the family.

        Parameters
        ----------
        location : sequence of str
            The tensors that move, as they are told apart from those of other families.

        Returns
        -------
        str
            Its kind, dimension, location, reason and certificate.
        """
        if self.gradient_only:
            holds = "⟨g, ξ⟩ is 0 to"
        elif self.exact:
            holds = "holds to"
        else:
            holds = f"broken by {self.broken_by}, by"
        what = f"{self.kind} of dimension {self.dimension} on {', '.join(location)}"
        return f"{what}: {self.reason} ({holds} {self.certificate:.0e})"


@dataclass(frozen=True)
class Laws:
    """How many conserved functions a family of symmetries has without decay, and its exact laws under an optimizer.

    Parameters
    ----------
    symmetry : Symmetry
        The family.
    location : tuple of str
        Its tensors, as they are told apart from those of other families.
    gradient_flow : int
        The number of independent conserved functions of gradient flow.
    momentum_flow : int
        The number of those of gradient flow with momentum.
    exact : tuple of DiscreteLaw
        For every update rule of the optimizer and every part of the generators the law from step to step, which holds
        of each generator that moves only tensors that this rule trains.

    References
    ----------
    Marcotte, Gribonval and Peyré, arXiv 2307.00144 and 2405.12888.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Linear(2, 3)
    >>> found = symmetries(model, torch.nn.functional.cross_entropy, (torch.randn(8, 2), torch.arange(8) % 3))
    >>> [(laws.location, laws.gradient_flow, laws.momentum_flow) for laws in found.laws()]
    [(('weight',), 2, 4), (('bias',), 1, 2)]
    """

    symmetry: Symmetry
    location: tuple[str, ...]
    gradient_flow: int
    momentum_flow: int
    exact: tuple[DiscreteLaw, ...] = ()

    def __str__(self) -> str:
        counts = f"{self.gradient_flow} laws in gradient flow, {self.momentum_flow} with momentum"
        steps = [
            f"; by {law.rule.name}: {after} = {before}" for law in self.exact for after, before in law.equations.items()
        ]
        return f"{self.symmetry.kind} on {', '.join(self.location)}: {counts}{''.join(steps)}"


def laws_of(symmetry: Symmetry, location: tuple[str, ...], rules: Iterable[UpdateRule] = ()) -> Laws:
    """The laws of a family: those of each of its parts."""
    parts = symmetry.family.parts
    in_flow = sum(n * LAWS_OF_A_GENERATOR[part][0] for part, n in parts.items())
    with_momentum = sum(n * LAWS_OF_A_GENERATOR[part][1] for part, n in parts.items())
    exact = tuple(law for rule in rules for law in exact_laws(parts, rule))
    return Laws(symmetry, location, in_flow, with_momentum, exact)
