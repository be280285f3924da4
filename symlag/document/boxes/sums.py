r"""The boxes of sums and products over steps; an ordered product runs from the last step down to the first.

>>> from sympy import Matrix, Symbol, symbols
>>> from symlag.optimizers.ordered_product import OrderedProduct
>>> from symlag.document.tex import tex
>>> i, N = symbols("i N")
>>> print(tex(typeset(OrderedProduct(Matrix([[i]]), i, 0, N))))
\prod_{i=N-1}^{0}\left[\begin{matrix} i \end{matrix}\right]
"""

from __future__ import annotations

from typing import Any

from sympy import Product, Sum

from symlag.document.boxes.box import EQUALS, Box, Script, Sign, row
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.optimizers.ordered_product import OrderedProduct
from symlag.optimizers.recursion import AtStep


@typeset.register
def box_of_summation(total: Sum) -> Box:
    """A sum over steps."""
    return row(*(_over("∑", *limits) for limits in reversed(total.limits)), as_factor(total.function))


@typeset.register
def box_of_product_over_steps(product: Product) -> Box:
    """A product over steps."""
    return row(*(_over("∏", *limits) for limits in reversed(product.limits)), as_factor(product.function))


@typeset.register
def box_of_ordered_product(product: OrderedProduct) -> Box:
    """A product over steps, the last of them on the left."""
    matrix, step, start, stop = product.args
    return row(_over("∏", step, stop - 1, start), typeset(matrix))


@typeset.register
def box_of_at_step(value: AtStep) -> Box:
    """A form at a step, which stands below it."""
    form, step = value.args
    return Script(typeset(form), typeset(step))


def _over(sign: str, step: Any, first: Any, last: Any) -> Box:
    return Script(Sign(sign), row(typeset(step), EQUALS, typeset(first)), typeset(last))
