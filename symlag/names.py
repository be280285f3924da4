"""Names: what can stand in TeX and in code as it is written, and nothing else.

>>> checked_name("theta_1")
'theta_1'
>>> checked_name("lambda_")
Traceback (most recent call last):
symlag.errors.NameRefusedError: 'lambda_': ...
"""

from __future__ import annotations

import keyword
import re
from typing import Any

from sympy import MatrixSymbol, Symbol, symbols
from sympy.core.function import AppliedUndef

from symlag.errors import NameRefusedError

__all__ = ["checked_name", "checked_names", "identifier", "legible", "symbols"]

_NAME = re.compile(r"[A-Za-zΑ-Ωα-ω][A-Za-z0-9Α-Ωα-ω]*(_[A-Za-z0-9Α-Ωα-ω]+)*")


def checked_name(name: Any) -> str:
    """The name itself, where it can stand in TeX and in code; an error where it cannot."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        wrong = "a name is letters, then letters and digits, parts joined by single underscores"
        bare = str(name).strip("_")
        raise NameRefusedError(repr(name), wrong, repr(bare) if _NAME.fullmatch(bare) else "'x_1', say")
    return name


def identifier(name: Any) -> str:
    """A name as Python code can have it, with an underscore behind a keyword.

    >>> identifier("lambda")
    'lambda_'
    """
    return checked_name(name) + "_" * keyword.iskeyword(name)


def checked_names(names: Any) -> list[str]:
    """The names in a text, none of them twice."""
    listed = names.replace(",", " ").split() if isinstance(names, str) else []
    if len(set(listed)) < len(listed):
        raise NameRefusedError(repr(names), "a name occurs twice", "each name once")
    return listed or [checked_name(names)]


def legible(expression: Any) -> Any:
    """The expression itself, where all names in it can stand in TeX and in code; `NameRefusedError` where one cannot.

    >>> legible(2 * Symbol("lambda_1"))
    2*lambda_1
    """
    named = {s.name for s in expression.atoms(Symbol, MatrixSymbol) if type(s) in (Symbol, MatrixSymbol)}
    for name in sorted(named | {call.func.__name__ for call in expression.atoms(AppliedUndef)}):
        checked_name(name)
    return expression
