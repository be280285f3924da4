"""Which results have a form as text, and what each of them consists of.

A `Kind` says how a result is taken apart, into texts of expressions, tables and lists, and how it is made of these
again by the same constructor, with the same checks, that a user calls. A law is read with its proof: its defect is
computed anew from what the text states, and one that does not vanish is refused. So are generators of an algebra that
are no symmetries of its equations of motion; its bound is the text's word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sympy import Basic, Dummy, S
from sympy.logic.boolalg import Boolean

from symlag.calculus.differential_operators import evolutionary, total
from symlag.calculus.jets import jets
from symlag.calculus.zero_test import vanishes
from symlag.errors import FormatError, shown
from symlag.exchange.declarations import list_of, text_of
from symlag.exchange.reader import Reader
from symlag.exchange.writer import Writer
from symlag.learning.continuous_rules import Rule
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.variational.closed_form import Oscillation, Relaxation
from symlag.variational.equations_of_motion import accelerations, euler_lagrange
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law


@dataclass(frozen=True)
class Part:
    """A part of a file: what is written there, what its names stand for, where it is, and whether proofs are redone."""

    written: Any
    declared: Mapping[str, Any]
    where: str
    proved: bool = True

    def __getitem__(self, key: str) -> Part:
        """A part of this one, which must be there."""
        if key not in self.table():
            raise FormatError(f"{self.where}.{key}", "it is missing", f"Write {key} there.")
        return self.at(key, self.written[key])

    def __contains__(self, key: str) -> bool:
        return key in self.table()

    def at(self, key: object, written: Any) -> Part:
        """A part with its place."""
        return Part(written, self.declared, f"{self.where}.{key}", self.proved)

    def table(self, *known: str) -> Mapping[str, Any]:
        """A table; `FormatError` for anything else, and for entries that are not among those known."""
        if not isinstance(self.written, dict):
            raise FormatError(f"{self.where} = {shown(self.written)}", "it is no table", f"{self.where} = {{…}}")
        for key in self.written:
            if known and key not in known:
                raise FormatError(f"{self.where}.{shown(key)}", "there is no such entry", f"one of {', '.join(known)}")
        return self.written

    def items(self) -> list[Part]:
        """The parts of a list."""
        return [self.at(i, one) for i, one in enumerate(list_of(self.where, self.written))]

    def expression(self) -> Any:
        """An expression from its text."""
        return Reader(self.declared, self.where).read(self.written)

    def number(self) -> Any:
        """A scalar expression from its text."""
        return Reader(self.declared, self.where).number(self.written)

    def expressions(self) -> tuple[Any, ...]:
        """Expressions from a list of texts."""
        return tuple(one.expression() for one in self.items())

    def pairs(self) -> dict[Any, Any]:
        """Expressions by expressions, from texts by texts."""
        found: dict[Any, Any] = {}
        for text, value in self.table().items():
            key = self.at(text, text).expression()
            if key in found:
                raise FormatError(f"{self.where}.{shown(text)}", "it is there twice", "Leave one of the two out.")
            found[key] = self.at(text, value).expression()
        return found

    def text(self) -> str:
        """A line of text."""
        return text_of(self.where, self.written)

    def whole_number(self) -> int:
        """A whole number."""
        if not isinstance(self.written, int) or isinstance(self.written, bool):
            raise FormatError(
                f"{self.where} = {shown(self.written)}", "it is no whole number", "Write a number like 3."
            )
        return self.written


@dataclass(frozen=True)
class Kind:
    """A kind of result: its name in a file, the type, how it is taken apart, and how it is made again."""

    name: str
    type: type
    write: Callable[[Any, Writer], Any]
    read: Callable[[Part], Any]


# Expressions, and tables of them such as the equations of motion


def write_expression(expression: Basic, writer: Writer) -> str:
    """The text of an expression."""
    return writer.text(expression)


def write_equations(equations: Mapping[Any, Any], writer: Writer) -> dict[str, str]:
    """Expressions by expressions, such as E by q, as texts by texts."""
    return {writer.text(key): writer.text(value) for key, value in equations.items()}


# Mechanics


def write_lagrangian(L: Lagrangian, writer: Writer) -> dict[str, Any]:
    """Energies, coordinates, and what of the rest there is, in the notation that L was written in."""

    def text(expression: Any) -> str:
        return writer.text(L.notation.to_functions(expression))

    written: dict[str, Any] = {"T": text(L.kinetic), "V": text(L.potential), "coordinates": [*map(text, L.coordinates)]}
    written |= {
        name: text(part) for name, part in (("damping", L.damping), ("dissipation", L.dissipation)) if part != 0
    }
    written |= {"forces": {text(q): text(force) for q, force in L.forces.items()}} if L.forces else {}
    return written | ({"constraints": [*map(text, L.constraints)]} if L.constraints else {})


def read_lagrangian(part: Part) -> Lagrangian:
    """A Lagrangian, checked as any other."""
    part.table("T", "V", "coordinates", "damping", "dissipation", "forces", "constraints")
    optional = {name: part[name].expression() for name in ("damping", "dissipation") if name in part}
    if "forces" in part:
        optional["forces"] = part["forces"].pairs()
    if "constraints" in part:
        optional["constraints"] = part["constraints"].expressions()
    coordinates = part["coordinates"].expressions()
    return Lagrangian(part["T"].expression(), part["V"].expression(), coordinates, **optional)


def write_generator(X: Generator, writer: Writer) -> dict[str, Any]:
    """The moves of coordinates and of time, the name, and the matrices that it holds for every value of."""
    components = {q: X.decimals.written(xi) for q, xi in X.components.items()}
    written = {"name": X.name, "components": write_equations(components, writer)}
    written |= {"tau": writer.text(X.decimals.written(X.tau))} if X.tau != 0 else {}
    return written | ({"parameters": [*map(writer.text, X.parameters)]} if X.parameters else {})


def read_generator(part: Part) -> Generator:
    """A generator, checked as any other."""
    part.table("name", "components", "tau", "parameters")
    tau = part["tau"].number() if "tau" in part else S.Zero
    parameters = part["parameters"].expressions() if "parameters" in part else ()
    components = part["components"].pairs()
    for q, xi in components.items():
        if isinstance(xi, Boolean) and not xi.is_Symbol:
            raise FormatError(f"{part.where}.components.{shown(str(q))} = {xi}", "it is no move", '"x", for example')
    return Generator(components, tau, part["name"].text(), parameters)


# Laws


def write_law(law: Law, writer: Writer) -> dict[str, Any]:
    """What a law states, and the mechanics that it holds in."""
    return {"lagrangian": write_lagrangian(law.lagrangian, writer), **write_statement(law, writer)}


def read_law(part: Part) -> Law:
    """A law whose proof is done again."""
    part.table("lagrangian", *STATEMENT)
    return read_statement(part, read_lagrangian(part["lagrangian"]))


STATEMENT = ("generator", "charge", "rate", "sources")


def write_statement(law: Law, writer: Writer) -> dict[str, Any]:
    """The generator, the charge, the rate and the sources of a law."""
    return {
        "generator": write_generator(law.generator, writer),
        "charge": writer.text(law.charge),
        "rate": writer.text(law.rate),
        "sources": {name: writer.text(source) for name, source in law.sources.items()},
    }


def read_statement(part: Part, L: Lagrangian) -> Law:
    """A law of a Lagrangian; `FormatError` where its proof fails."""
    sources = {name: part["sources"].at(name, text).number() for name, text in part["sources"].table().items()}
    law = Law(L, read_generator(part["generator"]), part["charge"].number(), part["rate"].number(), sources)
    for q in law.generator.components:
        L.require(q)
    if "kinetic" not in sources:
        raise FormatError(f"{part.where}.sources", "the kinetic source is missing", 'kinetic = "0", for example')
    if part.proved and (defect := law.defect()) != 0:
        wrong = f"the law does not hold, for it is out of balance by {shown(defect, 60)}"
        raise FormatError(f"{part.where}.charge = {shown(law.charge, 60)}", wrong, "from_json(text, proved=False)")
    return law


def write_laws(laws: Sequence[Law], writer: Writer) -> dict[str, Any]:
    """Laws of one mechanics, which is written once."""
    mechanics = write_lagrangian(laws[0].lagrangian, writer)
    return {"lagrangian": mechanics, "laws": [write_statement(law, writer) for law in laws]}


def read_laws(part: Part) -> tuple[Law, ...]:
    """Laws of one mechanics, each of whose proofs is done again."""
    part.table("lagrangian", "laws")
    L = read_lagrangian(part["lagrangian"])
    for one in part["laws"].items():
        one.table(*STATEMENT)
    return tuple(read_statement(one, L) for one in part["laws"].items())


# Algebras


def write_algebra(algebra: Algebra, writer: Writer) -> dict[str, Any]:
    """The generators, the mechanics if there is one, the bound if there is one, and the values of parameters."""
    values, L = algebra.parameter_values, algebra.lagrangian
    written: dict[str, Any] = {} if L is None else {"lagrangian": write_lagrangian(L, writer)}
    written["generators"] = [write_generator(X, writer) for X in algebra.generators]
    written |= {} if algebra.bound is None else {"bound": algebra.bound}
    written |= {"region": [*map(writer.text, algebra.region)]} if algebra.region else {}
    numbers = {writer.text(s): number for s, number in values.numbers.items()}
    parts: dict[str, Any] = {"prime": values.prime, "numbers": numbers, "roots": [*map(writer.text, values.roots)]}
    parts["basis"] = [*map(writer.text, values.basis)]
    parts["extensions"] = [[*map(writer.text, basis)] for basis in values.extensions]
    return written | {"parameter_values": parts}


def read_algebra(part: Part) -> Algebra:
    """An algebra; `FormatError` where a generator is no symmetry, or where there are more than its bound."""
    part.table("lagrangian", "generators", "bound", "region", "parameter_values")
    L = read_lagrangian(part["lagrangian"]) if "lagrangian" in part else None
    generators = tuple(read_generator(one) for one in part["generators"].items())
    bound = part["bound"].whole_number() if "bound" in part else None
    region = part["region"].expressions() if "region" in part else ()
    if bound is not None and bound < len(generators):
        raise FormatError(f"{part.where}.bound = {bound}", f"there are {len(generators)} generators", "a true bound")
    if L is not None and part.proved:
        for i, X in enumerate(generators):
            if not keeps_motion(L, X, region):
                wrong = "it is not proved to be a symmetry of the equations of motion"
                raise FormatError(
                    f"{part.where}.generators.{i} = {shown(str(X), 60)}", wrong, "from_json(text, proved=False)"
                )
    return Algebra(L, generators, bound, read_parameter_values(part["parameter_values"]), region)


def read_parameter_values(part: Part) -> ParameterValues:
    """The values of parameters modulo a prime."""
    part.table("prime", "numbers", "roots", "basis", "extensions")
    numbers = {
        part["numbers"].at(text, text).expression(): part["numbers"].at(text, number).whole_number()
        for text, number in part["numbers"].table().items()
    }
    prime = part["prime"].whole_number()
    if not S(prime).is_prime or prime.bit_length() > 300:
        raise FormatError(
            f"{part.where}.prime = {shown(prime)}", "it is no prime number", "prime = 2305843009213693951"
        )
    extensions = tuple(one.expressions() for one in part["extensions"].items())
    return ParameterValues(prime, numbers, part["roots"].expressions(), part["basis"].expressions(), extensions)


def keeps_motion(L: Lagrangian, X: Generator, region: Sequence[Any] = ()) -> bool:
    """Whether a generator provably keeps the equations of motion: pr X (E) = 0 where E = 0, in a region f > 0."""
    read = L.notation.to_jets
    moves = X.map(read).characteristics(L.coordinates)
    motion = {read(top).root: (read(top), read(a)) for top, a in accelerations(L).items()}
    changes = (evolutionary(read(equation), moves) for equation in euler_lagrange(L).values())
    # Of a region, a coordinate or a parameter that keeps its sign is made use of.
    positive = {f: Dummy(str(f), positive=True) for f in map(read, region) if f.is_Symbol}
    negative = {-f: -Dummy(str(-f), positive=True) for f in map(read, region) if (-f).is_Symbol}
    return all(vanishes(on_motion(change, motion).xreplace(positive | negative)) for change in changes)


def on_motion(expression: Any, motion: Mapping[Any, tuple[Any, Any]]) -> Any:
    """An expression with the highest derivatives, and those above them, as the motion has them."""
    while above := [jet for jet in jets(expression) if jet.root in motion and jet.order >= motion[jet.root][0].order]:
        jet = above[-1]
        top, value = motion[jet.root]
        for _ in range(jet.order[0] - top.order[0]):
            value = total(value)
        expression = expression.xreplace({jet: value})
    return expression


# Records of expressions, each under the name of its field


def record(name: str, type_: type) -> Kind:
    """The kind of a data class all of whose fields are expressions, or lines of text."""
    names = tuple(one.name for one in fields(type_))

    def write(thing: Any, writer: Writer) -> dict[str, Any]:
        parts = {one: getattr(thing, one) for one in names}
        return {one: {"text": part} if isinstance(part, str) else writer.text(part) for one, part in parts.items()}

    def read(part: Part) -> Any:
        part.table(*names)
        parts = {one: part[one] for one in names}
        texts = {one: value["text"].text() if isinstance(value.written, dict) else None for one, value in parts.items()}
        return type_(*(text if text is not None else parts[one].expression() for one, text in texts.items()))

    return Kind(name, type_, write, read)


KINDS = (
    Kind("lagrangian", Lagrangian, write_lagrangian, read_lagrangian),
    Kind("generator", Generator, write_generator, read_generator),
    Kind("law", Law, write_law, read_law),
    Kind("algebra", Algebra, write_algebra, read_algebra),
    record("relaxation", Relaxation),
    record("oscillation", Oscillation),
    record("rule", Rule),
    Kind("equations", Mapping, write_equations, Part.pairs),
    Kind("expression", Basic, write_expression, Part.expression),
)
LAWS = Kind("laws", tuple, write_laws, read_laws)
