"""What a formula looks like, before it is decided whether TeX or MathML writes it.

Each module here teaches `expressions.typeset` one kind of expression; all of them are loaded with the room, so that
what a formula looks like does not depend on what was imported.
"""

from symlag.document.boxes import bilinear_forms, expressions, functions, layers, matrices, sums

__all__ = ["bilinear_forms", "expressions", "functions", "layers", "matrices", "sums"]
