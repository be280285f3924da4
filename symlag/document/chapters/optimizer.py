"""The chapter of an optimizer that no mechanics in continuous time stands behind: its exact laws, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from symlag.document.chapters.exact_law import exact_law_sections
from symlag.document.chapters.prose import Section, sentence
from symlag.optimizers.exact_law import DiscreteLaw


def optimizer_sections(laws: tuple[DiscreteLaw, ...], reason: str) -> Iterator[Section]:
    """The sections from the update to its exact laws; the first says why there is no mechanics."""
    first, *others = exact_law_sections(laws)
    alone = sentence(f" No mechanics in continuous time stands behind it, for {reason}; what follows needs none.")
    yield Section(first.title, (*first.reason, *alone), first.formula)
    yield from others
