"""Formulas as MathML: a page is complete when it is written, and asks no server and no script for its mathematics."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.writers.html5 import HTML5Translator

# In a table a bar would end the cell; bars behind \left and \right are pairs already.
_SIZE = re.compile(r"(?<!\\left)(?<!\\right)\|([^|]+)(?<!\\left)(?<!\\right)\||\\lvert\b(.+?)\\rvert\b")


def sized(tex: str) -> str:
    """A formula with the bars of |x| as a pair, so that a power belongs to the whole of it."""
    return _SIZE.sub(lambda found: rf"{{\left|{found[1] or found[2]}\right|}}", tex)


def inline(page: HTML5Translator, node: nodes.math) -> None:
    """Set a formula in a line."""
    page.body.append(convert(sized(node.astext())))
    raise nodes.SkipNode


def display(page: HTML5Translator, node: nodes.math_block) -> None:
    """Set a formula by itself."""
    page.body.append(f'<div class="math">{convert(sized(node.astext()), display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Make this the one way to set formulas."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(display, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
