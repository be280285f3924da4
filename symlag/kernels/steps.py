"""The steps of a program: what is done to arrays, one at a time.

>>> A, w = Value("A", "n", "n"), Value("w", "n")
>>> print(Contraction(Value("c", "n"), (A, w), ("ij", "j"), "i"))
c[i] = Σ A[i,j] w[j]
>>> print(Quotient(Value("x", "n"), Factor(A, flipped=True), Factor(w)))
x = Aᵀ⁻¹ w
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr

from symlag.kernels.scalars import Assignment

Size = int | str


@dataclass(frozen=True)
class Value:
    """A named array: a number, a vector or a matrix, made of so many letters; a number has sides of length one."""

    name: str
    rows: Size
    columns: Size = 1
    letters: int = 1


@dataclass(frozen=True)
class Factor:
    """A value as it stands in a word: as it is, transposed, inverted, or as a diagonal, which is never filled."""

    value: Value
    flipped: bool = False
    diagonal: bool = False
    inverted: bool = False

    @property
    def shape(self) -> tuple[Size, Size]:
        rows, columns = self.value.rows, self.value.rows if self.diagonal else self.value.columns
        return (columns, rows) if self.flipped else (rows, columns)

    @property
    def T(self) -> Factor:
        return self if self.diagonal else replace(self, flipped=not self.flipped)

    def __str__(self) -> str:
        return f"diag({self.value.name})" if self.diagonal else self.value.name + "ᵀ" * self.flipped

    def subscripts(self, row: str, column: str) -> str:
        """The indices of the value, with those of the factor given; a side of length one has none."""
        if self.diagonal:
            return row
        first, second = (column, row) if self.flipped else (row, column)
        return first * (self.value.rows != 1) + second * (self.value.columns != 1)


@dataclass(frozen=True)
class Contraction:
    """The sum over all indices that do not remain of a product of one or two values."""

    result: Value
    operands: tuple[Value, ...]
    subscripts: tuple[str, ...]
    remaining: str

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def extents(self) -> dict[str, Size]:
        """The size of each index."""
        sides = [[side for side in (v.rows, v.columns) if side != 1] for v in self.operands]
        return {
            index: size
            for marks, sizes in zip(self.subscripts, sides, strict=True)
            for index, size in zip(marks, sizes, strict=True)
        }

    def __str__(self) -> str:
        parts = (_indexed(v.name, marks) for v, marks in zip(self.operands, self.subscripts, strict=True))
        return f"{_indexed(self.result.name, self.remaining)} = Σ {' '.join(parts)}"


@dataclass(frozen=True)
class Quotient:
    """A matrix solved against another, M⁻¹B; without another, the inverse itself."""

    result: Value
    matrix: Factor
    right: Factor | None = None

    @property
    def name(self) -> str:
        return self.result.name

    def __str__(self) -> str:
        return f"{self.result.name} = {self.matrix}⁻¹{'' if self.right is None else f' {self.right}'}"


@dataclass(frozen=True)
class Term:
    """A number times a matrix or its transpose; without a matrix, times the identity, or among vectors the ones."""

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
    """A matrix each entry of which is one function of numbers and of the same entry of other matrices."""

    result: Value
    expression: Expr
    blocks: frozenset[str]

    @property
    def name(self) -> str:
        return self.result.name

    def __str__(self) -> str:
        return f"{self.result.name} = [{self.expression}]"


Step = Assignment | Contraction | Quotient | Assembly | Entrywise


def _indexed(name: str, marks: str) -> str:
    return f"{name}[{','.join(marks)}]" if marks else name
