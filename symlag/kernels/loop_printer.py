"""Programs as Python text about plain numbers, for compilers: a loop over points, and within it loops over indices.

The emitted function takes arrays for inputs and outputs alike, and fills the outputs. Numbers of the program become
local variables; vectors and matrices that live only within one point get one workspace, which every point uses again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Symbol

from symlag.errors import LoweringError
from symlag.kernels.identifiers import Names
from symlag.kernels.instructions import Assembly, Contraction, Entrywise, Factor, Instruction, Quotient, Size, Term
from symlag.kernels.lowering import Program
from symlag.kernels.printer import ATOM, PRODUCT, Printer
from symlag.kernels.python_text import for_range, indented
from symlag.kernels.scalars import Assignment
from symlag.kernels.signature import kernel_shape

PARALLEL_RANGE = "numba.prange"  # the range of a loop whose turns numba gives to all processors

_HEAD = """import math

import numpy as np
"""

_HEAD_OF_PARALLEL = """import math

import numba
import numpy as np
"""

# Gauss and Jordan's elimination with pivots: Numba's own linalg.solve wants SciPy, and arrays of one layout.
_HEAD_WITH_SOLVE = """import math

import numba
import numpy as np


@numba.njit(error_model="numpy")
def solve(matrix, right):
    left, x = matrix.copy(), right.copy()
    n, columns = x.shape
    for k in range(n):
        pivot = k + np.argmax(np.abs(left[k:, k]))
        if left[pivot, k] == 0:
            raise np.linalg.LinAlgError("singular")
        for j in range(n):
            left[k, j], left[pivot, j] = left[pivot, j], left[k, j]
        for j in range(columns):
            x[k, j], x[pivot, j] = x[pivot, j], x[k, j]
        for i in range(n):
            if i != k:
                share = left[i, k] / left[k, k]
                for j in range(k, n):
                    left[i, j] -= share * left[k, j]
                for j in range(columns):
                    x[i, j] -= share * x[k, j]
    for i in range(n):
        for j in range(columns):
            x[i, j] /= left[i, i]
    return x
