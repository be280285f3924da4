"""Derivations to read: every step with its reason, as TeX, HTML or Markdown.

A formula is a box before it is text: `typeset` and `matrices` make boxes of expressions, `tex` and `mathml` write them.
`steps`, `balance`, `closed`, `exactly`, `groupwise` and `rolled` tell a derivation, `page` sets it, `written` puts it
on disk.

>>> from symlag.calculus.matrices import inner
>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> from symlag.variational.lagrangian import Lagrangian
>>> from symlag.variational.noether import noether
>>> w = block("w")
>>> L = Lagrangian(inner(w.dot, w.dot) / 2)
>>> document = Document.of("Scaling", L, [noether(L, scale(w))])
>>> [step.title for step in document.steps][2:5]
['The symmetry: scale', 'Its check', 'The charge']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from symlag.document import page
from symlag.document.boxes.reserved_letters import aside, names, taken
from symlag.document.chapters.balance import stated
from symlag.document.chapters.mechanics import derived
from symlag.document.chapters.momentum_on_sphere import of_rolling
from symlag.document.chapters.optimizer import stepwise
from symlag.document.chapters.parameter_groups import of_groups
from symlag.document.chapters.prose import Step
from symlag.document.tex import latex, tex
from symlag.errors import OutputError
from symlag.files import write_all
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact import DiscreteLaw
from symlag.optimizers.momentum_on_sphere import rolling
from symlag.optimizers.parameter_groups import GroupedLaw
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

__all__ = ["Document", "Step", "latex", "law_latex"]


@dataclass(frozen=True)
class Document:
    """A derivation, told step by step."""

    title: str
    steps: tuple[Step, ...]

    @classmethod
    def of(
        cls,
        title: str,
        L: Lagrangian,
        laws: Iterable[Law],
        rule: Rule | None = None,
        exact: Iterable[DiscreteLaw] = (),
    ) -> Self:
        """The derivation of laws from a Lagrangian, and of that from a learning rule where there is one.

        The exact laws of an optimizer follow at the end.
        """
        told = tuple(laws)
        moves = (move for law in told for move in (law.generator.tau, *law.generator.components.values()))
        return cls(title, aside(tuple(derived(L, told, rule, tuple(exact))), names(L, *moves)))

    @classmethod
    def stepwise(cls, title: str, exact: Iterable[DiscreteLaw], reason: str) -> Self:
        """The derivation of the exact laws of an optimizer that, for the reason given, no mechanics stands behind."""
        told = tuple(exact)
        moves = (move for law in told for move in law.generator.components.values())
        return cls(title, aside(tuple(stepwise(told, reason)), taken(*moves)))

    @classmethod
    def across(cls, title: str, law: GroupedLaw) -> Self:
        """The derivation of the exact law of a symmetry across groups of parameters, each with a rule of its own."""
        return cls(title, aside(tuple(of_groups(law)), taken(*law.generator.components.values())))

    @classmethod
    def rolling(cls, title: str, rule: UpdateRule) -> Self:
        """The derivation of what a rule linear in gradients is for the direction of weights before a normalisation."""
        return cls(title, aside(tuple(of_rolling(rolling(rule))), taken(*rule.equations.values())))

    def _repr_html_(self) -> str:
        """The steps, one below the other, for a notebook."""
        return page.sections(self.steps)

    def tex(self) -> str:
        """A TeX file that compiles alone, with amsmath only."""
        return page.tex_file(self.title, self.steps)

    def fragment(self) -> str:
        r"""TeX for \input in another document that loads amsmath."""
        return page.fragment(self.title, self.steps)

    def html(self, pictures: Iterable[str] = ()) -> str:
        """One page with everything in it, pictures as the text of SVG files."""
        return page.html(self.title, self.steps, pictures)

    def markdown(self) -> str:
        """Markdown with TeX between dollars."""
        return page.markdown(self.title, self.steps)

    def write(
        self,
        folder: str | Path,
        formats: Iterable[str] = ("tex", "html"),
        stem: str = "law",
        pictures: Iterable[str] = (),
    ) -> tuple[Path, ...]:
        """Write the document in the given formats, all or none; the paths of the files.

        Formats are "tex", "fragment", "html" and "markdown"; a page shows the pictures, texts of SVG files.
        `OutputError` where a format is unknown or the folder cannot be written.
        """
        texts = {stem + _SUFFIXES[kind]: self._told(kind, pictures) for kind in map(_known, formats)}
        return write_all(Path(folder), texts)

    def _told(self, kind: str, pictures: Iterable[str]) -> str:
        return self.html(pictures) if kind == "html" else getattr(self, kind)()


def law_latex(law: Law) -> str:
    """A law as a displayed formula, for a notebook."""
    return f"$\\displaystyle {tex(stated(law))}$"


_SUFFIXES = {"tex": ".tex", "fragment": ".fragment.tex", "html": ".html", "markdown": ".md"}


def _known(kind: str) -> str:
    if kind not in _SUFFIXES:
        raise OutputError(f"format {kind!r}", "no document is written in it", " or ".join(map(repr, _SUFFIXES)))
    return kind
