"""Coordinates and their derivatives as independent symbols: the points of jet space.

**Definition.** The jet space of coordinates u over independent variables x^i has the coordinates u_J, one for each
number of derivatives along each variable. x, x.dot and x.dot.dot are three independent symbols; that x.dot is the rate
of x is known to the total derivative alone (`differential_operators.total`). Source: Olver, *Applications of Lie Groups
to Differential Equations*, §2.3.

A coordinate is a number (`Jet`), of time or, as a field, of several variables; or a matrix of any size (`Block`). All
of them have a name (`stem`) and an order of derivative along each independent variable (`order`, `base`).

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
    """A coordinate or one of its derivatives: a name, and an order of derivative along each independent variable."""

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

    def _full_name(self) -> str:
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
        return cls._interned(checked_name(stem), tuple(map(int, order)), tuple(base))

    @classmethod
    @cache
    def _interned(cls, stem: str, order: tuple[int, ...], base: tuple[Symbol, ...]) -> Self:
        """The one object of each jet: SymPy then compares jets by identity, which is most of its work."""
        jet = Symbol.__xnew__(cls, stem, real=True)
        jet.stem, jet.order, jet.base = stem, order, base
        jet.name = jet._full_name()
        return jet

    @classmethod
    def class_key(cls) -> Any:
        # SymPy orders terms by class name first: without this a sum would list symbols and jets apart.
        return Symbol.class_key()

    def at(self, order: tuple[int, ...]) -> Self:
        return self._interned(self.stem, order, self.base)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = Symbol.__hash__

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
        return self._full_name()

    @property
    def order(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(int(n) for n in self.args[3])

    def at(self, order: tuple[int, ...]) -> Self:
        return Basic.__new__(type(self), *self.args[:3], Tuple(*order))

    def doit(self, **_: Any) -> Self:
        # There is nothing to evaluate; SymPy would build the block anew, with its checks.
        return self


def coordinates(names: str) -> Any:
    """Real coordinates of time.

    Parameters
    ----------
    names : str
        Names separated by blanks or commas.

    Returns
    -------
    Jet or tuple of Jet
        The coordinate of a single name, or all of them in a tuple.

    Raises
    ------
    NameRefusedError
        Where a name is no identifier.

    Examples
    --------
    >>> x, y = coordinates("x y")
    >>> x.dot, coordinates("theta").dot.dot
    (x.dot, theta.dot.dot)
    """
    return fields(names, t)


def fields(names: str, *variables: Symbol) -> Any:
    """Real fields over the given independent variables.

    Parameters
    ----------
    names : str
        Names separated by blanks or commas.
    *variables : Symbol
        At least one independent variable.

    Returns
    -------
    Jet or tuple of Jet
        The field of a single name, or all of them in a tuple.

    Raises
    ------
    CoordinateError
        Where no variable is given, or something that is no symbol.
    NameRefusedError
        Where a name is no identifier.

    Examples
    --------
    >>> s = Symbol("s")
    >>> u = fields("u", t, s)
    >>> u.dot, u.d(s).d(s)
    (u.dot, u.d(s).d(s))
    """
    if not variables or not all(isinstance(variable, Symbol) for variable in variables):
        raise CoordinateError(
            f"fields({names!r}, …)", "a field is a function of at least one symbol", f"fields({names!r}, t, s)"
        )
    jets = tuple(Jet(name, (0,) * len(variables), variables) for name in checked_names(names))
    return jets[0] if len(jets) == 1 else jets


def block(name: str, rows: Expr | int | None = None, columns: Expr | int = 1) -> Block:
    """A matrix of coordinates, of any size.

    Parameters
    ----------
    name : str
        What it is called.
    rows, columns : int or Expr, optional
        Its shape, positive integers or symbols for them. Without columns it is a vector, and without rows one of
        symbolic length.

    Returns
    -------
    Block
        With derivatives in time, such as ``W.dot``.

    Raises
    ------
    NameRefusedError
        Where the name is no identifier.
    ShapeError
        Where a size is no positive integer.

    Examples
    --------
    >>> h, n = Symbol("h", integer=True), Symbol("n", integer=True)
    >>> block("W", h, n).dot.shape, block("w", 3).shape
    ((h, n), (3, 1))
    """
    length = Symbol(f"n_{checked_name(name)}", integer=True, positive=True)
    sizes: list[Expr] = []
    for written in (length if rows is None else rows, columns):
        try:
            size = sympify(written, strict=True)
        except SympifyError:
            size = S.Zero
        if not isinstance(size, Expr) or size.is_integer is False or size.is_positive is False:
            raise ShapeError(
                f"block({name!r}, …) of size {written!r}", "a size is a positive integer or a symbol", "3, or n"
            )
        sizes.append(size)
    return Block(name, *sizes)


@lru_cache(maxsize=256)
def _jets_in(expression: Basic) -> frozenset[Any]:
    """The jets of one expression, which is asked for them again and again."""
    return frozenset(expression.atoms(Jet, Block))


def jets(*expressions: Any) -> tuple[Any, ...]:
    """All coordinates and derivatives in the expressions, lower orders first, then by name."""
    occurring = set().union(*(_jets_in(e) for e in expressions if isinstance(e, Basic)), set())
    return tuple(sorted(occurring, key=lambda jet: (sum(jet.order), jet.stem, jet.order)))


def highest_order(expression: Any, of: Any = None) -> int:
    """The highest order of derivative in an expression, of one coordinate or of all; 0 where no jet occurs."""
    return max((sum(jet.order) for jet in jets(expression) if of is None or jet.root == of), default=0)
