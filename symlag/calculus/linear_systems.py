"""Linear systems Mx = f with symbolic entries, solved without ever being written out where that is long.

**Method.** A system falls apart into those parts that share unknowns. A part is solved by Cramer's rule where it has at
most three unknowns. From a larger one, unknowns are eliminated first whose pivot is a constant, so that nothing is
divided by that may be zero on the way, and that few others meet, as the accelerations of point masses under
constraints. What remains is not written out: its solution x_i = (M⁻¹f)_i is a node, a `LinearSolution`, a number like
any other. It is differentiated by M ẋ = ḟ − Ṁx, evaluated by elimination with pivots, and computed by a kernel in the
n³/6 multiplications of M = LDLᵀ, where the formula of Cramer has n!.

>>> from sympy import symbols
>>> a, b, c, f, g = symbols("a b c f g")
>>> solve_linear_system([[a, b], [b, c]], [f, 0])
[c*f/(a*c - b**2), -b*f/(a*c - b**2)]
>>> M = [[a, 1, 1, 1], [1, b, 1, 1], [1, 1, c, 1], [1, 1, 1, f]]
>>> x = LinearSolution(M, [g, 0, 0, 0], 0)
>>> x.subs({a: 2, b: 2, c: 2, f: 2, g: 5}).evalf(5), x.explicit().subs({a: 2, b: 2, c: 2, f: 2, g: 5})
(4.0000, 4)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Self

import mpmath
from sympy import Add, Expr, Integer, Mul, Rational, S, Tuple, nan

from symlag.calculus.differentiation_rules import SelfDifferentiated
from symlag.calculus.letter_kinds import Derive
from symlag.calculus.zero_test import DIGITS, opaque_as_symbols

Rows = Sequence[Sequence[Expr]]

WRITTEN_OUT = 3  # unknowns that a system has at most where its solution is written out by Cramer's rule
FEW_MEET = 10  # entries, fewer of which the elimination of an unknown may change


class LinearSolution(SelfDifferentiated, Expr):
    """One entry of the solution x of Mx = f, which is not written out.

    Parameters
    ----------
    matrix : sequence of sequences of Expr
        The rows of M, a regular matrix of numbers.
    right : sequence of Expr
        The entries of f.
    index : int
        Which entry of x it is, counted from 0.

    Examples
    --------
    >>> from sympy import symbols
    >>> a, f = symbols("a f")
    >>> x = LinearSolution([[a, 1], [1, 2]], [f, 0], 1)
    >>> x, x.explicit(), x.subs({a: 1, f: 3}).evalf(3)
    (solve([[a, 1], [1, 2]], [f, 0])[1], -f/(2*a - 1), -3.00)
    """

    def __new__(cls, matrix: Any, right: Any, index: Any) -> Self:
        return Expr.__new__(cls, Tuple(*(Tuple(*row) for row in matrix)), Tuple(*right), Integer(index))

    @property
    def matrix(self) -> Tuple:
        """The rows of M."""
        return self.args[0]

    @property
    def right(self) -> Tuple:
        """The entries of f."""
        return self.args[1]

    @property
    def index(self) -> int:
        """The place of the entry."""
        return int(self.args[2])

    def explicit(self) -> Expr:
        """The entry written out by Cramer's rule, of length n!."""
        return cramer([tuple(row) for row in self.matrix], tuple(self.right))[self.index]

    def derivative(self, derive: Derive) -> Expr:
        n = len(self.right)
        entries = [LinearSolution(self.matrix, self.right, j) for j in range(n)]
        moved = [
            Add(derive(f), *(-derive(a) * x for a, x in zip(row, entries, strict=True) if derive(a) != 0))
            for row, f in zip(self.matrix, self.right, strict=True)
        ]
        return S.Zero if not any(moved) else LinearSolution(self.matrix, moved, self.index)

    def _eval_derivative(self, s: Any) -> Expr:
        return self.derivative(lambda part: part.diff(s))

    def _eval_is_real(self) -> bool | None:
        return True if all(e.is_real for e in (*self.right, *(a for row in self.matrix for a in row))) else None

    def _eval_evalf(self, prec: int) -> Expr:
        matrix = [[a._evalf(prec) for a in row] for row in self.matrix]
        right = [f._evalf(prec) for f in self.right]
        if not all(e.is_number for e in (*right, *(a for row in matrix for a in row))):
            return self
        with mpmath.workprec(prec + 10):
            try:
                x = mpmath.lu_solve(_numbers(matrix, prec), _numbers([(f,) for f in right], prec))
            except ZeroDivisionError:
                return nan
            return Expr._from_mpmath(x[self.index, 0], prec)

    def _sympystr(self, printer: Any) -> str:
        rows = ", ".join(f"[{', '.join(map(printer._print, row))}]" for row in self.matrix)
        return f"solve([{rows}], [{', '.join(map(printer._print, self.right))}])[{self.index}]"

    def _latex(self, printer: Any) -> str:
        rows = r" \\ ".join(" & ".join(map(printer._print, row)) for row in self.matrix)
        right = r" \\ ".join(map(printer._print, self.right))
        matrix, column = (rf"\begin{{bmatrix}} {body} \end{{bmatrix}}" for body in (rows, right))
        return rf"\left({matrix}^{{-1}} {column}\right)_{{{self.index + 1}}}"


