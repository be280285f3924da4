r"""Law files in TOML: what a Python file defines by its names, written as text that is read and never run.

    title = "A particle in a scale-invariant valley: its distance from the origin obeys a balance law."

    coordinates = "x y"
    symbols = {m = "positive", k = "positive", gamma = "positive"}

    T = "m*(x.dot**2 + y.dot**2)/2"
    V = "k*x*y/(x**2 + y**2)"
    damping = "gamma"
    symmetry = {x = "x", y = "y"}

The names are those of a Python file (`symlag.derivation.derive`), the declarations those of `declarations`. A symmetry
is a table of moves, among them `tau`, which moves time, and `name`; or a family such as "rotation(x, y)"; or a list of
these. A `rule` is "heavy_ball()", or an optimizer such as "sgd()". Motions that are `given` are declared apart from the
coordinates. Whoever gets such a file from a stranger can derive it without running anything of it.

>>> names = names_of_law_file('coordinates = "x"\nT = "x.dot**2/2"\nV = "x**4"\nsymmetry = "time_translation()"')
>>> names["T"], names["V"], names["symmetry"]
(x.dot**2/2, x**4, [Generator(time translation: ∂t)])
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from symlag.calculus.jets import Prolonged
from symlag.errors import FormatError, SymlagError, shown
from symlag.exchange.declarations import SECTIONS, coordinate_names, read_declarations, text_of
from symlag.exchange.grammar import parse
from symlag.exchange.objects import Part
from symlag.exchange.reader import Reader
from symlag.learning.continuous_rules import heavy_ball
from symlag.optimizers.library.adaptive import adam, adamw, rmsprop
from symlag.optimizers.library.momentum import nesterov, sgd
from symlag.optimizers.library.sign_and_polar import lion, muon
from symlag.variational.families import general_linear, rescale, rotation, scale, time_translation, translation
from symlag.variational.generator import Generator

LETTERS = 1_000_000
ENERGIES = ("T", "V", "L", "damping", "dissipation")
KNOWN = (*SECTIONS, *ENERGIES, "title", "given", "forces", "constraints", "symmetry", "rule", "degree")

FAMILIES: dict[str, Callable[..., Any]] = {
    "general_linear": general_linear,
    "rescale": rescale,
    "rotation": rotation,
    "scale": scale,
    "time_translation": time_translation,
    "translation": translation,
}
RULES: dict[str, Callable[..., Any]] = {
    "adam": adam,
    "adamw": adamw,
    "heavy_ball": heavy_ball,
    "lion": lion,
    "muon": muon,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "sgd": sgd,
}


def read_law_file(path: Path) -> dict[str, Any]:
    """What a law file defines, by the names of a Python file; errors name the file, and the line if it is known."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise FormatError(str(path), "it is no text that can be read", "the path of a law file in UTF-8") from None
    try:
        return names_of_law_file(text)
    except SymlagError as error:
        raise type(error)(f"{path}{line_of(text, error.wrote)}: {error.wrote}", error.wrong, error.write) from None


def names_of_law_file(text: str) -> dict[str, Any]:
    """What the text of a law file defines, by the names of a Python file."""
    written = read_toml(text)
    for key in written:
        if key not in KNOWN:
            raise FormatError(shown(key), "there is no such entry in a law file", f"one of {', '.join(KNOWN)}")
    given = coordinate_names(written.get("given", []))
    declared = read_declarations(
        {**written, "coordinates": [*coordinate_names(written.get("coordinates", [])), *given]}
    )
    names: dict[str, Any] = {key: Reader(declared, key).read(written[key]) for key in ENERGIES if key in written}
    names["__doc__"] = text_of("title", written.get("title", ""))
    if given:
        moving = (name for name, thing in declared.items() if isinstance(thing, Prolonged) and name not in given)
        names["coordinates"] = tuple(map(declared.__getitem__, moving))
    if "forces" in written:
        names["forces"] = Part(written["forces"], declared, "forces").pairs()
    if "constraints" in written:
        constraints = written["constraints"]
        several = constraints if isinstance(constraints, list) else [constraints]
        names["constraints"] = Part(several, declared, "constraints").expressions()
    if "symmetry" in written:
        several = written["symmetry"] if isinstance(written["symmetry"], list) else [written["symmetry"]]
        names["symmetry"] = [symmetry(one, declared) for one in several]
    if "rule" in written:
        names["rule"] = called(Reader(declared, "rule"), text_of("rule", written["rule"]), RULES)
    if "degree" in written:
        names["degree"] = Part(written["degree"], declared, "degree").whole_number()
    return names


def read_toml(text: str) -> dict[str, Any]:
    """The table of a TOML text, its decimal numbers as texts; `FormatError` where it is none."""
    if len(text) > LETTERS:
        raise FormatError(shown(text, 40), f"it is longer than {LETTERS} letters", "a shorter file")
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise FormatError("the text", f"it is no TOML ({_message(error)})", 'T = "m*x.dot**2/2", for example') from None
    except (RecursionError, ValueError):  # a number of more digits than Python reads
        raise FormatError("the text", "it is too deep, or has a number that is too long", "a simpler file") from None


def _message(error: tomllib.TOMLDecodeError) -> str:
    """What the parser says, from a small letter on."""
    said = shown(str(error))[1:-1]
    return said[:1].lower() + said[1:]


def symmetry(written: Any, declared: Mapping[str, Any]) -> Generator:
    """A generator, from a table of moves or the name of a family."""
    if isinstance(written, str):
        return called(Reader(declared, "symmetry"), written, FAMILIES)
    part = Part(written, declared, "symmetry")
    apart = {key: value for key, value in part.table().items() if key in {"tau", "name"} and key not in declared}
    moves = {key: value for key, value in part.table().items() if key not in apart}
    optional = {"tau": part["tau"].expression()} if "tau" in apart else {}
    optional |= {"name": part["name"].text()} if "name" in apart else {}
    return Generator(Part(moves, declared, "symmetry").pairs(), **optional)


def called(reader: Reader, text: str, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """What a function of a list makes of expressions; `FormatError` for any other text."""
    reader.text = text
    try:
        node = parse(text)
        if node.kind != "call" or node.text not in functions:
            write = f"one of {', '.join(functions)}, with brackets"
            raise FormatError(shown(text), "it is none of the functions that may stand here", write)
        return functions[node.text](*map(reader.build, node.parts))
    except SymlagError as error:
        raise type(error)(f"{reader.where}: {error.wrote}", error.wrong, error.write) from None
    except Exception:  # arguments that the function does not take
        write = "Give it what it takes in Python."
        raise FormatError(f"{reader.where}: {shown(text)}", "it has other arguments", write) from None


def line_of(text: str, wrote: str) -> str:
    """The line of the entry that an error is about, if it names one."""
    names = re.match(r"'?([A-Za-z_]+)", wrote)
    if names is None:
        return ""
    entry = next((i for i, line in enumerate(text.splitlines(), 1) if _begins(line, names[1])), None)
    return f", line {entry}" if entry else ""


def _begins(line: str, name: str) -> bool:
    """Whether a line assigns to a name, or opens its table."""
    return re.match(rf"\s*(\[+\s*)?\"?{re.escape(name)}\"?\s*[]=.]", line) is not None
