r"""Bilinear forms ⟨x, Ây⟩ in homogeneous coordinates, in which an affine generator ξ(θ) = Aθ + b is linear.

Definition. Every vector of an update rule gets one more entry, its weight: θ, an average of it and their new values
have weight 1, gradients and other buffers have weight 0, and `ONE` is the vector (0, 1). For A symmetric (σ = 1) or
skew (σ = −1), with w_x for the weight of x,

    Â = ( A    b )
        ( σbᵀ  0 ),        ⟨x, Ây⟩ = ⟨x, Ay⟩ + w_y⟨x, b⟩ + σ w_x⟨b, y⟩;

for any other A the last row of Â is zero. The hat is left out in print, and Â·ONE is written b.

Theorem. The form is bilinear, and ⟨x, Ây⟩ = σ⟨y, Âx⟩. Of a gradient or a buffer x it is ⟨x, Âθ⟩ = ⟨x, ξ(θ)⟩, so that
a loss is invariant under ξ exactly if ⟨g, Âθ⟩ = 0. For symmetric A, ½⟨θ, Âθ⟩ = ½⟨θ, Aθ⟩ + ⟨b, θ⟩ is the quadric whose
gradient is ξ. (Homogeneous coordinates: Möbius, *Der barycentrische Calcul*, 1827.)

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> frame = Frame(scale(block("w")), (theta,))
>>> v = Letter("v")
>>> frame.pair({v: 2, theta: 1}, {v: 2, theta: 1})
<theta, A*theta> + 4*<v, A*theta> + 4*<v, A*v>
>>> frame.value(Form(v, theta))
Trace(v_w.T*w)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Add, Expr, Function, S, Symbol, sympify

from symlag.calculus.differential_operators import directional
from symlag.calculus.jets import Block, Jet, jets, t
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.optimizers.vectors import Letter, Vector, theta
from symlag.variational.generator import Generator

Show = Callable[[Any], str]  # how a letter is printed


class _One(Letter):
    """The constant vector, the same at every step."""

    @property
    def new(self) -> _One:
        return self


ONE = _One("one")

_SUFFIX = {-1: "_old", 0: "", 1: "_new"}
_PRIMES = {-1: "_{k-1}", 0: "", 1: "'"}


class Form(Function):
    """The bilinear form ⟨x, Ây⟩ of two letters."""

    is_real = True

    def _second(self, show: Show, matrix: str, xi: str) -> str:  # noqa: ARG002 - pairings write ξ instead of A
        y = self.args[1]
        return "b" if y == ONE else matrix + show(y)

    def _sympystr(self, printer: Any) -> str:
        return f"<{printer.doprint(self.args[0])}, {self._second(printer.doprint, 'A*', 'xi')}>"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        def show(letter: Any) -> str:
            return printer._print(Symbol(letter.stem)) + _PRIMES[letter.age]

        second = self._second(show, "A ", r"\xi")
        bracket = rf"\langle {show(self.args[0])},\, {second}\rangle"
        return bracket if exp is None else rf"{bracket}^{{{exp}}}"


class GeneratorPairing(Form):
    """The pairing ⟨x, ξ(y)⟩ of a letter with a generator at a position y; ξ need not be affine."""

    def _second(self, show: Show, matrix: str, xi: str) -> str:  # noqa: ARG002 - it has no matrix
        return f"{xi}({show(self.args[1])})"


class IncrementPairing(GeneratorPairing):
    """The pairing ⟨x, ξ(y) − ξ(y.old)⟩ of a letter with what the last step added to a generator."""

    def _second(self, show: Show, matrix: str, xi: str) -> str:  # noqa: ARG002 - it has no matrix
        y = self.args[1]
        return f"{xi}({show(y)}) - {xi}({show(y.old)})"


@dataclass(frozen=True)
class Frame:
    """The homogeneous coordinates of a generator: which matrix Â its forms have, and what they are in coordinates.

    Parameters
    ----------
    generator : Generator
        ξ, which moves coordinates and not time.
    positions : tuple of Letter
        The letters of weight 1: θ, and averages of it.

    Raises
    ------
    SymlagError
        Where the generator moves time or depends on it.
    """

    generator: Generator
    positions: tuple[Letter, ...]

    def __post_init__(self) -> None:
        X = self.generator
        if X.tau != 0 or any(t in xi.free_symbols for xi in X.components.values()):
            raise SymlagError(
                X.name,
                "this generator moves time or depends on it, and the steps of a rule have no continuous time",
                "Use a generator of coordinates alone, for example scale(w).",
            )

    @cached_property
    def affine(self) -> bool:
        """Whether ξ(θ) = Aθ + b."""
        slopes = self._slopes(Letter("a")).values()
        return not any(jet in self.generator.components for slope in slopes for jet in jets(slope))

    @cached_property
    def constant(self) -> bool:
        """Whether A = 0."""
        return all(vanishes(slope) for slope in self._slopes(Letter("a")).values())

    @cached_property
    def parity(self) -> int:
        """The sign σ: 1 where A is symmetric, −1 where it is skew, 0 where it is neither."""
        a, c = Letter("a"), Letter("c")
        one, other = self._inner(a, self._slopes(c)), self._inner(c, self._slopes(a))
        return next((sign for sign in (1, -1) if vanishes(one - sign * other)), 0)

    @property
    def anchor(self) -> Letter:
        """The letter y for which ξ(θ) = Ây: θ, or for a translation `ONE`."""
        return ONE if self.constant else theta

    def pair(self, left: Vector, right: Vector) -> Expr:
        """⟨x, Ây⟩ of two linear combinations, as forms of letters."""
        return Add(*(c * d * self.form(x, y) for x, c in left.items() for y, d in right.items()))

    def form(self, x: Letter, y: Letter) -> Expr:
        """⟨x, Ây⟩ of two letters, in the order that makes equal forms the same: θ and ONE stand on the right."""
        if ONE == x == y or (self.parity == -1 and x == y):
            return S.Zero
        if self.parity and self._sort_key(x) > self._sort_key(y):
            return self.parity * Form(y, x)
        return Form(x, y)

    def homogeneous(self, vector: Vector, weight: int) -> Vector:
        """A linear combination of letters, completed by the multiple of ONE that gives it this weight.

        θ' = (1−ηλ)θ − ηv' has weight 1 as θ has; its letters carry 1 − ηλ of it, and ηλ·ONE is added.
        """
        missing = weight - Add(*(c for x, c in vector.items() if x.root in self.positions))
        return {**vector, ONE: missing} if self._inhomogeneous and missing != 0 else vector

    def value(self, expression: Any) -> Expr:
        """An expression in forms as one in coordinates: θ is q itself, another letter v the block v_q."""
        forms = sympify(expression).atoms(Form)
        return normal(sympify(expression).xreplace({form: self._in_coordinates(form) for form in forms}))

    def block(self, letter: Letter, coordinate: Any) -> Any:
        """The block, or the number, that a letter is at one coordinate."""
        if letter == ONE:
            return zero_like(coordinate)
        if letter == theta:
            return coordinate
        stem = coordinate.stem if letter.root == theta else f"{letter.stem}_{coordinate.stem}"
        name = stem + _SUFFIX[letter.age]
        return Block(name, *coordinate.shape) if isinstance(coordinate, Block) else Jet(name)

    @cached_property
    def _shift(self) -> Mapping[Any, Any]:
        """The constant part b at each coordinate."""
        origin = {q: zero_like(q) for q in self.generator.components}
        return {q: normal(xi.xreplace(origin)) for q, xi in self.generator.components.items()}

    @cached_property
    def _inhomogeneous(self) -> bool:
        """Whether there is both an A and a b, so that weights matter; a translation speaks of ONE itself."""
        return not self.constant and not all(vanishes(b) for b in self._shift.values())

    def _slopes(self, letter: Letter) -> Mapping[Any, Any]:
        """A applied to a letter, at each coordinate."""
        along = {q: self.block(letter, q) for q in self.generator.components}
        return {q: directional(xi, along) for q, xi in self.generator.components.items()}

    def _in_coordinates(self, form: Form) -> Expr:
        x, y = form.args
        if isinstance(form, IncrementPairing):
            return self._in_coordinates(GeneratorPairing(x, y)) - self._in_coordinates(GeneratorPairing(x, y.old))
        if isinstance(form, GeneratorPairing):
            position = {q: self.block(y, q) for q in self.generator.components}
            return self._inner(x, {q: xi.xreplace(position) for q, xi in self.generator.components.items()})
        value = self._inner(x, self._slopes(y))
        if self._weight(y):
            value += self._inner(x, self._shift)
        if self._weight(x):
            value += self.parity * self._inner(y, self._shift)
        return value

    def _inner(self, letter: Letter, vectors: Mapping[Any, Any]) -> Expr:
        return Add(*(inner(self.block(letter, q), vector) for q, vector in vectors.items()))

    def _weight(self, letter: Letter) -> int:
        return int(letter == ONE or letter.root in self.positions)

    def _sort_key(self, letter: Letter) -> tuple[int, str]:
        return (self._weight(letter) + (letter == theta) + 2 * (letter == ONE), str(letter))
