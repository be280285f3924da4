"""The exact laws, step by step, that the symmetries of a model have under the optimizer at hand.

How a generator ξ(θ) = Aθ + b enters a law depends on its parts alone: a symmetric A has the charges ⟨θ, Aθ⟩, a skew A
those of a buffer, and a constant b has ⟨θ, b⟩. Of a mixed one, whose A is neither, only a buffer has a law.

>>> from symlag.optimizers.library.momentum import sgd
>>> [law.equations for law in exact_laws(["constant"], sgd(momentum=0))]
[{<theta.new, b>: (-eta*lambda + 1)*<theta, b>}]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew
from symlag.errors import SymlagError
from symlag.optimizers.exact_law import DiscreteLaw, exact, momentum_law
from symlag.optimizers.torch_optimizers import from_torch
from symlag.variational.families import scale, translation
from symlag.variational.generator import Generator

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from symlag.optimizers.update_rule import UpdateRule

_U, _J, _w = block("U", 2, 2), Skew("J", 2, 2), block("w")
_EXAMPLES: dict[str, tuple[Callable[[UpdateRule, Generator], DiscreteLaw], Generator]] = {
    "symmetric": (exact, scale(_w)),
    "skew": (exact, Generator({_U: _U * _J}, parameters=(_J,))),
    "constant": (exact, translation(_w)),
    "mixed": (momentum_law, translation(_w)),
}


def exact_laws(parts: Iterable[str], rule: UpdateRule) -> tuple[DiscreteLaw, ...]:
    """The laws of parts of generators under one update rule; none of a part of which the rule keeps no charge."""
    found: list[DiscreteLaw] = []
    for derive, X in (_EXAMPLES[part] for part in parts):
        try:
            found.append(derive(rule, X))
        except SymlagError:  # this rule has no charge of this part, as SGD without momentum has none of a rotation
            continue
    return tuple(found)


def distinct_rules(optimizer: Optimizer) -> tuple[UpdateRule, ...]:
    """The different update rules of the parameter groups of a torch optimizer."""
    found = {str((group.rule.name, group.rule.equations)): group.rule for group in from_torch(optimizer)}
    return tuple(found.values())
