"""A derivation: a file that defines energies and a symmetry, and what follows from it.

The names that the file defines are the contract. A Python file is run; a law file in TOML defines the same names as
text, and is only read (`symlag.exchange.law_file`).

- The mechanics: `T` and `V`; or a whole Lagrangian `L`; or a `rule` and the loss `V`. Beside `T`, `V` or `L` there
  may be `coordinates`, `damping`, `forces`, `dissipation` and `constraints`.
- The `symmetry`: a generator, a dict {coordinate: ξ}, or a list of those. If it is left out, the symmetries are found:
  those of the loss beside a `rule`, otherwise those of the action, up to a `degree` in the velocities if one is given.
- The title is the first paragraph of the docstring.

A `rule` that is an optimizer, such as `sgd()`, adds its exact laws. For an optimizer that no mechanics stands behind,
such as `adam()`, they are all that follows.

>>> from types import ModuleType
>>> file = ModuleType("fall", "A particle in free fall.")
>>> exec("from symlag import *; y = coordinates('y'); T, V, symmetry = y.dot**2 / 2, y, time_translation()", vars(file))
>>> derive(file).laws[0].charge  # minus the energy
-y - y.dot**2/2
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sympy import MatrixSymbol, degree

from symlag.calculus.arguments import require_instance
from symlag.calculus.differential_operators import directional
from symlag.calculus.jets import Block, coordinates, jets
from symlag.calculus.matrices import zero_like
from symlag.calculus.zero_test import vanishes
from symlag.citations import Cited, Work
from symlag.derivation.user_file import naming_file, path_of, read_user_file, title_of
from symlag.errors import DefinitionError, SymlagError, shown
from symlag.files import write_all
from symlag.kernels.backends import installed_backends
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact_law import DiscreteLaw, account, exact, momentum_law
from symlag.optimizers.update_rule import UpdateRule
from symlag.symmetry.find_laws import laws, laws_in_training
from symlag.symmetry.matrix_entries import in_entries
from symlag.variational.equations_of_motion import accelerations, require_moving
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, noether

if TYPE_CHECKING:
    from symlag.document.document import Document


# The names that a file may define beside `T` and `V`.
_BESIDE_ENERGIES = ("coordinates", "damping", "forces", "dissipation", "constraints")


@dataclass(frozen=True)
class Derivation(Cited, ABC):
    """What follows from one file: laws in continuous time, exact laws of an optimizer, and a document of both.

    Parameters
    ----------
    title : str
        What the derivation is about, from its docstring.
    stem : str
        The name of the file, which the files that are written begin with.
    generators : tuple of Generator
        The symmetries, declared or found.
    rule : Rule, UpdateRule or None
        The learning rule or the optimizer, if the file names one.
    laws : tuple of Law
        The laws in continuous time, one for each generator; none for an optimizer without mechanics.
    exact : tuple of DiscreteLaw
        The exact laws, if the rule is an optimizer.

    Examples
    --------
    >>> from derivations import exact_scale
    >>> derived = derive(exact_scale)
    >>> derived.stem, len(derived.laws), len(derived.exact), derived.rule.name
    ('exact_scale', 1, 1, 'SGD with momentum')
    """

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
        return self._compose_document()

    @abstractmethod
    def _compose_document(self) -> Document:
        """The document, from this kind of derivation."""

    def write(
        self, folder: str | Path, formats: Iterable[str] = ("tex", "html"), pictures: Iterable[str] = ()
    ) -> tuple[Path, ...]:
        """Write the document into a folder, all of its files or none; `OutputError` if that cannot be done.

        Parameters
        ----------
        folder : str or Path
            It is made if it is not there.
        formats : iterable of str
            Of "tex", "fragment", "html" and "markdown", those to write.
        pictures : iterable of str
            The texts of SVG files that the HTML page shows.

        Returns
        -------
        tuple of Path
            The files.
        """
        return self.document.write(folder, formats, self.stem, pictures)

    def write_kernels(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the source of every law's kernel, exact laws' too, for each backend that is installed.

        Parameters
        ----------
        folder : str or Path
            The files go to its subfolder `kernels`.

        Returns
        -------
        tuple of Path
            The files, such as kernels/scale_1_numpy.py. `LoweringError` if a law has no values, as one of a metric
            that is an unknown function; then nothing is written.
        """
        by_name = {f"{self.stem}_{i}": law for i, law in enumerate(self.laws, start=1)}
        by_name |= {f"{self.stem}_{i}_exact": law for i, law in enumerate(self.exact, start=1)}
        texts = {f"{name}_{b}.py": law.kernel(b).source for name, law in by_name.items() for b in installed_backends()}
        return write_all(Path(folder) / "kernels", texts)


