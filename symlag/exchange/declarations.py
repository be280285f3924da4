"""Declarations: what the names in expressions stand for, as a file lists them.

    symbols      {"m": "positive", "n": "integer, positive", "k": "", "s": "dummy 3"}
    coordinates  ["x", "y"], or "x y"
    fields       {"u": ["t", "s"]}
    blocks       {"W": ["h", "n"]}                    matrices of coordinates, with their shapes
    matrices     {"A": [3, 3], "J": ["h", "h", "skew"]}     constants
    functions    {"F": "", "g": "positive", "relu": "degree 1"}    unknown functions; homogeneous ones by their degree
    unknowns     {"f": {"arguments": ["w"], "invariances": [["w"]]}}    losses, and what they are invariant under
    names        {"x_2": "x"}                         the name of what is written otherwise, because two have one name

Time, `t`, is declared for every file. A name that is a keyword of Python may be written as it is.

>>> declared = read_declarations({"symbols": {"m": "positive"}, "coordinates": "x y"})
>>> declared["m"].is_positive, declared["x"].dot
(True, x.dot)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sympy import Dummy, Function, MatrixSymbol, Symbol
from sympy.core.assumptions import _assume_defined
from sympy.core.facts import InconsistentAssumptions

from symlag.calculus.elementwise import homogeneous
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import Block, Jet, t
from symlag.calculus.matrices import Skew, Symmetric, constant
from symlag.errors import FormatError, shown
from symlag.exchange.reader import Reader
from symlag.names import checked_name, checked_names

ASSUMPTIONS = frozenset(map(str, _assume_defined))
MATRIX_KINDS = {"skew": Skew, "symmetric": Symmetric}
SECTIONS = ("symbols", "coordinates", "fields", "blocks", "matrices", "functions", "unknowns", "names")
NUMBER_OF_NAMES = 5000


def read_declarations(written: Mapping[str, Any]) -> dict[str, Any]:
    """What every name stands for, by the sections of a file; other keys are left alone."""
    return Declarations(written).declared


class Declarations:
    """The sections of a file, read one after the other, as later ones name what earlier ones declare."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self.declared: dict[str, Any] = {"t": t}
        self.names = table(written, "names")
        for name, assumptions in table(written, "symbols").items():
            self.declare(name, read_symbol(self.true_name(name), text_of(f"symbols.{name}", assumptions)))
        for name in coordinate_names(written.get("coordinates", [])):
            self.declare(name, Jet(self.true_name(name)))
        for name, variables in table(written, "fields").items():
            self.declare(name, self.field(name, variables))
        for name, shape in table(written, "blocks").items():
            rows, columns = self.shape(f"blocks.{name}", shape)
            self.declare(name, Block(self.true_name(name), rows, columns))
        for name, shape in table(written, "matrices").items():
            self.declare(name, self.matrix(name, shape))
        for name, kind in table(written, "functions").items():
            self.declare(name, self.function(name, text_of(f"functions.{name}", kind)))
        for name, unknown in table(written, "unknowns").items():
            self.declare(name, self.unknown(name, unknown))

    def declare(self, name: str, thing: Any) -> None:
        """Note what a name stands for; `FormatError` where it stands for something already."""
        checked_name(name)
        if name in self.declared:
            raise FormatError(name, "it is declared twice", "Give one of the two another name.")
        if len(self.declared) >= NUMBER_OF_NAMES:
            raise FormatError(name, f"it is one of more than {NUMBER_OF_NAMES} names", "Declare fewer.")
        self.declared[name] = thing

    def true_name(self, name: str) -> str:
        """The name of what is written as `name`."""
        return checked_name(text_of(f"names.{name}", self.names.get(name, name)))

    def reader(self, where: str) -> Reader:
        """A reader of expressions in what is declared so far."""
        return Reader(self.declared, where)

    def field(self, name: str, variables: Any) -> Jet:
        """A field over some symbols."""
        base = tuple(self.reader(f"fields.{name}").read(one) for one in list_of(f"fields.{name}", variables))
        if not base or not all(isinstance(one, Symbol) and not isinstance(one, Jet) for one in base):
            raise FormatError(f"fields.{name} = {shown(variables)}", "they are no symbols", f'{name} = ["t", "s"]')
        return Jet(self.true_name(name), (0,) * len(base), base)

    def shape(self, where: str, written: Any) -> tuple[Any, Any]:
        """The rows and columns of a matrix."""
        sizes = [written] if isinstance(written, int | str) else list_of(where, written)
        if not 1 <= len(sizes) <= 2:
            raise FormatError(f"{where} = {shown(written)}", "it is no shape", 'W = ["h", "n"]')
        rows, columns = (*(self.reader(where).size(size) for size in sizes), self.reader(where).size(1))[:2]
        return rows, columns

    def matrix(self, name: str, written: Any) -> MatrixSymbol:
        """A constant matrix, of a kind if that is named behind the shape."""
        where = f"matrices.{name}"
        if isinstance(written, list) and len(written) == 3:
            if written[2] not in MATRIX_KINDS:
                wrote = f"{where} = {shown(written)}"
                raise FormatError(wrote, "there is no such kind of matrix", f'{name} = ["n", "n", "skew"]')
            return MATRIX_KINDS[written[2]](self.true_name(name), *self.shape(where, written[:2]))
        return constant(self.true_name(name), *self.shape(where, written))

    def function(self, name: str, kind: str) -> Any:
        """An unknown function of numbers, or a homogeneous one."""
        if kind.startswith("degree "):
            return homogeneous(
                self.true_name(name), self.reader(f"functions.{name}").number(kind.removeprefix("degree "))
            )
        return Function(self.true_name(name), **assumptions_of(f"functions.{name}", kind))

    def unknown(self, name: str, written: Any) -> Unknown:
        """A loss of which only the symmetries are known."""
        where = f"unknowns.{name}"
        if not isinstance(written, dict) or set(written) - {"arguments", "invariances"} or "arguments" not in written:
            write = f'{name} = {{arguments = ["w"], invariances = [["w"]]}}'
            raise FormatError(f"{where} = {shown(written)}", "it has no arguments", write)
        read = self.reader(where).read
        arguments = [read(argument) for argument in list_of(where, written["arguments"])]
        directions = [list_of(where, direction) for direction in list_of(where, written.get("invariances", []))]
        if not arguments or any(len(direction) != len(arguments) for direction in directions):
            wrong = "an invariance has an entry for every argument"
            raise FormatError(
                f"{where} = {shown(written)}", wrong, f'{name} = {{arguments = ["w"], invariances = [["w"]]}}'
            )
        moves = [[read(move) for move in direction] for direction in directions]
        for move in moves:
            for argument, part in zip(arguments, move, strict=True):
                if getattr(part, "shape", None) != getattr(argument, "shape", None):
                    wrong = f"the shapes of {part} and of {argument} differ"
                    raise FormatError(where, wrong, "Give each argument a move of its shape.")
        return Unknown(self.true_name(name), arguments, moves)


