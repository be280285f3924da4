"""Derivations to read: section by section, each with its reason, as TeX, HTML or Markdown.

A derivation becomes text in three stages. `chapters` decide what is said: they turn laws, rules and Lagrangians into
sections, each a title, a reason and a displayed formula. `boxes` decide what a formula looks like: a box is a formula
before it is known whether TeX or MathML writes it. `tex`, `html`, `markdown` and `notebook` write both.

>>> from symlag.calculus.matrices import inner
>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.variational.lagrangian import Lagrangian
>>> from symlag.variational.noether import noether
>>> w = block("w")
>>> L = Lagrangian(inner(w.dot, w.dot) / 2)
>>> document = Document.of("Scaling", L, [noether(L, scale(w))])
>>> [section.title for section in document.sections][2:5]
['The symmetry: scale', 'Its check', 'The charge']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from symlag.document import html, markdown, tex
from symlag.document.boxes.roles import names_in, names_in_lagrangian, replace_roles
from symlag.document.chapters.mechanics import derivation_sections
from symlag.document.chapters.optimizer import optimizer_sections
from symlag.document.chapters.parameter_groups import group_law_sections
from symlag.document.chapters.prose import Section
from symlag.document.chapters.scale_invariant_weights import direction_sections
from symlag.errors import OutputError
from symlag.files import write_all
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.parameter_groups import GroupedLaw
from symlag.optimizers.scale_invariant_weights import on_sphere
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

_SUFFIXES = {"tex": ".tex", "fragment": ".fragment.tex", "html": ".html", "markdown": ".md"}


@dataclass(frozen=True)
class Document:
    """A derivation in sections. A notebook shows it as HTML.

    Attributes
    ----------
    title : str
        The title, as plain text.
    sections : tuple of Section
        Each has a `title`, a `reason` (text and formulas) and a displayed `formula`.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import time_translation
    >>> from symlag.variational.lagrangian import Lagrangian
    >>> from symlag.variational.noether import noether
    >>> x = coordinates("x")
    >>> L = Lagrangian(x.dot**2 / 2, x**2 / 2)
    >>> document = Document.of("The oscillator", L, [noether(L, time_translation())])
    >>> print(document.markdown().splitlines()[0])
    # The oscillator
    """

    title: str
    sections: tuple[Section, ...]

    @classmethod
    def of(
        cls,
        title: str,
        L: Lagrangian,
        laws: Iterable[Law],
        rule: Rule | None = None,
        exact: Iterable[DiscreteLaw] = (),
    ) -> Self:
        """The derivation of laws from a Lagrangian.

        Parameters
        ----------
        title : str
            The title, as plain text.
        L : Lagrangian
            The Lagrangian.
        laws : iterable of Law
            Its laws, in the order of the document.
        rule : Rule, optional
            The learning rule from which the Lagrangian comes; it is described first.
        exact : iterable of DiscreteLaw, optional
            Exact laws of the optimizer; they follow at the end.

        Returns
        -------
        Document
            The derivation.
        """
        laws = tuple(laws)
        generators = [law.generator_in_jets for law in laws]
        moves = (move for X in generators for move in (X.tau, *X.components.values()))
        sections = tuple(derivation_sections(L, laws, rule, tuple(exact)))
        return cls(title, replace_roles(sections, names_in_lagrangian(L, *moves)))

    @classmethod
    def of_optimizer(cls, title: str, exact: Iterable[DiscreteLaw], reason: str) -> Self:
        """The derivation of the exact laws of an optimizer that no mechanics in continuous time stands behind.

        Parameters
        ----------
        title : str
            The title, as plain text.
        exact : iterable of DiscreteLaw
            The laws, at least one.
        reason : str
            Why there is no mechanics, as the end of a sentence that begins with "for".

        Returns
        -------
        Document
            The derivation.
        """
        laws = tuple(exact)
        moves = (move for law in laws for move in law.generator.components.values())
        return cls(title, replace_roles(tuple(optimizer_sections(laws, reason)), names_in(*moves)))

    @classmethod
    def of_parameter_groups(cls, title: str, law: GroupedLaw) -> Self:
        """The derivation of the exact law of a symmetry across groups of parameters, each with a rule of its own.

        Parameters
        ----------
        title : str
            The title, as plain text.
        law : GroupedLaw
            A law of `symlag.optimizers.across`.

        Returns
        -------
        Document
            The derivation.
        """
        sections = tuple(group_law_sections(law))
        return cls(title, replace_roles(sections, names_in(*law.generator.components.values())))

    @classmethod
    def of_scale_invariant_weights(cls, title: str, rule: UpdateRule) -> Self:
        """The derivation of how the direction of weights before a normalization layer moves under a rule.

        Parameters
        ----------
        title : str
            The title, as plain text.
        rule : UpdateRule
            A rule that is linear in gradients.

        Returns
        -------
        Document
            The derivation.
        """
        sections = tuple(direction_sections(on_sphere(rule)))
        return cls(title, replace_roles(sections, names_in(*rule.equations.values())))

    def _repr_html_(self) -> str:
        """The sections, one below the other, for a notebook."""
        return html.section_elements(self.sections)

    def tex(self) -> str:
        """A TeX file that compiles alone, with amsmath only."""
        return tex.tex_file(self.title, self.sections)

    def fragment(self) -> str:
        r"""TeX for \input in another document that loads amsmath."""
        return tex.fragment(self.title, self.sections)

    def html(self, pictures: Iterable[str] = ()) -> str:
        """One page with everything in it.

        Parameters
        ----------
        pictures : iterable of str, optional
            The texts of SVG files, shown at the end of the page.

        Returns
        -------
        str
            HTML with MathML, which needs no script and no other file.
        """
        return html.html(self.title, self.sections, pictures)

    def markdown(self) -> str:
        """Markdown with TeX between dollars."""
        return markdown.markdown(self.title, self.sections)

    def write(
        self,
        folder: str | Path,
        formats: Iterable[str] = ("tex", "html"),
        stem: str = "law",
        pictures: Iterable[str] = (),
    ) -> tuple[Path, ...]:
        """Write the document into a folder: all of its files, or none.

        Parameters
        ----------
        folder : str or Path
            The folder, which is made where it is missing.
        formats : iterable of str, default ("tex", "html")
            Any of "tex", "fragment", "html" and "markdown".
        stem : str, default "law"
            The name of the files, without suffix.
        pictures : iterable of str, optional
            The texts of SVG files, shown on the page of HTML.

        Returns
        -------
        tuple of Path
            The files, in the order of the formats.

        Raises
        ------
        OutputError
            If a format is unknown, or the folder cannot be written.
        """
        texts: dict[str, str] = {}
        for format_ in formats:
            if format_ not in _SUFFIXES:
                cure = " or ".join(map(repr, _SUFFIXES))
                raise OutputError(f"format {format_!r}", "no document is written in it", cure)
            texts[stem + _SUFFIXES[format_]] = self.html(pictures) if format_ == "html" else getattr(self, format_)()
        return write_all(Path(folder), texts)
