"""The term order: by which one of many equal forms of a word is chosen.

Letters are compared by name. Words are compared letter by letter; of the rotations and transposes of a closed word the
first stands for them all, so that equal traces are equal expressions.

>>> from sympy import MatrixSymbol
>>> A, B = MatrixSymbol("A", 3, 4), MatrixSymbol("B", 4, 3)
>>> sort_name(A + B.T), word_sort_key((A, B)) < word_sort_key((B, A))
('MatAdd(A, B.T)', True)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import MatrixSymbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr


def word_sort_key(word: tuple[MatrixExpr, ...]) -> tuple[Any, ...]:
    """The sort key of a word: one with a single row first, then a transpose before its partner, then names."""
    if not word:
        return ()
    lone = len(word) == 1
    return (word[0].rows != 1, *((isinstance(letter, Transpose) == lone, sort_name(letter)) for letter in word))


@lru_cache(maxsize=2**16)
def sort_name(node: Any) -> str:
    """The name that an expression is sorted by."""
    # SymPy's printer tries every product for a sign, which costs more than all the sorting.
    if not node.args or isinstance(node, MatrixSymbol):
        return str(node)
    if isinstance(node, Transpose):
        return f"{sort_name(node.arg)}.T"
    return f"{type(node).__name__}({', '.join(map(sort_name, node.args))})"