def solve_linear_system(
    matrix: Rows, right: Sequence[Expr], is_constant: Callable[[Expr], bool] = attrgetter("is_number")
) -> list[Expr]:
    """The solution of a regular system, entry by entry; `is_constant` says what other than zero may be divided by."""
    solution: dict[int, Expr] = {}
    for rows, columns in _parts(matrix):
        part = [[matrix[i][j] for j in columns] for i in rows]
        solution |= zip(columns, _solve_part(part, [right[i] for i in rows], is_constant), strict=True)
    return [solution[j] for j in range(len(right))]


def cramer(matrix: Rows, right: Sequence[Expr]) -> list[Expr]:
    """The solution by Cramer's rule, as quotients that are not expanded."""
    columns = [*map(list, zip(*matrix, strict=True))]
    whole = determinant(matrix)
    replaced = ([*columns[:j], right, *columns[j + 1 :]] for j in range(len(right)))
    return [determinant([*zip(*changed, strict=True)]) / whole for changed in replaced]


def determinant(matrix: Rows) -> Expr:
    """The determinant, by the rows from the top, each minor of the rest of rows once."""
    minors: dict[tuple[int, ...], Expr] = {(): S.One}
    for row in reversed(matrix):
        larger: dict[tuple[int, ...], list[Expr]] = {}
        for columns, minor in minors.items():
            for j, entry in enumerate(row):
                if j not in columns and entry != 0 and minor != 0:
                    place = sum(c < j for c in columns)
                    larger.setdefault(tuple(sorted((*columns, j))), []).append(Mul((-1) ** place, entry, minor))
        minors = {columns: Add(*terms) for columns, terms in larger.items()}
    return minors.get(tuple(range(len(matrix))), S.Zero)


def regular_at_random_points(matrix: Rows, points: int = 3) -> bool:
    """Whether a matrix is regular to thirty digits at one of some random rational points."""
    plain, _ = opaque_as_symbols(Tuple(*(Tuple(*row) for row in matrix)))
    dice = random.Random(0)
    symbols = sorted(plain.free_symbols, key=str)
    for _ in range(points):
        point = {s: _random_value(s, dice) for s in symbols}
        values = [[e.xreplace(point).evalf(DIGITS) for e in row] for row in plain]
        if all(e.is_number and e.is_finite for row in values for e in row) and _regular(values):
            return True
    return False


def _random_value(symbol: Any, dice: random.Random) -> Expr:
    """A rational number of either sign, or a small natural one, as the assumptions of a symbol ask."""
    if symbol.is_integer:
        return Integer(dice.randint(2, 9))
    sign = 1 if symbol.is_positive else dice.choice((1, -1))
    return Rational(sign * dice.randint(20, 90), dice.randint(31, 67))


