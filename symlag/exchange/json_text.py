"""Results as JSON, and back: a format that is read and never run.

A file is a table with the version of the format at `symlag`, the `kind` of result, the declarations of the names in it,
and its `content`, in which expressions are texts in the grammar of `symlag.exchange.grammar`:

    {"symlag": 1, "kind": "lagrangian", "symbols": {"m": "positive"}, "coordinates": ["x"],
     "content": {"T": "m*x.dot**2/2", "V": "m*x", "coordinates": ["x"]}}

What is in a file is taken for what it says only where it can be checked. Text is bounded in length and depth; names and
functions are those that are declared, or in a list; nothing is evaluated, imported, or looked up by name.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> from_json(to_json(Lagrangian(x.dot**2 / 2, x**4)))
Lagrangian(T = x.dot**2/2, V = x**4)
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from sympy import S

from symlag.errors import FormatError, SymlagError, shown
from symlag.exchange.declarations import SECTIONS, read_declarations
from symlag.exchange.names_in_text import Names
from symlag.exchange.objects import KINDS, LAWS, Kind, Part
from symlag.exchange.writer import Writer
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

VERSION = 1
LETTERS = 20_000_000
LISTS = {"list": list, "tuple": tuple}


def to_json(thing: Any) -> str:
    """A result as text that `from_json` makes the same result of.

    Parameters
    ----------
    thing : Law, Algebra, Generator, Lagrangian, Expr, or dict, list or tuple of these
        What is to be kept or sent. A dict is one of expressions by expressions, such as `euler_lagrange` returns.

    Returns
    -------
    str
        JSON, with expressions as readable text.

    Raises
    ------
    FormatError
        Where something has no place in the format, such as a matrix of a kind of your own.
    NameRefusedError
        Where a symbol has a name that is none.

    Examples
    --------
    >>> from sympy import symbols
    >>> from symlag.calculus.jets import coordinates
    >>> x, m = coordinates("x"), symbols("m", positive=True)
    >>> print(to_json(m * x.dot**2 / 2))
    {
     "symlag": 1,
     "kind": "expression",
     "symbols": {"m": "positive"},
     "coordinates": ["x"],
     "content": "m*x.dot**2/2"
    }
    """
    names = Names()
    kind, content = _taken_apart(thing, Writer(names))
    document = {"symlag": VERSION, "kind": kind, **names.declarations(), "content": content}
    text = _FLAT.sub(_on_one_line, json.dumps(document, indent=1, ensure_ascii=False))
    # What cannot be read as it was is not written: better no file than another law in it.
    if not _same(from_json(text, proved=False), thing):
        wrong = "it would not be read as the same again"
        raise FormatError(shown(thing, 60), wrong, "Write it with fewer parts that SymPy was told not to evaluate.")
    return text


_SCALAR = r'(?:"(?:[^"\\]|\\.)*"|-?[0-9]+)'
_ENTRY = rf"(?:{_SCALAR}: )?{_SCALAR}"
_FLAT = re.compile(rf"([\[{{])\n\s+({_ENTRY}(?:,\n\s+{_ENTRY})*)\n\s*([\]}}])")


def _on_one_line(found: re.Match[str]) -> str:
    """A list or table of texts and numbers on one line, if there is room; within texts there are no line ends."""
    opening, entries, closing = found.groups()
    line = opening + re.sub(r",\n\s+", ", ", entries) + closing
    return line if len(line) <= 90 else found[0]


def from_json(text: str, *, proved: bool = True) -> Any:
    """The result that `to_json` wrote.

    Parameters
    ----------
    text : str
        What `to_json` or `symlag derive --json` wrote. Anything may be in it; nothing of it is run.
    proved : bool, optional
        Whether proofs are done again: the defect of each law must be zero, and each generator of an algebra a symmetry
        of its motion. Without it they are loaded as they are.

    Returns
    -------
    Law, Algebra, Generator, Lagrangian, Expr, or dict, list or tuple of these
        Equal to what was written.

    Raises
    ------
    SymlagError
        Where the text is no JSON of this format, or says what cannot be, in one sentence with the place.

    Notes
    -----
    The bound on the number of symmetries in an algebra is the word of the file; `symmetries(algebra.lagrangian)` proves
    it.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import rotation
    >>> from symlag.variational.noether import noether
    >>> x, y = coordinates("x y")
    >>> law = noether(Lagrangian((x.dot**2 + y.dot**2) / 2), rotation(x, y))
    >>> text = to_json(law)
    >>> from_json(text) == law
    True
    >>> from_json(text.replace("x*y.dot - x.dot*y", "x*y.dot + x.dot*y"))
    Traceback (most recent call last):
    symlag.errors.FormatError: law.charge = x*y.dot + x.dot*y: the law does not hold, for it is out of balance by ...
    """
    document = read_document(text)
    version = document.get("symlag")
    if type(version) is not int or version != VERSION:
        wrong = "it is no version of the format that this symlag reads"
        raise FormatError(f"symlag = {shown(version)}", wrong, f'"symlag": {VERSION}, or install a newer symlag')
    for key in document:
        if key not in {"symlag", "kind", "content", *SECTIONS}:
            raise FormatError(shown(key), "there is no such entry", f"one of kind, content, {', '.join(SECTIONS)}")
    if "content" not in document:
        raise FormatError("content", "it is missing", '"content": "x.dot**2/2", for example')
    declared = read_declarations(document)
    kind = document.get("kind")
    return _made(kind, Part(document["content"], declared, kind if isinstance(kind, str) else "content", proved))


def read_document(text: Any) -> dict[str, Any]:
    """The table of a JSON text; `FormatError` where it is none, or where a name is there twice."""
    if not isinstance(text, str):
        raise FormatError(shown(text), "it is no text", 'Path("law.json").read_text(encoding="utf-8"), for example')
    if len(text) > LETTERS:
        raise FormatError(shown(text, 40), f"it is longer than {LETTERS} letters", "Write the parts one by one.")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_distinct,
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_whole_number,
        )
    except json.JSONDecodeError as error:
        wrong = f"line {error.lineno} is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"
        raise FormatError(shown(text, 40), wrong, "Give it what to_json wrote.") from None
    except RecursionError:
        raise FormatError(shown(text, 40), "it is too deep", "Give it what to_json wrote.") from None
    if not isinstance(document, dict):
        raise FormatError(shown(text, 40), "it is no table", '{"symlag": 1, "kind": …, "content": …}')
    return document


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table whose entries have different names."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise FormatError(shown(twice), "it is there twice", "Leave one of the two out.")
    return found


def _no_number(written: str) -> NoReturn:
    """Refuse a decimal number, NaN or Infinity: numbers in expressions are in texts."""
    raise FormatError(shown(written), "it is no whole number", f'"{shown(written)}", as the text of an expression')


def _whole_number(written: str) -> int:
    """A whole number that is not too long."""
    if len(written) > 1000:
        raise FormatError(shown(written, 20), "it has more than 1000 digits", "Write a shorter number.")
    return int(written)


def _taken_apart(thing: Any, writer: Writer) -> tuple[str, Any]:
    """The name of a kind, and the content of a result."""
    if isinstance(thing, int | float) and not isinstance(thing, bool):
        thing = S(thing)
    if _are_laws(thing):
        return LAWS.name, LAWS.write(thing, writer)
    for kind in KINDS:
        if isinstance(thing, kind.type):
            return kind.name, kind.write(thing, writer)
    for name, sequence in LISTS.items():
        if type(thing) is sequence:
            parts = [_taken_apart(one, writer) for one in thing]
            return name, [{"kind": kind, "content": content} for kind, content in parts]
    wrong = f"a {type(thing).__name__} has no place in the format"
    raise FormatError(shown(thing, 60), wrong, "to_json(law), for example")


def _are_laws(thing: Any) -> bool:
    """Whether something is laws of one mechanics."""
    if type(thing) is not tuple or not thing or not all(isinstance(one, Law) for one in thing):
        return False
    return all(_same(one.lagrangian, thing[0].lagrangian) for one in thing)


def _made(kind: Any, part: Part) -> Any:
    """A result of a kind, from its content."""
    if isinstance(kind, str) and kind in LISTS:
        parts = part.items()
        for one in parts:
            one.table("kind", "content")
        return LISTS[kind](_made(one["kind"].written, one["content"]) for one in parts)
    known: dict[str, Kind] = {one.name: one for one in (*KINDS, LAWS)}
    if not isinstance(kind, str) or kind not in known:
        raise FormatError(f"kind = {shown(kind)}", "there is no such kind", f"one of {', '.join((*known, *LISTS))}")
    try:
        return known[kind].read(part)
    except SymlagError:
        raise
    except Exception as error:  # expressions that make sense one by one, and not together
        wrong = f"it cannot be made ({type(error).__name__})"
        raise FormatError(f"{part.where} = {shown(part.written, 60)}", wrong, "Give it what to_json wrote.") from None


def _same(one: Any, other: Any) -> bool:
    """Whether two results are equal, in one notation, and with entries in one order."""
    if isinstance(one, Lagrangian) and isinstance(other, Lagrangian):
        return one == other and one.notation == other.notation
    if isinstance(one, Law) and isinstance(other, Law):
        return one == other and _same(one.lagrangian, other.lagrangian)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
