r"""What a notebook shows of a result: a sentence and a formula, as plain text, Markdown, HTML with MathML, and TeX.

Jupyter asks an object for a bundle of texts by MIME type, and shows the richest that it can. The mixin
`symlag.display` asks this module for the bundle.

>>> from symlag.variational.families import rotation
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
    comma_separated,
    display,
    row,
)
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.matrices import inner_product_box
from symlag.document.boxes.term_sorting import is_negative
from symlag.document.chapters.balance import balance_law, matrix_balance_law
from symlag.document.chapters.mechanics import mechanics
from symlag.document.chapters.prose import as_box, equation, signed_sum
from symlag.document.markdown import escape_markdown
from symlag.document.mathml import formula
from symlag.document.tex import tex
from symlag.optimizers.backward_error.modified_equations import ModifiedEquation
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.parameter_groups import GroupedLaw
from symlag.optimizers.scale_invariant_weights import SphereRule
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, MomentumMap

Captioned = tuple[str, Box | None]


def bundle(result: Any) -> dict[str, str]:
    """What a notebook shows of a result, by MIME type."""
    sentence, box = caption_and_formula(result)
    texts = {
        "text/plain": str(result),
        "text/markdown": "  \n".join(map(escape_markdown, sentence.splitlines())),
        "text/html": f"<p>{'<br>'.join(map(escape, sentence.splitlines()))}</p>",
    }
    if box is None:
        return texts
    lines = box if isinstance(box, Display) else display((NOTHING, box))
    texts["text/markdown"] += f"\n\n$$\n{tex(box)}\n$$"
    texts["text/html"] += formula(lines)
    return texts | {"text/latex": f"$\\displaystyle {tex(box)}$"}


@singledispatch
def caption_and_formula(result: Any) -> Captioned:
    """A sentence, and the formula that goes with it; what has no formula is shown as it is printed."""
    return getattr(result, "sentence", str(result)), None


@caption_and_formula.register
def caption_of_law(law: Law) -> Captioned:
    """The name of the symmetry, and the balance law."""
    return law.generator.name, balance_law(law)


@caption_and_formula.register
def caption_of_momentum_map(law: MomentumMap) -> Captioned:
    """For which matrices the law holds, and the law."""
    return f"for every {law.parameter}", matrix_balance_law(law)


@caption_and_formula.register
def caption_of_modified_equation(equation: ModifiedEquation) -> Captioned:
    """What the modified equation is, and the equation."""
    return "the field that the steps follow", typeset(equation)


@caption_and_formula.register
def caption_of_discrete_law(law: DiscreteLaw) -> Captioned:
    """Of which symmetry and rule the law is, and its recursion."""
    return f"{law.generator.name}, by {law.rule.name}, exactly", typeset(law)


@caption_and_formula.register
def caption_of_grouped_law(law: GroupedLaw) -> Captioned:
    """Of which symmetry the law is, and its recursion."""
    return f"{law.generator.name} across {len(law.parts)} groups, exactly", typeset(law)


@caption_and_formula.register
def caption_of_sphere_rule(sphere_rule: SphereRule) -> Captioned:
    """What moves, and its motion."""
    return f"the direction of weights before a normalisation, by {sphere_rule.rule.name}, exactly", typeset(sphere_rule)


@caption_and_formula.register
def caption_of_lagrangian(L: Lagrangian) -> Captioned:
    """The energies and the action."""
    return "Lagrangian", mechanics(L).formula


@caption_and_formula.register
def caption_of_generator(X: Generator) -> Captioned:
    """The vector field of a generator."""
    return X.name, row(*equation(Role("X"), _field(X)))


@caption_and_formula.register
def caption_of_algebra(algebra: Algebra) -> Captioned:
    """The name of an algebra, its generators, and their brackets."""
    fields = [equation(_basis(i), _field(X)) for i, X in enumerate(algebra.generators)]
    if not algebra.closed:
        return algebra.sentence, display(*fields)
    brackets: list[tuple[Box, Box]] = []
    for (i, j), constants in algebra.structure_constants.items():
        bracket = Fence("[", comma_separated(_basis(i), _basis(j)), "]")
        combination = signed_sum(*(_multiple(constant, _basis(k)) for k, constant in constants.items()))
        brackets.append(equation(bracket, combination))
    return algebra.sentence, display(*fields, *brackets)


def _field(X: Generator) -> Box:
    """The vector field τ∂_t + Σ ξ_q ∂_q."""
    components = dict(X.components)
    if X.tau != 0:
        components[t] = X.tau
    return signed_sum(*(_component(q, xi) for q, xi in components.items() if xi != zero_like(q)))


def _component(coordinate: Any, move: Any) -> Box:
    """One component of a vector field: ξ ∂_q, or ⟨ξ, ∂_w⟩ for a block w."""
    partial = Script(Sign("∂"), as_box(coordinate))
    return inner_product_box(typeset(move), partial) if isinstance(coordinate, Block) else _multiple(move, partial)


def _multiple(factor: Any, box: Box) -> Box:
    """A box after the factor that it is multiplied by."""
    minus = not factor.is_Add and is_negative(factor)
    size = -factor if minus else factor
    sign = (MINUS,) if minus else ()
    return row(*sign, as_factor(size), THIN, box) if size != 1 else row(*sign, box)


def _basis(i: int) -> Box:
    """The letter of a generator of an algebra."""
    return Script(Role("X"), Number(str(i + 1)))