def _regular(values: Rows) -> bool:
    """Whether Gauss's elimination with pivots meets none that is zero to half of the digits."""
    with mpmath.workdps(DIGITS):
        rows = [list(row) for row in _numbers(values, mpmath.mp.prec).tolist()]
        # A pivot is measured by the entries that its row has had from the beginning: what is left of them may cancel.
        sizes = [max(map(abs, row)) for row in rows]
        if min(sizes) == 0:
            return False
        for k in range(len(rows)):
            best = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]) / sizes[i])
            if abs(rows[best][k]) < sizes[best] * mpmath.mpf(10) ** (-DIGITS // 2):
                return False
            rows[k], rows[best], sizes[k], sizes[best] = rows[best], rows[k], sizes[best], sizes[k]
            for row in rows[k + 1 :]:
                share = row[k] / rows[k][k]
                row[k:] = [a - share * b for a, b in zip(row[k:], rows[k][k:], strict=True)]
    return True


def _numbers(values: Rows, prec: int) -> Any:
    return mpmath.matrix([[e._to_mpmath(prec) for e in row] for row in values])


def _parts(matrix: Rows) -> Iterator[tuple[list[int], list[int]]]:
    """The rows and columns of every part of a matrix that shares no column with another."""
    waiting = {i: {j for j, entry in enumerate(row) if entry != 0} for i, row in enumerate(matrix)}
    while waiting:
        first = min(waiting)
        rows, columns = [first], waiting.pop(first)
        while meeting := [i for i, met in waiting.items() if met & columns]:
            rows += meeting
            columns = columns.union(*(waiting.pop(i) for i in meeting))
        yield sorted(rows), sorted(columns)


def _solve_part(matrix: Rows, right: Sequence[Expr], is_constant: Callable[[Expr], bool]) -> list[Expr]:
    if len(right) <= WRITTEN_OUT:
        return _cramer_without_common_factors(matrix, right, is_constant)
    pivot = _cheapest_pivot(matrix, is_constant)
    if pivot is None:
        return [LinearSolution(matrix, right, j) for j in range(len(right))]
    i, j = pivot
    shares = {k: row[j] / matrix[i][j] for k, row in enumerate(matrix) if k != i}
    rest = [
        [entry - shares[k] * matrix[i][l] for l, entry in enumerate(row) if l != j]
        for k, row in enumerate(matrix)
        if k != i
    ]
    others = solve_linear_system(rest, [f - shares[k] * right[i] for k, f in enumerate(right) if k != i], is_constant)
    known = [a * x for a, x in zip([*matrix[i][:j], *matrix[i][j + 1 :]], others, strict=True)]
    others.insert(j, (right[i] - Add(*known)) / matrix[i][j])
    return others


def _cramer_without_common_factors(
    matrix: Rows, right: Sequence[Expr], is_constant: Callable[[Expr], bool]
) -> list[Expr]:
    """Cramer's rule, after each row and then each column is divided by the constants that all of it has in common."""
    rows = [[*row, f] for row, f in zip(matrix, right, strict=True)]
    shares = [_common_factor(row, is_constant) for row in rows]
    *columns, right = zip(*([divide(e, c) for e in row] for row, c in zip(rows, shares, strict=True)), strict=True)
    units = [_common_factor(column, is_constant) for column in columns]
    reduced = [[divide(e, c) for e in column] for column, c in zip(columns, units, strict=True)]
    return [x / c for x, c in zip(cramer([*zip(*reduced, strict=True)], right), units, strict=True)]


def divide(total: Expr, factor: Expr) -> Expr:
    """A sum divided term by term."""
    return Add(*(term / factor for term in Add.make_args(total)))


def _common_factor(entries: Sequence[Expr], is_constant: Callable[[Expr], bool]) -> Expr:
    """The product of the constants that divide every term of every entry."""
    powers: dict[Expr, Expr] | None = None
    for term in (term for entry in entries if entry != 0 for term in Add.make_args(entry)):
        own = {b: n for b, n in term.as_powers_dict().items() if n.is_Integer and not b.is_number and is_constant(b)}
        powers = own if powers is None else {b: min(n, own[b]) for b, n in powers.items() if b in own}
    return Mul(*(b**n for b, n in (powers or {}).items()))


def _cheapest_pivot(matrix: Rows, is_constant: Callable[[Expr], bool]) -> tuple[int, int] | None:
    """A constant entry the elimination by which changes the fewest others (Markowitz); none where it changes many.

    To eliminate from a matrix that is full saves nothing.
    """
    in_row = [sum(entry != 0 for entry in row) for row in matrix]
    in_column = [sum(entry != 0 for entry in column) for column in zip(*matrix, strict=True)]
    costs = {
        (i, j): (in_row[i] - 1) * (in_column[j] - 1)
        for i, row in enumerate(matrix)
        for j, entry in enumerate(row)
        if entry != 0 and is_constant(entry)
    }
    best = min(costs, key=lambda place: costs[place], default=None)
    return best if best is not None and costs[best] < min(FEW_MEET, (len(matrix) - 1) ** 2) else None
