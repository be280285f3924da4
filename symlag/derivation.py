"""The form: a Python file that defines T, V and a symmetry is a derivation.

The names are the contract. `V` with a `rule`, or `T` and `V`, or a whole `L`; `damping`, `forces`, `coordinates` where
they are needed; `symmetry`, a generator, a dict {coordinate: ξ}, or a list of those; without it the symmetries are
found. A `rule` that is an optimizer, such as `sgd()`, adds its exact laws. The title is the docstring's first line.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections import abc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

from symlag.discrete import DiscreteLaw
from symlag.discrete.updates import UpdateRule
from symlag.document import Document
from symlag.document.written import write_all
from symlag.errors import FormError, SymlagError
from symlag.generator import Generator
from symlag.jet import coordinates, jets
from symlag.lagrangian import Lagrangian
from symlag.motion import accelerations, require_velocities
from symlag.noether import Law, noether
from symlag.rules import Rule
from symlag.spelling import instance
from symlag.symmetry import symmetries


@dataclass(frozen=True)
class Derivation:
    """What follows from one file: its Lagrangian, the generators, and, computed when asked for, all the rest."""

    title: str
    stem: str
    lagrangian: Lagrangian
    generators: tuple[Generator, ...]
    rule: Rule | UpdateRule | None = None
    exact: tuple[DiscreteLaw, ...] = ()  # of each generator, where the rule is an optimizer

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """The balance law of each generator."""
        return tuple(noether(self.lagrangian, X) for X in self.generators)

    @cached_property
    def motion(self) -> dict[Any, Any]:
        """The accelerations."""
        return accelerations(self.lagrangian)

    @cached_property
    def document(self) -> Document:
        """The derivation step by step, each step with its reason."""
        mechanics = _learned(self.rule) if self.rule else None
        return Document.of(self.title, self.lagrangian, self.laws, mechanics, self.exact)

    def write(
        self, folder: str | Path, formats: Iterable[str] = ("tex", "html"), pictures: Iterable[str] = ()
    ) -> tuple[Path, ...]:
        """Write the document into a folder, all of its files or none; `OutputError` where that cannot be done.

        `pictures` are the texts of SVG files, for the page.
        """
        return self.document.write(folder, formats, self.stem, pictures)

    def write_kernels(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the text of every law's kernel, exact laws' too, for each backend that is installed."""
        named = {f"{self.stem}_{i}": law for i, law in enumerate(self.laws, start=1)}
        named |= {f"{self.stem}_{i}_exact": law for i, law in enumerate(self.exact, start=1)}
        installed = [backend for backend in ("numpy", "numba", "torch") if find_spec(backend)]
        texts = {f"{name}_{b}.py": law.kernel(b).source for name, law in named.items() for b in installed}
        return write_all(Path(folder) / "kernels", texts)


def derive(form: str | Path | ModuleType) -> Derivation:
    """The derivation that a file, or a module already loaded, defines by its names.

    `FormError` where the file cannot be run or a name is missing, `SymlagError` where its mechanics is at fault; both
    name the file, and the line where there is one.
    """
    where = _place(form)
    names = vars(form) if isinstance(form, ModuleType) else run_form(where)
    with located(str(where)):
        return derivation(names, where.stem)


def derivation(names: Mapping[str, Any], stem: str) -> Derivation:
    """The derivation that a set of names defines."""
    names = {name: value for name, value in names.items() if value is not coordinates}  # an imported verb
    L = _mechanics(names)
    require_velocities(L)
    generators = tuple(_declared(names["symmetry"]) if "symmetry" in names else _found(L))
    for q in (q for X in generators for q in X.components):
        L.require(q)  # here, not in `noether`, for here the error is told the file
    rule = names.get("rule")
    exact = tuple(map(rule.exact, generators)) if isinstance(rule, UpdateRule) else ()
    return Derivation(_title(names, stem), stem, L, generators, rule, exact)


def run_form(path: Path) -> dict[str, Any]:
    """The names that a file defines; the folders it imports from are its own and the current one."""
    if not path.is_file():
        wrong = "it is a folder" if path.is_dir() else "there is no such file"
        raise FormError(str(path), wrong, "the path of a Python file, or `symlag new` to start one")
    before = sys.path.copy()
    sys.path[:0] = [str(Path.cwd()), str(path.resolve().parent)]
    try:
        with blamed(path):
            return run_path(str(path))
    finally:
        sys.path[:] = before


