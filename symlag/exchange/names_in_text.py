"""The names that a text gives to what occurs in it, and their declarations.

Most things are called by their own name. Where two have one name, or a name means something else in the grammar, the
later one gets a number, as `x_2`, and the declarations say what it is called.

>>> from sympy import Symbol
>>> names = Names()
>>> [names.of(Symbol("m", positive=True)), names.of(Symbol("m")), names.of(Symbol("pi"))]
['m', 'm_2', 'pi_2']
>>> names.declarations()
{'symbols': {'m': 'positive', 'm_2': '', 'pi_2': ''}, 'names': {'m_2': 'm', 'pi_2': 'pi'}}
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from sympy import Dummy, FunctionClass, MatrixSymbol, Symbol
from sympy.core.function import UndefinedFunction

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import Block, Jet, t
from symlag.calculus.matrices import Skew, Symmetric
from symlag.errors import FormatError, shown
from symlag.exchange.special_forms import FORMS
from symlag.exchange.vocabulary import CONSTANTS, FUNCTIONS
from symlag.names import checked_name

MATRIX_KINDS: dict[type, list[str]] = {MatrixSymbol: [], Skew: ["skew"], Symmetric: ["symmetric"]}
RESERVED = {*CONSTANTS, "t"} - {"E"}  # E is written exp(1), and may be an energy


class Names:
    """Names given one after the other, as things occur."""

    write: Callable[[Any], str]  # the text of an expression, set by the writer that asks for names

    def __init__(self) -> None:
        self.given: dict[Any, str] = {t: "t"}
        self.sections: dict[str, Any] = {}
        self.write = str

    def of(self, thing: Any) -> str:
        """The name of a symbol, a coordinate, a constant matrix, a function or an unknown, declared if it is new."""
        if thing in self.given:
            return self.given[thing]
        section, declaration = self.declaration(thing)
        true_name = checked_name(
            thing.__name__ if isinstance(thing, FunctionClass) else getattr(thing, "stem", thing.name)
        )
        called = {*FUNCTIONS, *FORMS} if isinstance(thing, FunctionClass) else RESERVED
        taken = {*self.given.values(), *called}
        candidates = (true_name if n == 1 else f"{true_name}_{n}" for n in count(1))
        name = next(candidate for candidate in candidates if candidate not in taken)
        self.given[thing] = name
        self.sections.setdefault(section, {})[name] = declaration
        if name != true_name:
            self.sections.setdefault("names", {})[name] = true_name
        return name

    def declaration(self, thing: Any) -> tuple[str, Any]:
        """The section that something is declared in, and what is declared of it."""
        match thing:
            case Jet() if thing.base == (t,):
                return "coordinates", None
            case Jet():
                return "fields", [self.of(variable) for variable in thing.base]
            case Block():
                return "blocks", self.shape(thing)
            case MatrixSymbol() if type(thing) in MATRIX_KINDS:
                return "matrices", [*self.shape(thing), *MATRIX_KINDS[type(thing)]]
            case Unknown():
                arguments = [self.write(argument) for argument in thing.arguments]
                directions = [[self.write(move) for move in direction] for direction in thing.invariances]
                return "unknowns", {"arguments": arguments} | ({"invariances": directions} if directions else {})
            case UndefinedFunction():
                return "functions", assumption_words(thing._kwargs)
            case FunctionClass() if hasattr(thing, "degree"):
                return "functions", f"degree {self.write(thing.degree)}"
            case Symbol() if type(thing) in {Symbol, Dummy}:
                words = assumption_words(thing._assumptions_orig)
                number = f"dummy {thing.dummy_index}" if isinstance(thing, Dummy) else ""
                return "symbols", ", ".join(filter(None, (number, words)))
            case _:
                wrong = f"a {type(thing).__name__} has no place in the format"
                raise FormatError(shown(thing), wrong, "Write it with symbols, coordinates and matrices.")

    def shape(self, matrix: Any) -> list[Any]:
        """The numbers of rows and columns, as numbers or texts."""
        return [int(size) if size.is_Integer else self.write(size) for size in matrix.shape]

    def declarations(self) -> dict[str, Any]:
        """The sections of all declarations, each where something is declared in it."""
        order = ("symbols", "coordinates", "fields", "blocks", "matrices", "functions", "unknowns", "names")
        sections = {name: self.sections[name] for name in order if name in self.sections}
        if "symbols" in sections:
            sections["symbols"] = dict(sorted(sections["symbols"].items()))
        if "coordinates" in sections:
            sections["coordinates"] = sorted(sections["coordinates"])
        return sections


def assumption_words(assumptions: dict[str, bool | None]) -> str:
    """Assumptions as a declaration lists them: "positive, not integer"."""
    known = {name: value for name, value in assumptions.items() if value is not None and name != "commutative"}
    return ", ".join(name if value else f"not {name}" for name, value in sorted(known.items()))