def read_symbol(name: str, kind: str) -> Symbol:
    """A symbol with the assumptions that its declaration lists; a dummy where that gives its number."""
    words = [word.strip() for word in kind.split(",")]
    if words[0].startswith("dummy "):
        number = words[0].removeprefix("dummy ").strip()
        if not re.fullmatch("-?[0-9]{1,20}", number):
            raise FormatError(f"symbols.{name} = {shown(kind)}", "a dummy has a number", f'{name} = "dummy 1"')
        rest = ", ".join(words[1:])
        return Dummy(name, dummy_index=int(number), **assumptions_of(f"symbols.{name}", rest))
    return Symbol(name, **assumptions_of(f"symbols.{name}", kind))


def assumptions_of(where: str, kind: str) -> dict[str, bool]:
    """Assumptions as SymPy takes them, from "positive, not integer"."""
    assumptions: dict[str, bool] = {}
    for word in filter(None, (word.strip() for word in kind.split(","))):
        name = word.removeprefix("not ").strip()
        if name not in ASSUMPTIONS or name == "commutative":
            raise FormatError(
                f"{where} = {shown(kind)}", f"{shown(name)} is no assumption", '"positive", or "real", or ""'
            )
        assumptions[name] = name == word
    try:
        Symbol("s", **assumptions)
    except InconsistentAssumptions:
        raise FormatError(f"{where} = {shown(kind)}", "they contradict each other", '"positive", for example') from None
    return assumptions


def coordinate_names(written: Any) -> list[str]:
    """The names of coordinates, in a list or in one text."""
    if isinstance(written, str):
        return checked_names(written)
    return [text_of("coordinates", name) for name in list_of("coordinates", written)]


def table(written: Mapping[str, Any], section: str) -> dict[str, Any]:
    """A section of a file that assigns something to names, empty where it is left out."""
    found = written.get(section, {})
    if not isinstance(found, dict):
        raise FormatError(f"{section} = {shown(found)}", "it assigns nothing to names", f'{section} = {{x = "…"}}')
    return found


def list_of(where: str, written: Any) -> list[Any]:
    """A list; `FormatError` for anything else."""
    if not isinstance(written, list):
        raise FormatError(f"{where} = {shown(written)}", "it is no list", f'{where.rsplit(".", 1)[-1]} = ["…", "…"]')
    return written


def text_of(where: str, written: Any) -> str:
    """A text; `FormatError` for anything else, and for letters that no terminal should see."""
    if not isinstance(written, str) or not written.isprintable() or len(written) > 1000:
        raise FormatError(f"{where} = {shown(written)}", "it is no line of text", f'{where.rsplit(".", 1)[-1]} = "…"')
    return written
