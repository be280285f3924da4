r"""What a notebook shows: a sentence and a formula, as plain text, Markdown, HTML with MathML, and TeX.

>>> from symlag.variational.generator import rotation
>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> print(bundle(rotation(x, y))["text/markdown"])
rotation
<BLANKLINE>
$$
X=-y\,\partial_{x}+x\,\partial_{y}
$$
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from html import escape
from typing import Any

from symlag.calculus.jets import Block, t
from symlag.calculus.matrices import zero_like
from symlag.document.boxes.box import (
    MINUS,
    NOTHING,
    THIN,
    Box,
    Display,
    Fence,
    Number,
    Role,
    Script,
    Sign,
    display,
    listed,
    row,
)
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.matrices import paired
from symlag.document.boxes.term_order import negative
from symlag.document.chapters.balance import matched, stated
from symlag.document.chapters.mechanics import mechanics
from symlag.document.chapters.prose import boxed, equal, joined
from symlag.document.mathml import formula
from symlag.document.page import in_markdown
from symlag.document.tex import tex
from symlag.optimizers.backward_error.modified_equation import ModifiedEquation
from symlag.optimizers.exact import DiscreteLaw
from symlag.optimizers.momentum_on_sphere import Rolling
from symlag.optimizers.parameter_groups import GroupedLaw
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, MomentumMap

Told = tuple[str, Box | None]


def bundle(shown: Any) -> dict[str, str]:
    """What is shown, by MIME type."""
    sentence, box = told(shown)
    made = {
        "text/plain": str(shown),
        "text/markdown": "  \n".join(map(in_markdown, sentence.splitlines())),
        "text/html": f"<p>{'<br>'.join(map(escape, sentence.splitlines()))}</p>",
    }
    if box is None:
        return made
    lines = box if isinstance(box, Display) else display((NOTHING, box))
    made["text/markdown"] += f"\n\n$$\n{tex(box)}\n$$"
    made["text/html"] += formula(lines)
    return made | {"text/latex": f"$\\displaystyle {tex(box)}$"}


@singledispatch
def told(shown: Any) -> Told:
    """A sentence, and the formula that goes with it; what has no formula is told as it is printed."""
    return getattr(shown, "sentence", str(shown)), None


@told.register
def _(law: Law) -> Told:
    return law.generator.name, stated(law)


@told.register
def _(law: MomentumMap) -> Told:
    return f"for every {law.parameter}", matched(law)


@told.register
def _(made: ModifiedEquation) -> Told:
    return "the field that the steps follow", typeset(made)


@told.register
def _(law: DiscreteLaw) -> Told:
    return f"{law.generator.name}, by {law.rule.name}, exactly", typeset(law)


@told.register
def _(law: GroupedLaw) -> Told:
    return f"{law.generator.name} across {len(law.parts)} groups, exactly", typeset(law)


@told.register
def _(made: Rolling) -> Told:
    return f"the direction of weights before a normalisation, by {made.rule.name}, exactly", typeset(made)


@told.register
def _(L: Lagrangian) -> Told:
    return "Lagrangian", mechanics(L).formula


@told.register
def _(X: Generator) -> Told:
    return X.name, row(*equal(Role("X"), _field(X)))


@told.register
def _(algebra: Algebra) -> Told:
    fields = [equal(_basis(i), _field(X)) for i, X in enumerate(algebra.generators)]
    if not algebra.closed:
        return algebra.sentence, display(*fields)
    brackets = [equal(_bracket(i, j), _combined(sum_)) for (i, j), sum_ in algebra.constants.items()]
    return algebra.sentence, display(*fields, *brackets)


def _field(X: Generator) -> Box:
    """τ∂_t + Σ ξ·∂_q."""
    moved = {**X.components, **({t: X.tau} if X.tau != 0 else {})}
    return joined(*(_along(q, xi) for q, xi in moved.items() if xi != zero_like(q)))


def _along(coordinate: Any, move: Any) -> Box:
    slope = Script(Sign("∂"), boxed(coordinate))
    return paired(typeset(move), slope) if isinstance(coordinate, Block) else _times(move, slope)


def _times(factor: Any, box: Box) -> Box:
    """A box after the factor that it is multiplied by."""
    minus = not factor.is_Add and negative(factor)
    size = -factor if minus else factor
    return row(*[MINUS] * minus, *([as_factor(size), THIN] if size != 1 else []), box)


def _basis(i: int) -> Box:
    return Script(Role("X"), Number(str(i + 1)))


def _bracket(i: int, j: int) -> Box:
    return Fence("[", listed(_basis(i), _basis(j)), "]")


def _combined(parts: Mapping[int, Any]) -> Box:
    return joined(*(_times(constant, _basis(k)) for k, constant in parts.items()))
