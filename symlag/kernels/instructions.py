"""The instructions of a straight-line program: what is done to arrays, one operation at a time.

There are five kinds. An *assignment* names a number (`symlag.kernels.scalars`). A *contraction* is a sum of products of
entries over common indices. A *quotient* solves a matrix against another, M⁻¹B. An *entrywise* instruction applies one
function to every entry. An *assembly* adds matrices with coefficients. Inside a program a vector is a value of one
column, and a row is a transposed vector.

>>> A, w = Value("A", "n", "n"), Value("w", "n")
>>> print(Contraction(Value("c", "n"), (A, w), ("ij", "j"), "i"))
c[i] = Σ A[i,j] w[j]
>>> print(Quotient(Value("x", "n"), Factor(A, transposed=True), Factor(w)))
x = Aᵀ⁻¹ w
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr

from symlag.kernels.scalars import Assignment

Size = int | str


@dataclass(frozen=True)
class Value:
    """A named array: a number, a vector or a matrix; sides of length one stand for those that it does not have.

    `letters` is the number of matrix letters that it is a product of.
    """

    name: str
    rows: Size
    columns: Size = 1
    letters: int = 1


@dataclass(frozen=True)
class Factor:
    """A value as it stands in a word: as it is, transposed, inverted, or as the diagonal of a matrix.

    Neither a transpose nor a diagonal matrix is ever stored; an inverse only where it stands alone.
    """

    value: Value
    transposed: bool = False
    diagonal: bool = False
    inverted: bool = False

    @property
    def shape(self) -> tuple[Size, Size]:
        """The numbers of rows and columns."""
        rows, columns = self.value.rows, self.value.rows if self.diagonal else self.value.columns
        return (columns, rows) if self.transposed else (rows, columns)

    @property
    def T(self) -> Factor:
        """The transpose."""
        return self if self.diagonal else replace(self, transposed=not self.transposed)

    def __str__(self) -> str:
        if self.diagonal:
            return f"diag({self.value.name})"
        return f"{self.value.name}ᵀ" if self.transposed else self.value.name

    def subscripts(self, row: str, column: str) -> str:
        """The indices of the value, where the factor has these for its row and its column; none for a side of one."""
        if self.diagonal:
            return row
        first, second = (column, row) if self.transposed else (row, column)
        return (first if self.value.rows != 1 else "") + (second if self.value.columns != 1 else "")


@dataclass(frozen=True)
class Contraction:
    """A product of one or two values, summed over all indices that do not remain."""

    result: Value
    operands: tuple[Value, ...]
    subscripts: tuple[str, ...]
    remaining: str

    @property
    def name(self) -> str:
        """The name of the result."""
        return self.result.name

    @property
    def extents(self) -> dict[str, Size]:
        """The size of each index."""
        sides = [[side for side in (v.rows, v.columns) if side != 1] for v in self.operands]
        return {
            index: size
            for indices, sizes in zip(self.subscripts, sides, strict=True)
            for index, size in zip(indices, sizes, strict=True)
        }

    def __str__(self) -> str:
        operands = (_with_indices(v.name, i) for v, i in zip(self.operands, self.subscripts, strict=True))
        return f"{_with_indices(self.result.name, self.remaining)} = Σ {' '.join(operands)}"


@dataclass(frozen=True)
class Quotient:
    """A matrix solved against another, M⁻¹B; without another, the inverse itself."""

    result: Value
    matrix: Factor
    right: Factor | None = None

    @property
    def name(self) -> str:
        """The name of the result."""
        return self.result.name

    def __str__(self) -> str:
        return f"{self.result.name} = {self.matrix}⁻¹{'' if self.right is None else f' {self.right}'}"


@dataclass(frozen=True)
class Term:
    """A number times a matrix; without a matrix, times the identity, or in a sum of vectors times that of ones."""

    coefficient: Expr
    factor: Factor | None = None

    def __str__(self) -> str:
        return f"({self.coefficient}) {'I' if self.factor is None else self.factor}"


@dataclass(frozen=True)
class Assembly:
    """A matrix named as a sum of numbers times matrices."""

    name: str
    shape: tuple[Size, ...]
    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return f"{self.name} = {' + '.join(map(str, self.terms)) or '0'}"


@dataclass(frozen=True)
class Entrywise:
    """A matrix each entry of which is one function of numbers and of the same entry of other matrices.

    `blocks` are the names in the expression that stand for entries.
    """

    result: Value
    expression: Expr
    blocks: frozenset[str]

    @property
    def name(self) -> str:
        """The name of the result."""
        return self.result.name

    def __str__(self) -> str:
        return f"{self.result.name} = [{self.expression}]"


Instruction = Assignment | Contraction | Quotient | Assembly | Entrywise


def _with_indices(name: str, indices: str) -> str:
    return f"{name}[{','.join(indices)}]" if indices else name