@dataclass(frozen=True)
class MechanicsDerivation(Derivation):
    """The derivation of a Lagrangian, and of the optimizer that moves like it if there is one."""

    lagrangian: Lagrangian

    @cached_property
    def motion(self) -> dict[Any, Any]:
        """The accelerations."""
        return accelerations(self.lagrangian)

    def _compose_document(self) -> Document:
        from symlag.document.document import Document  # a derivation is often made for its laws alone

        rule = _continuous_rule(self.rule) if self.rule else None
        return Document.of(self.title, self.lagrangian, self.laws, rule, self.exact)


@dataclass(frozen=True)
class DiscreteDerivation(Derivation):
    """The derivation of an optimizer that no mechanics stands behind, for the `reason` given: its exact laws only."""

    reason: str

    def _compose_document(self) -> Document:
        from symlag.document.document import Document

        return Document.of_optimizer(self.title, self.exact, self.reason)


def derive(file: str | Path | ModuleType) -> Derivation:
    """The derivation that a file, or a module already loaded, defines by its names.

    Parameters
    ----------
    file : str, Path or module
        A file that defines `T` and `V`, or `L`, or `rule` and `V`; and `symmetry`, unless it is to be found. A Python
        file is run, a file whose name ends in .toml is read and nothing of it is run.

    Returns
    -------
    Derivation
        Its laws, and the document that derives them.

    Raises
    ------
    DefinitionError
        If the file cannot be run, or a name is missing in it.
    SymlagError
        If its mechanics is at fault. Both name the file, and the line if there is one.

    References
    ----------
    Noether, *Invariante Variationsprobleme* (1918). Tanaka & Kunin, *Noether's Learning Dynamics* (NeurIPS 2021).

    Examples
    --------
    >>> from derivations import scale
    >>> derived = derive(scale)
    >>> [law.generator.name for law in derived.laws], [law.defect() for law in derived.laws]
    (['scale'], [0])
    """
    path = path_of(file)
    names = vars(file) if isinstance(file, ModuleType) else read_user_file(path)
    with naming_file(path):
        return derivation_from_names(names, path.stem)


def derivation_from_names(names: Mapping[str, Any], stem: str) -> Derivation:
    """The derivation that a set of names defines."""
    # Star imports bring the function `coordinates` of symlag and the function `degree` of SymPy, which are no choices.
    names = {name: value for name, value in names.items() if value is not coordinates and value is not degree}
    rule = names.get("rule")
    if isinstance(rule, UpdateRule):
        try:
            rule.mechanics  # noqa: B018 - raises if no mechanics stands behind the optimizer
        except SymlagError as error:
            return _discrete_derivation(names, stem, rule, error.wrong)
    return _mechanics_derivation(names, stem, rule)


def _mechanics_derivation(names: Mapping[str, Any], stem: str, rule: Any) -> MechanicsDerivation:
    L = _lagrangian(names)
    require_moving(L)
    if "symmetry" in names:
        V, generators = names.get("V"), _declared_generators(names["symmetry"])
        for q in (q for X in generators for q in X.components):
            L.require(q)  # checked before `noether`, so that the error names the file
        found = tuple(noether(L, X) for X in generators)
    else:
        found = _found_laws(L, names)
        V = in_entries(names.get("V", 0))
    generators = tuple(law.generator for law in found)
    exact_laws = _exact_laws(rule, V, generators) if isinstance(rule, UpdateRule) else ()
    return MechanicsDerivation(title_of(names, stem), stem, generators, rule, found, exact_laws, found[0].lagrangian)


def _discrete_derivation(names: Mapping[str, Any], stem: str, rule: UpdateRule, reason: str) -> DiscreteDerivation:
    _require_loss_alone(names)
    if "symmetry" not in names:
        wrong = "it is missing, and none is found without a mechanics"
        raise DefinitionError("symmetry", wrong, "symmetry = scale(w), for example")
    generators, weights = _declared_generators(names["symmetry"]), _coordinates_of_loss(names)
    for q in (q for X in generators for q in X.components):
        if q not in weights:
            write = "a move of what V depends on"
            raise DefinitionError(f"symmetry of {q}", "the loss does not depend on it", write)
    exact_laws = _exact_laws(rule, names["V"], generators)
    return DiscreteDerivation(title_of(names, stem), stem, generators, rule, (), exact_laws, reason)


