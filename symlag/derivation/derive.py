"""The form: a Python file that defines T, V and a symmetry is a derivation.

The names are the contract. `V` with a `rule`, or `T` and `V`, or a whole `L`; `damping`, `forces`, `coordinates` where
they are needed; `symmetry`, a generator, a dict {coordinate: ξ}, or a list of those; without it the symmetries are
found: those of V where there is a `rule`, and those up to a `degree` in the velocities where one is named. A `rule`
that is an optimizer, such as `sgd()`, adds its exact laws; they are all that follows from one that no mechanics stands
behind, as from `adam()`. The title is the docstring's first line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from sympy import MatrixSymbol

from symlag.calculus.jets import Block, coordinates, jets
from symlag.calculus.operators import directional
from symlag.calculus.sympy_notation import instance
from symlag.calculus.zero_test import vanishes
from symlag.citations import Cited, Work
from symlag.derivation.user_file import located, place, run_form, title_of
from symlag.document.document import Document
from symlag.errors import FormError, SymlagError
from symlag.files import write_all
from symlag.kernels.backends import installed_backends
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact import DiscreteLaw, account, exact, momentum_law
from symlag.optimizers.update_rule import UpdateRule
from symlag.symmetry.find_laws import laws, laws_in_training
from symlag.symmetry.matrix_entries import in_entries
from symlag.variational.equations_of_motion import accelerations, require_velocities
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, noether


@dataclass(frozen=True)
class Derivation(Cited, ABC):
    """What follows from one file: laws in continuous time, exact laws of an optimizer, and the document of both."""

    title: str
    stem: str
    generators: tuple[Generator, ...]
    rule: Rule | UpdateRule | None
    laws: tuple[Law, ...]
    exact: tuple[DiscreteLaw, ...]

    @property
    def works(self) -> tuple[Work, ...]:
        """The works behind each of its laws."""
        return tuple(work for law in (*self.laws, *self.exact) for work in law.works)

    @cached_property
    def document(self) -> Document:
        """The derivation step by step, each step with its reason."""
        return self._told()

    @abstractmethod
    def _told(self) -> Document:
        """The document, made anew."""

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
        texts = {f"{name}_{b}.py": law.kernel(b).source for name, law in named.items() for b in installed_backends()}
        return write_all(Path(folder) / "kernels", texts)


@dataclass(frozen=True)
class ByMechanics(Derivation):
    """What follows from a Lagrangian, and from the optimizer that moves like it where there is one."""

    lagrangian: Lagrangian

    @cached_property
    def motion(self) -> dict[Any, Any]:
        """The accelerations."""
        return accelerations(self.lagrangian)

    def _told(self) -> Document:
        mechanics = _learned(self.rule) if self.rule else None
        return Document.of(self.title, self.lagrangian, self.laws, mechanics, self.exact)


@dataclass(frozen=True)
class BySteps(Derivation):
    """What follows from an optimizer that no mechanics stands behind, for the `reason` given: its exact laws alone."""

    reason: str

    def _told(self) -> Document:
        return Document.of_optimizer(self.title, self.exact, self.reason)


def derive(form: str | Path | ModuleType) -> Derivation:
    """The derivation that a file, or a module already loaded, defines by its names.

    `FormError` where the file cannot be run or a name is missing, `SymlagError` where its mechanics is at fault; both
    name the file, and the line where there is one.
    """
    where = place(form)
    names = vars(form) if isinstance(form, ModuleType) else run_form(where)
    with located(str(where)):
        return derivation(names, where.stem)


def derivation(names: Mapping[str, Any], stem: str) -> Derivation:
    """The derivation that a set of names defines."""
    names = {name: value for name, value in names.items() if value is not coordinates}  # an imported verb
    rule = names.get("rule")
    if isinstance(rule, UpdateRule) and (reason := _unlike_mechanics(rule)):
        return _by_steps(names, stem, rule, reason)
    return _by_mechanics(names, stem, rule)


def _by_mechanics(names: Mapping[str, Any], stem: str, rule: Any) -> ByMechanics:
    L = _mechanics(names)
    require_velocities(L)
    laws = _stated(L, tuple(_declared(names["symmetry"]))) if "symmetry" in names else _found(L, names)
    generators = tuple(law.generator for law in laws)
    V = names.get("V") if "symmetry" in names else in_entries(names.get("V", 0))
    exact = _exact(rule, V, generators) if isinstance(rule, UpdateRule) else ()
    return ByMechanics(title_of(names, stem), stem, generators, rule, laws, exact, laws[0].lagrangian)


def _stated(L: Lagrangian, generators: tuple[Generator, ...]) -> tuple[Law, ...]:
    for q in (q for X in generators for q in X.components):
        L.require(q)  # here, not in `noether`, for here the error is told the file
    return tuple(noether(L, X) for X in generators)


def _by_steps(names: Mapping[str, Any], stem: str, rule: UpdateRule, reason: str) -> BySteps:
    _require_loss_alone(names)
    if "symmetry" not in names:
        raise FormError("symmetry", "it is missing, and none is found without a mechanics", "symmetry = scale(w), say")
    generators, moved = tuple(_declared(names["symmetry"])), {*_moved(names)}
    if strange := [q for X in generators for q in X.components if q not in moved]:
        raise FormError(f"symmetry of {strange[0]}", "the loss does not depend on it", "a move of what V depends on")
    exact = _exact(rule, names["V"], generators)
    return BySteps(title_of(names, stem), stem, generators, rule, (), exact, reason)


def _exact(rule: UpdateRule, V: Any, generators: Iterable[Generator]) -> tuple[DiscreteLaw, ...]:
    return tuple(law for X in generators for law in _stepped(rule, V, X))


def _stepped(rule: UpdateRule, V: Any, X: Generator) -> Iterator[DiscreteLaw]:
    """The exact law of a generator; beside a preconditioner that of the momentum alone, for it never sees that."""
    if not vanishes(directional(V, X.components)):
        yield account(rule, X)
        return
    yield (law := exact(rule, X))
    if rule.opaque and rule.momenta and law.frame.affine:
        yield momentum_law(rule, X)


def _unlike_mechanics(rule: UpdateRule) -> str:
    """Why no mechanics stands behind an optimizer; nothing where one does."""
    try:
        rule.mechanics  # noqa: B018 - asked whether it is there
    except SymlagError as error:
        return error.wrong
    return ""


def _mechanics(names: Mapping[str, Any]) -> Lagrangian:
    """The Lagrangian: by a rule and a loss, or by energies."""
    if "rule" in names and "V" in names:
        _require_loss_alone(names)
        return _learned(names["rule"]).lagrangian(names["V"], names.get("coordinates") or _moved(names))
    optional = {key: names[key] for key in ("coordinates", "damping", "forces") if key in names}
    return Lagrangian(*_energies(names), **optional)


def _learned(rule: Any) -> Rule:
    """The mechanics of a learning rule, or of an optimizer."""
    return (
        rule.mechanics if isinstance(rule, UpdateRule) else instance("rule =", rule, Rule, "rule = heavy_ball(), say")
    )


def _require_loss_alone(names: Mapping[str, Any]) -> None:
    """A rule stands beside a loss, and beside nothing that it gives itself."""
    if spare := {"T", "L", "damping", "forces"} & set(names):
        raise FormError(" and ".join(sorted(spare)), "the rule gives it already", "either the rule, or T and V")
    if "V" not in names:
        raise FormError("V", "it is missing beside the rule", 'V = invariant_loss("f", scale(w)), say')


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


def _found(L: Lagrangian, names: Mapping[str, Any]) -> tuple[Law, ...]:
    """The laws of a form that declares no symmetry: of the loss where there is a rule, of the action otherwise."""
    given = [value for value in names.values() if isinstance(value, MatrixSymbol) and not isinstance(value, Block)]
    try:
        found = laws_in_training(L, names["V"], given) if "rule" in names else laws(L, degree=names.get("degree", 0))
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
