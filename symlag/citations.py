r"""The works behind a result: what to cite beside a law, a count or a derivation, as BibTeX.

A result that rests on the work of others says so by its property `works`, a function by its attribute of that name.
`cite` writes each of these works once, and symlag last.

>>> print(NOETHER.bibtex)
@article{noether1918,
  author = {Emmy Noether},
  title = {Invariante {V}ariationsprobleme},
  journal = {Nachrichten von der Gesellschaft der Wissenschaften zu G{\"o}ttingen, Mathematisch-Physikalische Klasse},
  pages = {235--257},
  year = {1918},
}
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from symlag.errors import SymlagError

Marked = TypeVar("Marked", bound=Callable[..., Any])


@dataclass(frozen=True)
class Work:
    """A publication, by the key, the type and the fields of its entry in BibTeX."""

    key: str
    kind: str
    fields: Mapping[str, str]

    @property
    def bibtex(self) -> str:
        """The entry as BibTeX reads it."""
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in self.fields.items())
        return f"@{self.kind}{{{self.key},\n{lines}}}"


class Cited:
    """A mixin of results that say which works they rest on."""

    @property
    @abstractmethod
    def works(self) -> tuple[Work, ...]:
        """The works behind it."""

    def cite(self) -> str:
        """BibTeX of the works behind it, and of symlag."""
        return cite(self)


def resting_on(*works: Work) -> Callable[[Marked], Marked]:
    """Mark a function with the works that it rests on, where its results cannot say so themselves."""

    def mark(function: Marked) -> Marked:
        function.works = works  # pyright: ignore[reportFunctionMemberAccess]
        return function

    return mark


def cite(*results: Any) -> str:
    """The works behind some results or functions, as BibTeX.

    Parameters
    ----------
    *results : object
        Laws, counts and other results, or functions such as `bregman`.

    Returns
    -------
    str
        One entry for each work, and symlag last.

    Raises
    ------
    SymlagError
        For what does not say which works it rests on.

    Examples
    --------
    >>> from symlag.learning.bregman_lagrangian import bregman
    >>> cite(bregman).count("@"), cite(bregman, bregman) == cite(bregman)
    (3, True)
    """
    works: dict[str, Work] = {}
    for result in results:
        behind = getattr(result, "works", None)
        if not isinstance(behind, tuple):
            raise SymlagError(
                f"cite({type(result).__name__})", "no work is known to stand behind it", "cite(law), for example"
            )
        works |= {work.key: work for work in behind}
    return "\n\n".join(work.bibtex for work in (*works.values(), symlag()))


def symlag() -> Work:
    """symlag itself, of the version that is installed."""
    from importlib.metadata import version

    title = "symlag: {Noether}'s theorem for mechanics and for neural networks in training"
    return _work("symlag", "misc", "{symlag contributors}", title, note=f"Version {version('symlag')}")


def _work(key: str, kind: str, author: str, title: str, **rest: str) -> Work:
    return Work(key, kind, {"author": author, "title": title} | rest)


def _preprint(number: str) -> dict[str, str]:
    return {"note": f"arXiv:{number}"}


_MARCOTTE = r"Sibylle Marcotte and R{\'e}mi Gribonval and Gabriel Peyr{\'e}"

NOETHER = _work(
    "noether1918",
    "article",
    "Emmy Noether",
    "Invariante {V}ariationsprobleme",
    journal=r"Nachrichten von der Gesellschaft der Wissenschaften zu G{\"o}ttingen, Mathematisch-Physikalische Klasse",
    pages="235--257",
    year="1918",
)
LEARNING_DYNAMICS = _work(
    "tanaka2021",
    "inproceedings",
    "Hidenori Tanaka and Daniel Kunin",
    "{N}oether's learning dynamics: role of symmetry breaking in neural networks",
    booktitle="Advances in Neural Information Processing Systems",
    volume="34",
    year="2021",
    **_preprint("2105.02716"),
)
NEURAL_MECHANICS = _work(
    "kunin2021",
    "inproceedings",
    "Daniel Kunin and Javier Sagastuy-Brena and Surya Ganguli and Daniel L. K. Yamins and Hidenori Tanaka",
    "Neural mechanics: symmetry and broken conservation laws in deep learning dynamics",
    booktitle="International Conference on Learning Representations",
    year="2021",
    **_preprint("2012.04728"),
)
ACCELERATION = _work(
    "wibisono2016",
    "article",
    "Andre Wibisono and Ashia C. Wilson and Michael I. Jordan",
    "A variational perspective on accelerated methods in optimization",
    journal="Proceedings of the National Academy of Sciences",
    volume="113",
    number="47",
    pages="E7351--E7358",
    year="2016",
    **_preprint("1603.04245"),
)
GRADIENT_FLOWS = _work(
    "marcotte2023",
    "inproceedings",
    _MARCOTTE,
    "Abide by the law and follow the flow: conservation laws for gradient flows",
    booktitle="Advances in Neural Information Processing Systems",
    volume="36",
    year="2023",
    **_preprint("2307.00144"),
)
MOMENTUM_FLOWS = _work(
    "marcotte2024",
    "inproceedings",
    _MARCOTTE,
    "Keep the momentum: conservation laws beyond {E}uclidean gradient flows",
    booktitle="International Conference on Machine Learning",
    year="2024",
    **_preprint("2405.12888"),
)
TRANSFORMERS = _work(
    "marcotte2025",
    "inproceedings",
    _MARCOTTE,
    "Transformative or conservative? {C}onservation laws for {R}es{N}ets and transformers",
    booktitle="International Conference on Machine Learning",
    year="2025",
    **_preprint("2506.06194"),
)
CONTROLLABILITY = _work(
    "lewis1997",
    "article",
    "Andrew D. Lewis and Richard M. Murray",
    "Configuration controllability of simple mechanical control systems",
    journal="SIAM Journal on Control and Optimization",
    volume="35",
    number="3",
    pages="766--790",
    year="1997",
)
NOISE = _work(
    "ziyin2023",
    "misc",
    "Liu Ziyin and Hongchao Li and Masahito Ueda",
    "Law of balance and stationary distribution of stochastic gradient descent",
    year="2023",
    **_preprint("2308.06671"),
)
LIE_GROUPS = _work(
    "olver1993",
    "book",
    "Peter J. Olver",
    "Applications of {L}ie groups to differential equations",
    edition="2nd",
    publisher="Springer",
    year="1993",
)
GEOMETRIC_INTEGRATION = _work(
    "hairer2006",
    "book",
    "Ernst Hairer and Christian Lubich and Gerhard Wanner",
    "Geometric numerical integration: structure-preserving algorithms for ordinary differential equations",
    edition="2nd",
    publisher="Springer",
    year="2006",
)
