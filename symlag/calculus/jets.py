"""Coordinates and their derivatives as independent symbols: the points of jet space.

x, x.dot and x.dot.dot are three symbols; that x.dot is the rate of x is known to the total derivative alone
(`calculus`). A coordinate may be a number (`Jet`), a field over several independent variables, or a matrix of any
size (`Block`); all three share one idea, a name and a count of derivatives along each independent variable.

>>> x, y = coordinates("x y")
>>> x.dot, x.dot.dot.order, x.dot.root == x
(x.dot, (2,), True)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Self

from sympy import Basic, Expr, MatrixSymbol, S, Symbol, SympifyError, Tuple, sympify
from sympy.core.symbol import Str

from symlag.errors import CoordinateError, ShapeError
from symlag.names import checked_name, checked_names

t = Symbol("t")


class Prolonged:
    """What numbers, fields and matrices share: a stem, and one order of derivative per independent variable."""

    __slots__ = ()

    stem: str
    order: tuple[int, ...]
    base: tuple[Symbol, ...]

    at: Callable[[tuple[int, ...]], Self]  # the same coordinate with the given orders of derivative

    def d(self, variable: Symbol) -> Self:
        """The derivative along one independent variable."""
        if variable not in self.base:
            names = ", ".join(map(str, self.base))
            raise CoordinateError(
                f"{self}.d({variable})", f"it is a function of {names} alone", f"{self}.d({self.base[0]})"
            )
        return self.at(tuple(n + (v == variable) for n, v in zip(self.order, self.base, strict=True)))

    @property
    def dot(self) -> Self:
        """The derivative with respect to time."""
        return self.d(t)

    @property
    def root(self) -> Self:
        """The coordinate itself, without derivatives."""
        return self.at((0,) * len(self.order))

    def _spelled(self) -> str:
        steps = (".dot" * n if v == t else f".d({v})" * n for n, v in zip(self.order, self.base, strict=True))
        return self.stem + "".join(steps)

    def _latex(self, printer: Any) -> str:
        # What SymPy's own printer shows in a notebook; documents are set by `symlag.document.document`.
        letter = printer._print(Symbol(self.stem))
        if self.base != (t,):
            along = "".join(printer._print(v) * n for v, n in zip(self.base, self.order, strict=True))
            return f"{{{letter}}}_{{{along}}}" if along else letter
        (count,) = self.order
        if count > 2:
            return f"{letter}^{{({count})}}"
        return rf"\{'d' * count}ot{{{letter}}}" if count else letter


class Jet(Prolonged, Symbol):
    """A real coordinate, or one of its derivatives; over several variables, a field."""

    __slots__ = ("base", "order", "stem")

    def __new__(cls, stem: str, order: tuple[int, ...] = (0,), base: tuple[Symbol, ...] = (t,)) -> Self:
        return cls._only(checked_name(stem), tuple(map(int, order)), tuple(base))

    @classmethod
    @cache
    def _only(cls, stem: str, order: tuple[int, ...], base: tuple[Symbol, ...]) -> Self:
        """The one object of each jet: SymPy then compares jets by identity, which is most of its work."""
        jet = Symbol.__xnew__(cls, stem, real=True)
        jet.stem, jet.order, jet.base = stem, order, base
        jet.name = jet._spelled()
        return jet

    @classmethod
    def class_key(cls) -> Any:
        # SymPy orders terms by class name first: without this a sum would list symbols and jets apart.
        return Symbol.class_key()

    def at(self, order: tuple[int, ...]) -> Self:
        return self._only(self.stem, order, self.base)

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.stem, self.order, Tuple(*self.base), *super()._hashable_content())

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.stem, self.order, self.base), {}

    def __getstate__(self) -> None:
        return None


class Block(Prolonged, MatrixSymbol):
    """A matrix of coordinates of integer or symbolic shape, or its derivative in time."""

    base = (t,)

    def __new__(cls, stem: Any, rows: Any, columns: Any, order: Any = (0,)) -> Self:
        return Basic.__new__(cls, Str(checked_name(str(stem))), sympify(rows), sympify(columns), Tuple(*order))

    @property
    def stem(self) -> str:  # type: ignore[override]
        return self.args[0].name

    @property
    def name(self) -> str:
        return self._spelled()

    @property
    def order(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(int(n) for n in self.args[3])

    def at(self, order: tuple[int, ...]) -> Self:
        return Basic.__new__(type(self), *self.args[:3], Tuple(*order))

    def doit(self, **_: Any) -> Self:
        # There is nothing to evaluate; SymPy would build the block anew, with its checks.
        return self


def coordinates(names: str) -> Any:
    """Real coordinates of time, separated by blanks or commas; one name gives the coordinate itself.

    >>> coordinates("theta").dot
    theta.dot
    """
    return _each(names, (t,))


def fields(names: str, *variables: Symbol) -> Any:
    """Real fields over the given independent variables.

    >>> s = Symbol("s")
    >>> u = fields("u", t, s)
    >>> u.dot, u.d(s).d(s)
    (u.dot, u.d(s).d(s))
    """
    if not variables or not all(isinstance(variable, Symbol) for variable in variables):
        raise CoordinateError(
            f"fields({names!r}, …)", "a field is a function of at least one symbol", f"fields({names!r}, t, s)"
        )
    return _each(names, variables)


def block(name: str, rows: Any = None, columns: Any = 1) -> Block:
    """A matrix of coordinates; with a name alone, a vector of symbolic length; with one size, of that length.

    >>> h, n = Symbol("h", integer=True), Symbol("n", integer=True)
    >>> block("W", h, n).dot.shape
    (h, n)
    """
    length = Symbol(f"n_{checked_name(name)}", integer=True, positive=True)
    return Block(name, *(_size(name, size) for size in (length if rows is None else rows, columns)))


@lru_cache(maxsize=256)
def _jets_in(expression: Basic) -> frozenset[Any]:
    """The jets of one expression, which is asked for them again and again."""
    return frozenset(expression.atoms(Jet, Block))


def jets(*expressions: Any) -> tuple[Any, ...]:
    """All coordinates and derivatives in the expressions, lower orders first, then by name."""
    found = set().union(*(_jets_in(e) for e in expressions if isinstance(e, Basic)), set())
    return tuple(sorted(found, key=lambda jet: (sum(jet.order), jet.stem, jet.order)))


def highest_order(expression: Any, of: Any = None) -> int:
    """The highest order of derivative in an expression, of one coordinate or of all; 0 where no jet occurs."""
    return max((sum(jet.order) for jet in jets(expression) if of is None or jet.root == of), default=0)


def _each(names: str, variables: tuple[Symbol, ...]) -> Any:
    listed = checked_names(names)
    made = tuple(Jet(name, (0,) * len(variables), variables) for name in listed)
    return made[0] if len(made) == 1 else made


def _size(name: str, size: Any) -> Expr:
    try:
        made = sympify(size, strict=True)
    except SympifyError:
        made = S.Zero
    if not isinstance(made, Expr) or made.is_integer is False or made.is_positive is False:
        raise ShapeError(f"block({name!r}, …) of size {size!r}", "a size is a positive integer or a symbol", "3, or n")
    return made
