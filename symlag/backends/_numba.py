"""Kernels in Numba: a loop over points, with plain numbers inside.

Everything is computed in double precision, whatever the type of the arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
from sympy import (
    Abs,
    Max,
    Min,
    Mod,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    floor,
    log,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip

from symlag.backends._modules import module_of
from symlag.backends._points import arrays, flat
from symlag.backends._printer import ATOM, PRODUCT, Printer
from symlag.backends._signature import Shape, inside
from symlag.program import Assembly, Assignment, Contraction, Names, Program, Step, Term, Value

__all__ = ["arrays", "evaluate", "source"]

_FUNCTIONS = {
    Abs: "abs({0})",
    Max: "max({0}, {1})",
    Min: "min({0}, {1})",
    Mod: "np.mod({0}, {1})",
    acos: "math.acos({0})",
    acosh: "math.acosh({0})",
    asin: "math.asin({0})",
    asinh: "math.asinh({0})",
    atan: "math.atan({0})",
    atan2: "math.atan2({0}, {1})",
    atanh: "math.atanh({0})",
    ceiling: "np.ceil({0})",
    cos: "math.cos({0})",
    cosh: "math.cosh({0})",
    erf: "math.erf({0})",
    erfc: "math.erfc({0})",
    exp: "math.exp({0})",
    floor: "np.floor({0})",
    log: "math.log({0})",
    sign: "np.sign({0})",
    sin: "math.sin({0})",
    sinh: "math.sinh({0})",
    sqrt: "math.sqrt({0})",
    tan: "math.tan({0})",
    tanh: "math.tanh({0})",
}

_PRINTER = Printer("numba", _FUNCTIONS)


def source(program: Program) -> str:
    """The function of a program, as a text: a loop over points that fills the arrays of its results."""
    return f"import math\n\nimport numpy as np\n\n\n{_Loops.of(program).text(program)}"


def evaluate(text: str, given: Sequence[np.ndarray], batch: Shape, shapes: Sequence[Shape]) -> list[np.ndarray]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    points = math.prod(batch)
    spread = [flat(array, batch).astype(float, copy=False) for array in given]
    entering = [np.broadcast_to(array, (points, *array.shape[1:])) for array in spread]
    results = [np.empty((points, *shape)) for shape in shapes]
    function = _compiled(text, tuple(a.ndim for a in entering), tuple(r.ndim for r in results))
    function(*entering, *results)
    return [result.astype(given[0].dtype if given else float, copy=False) for result in results]


@cache
def _compiled(text: str, entering: Shape, leaving: Shape) -> Callable[..., None]:
    """The machine code for arrays of so many axes, those that enter of any layout."""
    module = module_of(text)
    double = numba.types.float64
    signature = numba.void(
        *(numba.types.Array(double, axes, "A", readonly=True) for axes in entering),
        *(numba.types.Array(double, axes, "C") for axes in leaving),
    )
    return numba.njit(signature, cache=module.__file__ is not None, error_model="numpy")(module.kernel)


@dataclass(frozen=True)
class _Loops:
    """The names that loops need: of the point, a running total, indices, and the arrays of numbers in and out."""

    point: str
    total: str
    indices: dict[str, str]
    entering: dict[str, str]
    leaving: dict[str, str]
    blocks: frozenset[str]

    @classmethod
    def of(cls, program: Program) -> _Loops:
        steps = (step.result.name if isinstance(step, Contraction) else step.name for step in program.steps)
        names = Names({*program.sizes, *(slot.name for slot in (*program.inputs, *program.outputs)), *steps})
        return cls(
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
        return "\n".join(
            [
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
                place = f"{self.leaving[step.name]}[{self.point}]" if step.name in self.leaving else step.name
                return [f"{place} = {_PRINTER.text(step.expression)}"]
            case Contraction():
                return self._contraction(step)
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
        places = ", ".join((self.point, *(self.indices[index] for index in sides)))
        terms = " + ".join(self._term(term, "".join(sides)) for term in step.terms) or "0.0"
        return self._looped(sides, [f"{self.leaving[step.name]}[{places}] = {terms}"])

    def _term(self, term: Term, marks: str) -> str:
        if not marks:
            return _PRINTER.text(term.coefficient, PRODUCT)
        if term.factor is None:
            entry = "({} == {})".format(*(self.indices[index] for index in marks))
        else:
            entry = self._entry(term.factor.value, marks[::-1] if term.factor.flipped else marks)
        return entry if term.coefficient == 1 else f"{_PRINTER.text(term.coefficient, ATOM)}*{entry}"

    def _entry(self, value: Value, marks: str) -> str:
        """One entry of a value, and of an input that at the point."""
        places = [self.indices[index] for index in marks]
        if value.name in self.blocks:
            places = [self.point, *places]
        return f"{value.name}[{', '.join(places)}]" if places else value.name

    def _looped(self, extents: dict[str, int | str], body: list[str]) -> list[str]:
        """The lines, run for every value of the indices."""
        for index, size in reversed(extents.items()):
            body = [f"for {self.indices[index]} in range({size}):", *_indented(body)]
        return body


def _workspaces(program: Program) -> Iterator[str]:
    """The arrays that hold vectors and matrices at one point."""
    for step in program.steps:
        if isinstance(step, Contraction) and step.remaining:
            sides = ", ".join(str(step.extents[index]) for index in step.remaining)
            yield f"{step.result.name} = np.empty(({sides}{',' * (len(step.remaining) == 1)}))"


def _indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]
