"""The ordered product M_{b−1} ⋯ M_a of matrices that change with the step: it takes c_a to c_b where c' = M c.

>>> from sympy import Matrix, Symbol
>>> i = Symbol("i")
>>> OrderedProduct(Matrix([[1, i], [0, 1]]), i, 0, 4).doit()
Matrix([
[1, 6],
[0, 1]])
"""

from __future__ import annotations

from functools import reduce
from typing import Any, Self

from sympy import Basic, ImmutableMatrix, Symbol, eye, sympify
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr


class OrderedProduct(MatrixExpr):
    """The product of square matrices that depend on a step, from `start` to `stop` − 1, the last one on the left."""

    def __new__(cls, matrix: Any, step: Symbol, start: Any, stop: Any) -> Self:
        return Basic.__new__(cls, ImmutableMatrix(matrix), step, sympify(start), sympify(stop))

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        matrix, step, start, stop = self.args
        return (matrix.free_symbols - {step}) | start.free_symbols | stop.free_symbols

    def doit(self, **_: Any) -> Any:
        """The matrix, where the number of steps is known."""
        matrix, step, start, stop = self.args
        if not (stop - start).is_Integer:
            return self
        factors = [matrix.subs(step, start + n) for n in range(int(stop - start))]
        return reduce(lambda product, factor: factor * product, factors, ImmutableMatrix(eye(matrix.rows)))

    def _entry(self, i: Any, j: Any, **_: Any) -> MatrixElement:
        return MatrixElement(self, i, j)

    def _sympystr(self, printer: Any) -> str:
        matrix, step, start, stop = map(printer.doprint, self.args)
        return f"OrderedProduct({matrix}, {step} = {start} ... {stop} - 1)"
