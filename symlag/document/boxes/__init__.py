"""What a formula looks like, before it is decided whether TeX or MathML writes it.

`expressions.typeset` makes the box of an expression. Each module here registers the boxes of one family of expressions
with it, one function a kind of node. All modules are loaded with this folder, so that what a formula looks like does
not depend on what else was imported; `tests/document/test_registrations.py` holds this.
"""

from symlag.document.boxes import bilinear_forms, expressions, functions, layers, matrices, sums

__all__ = ["bilinear_forms", "expressions", "functions", "layers", "matrices", "sums"]
