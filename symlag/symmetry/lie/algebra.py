"""The Lie algebra that symmetries span: its structure constants, and what kind of algebra it is.

Brackets of generators are compared with the basis at random points modulo a prime (`structure_constants`), which gives
the structure constants exactly and tells whether the algebra is closed. Its structure follows from them by linear
algebra (`commutator_table`, `levi`), and its name from its structure (`names_by_decomposition`, `solvable`,
`names_from_physics`).

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.families import rotation
>>> x, y, z = coordinates("x y z")
>>> so3 = Algebra(None, (rotation(y, z), rotation(z, x), rotation(x, y)))
>>> so3.dimension, so3.closed, so3.structure_constants[0, 1]
(3, True, {2: -1})
>>> so3.name
'so(3)'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, Any, overload

from sympy import Add, Dummy, Expr, Integer, Matrix, S, prime
from sympy.core.function import AppliedUndef

from symlag.calculus.sympy_notation import Notation, is_coordinate_function
from symlag.citations import LIE_GROUPS, NOETHER, Cited, Work
from symlag.display import Displayable
from symlag.errors import SymlagError
from symlag.symmetry.generator_normal_form import normal_form
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

# Linear algebra modulo a prime is loaded when the structure of an algebra is asked for.
if TYPE_CHECKING:
    from symlag.symmetry.lie.commutator_table import CommutatorTable
    from symlag.symmetry.modular.reconstruction import ParameterValues


def _no_parameters() -> ParameterValues:
    """The values of parameters where there are none."""
    from symlag.symmetry.modular.linear_algebra import PRIMES
    from symlag.symmetry.modular.reconstruction import ParameterValues

    return ParameterValues.draw((), PRIMES[0])


# Choices of numbers for the parameters that are tried, until all frequencies are real.
CHOICES = 128


@dataclass(frozen=True)
class Algebra(Sequence[Generator], Displayable, Cited):
    """Symmetries X₁, X₂, … as a sequence of generators, the Lie algebra that they span, and a bound on their number.

    As a sequence it has a length, is iterated and indexed, and X is in it where X equals one of the generators. A slice
    is a tuple of generators, for a part of a basis in general spans no algebra; `Algebra(L, algebra[1:3])` makes one of
    it.

    Parameters
    ----------
    lagrangian : Lagrangian or None
        The action, or the action whose motion, they are symmetries of; None for an algebra of vector fields alone.
    generators : tuple of Generator
        Linearly independent generators.
    bound : int, optional
        The certified greatest number of symmetries; None where there is no bound.
    parameter_values : ParameterValues
        The values of parameters modulo a prime with which brackets are computed. The default is for generators without
        parameters.
    region : tuple of Expr, optional
        What has to be positive for the generators to be symmetries, where they do not hold wherever L is real.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import rotation, translation
    >>> x, y = coordinates("x y")
    >>> euclid = Algebra(None, (rotation(x, y), translation(x), translation(y)))
    >>> len(euclid), euclid[0].name, [X.name for X in euclid[1:]]
    (3, 'rotation', ['translation', 'translation'])
    >>> euclid.name, translation(x) in euclid, euclid.derived_series
    ('e(2)', True, [3, 2, 0])
    """

    lagrangian: Lagrangian | None
    generators: tuple[Generator, ...]
    bound: int | None = None
    parameter_values: ParameterValues = field(default_factory=_no_parameters, repr=False)
    region: tuple[Expr, ...] = ()

    def __len__(self) -> int:
        return len(self.generators)

    @overload
    def __getitem__(self, index: int) -> Generator: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Generator, ...]: ...
    def __getitem__(self, index: int | slice) -> Generator | tuple[Generator, ...]:
        return self.generators[index]

    def __repr__(self) -> str:
        return f"Algebra({self.verdict})"

    def __str__(self) -> str:
        labels = [f"{f'X{i}':4} {X.name}" for i, X in enumerate(self.generators, start=1)]
        lines = [f"  {label:{max(map(len, labels))}}  {X}" for label, X in zip(labels, self.generators, strict=True)]
        return "\n".join([self.sentence, *lines])

    @property
    def sentence(self) -> str:
        """The algebra by its names, as far as it has any, and what is known of the number of symmetries."""
        names = [name for name in dict.fromkeys((self.proper_name, self.name)) if name] if self.closed else []
        return f"{' = '.join(names)}: {self.verdict}" if names else self.verdict

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's theorem, and the method of Lie groups."""
        return NOETHER, LIE_GROUPS

    @property
    def dimension(self) -> int:
        """The number of generators."""
        return len(self.generators)

    @property
    def complete(self) -> bool:
        """Whether it is proved that there are no other symmetries."""
        return self.dimension == self.bound

    @property
    def verdict(self) -> str:
        """What is known of the number of symmetries, in words; of unknown functions in L, for almost every one."""
        from symlag.symmetry.determining_equations.analysis import verdict

        known = verdict(self.dimension, self.bound) + self._of_almost_every
        return f"{known}, where {' and '.join(f'{f} > 0' for f in self.region)}" if self.region else known

    @property
    def _of_almost_every(self) -> str:
        """The unknown functions in L: for special ones there may be more symmetries."""
        parts = (self.lagrangian.density, self.lagrangian.damping) if self.lagrangian else ()
        names = sorted({f.func.__name__ for part in parts for f in part.atoms(AppliedUndef)})
        return f", for almost every {' and '.join(names)}" if names else ""

    @cached_property
    def commutator_table(self) -> CommutatorTable | None:
        """The brackets of the generators modulo a prime; None where one of them is no combination of generators."""
        from symlag.symmetry.lie.structure_constants import commutator_table

        return commutator_table([*map(self._read, self.generators)], self.parameter_values)

    @property
    def closed(self) -> bool:
        """Whether every bracket is a combination of the generators."""
        return self.commutator_table is not None

    @cached_property
    def structure_constants(self) -> Mapping[tuple[int, int], Mapping[int, Expr]]:
        """[X_i, X_j] = Σ_k structure_constants[i, j][k] X_k for i < j, zeros left out."""
        brackets = self._table.brackets
        return {
            (i, j): {k: self.parameter_values.expression(c) for k, c in enumerate(brackets[i][j]) if c}
            for i, j in combinations(range(len(brackets)), 2)
            if any(brackets[i][j])
        }

    @property
    def killing_form(self) -> Matrix:
        """The Killing form tr(ad X_i ad X_j)."""
        return Matrix([[self.parameter_values.expression(c) for c in row] for row in self._table.killing_form])

    @property
    def derived_series(self) -> list[int]:
        """The dimensions of g, [g, g], [[g, g], [g, g]], … until they stay the same."""
        return self._table.derived_series

    @property
    def lower_central_series(self) -> list[int]:
        """The dimensions of g, [g, g], [g, [g, g]], … until they stay the same."""
        return self._table.lower_central_series

    @property
    def radical(self) -> list[Generator]:
        """A basis of the largest solvable ideal."""
        return [self.combination(x) for x in self._table.radical]

    @property
    def levi_factor(self) -> list[Generator]:
        """A basis of a semisimple subalgebra that spans the algebra together with the radical."""
        from symlag.symmetry.lie.levi import levi_factor

        return [self.combination(x) for x in levi_factor(self._table)]

    @cached_property
    def variational(self) -> tuple[Generator, ...]:
        """A basis of the symmetries of the action among all combinations, divergence symmetries included."""
        from symlag.symmetry.divergence_symmetries import divergence_symmetries

        return tuple(map(self.combination, divergence_symmetries(*self._action)))

    @cached_property
    def strict(self) -> tuple[Generator, ...]:
        """A basis of those along which L dt does not change, not even by a differential."""
        from symlag.symmetry.divergence_symmetries import strict_symmetries

        return tuple(map(self.combination, strict_symmetries(*self._action)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each generator leaves unchanged: L dt, L dt up to a divergence, or the motion alone."""
        from symlag.symmetry.divergence_symmetries import divergence_symmetries, strict_symmetries

        strict, divergence = strict_symmetries(*self._action), divergence_symmetries(*self._action)
        kinds: list[str] = []
        for i in range(self.dimension):
            # A generator is in the span of a reduced basis just where it is one of its vectors.
            unit = [int(i == j) for j in range(self.dimension)]
            if unit in strict:
                kinds.append("L dt")
            else:
                kinds.append("L dt up to a divergence" if unit in divergence else "the motion")
        return tuple(kinds)

    @cached_property
    def name(self) -> str:
        """The algebra by name, for instance so(3) ⊕ ℝ: its simple ideals, joined to its radical."""
        from symlag.symmetry.lie.names_by_decomposition import name_by_decomposition

        return name_by_decomposition(self._table, self._real_value) if self.generators else "0"

    @cached_property
    def proper_name(self) -> str:
        """The proper name, for instance e(3), gal(3) or sch(2), of an algebra that has one; otherwise empty."""
        from symlag.symmetry.lie.names_from_physics import proper_name

        return proper_name(self._table, self._real_value) if self.generators else ""

    @property
    def _table(self) -> CommutatorTable:
        if self.commutator_table is None:
            raise SymlagError(
                f"Algebra of {self.dimension} generators",
                "brackets of the generators lie outside of their span, so that they are the basis of no Lie algebra",
                "Add the brackets to the generators.",
            )
        return self.commutator_table

    @property
    def _action(self) -> tuple[Lagrangian, list[Generator], ParameterValues]:
        if self.lagrangian is None:
            raise SymlagError(
                "Algebra(None, generators)",
                "the algebra belongs to no action, which its generators could keep",
                "symmetries_of_motion(L)",
            )
        return self.lagrangian, [*map(self._read, self.generators)], self.parameter_values

    def combination(self, weights: Sequence[int]) -> Generator:
        """A linear combination of the generators, in normal form.

        Parameters
        ----------
        weights : sequence of int
            One for each generator, modulo the prime of `parameter_values`.

        Returns
        -------
        Generator
            The multiple of the combination with coprime coefficients, under the name of its family.
        """
        terms = [
            (self.parameter_values.expression(c), self._read(X))
            for c, X in zip(weights, self.generators, strict=True)
            if c
        ]
        components: dict[Any, Expr] = {}
        for q in dict.fromkeys(q for _, X in terms for q in X.components):
            xi = Add(*(c * X.components.get(q, S.Zero) for c, X in terms))
            if xi != 0:
                components[q] = xi
        X = normal_form(Generator(components, Add(*(c * X.tau for c, X in terms))))
        return X.map(self._notation.to_functions)

    def _real_value(self, residue: int) -> Any:
        """A structure constant with numbers for the parameters."""
        value = self.parameter_values.expression(residue)
        # Of a number that cannot be read back nothing is known, not even its sign.
        return Dummy(real=True) if value is None else value.xreplace(self._real_parameters)

    @cached_property
    def _real_parameters(self) -> Mapping[Any, Expr]:
        """Squares of prime numbers or their inverses for the parameters: roots stay rational, frequencies real."""
        parameters = [*self.parameter_values.numbers]
        squares = [Integer(prime(i + 1) ** 2) for i in range(len(parameters))]
        choices = islice(product(*((square, 1 / square) for square in squares)), CHOICES)
        chosen = [dict(zip(parameters, values, strict=True)) for values in choices]
        roots = self.parameter_values.roots
        real = (values for values in chosen if all(root.xreplace(values).is_extended_real for root in roots))
        return next(real, chosen[0])

    @cached_property
    def _notation(self) -> Notation:
        """The notation of the action, or else of the vector fields."""
        if self.lagrangian is not None:
            return self.lagrangian.notation
        parts = [part for X in self.generators for part in (*X.components, *X.components.values(), X.tau)]
        return Notation.reading(*parts, listed=filter(is_coordinate_function, parts))

    def _read(self, X: Generator) -> Generator:
        """A generator in symlag's own notation."""
        return X.map(self._notation.to_jets)
