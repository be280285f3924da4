"""The exact laws, step by step, that the symmetries of a model have under the optimizer at hand.

How a generator ξ(θ) = Aθ + b enters a law depends on its parts alone: symmetric A has the charges ⟨θ, Aθ⟩, skew A those
of a buffer, and constant b the ⟨θ, b⟩; of whatever else moves, only buffers have a law.

>>> from symlag.optimizers.library import sgd
>>> [law.equations for law in by_step(["constant"], sgd(momentum=0))]
[{<theta.new, b>: (-eta*lambda + 1)*<theta, b>}]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew
from symlag.errors import SymlagError
from symlag.networks.generators.matrix_spaces import Diagonal, Square, Triangle
from symlag.networks.generators.tensor_action import Absorb
from symlag.optimizers.exact import DiscreteLaw, exact, momentum_law
from symlag.optimizers.from_torch import from_torch
from symlag.variational.generator import Generator, scale, translation

if TYPE_CHECKING:
    from symlag.networks.generators.generators import Motion
    from symlag.optimizers.update_rule import UpdateRule

_U, _J, _w = block("U", 2, 2), Skew("J", 2, 2), block("w")
_PARTS: dict[str, tuple[Callable[[UpdateRule, Generator], DiscreteLaw], Generator]] = {
    "symmetric": (exact, scale(_w)),
    "skew": (exact, Generator({_U: _U * _J}, parameters=(_J,))),
    "constant": (exact, translation(_w)),
    "mixed": (momentum_law, translation(_w)),
}


def parts(motion: Motion) -> tuple[str, ...]:
    """What the generators of a family are made of: symmetric, skew, constant or mixed."""
    if isinstance(motion.space, Square):
        return "symmetric", "skew"
    if isinstance(motion.space, Diagonal):
        return ("symmetric",)
    if isinstance(motion.space, Triangle):
        return ("symmetric",) if motion.space.sign > 0 else ("skew",)
    return ("mixed",) if any(isinstance(term, Absorb) for term in motion.terms) else ("constant",)


def by_step(made_of: Iterable[str], rule: UpdateRule) -> tuple[DiscreteLaw, ...]:
    """The laws of parts of generators under one rule; none of a part of which the rule holds no charge."""
    found: list[DiscreteLaw] = []
    for derive, X in (_PARTS[part] for part in made_of):
        try:
            found.append(derive(rule, X))
        except SymlagError:
            continue
    return tuple(found)


def rules(optimizer: Any) -> tuple[UpdateRule, ...]:
    """The different rules of the groups of a torch optimizer."""
    found = {str((group.rule.name, group.rule.equations)): group.rule for group in from_torch(optimizer)}
    return tuple(found.values())
