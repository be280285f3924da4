"""The order of letters and words, by which one of many equal forms is chosen.

>>> from sympy import MatrixSymbol
>>> A, B = MatrixSymbol("A", 3, 4), MatrixSymbol("B", 4, 3)
>>> spelled(A + B.T), order((A, B)) < order((B, A))
('MatAdd(A, B.T)', True)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import MatrixSymbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr


def order(word: tuple[MatrixExpr, ...]) -> tuple[Any, ...]:
    """The sort key of a word: a narrow side first, then a transpose before its partner, then names."""
    if not word:
        return ()
    lone = len(word) == 1
    return (word[0].rows != 1, *((isinstance(letter, Transpose) == lone, spelled(letter)) for letter in word))


@lru_cache(maxsize=2**16)
def spelled(node: Any) -> str:
    """The name that an expression is sorted by."""
    # SymPy's printer tries every product for a sign, which costs more than all the sorting.
    if not node.args or isinstance(node, MatrixSymbol):
        return str(node)
    if isinstance(node, Transpose):
        return f"{spelled(node.arg)}.T"
    return f"{type(node).__name__}({', '.join(map(spelled, node.args))})"
