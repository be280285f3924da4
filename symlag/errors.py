"""Errors: what symlag says when it cannot go on, never a traceback.

Every error states three things: what you wrote; what is wrong with it; what to write or do instead.
"""

from __future__ import annotations

from collections.abc import Callable


class SymlagError(Exception):
    """The base class of all errors that symlag raises on purpose.

    Parameters
    ----------
    wrote : str
        What the user wrote, as code or as it was named.
    wrong : str
        What is wrong with it.
    write : str
        The cure: code to paste, which is printed after "write"; or a whole sentence, from capital letter to full stop,
        which is printed as it stands.

    Examples
    --------
    >>> print(SymlagError("block('W', 0)", "a block has at least one row", "block('W', 3)"))
    block('W', 0): a block has at least one row; write block('W', 3).
    >>> print(SymlagError("Lagrangian(T, V)", "T is 0", "Give a kinetic energy that depends on a velocity."))
    Lagrangian(T, V): T is 0. Give a kinetic energy that depends on a velocity.
    """

    def __init__(self, wrote: str, wrong: str, write: str) -> None:
        super().__init__(wrote, wrong, write)
        self.wrote, self.wrong, self.write = wrote, wrong, write

    def __str__(self) -> str:
        sentence = self.write[:1].isupper() and self.write.endswith(".")
        return f"{self.wrote}: {self.wrong}" + (f". {self.write}" if sentence else f"; write {self.write}.")


def shown(thing: object, length: int = 200) -> str:
    """What an object prints as, on one line and not too long; its type where it raises when it is printed.

    >>> shown([1, 2]), shown("ab" * 200, 9)
    ('[1, 2]', "'abababab…")
    """
    return _line(thing, repr, length)


def message(error: BaseException, length: int = 500) -> str:
    r"""The type of an error and what it says, on one line and not too long.

    >>> message(ValueError("two\nlines"))
    'ValueError: two lines'
    """
    said = _line(error, str, length)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _line(thing: object, write: Callable[[object], str], length: int) -> str:
    """An object in words, without line ends and control characters, cut to a length."""
    try:
        text = write(thing)
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever the object of a user raises when it is printed
        return f"an object of type {type(thing).__name__}, which cannot be printed"
    line = "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))
    return line if len(line) <= length else f"{line[:length]}…"


class NameRefusedError(SymlagError):
    """A name that is no identifier, and would reach TeX or a kernel as it stands."""


class ShapeError(SymlagError):
    """Blocks whose shapes do not fit each other."""


class CoordinateError(SymlagError):
    """A coordinate that is missing, unknown, or without a velocity."""


class LoweringError(SymlagError):
    """An expression that no kernel can be made of."""


class DefinitionError(SymlagError):
    """A derivation, trial, study or claim that is incomplete, or a file of one that cannot be run."""


class OutputError(SymlagError):
    """A folder or file that cannot be written."""


class DataError(SymlagError):
    """Data that a trial needs, and that no one has named."""


class FormatError(SymlagError):
    """Text that is no expression, and no result, as symlag writes them to files."""
