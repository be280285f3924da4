"""Names: what can stand in TeX and in code as it is written, and nothing else.

A name is a sequence of parts joined by single underscores, where a part is Latin or Greek letters and digits and the
first part begins with a letter. Everything that a user names passes through here before it reaches a document or a
kernel, so no text of theirs is ever run as TeX, HTML or Python.

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

__all__ = ["checked_expression", "checked_name", "checked_names", "identifier", "symbols"]

_NAME = re.compile(r"[A-Za-zΑ-Ωα-ω][A-Za-z0-9Α-Ωα-ω]*(_[A-Za-z0-9Α-Ωα-ω]+)*")


def checked_name(name: object) -> str:
    """The name itself; `NameRefusedError` if it cannot stand in TeX and in code.

    Parameters
    ----------
    name : object
        What was written as a name.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    NameRefusedError
        If it is no text, or not made of letters, digits and single underscores.

    Examples
    --------
    >>> checked_name("w_new")
    'w_new'
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    wrong = "a name is letters, then letters and digits, parts joined by single underscores"
    repaired = str(name).strip("_")
    raise NameRefusedError(repr(name), wrong, repr(repaired) if _NAME.fullmatch(repaired) else "'x_1', for example")


def identifier(name: object) -> str:
    """A checked name as Python code can have it, with an underscore behind a keyword.

    Parameters
    ----------
    name : object
        What was written as a name.

    Returns
    -------
    str
        A Python identifier.

    Raises
    ------
    NameRefusedError
        As for `checked_name`.

    Examples
    --------
    >>> identifier("lambda")
    'lambda_'
    """
    checked = checked_name(name)
    return f"{checked}_" if keyword.iskeyword(checked) else checked


def checked_names(names: object) -> list[str]:
    """The names in a text, separated by blanks or commas, none of them twice.

    Parameters
    ----------
    names : object
        What was written as names.

    Returns
    -------
    list of str
        The names in the order in which they were written.

    Raises
    ------
    NameRefusedError
        If one of them is no name, or occurs twice.

    Examples
    --------
    >>> checked_names("x y, z")
    ['x', 'y', 'z']
    """
    separated = names.replace(",", " ").split() if isinstance(names, str) else []
    if len(set(separated)) < len(separated):
        raise NameRefusedError(repr(names), "a name occurs twice", "each name once")
    if not separated:
        return [checked_name(names)]
    return separated


def checked_expression(expression: Any) -> Any:
    """The expression itself; `NameRefusedError` if a symbol or function in it cannot stand in TeX and in code.

    Parameters
    ----------
    expression : sympy.Basic
        Any expression or matrix.

    Returns
    -------
    sympy.Basic
        The same expression.

    Raises
    ------
    NameRefusedError
        If one of its names is refused by `checked_name`.

    Examples
    --------
    >>> checked_expression(2 * Symbol("lambda_1"))
    2*lambda_1
    """
    # Subclasses of Symbol, such as jets and blocks, were checked when they were made, and may print otherwise.
    names = {s.name for s in expression.atoms(Symbol, MatrixSymbol) if type(s) in (Symbol, MatrixSymbol)}
    for name in sorted(names | {call.func.__name__ for call in expression.atoms(AppliedUndef)}):
        checked_name(name)
    return expression