"""


@dataclass(frozen=True)
class LoopPrinter:
    """The printer of one program, with the names that its loops need beside those of the program.

    `point` is the index of the point, `total` a running sum, `indices` the names of i, j and k. `input_arrays` and
    `output_arrays` have the array behind the name of each input and output, `blocks` the inputs that are no numbers;
    `parallel` says whether the points are given to all processors.
    """

    scalars: Printer
    point: str
    total: str
    indices: dict[str, str]
    input_arrays: dict[str, str]
    output_arrays: dict[str, str]
    blocks: frozenset[str]
    parallel: bool = False

    @classmethod
    def of(cls, program: Program, scalars: Printer, *, parallel: bool = False) -> LoopPrinter:
        """The printer of a program, all names being different."""
        ports = (port.name for port in (*program.inputs, *program.outputs))
        names = Names({*program.sizes, *ports, *(instruction.name for instruction in program.instructions)})
        blocks = frozenset(port.name for port in program.inputs if kernel_shape(port.shape))
        return cls(
            scalars,
            names.unique("p"),
            names.unique("total"),
            {index: names.unique(index) for index in "ijk"},
            {p.name: p.name if p.name in blocks else names.unique(f"{p.name}_all") for p in program.inputs},
            {p.name: names.unique(f"{p.name}_out") for p in program.outputs},
            blocks,
            parallel,
        )

    def text(self, program: Program) -> str:
        """The whole module."""
        arguments = ", ".join((*self.input_arrays.values(), *self.output_arrays.values()))
        some_output = next(iter(self.output_arrays.values()))
        numbers = [f"{name} = {array}[{self.point}]" for name, array in self.input_arrays.items() if name != array]
        body = [line for instruction in program.instructions for line in self._lines(instruction)]
        solves = any(isinstance(instruction, Quotient) for instruction in program.instructions)
        workspaces = list(_workspaces(program))
        points = f"len({some_output})"
        if self.parallel:
            if solves:
                wrong = "a loop on several processors cannot tell of a matrix without an inverse"
                raise LoweringError("kernel(…, parallel=True)", wrong, 'kernel(…, "numba")')
            # Each turn of the loop needs workspaces of its own.
            loop = [f"for {self.point} in {PARALLEL_RANGE}({points}):", *indented([*workspaces, *numbers, *body])]
        else:
            loop = [*workspaces, *for_range(self.point, points, [*numbers, *body])]
        return "\n".join(
            [
                _HEAD_WITH_SOLVE if solves else _HEAD_OF_PARALLEL if self.parallel else _HEAD,
                "",
                f"def kernel({arguments}):",
                *indented([f"{size} = {array}.shape[{axis}]" for size, (array, axis) in program.sizes.items()]),
                *indented(loop),
                "",
            ]
        )

    def _lines(self, instruction: Instruction) -> list[str]:
        """The lines of one instruction."""
        match instruction:
            case Assignment():
                return [f"{self._entry(instruction.name, '')} = {self.scalars.text(instruction.expression)}"]
            case Contraction():
                return self._contraction(instruction)
            case Quotient():
                return [f"{instruction.name} = {self._quotient(instruction)}"]
            case Entrywise():
                return self._entrywise(instruction)
            case Assembly():
                return self._assembly(instruction)

    def _contraction(self, instruction: Contraction) -> list[str]:
        """Loops over the indices that remain, and within them over those that are summed."""
        product = "*".join(
            self._entry(value.name, i) for value, i in zip(instruction.operands, instruction.subscripts, strict=True)
        )
        summed = {index: size for index, size in instruction.extents.items() if index not in instruction.remaining}
        remaining = {index: size for index, size in instruction.extents.items() if index in instruction.remaining}
        entry = self._entry(instruction.name, instruction.remaining)
        if not summed:
            return self._nested(remaining, [f"{entry} = {product}"])
        addition = self._nested(summed, [f"{self.total} += {product}"])
        return self._nested(remaining, [f"{self.total} = 0.0", *addition, f"{entry} = {self.total}"])

    def _assembly(self, instruction: Assembly) -> list[str]:
        """Loops over all entries, each a sum."""
        sides = dict(zip("ij", kernel_shape(instruction.shape), strict=False))
        indices = "".join(sides)
        terms = " + ".join(self._term(term, indices) for term in instruction.terms) or "0.0"
        return self._nested(sides, [f"{self._entry(instruction.name, indices)} = {terms}"])

    def _entrywise(self, instruction: Entrywise) -> list[str]:
        """One expression of the entries at every place."""
        sides = dict(zip("ij", kernel_shape((instruction.result.rows, instruction.result.columns)), strict=False))
        indices = "".join(sides)
        symbols = instruction.expression.free_symbols
        entries = {s: Symbol(self._entry(s.name, indices)) for s in symbols if s.name in instruction.blocks}
        right = self.scalars.text(instruction.expression.xreplace(entries))
        return self._nested(sides, [f"{self._entry(instruction.name, indices)} = {right}"])

    def _quotient(self, instruction: Quotient) -> str:
        """A call of `solve`, for which a vector becomes a matrix of one column."""
        matrix = self._whole(instruction.matrix)
        if instruction.right is None:
            return f"solve({matrix}, np.eye(len({matrix})))"
        if instruction.right.value.columns == 1:
            return f"solve({matrix}, np.expand_dims({self._whole(instruction.right)}, 1))[:, 0]"
        return f"solve({matrix}, {self._whole(instruction.right)})"

    def _whole(self, factor: Factor) -> str:
        """All of a vector or matrix at the point."""
        name = factor.value.name
        array = f"{name}[{self.point}]" if name in self.blocks else name
        return f"{array}.T" if factor.transposed and factor.value.columns != 1 else array

    def _term(self, term: Term, indices: str) -> str:
        """One entry of a term; of the identity, whether the indices are equal."""
        if not indices:
            return self.scalars.text(term.coefficient, PRODUCT)
        unit = "({} == {})".format(*(self.indices[index] for index in indices)) if len(indices) == 2 else "1.0"
        if term.factor is None:
            entry = unit
        elif term.factor.diagonal:
            entry = f"{unit}*{self._entry(term.factor.value.name, indices[:1])}"
        else:
            entry = self._entry(term.factor.value.name, indices[::-1] if term.factor.transposed else indices)
        return entry if term.coefficient == 1 else f"{self.scalars.text(term.coefficient, ATOM)}*{entry}"

    def _entry(self, name: str, indices: str) -> str:
        """One entry of a value; of what enters or leaves, that at the point."""
        places = [self.indices[index] for index in indices]
        if name in self.blocks or name in self.output_arrays:
            places = [self.point, *places]
        return f"{self.output_arrays.get(name, name)}[{', '.join(places)}]" if places else name

    def _nested(self, extents: dict[str, Size], body: list[str]) -> list[str]:
        """The lines, run for every value of the indices."""
        for index, size in reversed(extents.items()):
            body = for_range(self.indices[index], size, body)
        return body


def _workspaces(program: Program) -> Iterator[str]:
    """Lines that make the arrays for vectors and matrices at one point."""
    outputs = {port.name for port in program.outputs}
    for instruction in program.instructions:
        match instruction:
            case Contraction():
                sides = tuple(instruction.extents[index] for index in instruction.remaining)
            case Entrywise():
                sides = kernel_shape((instruction.result.rows, instruction.result.columns))
            case Assembly():
                sides = () if instruction.name in outputs else kernel_shape(instruction.shape)
            case _:
                continue
        if sides:
            comma = "," if len(sides) == 1 else ""
            yield f"{instruction.name} = np.empty(({', '.join(map(str, sides))}{comma}))"
