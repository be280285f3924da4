"""Programs as Python text about plain numbers: a loop over points, and loops over indices within."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Symbol

from symlag.kernels.identifiers import Names
from symlag.kernels.lower import Program
from symlag.kernels.printer import ATOM, PRODUCT, Printer
from symlag.kernels.scalars import Assignment
from symlag.kernels.signature import inside
from symlag.kernels.steps import Assembly, Contraction, Entrywise, Factor, Quotient, Step, Term, Value

_HEAD = """import math

import numpy as np
"""

# Numba's own linalg.solve wants SciPy, and arrays of one layout.
_SOLVING = """import math

import numba
import numpy as np


@numba.njit(error_model="numpy")
def solved(matrix, right):
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
class Loops:
    """The names that loops need: of the point, a running total, indices, and the arrays of numbers in and out."""

    printer: Printer
    point: str
    total: str
    indices: dict[str, str]
    entering: dict[str, str]
    leaving: dict[str, str]
    blocks: frozenset[str]

    @classmethod
    def of(cls, program: Program, printer: Printer) -> Loops:
        slots = (slot.name for slot in (*program.inputs, *program.outputs))
        names = Names({*program.sizes, *slots, *(step.name for step in program.steps)})
        return cls(
            printer,
            names.own("p"),
            names.own("total"),
            {index: names.own(index) for index in "ijk"},
            {s.name: s.name if inside(s.shape) else names.own(f"{s.name}_all") for s in program.inputs},
            {s.name: names.own(f"{s.name}_out") for s in program.outputs},
            frozenset(slot.name for slot in program.inputs if inside(slot.shape)),
        )

    def text(self, program: Program) -> str:
        """The whole function."""
        arguments = ", ".join((*self.entering.values(), *self.leaving.values()))
        first = next(iter(self.leaving.values()))
        read = [f"{name} = {array}[{self.point}]" for name, array in self.entering.items() if name != array]
        body = [line for step in program.steps for line in self._step(step)]
        solving = any(isinstance(step, Quotient) for step in program.steps)
        return "\n".join(
            [
                _SOLVING if solving else _HEAD,
                "",
                f"def kernel({arguments}):",
                *_indented([f"{size} = {array}.shape[{side}]" for size, (array, side) in program.sizes.items()]),
                *_indented(list(_workspaces(program))),
                f"    for {self.point} in range(len({first})):",
                *_indented([*read, *body], 2),
                "",
            ]
        )

    def _step(self, step: Step) -> list[str]:
        match step:
            case Assignment():
                return [f"{self._place(step.name, '')} = {self.printer.text(step.expression)}"]
            case Contraction():
                return self._contraction(step)
            case Quotient():
                return [f"{step.result.name} = {self._quotient(step)}"]
            case Entrywise():
                return self._entrywise(step)
            case Assembly():
                return self._assembly(step)

    def _contraction(self, step: Contraction) -> list[str]:
        """Loops over the indices that remain, and within them over those that are summed."""
        factors = "*".join(map(self._entry, step.operands, step.subscripts))
        summed = {index: size for index, size in step.extents.items() if index not in step.remaining}
        kept = {index: size for index, size in step.extents.items() if index in step.remaining}
        place = self._entry(step.result, step.remaining)
        added = [f"{self.total} = 0.0", *self._looped(summed, [f"{self.total} += {factors}"])]
        return self._looped(kept, [*added, f"{place} = {self.total}"] if summed else [f"{place} = {factors}"])

    def _assembly(self, step: Assembly) -> list[str]:
        sides = dict(zip("ij", inside(step.shape), strict=False))
        terms = " + ".join(self._term(term, "".join(sides)) for term in step.terms) or "0.0"
        return self._looped(sides, [f"{self._place(step.name, ''.join(sides))} = {terms}"])

    def _entrywise(self, step: Entrywise) -> list[str]:
        """One expression of the entries at every place."""
        value = step.result
        sides = dict(zip("ij", inside((value.rows, value.columns)), strict=False))
        marks = "".join(sides)
        entries = {s: Symbol(self._place(s.name, marks)) for s in step.expression.free_symbols if s.name in step.blocks}
        written = self.printer.text(step.expression.xreplace(entries))
        return self._looped(sides, [f"{self._entry(value, marks)} = {written}"])

    def _quotient(self, step: Quotient) -> str:
        matrix = self._whole(step.matrix)
        if step.right is None:
            return f"solved({matrix}, np.eye(len({matrix})))"
        if step.right.value.columns == 1:
            return f"solved({matrix}, np.expand_dims({self._whole(step.right)}, 1))[:, 0]"
        return f"solved({matrix}, {self._whole(step.right)})"

    def _whole(self, factor: Factor) -> str:
        """All of a vector or matrix at the point."""
        name = factor.value.name
        array = f"{name}[{self.point}]" if name in self.blocks else name
        return array + ".T" * (factor.flipped and factor.value.columns != 1)

    def _term(self, term: Term, marks: str) -> str:
        if not marks:
            return self.printer.text(term.coefficient, PRODUCT)
        unit = "({} == {})".format(*(self.indices[index] for index in marks)) if len(marks) == 2 else "1.0"
        if term.factor is None:
            entry = unit
        elif term.factor.diagonal:
            entry = f"{unit}*{self._place(term.factor.value.name, marks[:1])}"
        else:
            entry = self._entry(term.factor.value, marks[::-1] if term.factor.flipped else marks)
        return entry if term.coefficient == 1 else f"{self.printer.text(term.coefficient, ATOM)}*{entry}"

    def _entry(self, value: Value, marks: str) -> str:
        return self._place(value.name, marks)

    def _place(self, name: str, marks: str) -> str:
        """One entry of a value; of what enters or leaves, that at the point."""
        places = [self.indices[index] for index in marks]
        if name in self.blocks or name in self.leaving:
            places = [self.point, *places]
        return f"{self.leaving.get(name, name)}[{', '.join(places)}]" if places else name

    def _looped(self, extents: dict[str, int | str], body: list[str]) -> list[str]:
        """The lines, run for every value of the indices."""
        for index, size in reversed(extents.items()):
            body = [f"for {self.indices[index]} in range({size}):", *_indented(body)]
        return body


def _workspaces(program: Program) -> Iterator[str]:
    """The arrays that hold vectors and matrices at one point."""
    leaving = {slot.name for slot in program.outputs}
    for step in program.steps:
        match step:
            case Contraction():
                name, sides = step.result.name, tuple(step.extents[index] for index in step.remaining)
            case Entrywise():
                name, sides = step.result.name, inside((step.result.rows, step.result.columns))
            case Assembly():
                name, sides = step.name, () if step.name in leaving else inside(step.shape)
            case _:
                continue
        if sides:
            yield f"{name} = np.empty(({', '.join(map(str, sides))}{',' * (len(sides) == 1)}))"


def _indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]