def _exact_laws(rule: UpdateRule, V: Any, generators: Iterable[Generator]) -> tuple[DiscreteLaw, ...]:
    """The exact laws of generators; an account of the charge for one that is no symmetry of the loss."""
    exact_laws: list[DiscreteLaw] = []
    for X in generators:
        if not vanishes(directional(V, X.components)):
            exact_laws.append(account(rule, X))
            continue
        law = exact(rule, X)
        exact_laws.append(law)
        # The buffer of momentum never sees a preconditioner, and has a law of its own beside one.
        if rule.opaque and rule.momenta and law.frame.affine:
            exact_laws.append(momentum_law(rule, X))
    return tuple(exact_laws)


def _lagrangian(names: Mapping[str, Any]) -> Lagrangian:
    """The Lagrangian: of a rule and a loss, or of energies."""
    if "rule" in names and "V" in names:
        _require_loss_alone(names)
        weights = names.get("coordinates") or _coordinates_of_loss(names)
        return _continuous_rule(names["rule"]).lagrangian(names["V"], weights)
    if "T" in names:
        energies = names["T"], names.get("V", 0)
    elif "L" in names:
        energies = names["L"], 0  # a V beside a whole L is a part of it that has got a name
    else:
        raise DefinitionError("T", "it is missing", "T = m * x.dot**2 / 2, or rule = heavy_ball() beside V")
    optional = {name: names[name] for name in _BESIDE_ENERGIES if name in names}
    return Lagrangian(*energies, **optional)


def _continuous_rule(rule: Any) -> Rule:
    """The mechanics of a learning rule, or of an optimizer."""
    if isinstance(rule, UpdateRule):
        return rule.mechanics
    return require_instance("rule =", rule, Rule, "rule = heavy_ball(), say")


def _require_loss_alone(names: Mapping[str, Any]) -> None:
    """A rule goes with a loss, and with nothing that follows from the rule itself."""
    if superfluous := {"T", "L", "damping", "forces", "dissipation", "constraints"} & set(names):
        wrote = " and ".join(sorted(superfluous))
        raise DefinitionError(wrote, "the rule gives it already", "either the rule, or T and V")
    if "V" not in names:
        write = 'V = invariant_loss("f", scale(w)), for example'
        raise DefinitionError("V", "it is missing beside the rule", write)


def _coordinates_of_loss(names: Mapping[str, Any]) -> tuple[Any, ...]:
    weights = tuple(jet for jet in jets(names["V"]) if jet == jet.root)
    if not weights:
        write = 'V = invariant_loss("f", scale(w)), for example'
        raise DefinitionError(f"V = {names['V']}", "no coordinate occurs in it", write)
    return weights


def _found_laws(L: Lagrangian, names: Mapping[str, Any]) -> tuple[Law, ...]:
    """The laws of a file that declares no symmetry: those of the loss beside a rule, those of the action otherwise."""
    try:
        if "rule" in names:
            constants = [v for v in names.values() if isinstance(v, MatrixSymbol) and not isinstance(v, Block)]
            found = laws_in_training(L, names["V"], constants)
        else:
            found = laws(L, degree=names.get("degree", 0))
    except SymlagError as error:
        wrong = f"it is missing, and cannot be found ({error.wrong})"
        raise DefinitionError("symmetry", wrong, "symmetry = scale(w), or {x: x, y: y}") from None
    if not found:
        write = "symmetry = {x: x}, for a broken one"
        raise DefinitionError("symmetry", "it is missing, and the action has none", write)
    return found


def _declared_generators(symmetry: Any) -> tuple[Generator, ...]:
    """The generators that a file declares as its symmetry."""
    declared = symmetry if isinstance(symmetry, list | tuple) else [symmetry]
    if not declared:
        write = "symmetry = time_translation(), for example"
        raise DefinitionError(f"symmetry = {shown(symmetry)}", "it names no generator", write)
    for one in declared:
        if not isinstance(one, Generator | Mapping):
            write = "scale(w), {x: x, y: y}, or a list of such"
            raise DefinitionError(f"symmetry = {shown(one)}", "it is no generator", write)
    generators = tuple(one if isinstance(one, Generator) else Generator(one) for one in declared)
    for X in generators:
        if X.tau == 0 and all(xi == zero_like(q) for q, xi in X.components.items()):
            raise DefinitionError(f"symmetry = {shown(symmetry)}", "it moves nothing", "symmetry = {x: 1}, for example")
    return generators
