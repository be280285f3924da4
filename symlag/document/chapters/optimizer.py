"""The derivation of an optimizer that no mechanics stands behind: its exact laws alone, and why there are no others."""

from __future__ import annotations

from collections.abc import Iterator

from symlag.document.chapters.exact_law import of_exact
from symlag.document.chapters.prose import Step, say
from symlag.optimizers.exact import DiscreteLaw


def stepwise(laws: tuple[DiscreteLaw, ...], reason: str) -> Iterator[Step]:
    """The steps from the update to its exact laws; the first says that no continuous time stands behind them."""
    first, *others = of_exact(laws)
    alone = say(f" No mechanics in continuous time stands behind it, for {reason}; what follows needs none.")
    yield Step(first.title, (*first.reason, *alone), first.formula)
    yield from others
