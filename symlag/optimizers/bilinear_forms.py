"""Bilinear forms ⟨x, Ay⟩ of the vectors of an update rule with a generator ξ(θ) = Aθ + b.

Positions carry the constant part along: ⟨x, θ⟩ stands for ⟨x, Aθ + b⟩, and ONE is the constant vector, A·ONE = b. As A
is symmetric or skew, the forms are symmetric or skew; what a form is in blocks, the frame of the generator knows.

>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> frame = Frame(scale(block("w")), (theta,))
>>> v = Letter("v")
>>> frame.pair({v: 2, theta: 1}, {v: 2, theta: 1})
<theta, A*theta> + 4*<v, A*theta> + 4*<v, A*v>
>>> frame.value(Form(v, theta))
Trace(v_w.T*w)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Add, Expr, Function, S, Symbol, sympify

from symlag.calculus.jets import Block, Jet, jets, t
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.operators import directional
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.optimizers.vectors import Letter, Vector, theta
from symlag.variational.generator import Generator


class _One(Letter):
    """The constant vector, the same at every step."""

    @property
    def new(self) -> _One:
        return self


ONE = _One("one")

_SUFFIX = {-1: "_old", 0: "", 1: "_new"}


class Form(Function):
    """⟨x, Ay⟩ of two letters."""

    is_real = True

    def _sympystr(self, printer: Any) -> str:
        x, y = self.args
        return f"<{printer.doprint(x)}, {'b' if y == ONE else 'A*' + printer.doprint(y)}>"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        x, y = (_tex(letter, printer) for letter in self.args)
        bracket = rf"\langle {x},\, {'b' if self.args[1] == ONE else 'A ' + y}\rangle"
        return bracket if exp is None else rf"{bracket}^{{{exp}}}"


class Along(Form):
    """⟨x, ξ(θ)⟩ of a letter and a position, for a generator of any kind."""

    def _sympystr(self, printer: Any) -> str:
        x, point = map(printer.doprint, self.args)
        return f"<{x}, xi({point})>"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        x, point = (_tex(letter, printer) for letter in self.args)
        bracket = rf"\langle {x},\, \xi({point})\rangle"
        return bracket if exp is None else rf"{bracket}^{{{exp}}}"


class Moved(Along):
    """⟨x, ξ(θ) − ξ(θ_{k−1})⟩: what the last step made of a generator."""

    def _sympystr(self, printer: Any) -> str:
        x, point = self.args
        return f"<{printer.doprint(x)}, xi({printer.doprint(point)}) - xi({printer.doprint(point.old)})>"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        x, point, before = (_tex(letter, printer) for letter in (*self.args, self.args[1].old))
        bracket = rf"\langle {x},\, \xi({point}) - \xi({before})\rangle"
        return bracket if exp is None else rf"{bracket}^{{{exp}}}"


@dataclass(frozen=True)
class Frame:
    """A generator of positions, and the letters that are positions; `SymlagError` where the generator moves time."""

    generator: Generator
    positions: tuple[Letter, ...]

    def __post_init__(self) -> None:
        X = self.generator
        if X.tau != 0 or any(t in xi.free_symbols for xi in X.components.values()):
            raise SymlagError(X.name, "time has a part in it, and steps have no continuous time", "a move of positions")

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
        """1 where A is symmetric, −1 where it is skew, 0 where it is neither."""
        a, c = Letter("a"), Letter("c")
        there, back = (self._paired(x, self._slopes(y)) for x, y in ((a, c), (c, a)))
        return next((sign for sign in (1, -1) if vanishes(there - sign * back)), 0)

    @property
    def anchor(self) -> Letter:
        """What stands in the forms that ⟨g, ξ⟩ = 0 speaks of: θ, or for a translation the constant vector."""
        return ONE if self.constant else theta

    def pair(self, left: Vector, right: Vector) -> Expr:
        """⟨x, Ay⟩ of two linear combinations, as forms of letters."""
        return Add(*(c * d * self.form(x, y) for x, c in left.items() for y, d in right.items()))

    def form(self, x: Letter, y: Letter) -> Expr:
        """⟨x, Ay⟩ of two letters, positions on the right where A lets letters change places."""
        if ONE == x == y or (self.parity == -1 and x == y):
            return S.Zero
        if self.parity and self._rank(x) > self._rank(y):
            return self.parity * Form(y, x)
        return Form(x, y)

    def whole(self, vector: Vector, weight: int) -> Vector:
        """A combination of letters with the constant part of a position, of weight 1, or of another letter, of 0."""
        missing = weight - Add(*(c for x, c in vector.items() if x.root in self.positions))
        return {**vector, ONE: missing} if self._shifted and missing != 0 else vector

    def value(self, expression: Any) -> Expr:
        """An expression in forms as one in blocks: θ is q itself, another letter v the block v_q."""
        forms = sympify(expression).atoms(Form)
        return normal(sympify(expression).xreplace({form: self._valued(form) for form in forms}))

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
        """b at each coordinate."""
        still = {q: zero_like(q) for q in self.generator.components}
        return {q: normal(xi.xreplace(still)) for q, xi in self.generator.components.items()}

    @cached_property
    def _shifted(self) -> bool:
        """Whether there is both an A and a b."""
        return not self.constant and not all(vanishes(b) for b in self._shift.values())

    def _slopes(self, letter: Letter) -> Mapping[Any, Any]:
        """A of a letter at each coordinate."""
        along = {q: self.block(letter, q) for q in self.generator.components}
        return {q: directional(xi, along) for q, xi in self.generator.components.items()}

    def _valued(self, form: Form) -> Expr:
        x, y = form.args
        if isinstance(form, Moved):
            return self._valued(Along(x, y)) - self._valued(Along(x, y.old))
        if isinstance(form, Along):
            point = {q: self.block(y, q) for q in self.generator.components}
            return self._paired(x, {q: xi.xreplace(point) for q, xi in self.generator.components.items()})
        ahead = self._paired(y, self._shift) * self.parity if self._heavy(x) else S.Zero
        return self._paired(x, self._slopes(y)) + ahead + (self._paired(x, self._shift) if self._heavy(y) else S.Zero)

    def _paired(self, letter: Letter, moves: Mapping[Any, Any]) -> Expr:
        return Add(*(inner(self.block(letter, q), move) for q, move in moves.items()))

    def _heavy(self, letter: Letter) -> bool:
        """Whether a letter carries the constant part."""
        return letter == ONE or letter.root in self.positions

    def _rank(self, letter: Letter) -> tuple[int, str]:
        return (0 if not self._heavy(letter) else 1 + (letter == theta) + 2 * (letter == ONE), str(letter))


def _tex(letter: Any, printer: Any) -> str:
    primes = {-1: "_{k-1}", 0: "", 1: "'"}
    return printer._print(Symbol(letter.stem)) + primes[letter.age]