@contextmanager
def blamed(path: Path) -> abc.Generator[None]:
    """Whatever a file raises becomes a sentence that names the file, and the line where there is one."""
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{_site(path, error)}: {error.wrote}", error.wrong, error.write) from None
    except SyntaxError as error:
        where = f"{error.filename or path}, line {error.lineno}" if error.lineno else str(path)
        raise FormError(where, f"it is not Python ({error.msg})", "valid Python") from None
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise FormError(_site(path, error), f"it raises {reason}", "a file that runs by itself") from error


@contextmanager
def located(where: str) -> abc.Generator[None]:
    """Errors inside name the file they came from, once."""
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{where}: {error.wrote}", error.wrong, error.write) from None


def _place(form: Any) -> Path:
    """Where a form is written."""
    if isinstance(form, ModuleType):
        return Path(getattr(form, "__file__", None) or form.__name__)
    if not isinstance(form, str | Path):
        raise FormError(repr(form), "it is neither a file nor a module", 'derive("my_law.py"), say')
    return Path(form)


def _site(path: Path, error: BaseException) -> str:
    """The file, and the last of its lines on the way to an error."""
    own = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).name == path.name]
    return f"{path}, line {own[-1]}" if own else str(path)


def _mechanics(names: Mapping[str, Any]) -> Lagrangian:
    """The Lagrangian: by a rule and a loss, or by energies."""
    if "rule" in names and "V" in names:
        if spare := {"T", "L", "damping", "forces"} & set(names):
            raise FormError(" and ".join(sorted(spare)), "the rule gives it already", "either the rule, or T and V")
        return _learned(names["rule"]).lagrangian(names["V"], names.get("coordinates") or _moved(names))
    optional = {key: names[key] for key in ("coordinates", "damping", "forces") if key in names}
    return Lagrangian(*_energies(names), **optional)


def _learned(rule: Any) -> Rule:
    """The mechanics of a learning rule, or of an optimizer that has one."""
    if not isinstance(rule, UpdateRule):
        return instance("rule =", rule, Rule, "rule = heavy_ball(), say")
    try:
        return rule.mechanics
    except SymlagError as error:
        write = "rule = sgd(), or exact(rule, symmetry) for the exact law alone"
        raise FormError(f"rule = {rule.name}", f"no mechanics follows it ({error.wrong})", write) from None


def _energies(names: Mapping[str, Any]) -> tuple[Any, Any]:
    """T and V; a whole L by itself, beside which V is but a part of it."""
    if "T" in names:
        return names["T"], names.get("V", 0)
    if "L" not in names:
        raise FormError("T", "it is missing", "T = m * x.dot**2 / 2, or rule = heavy_ball() beside V")
    return names["L"], 0


def _moved(names: Mapping[str, Any]) -> tuple[Any, ...]:
    """The coordinates of a loss."""
    found = tuple(jet for jet in jets(names["V"]) if jet == jet.root)
    if not found:
        raise FormError(f"V = {names['V']}", "no coordinate occurs in it", 'V = invariant_loss("f", scale(w)), say')
    return found


def _found(L: Lagrangian) -> tuple[Generator, ...]:
    """The symmetries of an action that declares none."""
    try:
        found = symmetries(L).generators
    except SymlagError as error:
        write = "symmetry = scale(w), or {x: x, y: y}"
        raise FormError("symmetry", f"it is missing, and cannot be found ({error.wrong})", write) from None
    if not found:
        raise FormError("symmetry", "it is missing, and the action has none", "symmetry = {x: x}, for a broken one")
    return found


def _declared(declared: Any) -> Iterator[Generator]:
    several = declared if isinstance(declared, list | tuple) else [declared]
    if not several:
        raise FormError(f"symmetry = {declared}", "it names no generator", "symmetry = time_translation(), say")
    for one in several:
        if not isinstance(one, Generator | Mapping):
            raise FormError(f"symmetry = {one!r}", "it is no generator", "scale(w), {x: x, y: y}, or a list of such")
        yield one if isinstance(one, Generator) else Generator(one)


def _title(names: Mapping[str, Any], stem: str) -> str:
    """The first sentence of the docstring, or the file's name."""
    first = str(names.get("__doc__") or "").strip().split("\n\n")[0]
    return re.sub(r"\s+", " ", first) or stem.replace("_", " ")
