"""Blocks as Python text about whole arrays, for libraries that know einsum and the ellipsis.

A number has the shape of the batch; vectors and matrices carry their sides behind it. A transpose is taken only where
a matrix is added to others; in contractions the indices tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from symlag.kernels.lower import Program
from symlag.kernels.printer import ATOM, PRODUCT, Printer
from symlag.kernels.scalars import Assignment
from symlag.kernels.signature import inside
from symlag.kernels.steps import Assembly, Contraction, Entrywise, Factor, Quotient, Step, Term


@dataclass(frozen=True)
class Tensors:
    """The phrases of one library: how it writes numbers, and how it does what cannot be said by operators.

    A contraction is of subscripts and operands, a transpose and an inverse of a matrix, a solution of a matrix and what
    it is solved against, an identity and ones of a size and some input, the size as a number of some input and one of
    its sides; nothing is an empty array. Where numbers have to be made into arrays by `const`, the opening
    tells how, given some input.
    """

    printer: Printer
    contraction: str
    transpose: str
    inverse: str
    solution: str
    identity: str
    ones: str
    size: str
    nothing: str
    opening: str = ""

    def source(self, program: Program) -> str:
        """The function that a program describes, one line a step."""
        arguments = ", ".join(slot.name for slot in program.inputs)
        results = ", ".join(slot.name for slot in program.outputs)
        returned = results if len(program.outputs) > 1 else f"({results},)"
        body = [*self._sizes(program), *(self._step(step, program) for step in program.steps)]
        used = any("const(" in line for line in body)
        lines = [self.opening.format(self._sample(program)), *body] if used else body
        return "\n    ".join([f"def kernel({arguments}):", *lines, f"return {returned}"]) + "\n"

    def _sizes(self, program: Program) -> Iterator[str]:
        """The sizes that numbers are made of."""
        spoken = {symbol.name for number in numbers(program) for symbol in number.free_symbols}
        for name, (array, side) in program.sizes.items():
            if name in spoken:
                yield f"{name} = {self.size.format(array, side)}"

    def _sample(self, program: Program) -> str:
        """An array of the type in which all is computed."""
        return program.inputs[0].name if program.inputs else self.nothing

    def _step(self, step: Step, program: Program) -> str:
        match step:
            case Assignment():
                return f"{step.name} = {self.printer.text(step.expression)}"
            case Contraction():
                return f"{step.name} = {self._contraction(step)}"
            case Quotient():
                return f"{step.name} = {self._quotient(step)}"
            case Entrywise():
                return f"{step.name} = {self._entrywise(step)}"
            case Assembly():
                terms = " + ".join(self._term(term, step, program) for term in step.terms)
                return f"{step.name} = {terms or '0'}"

    def _contraction(self, step: Contraction) -> str:
        if len(step.remaining) == 2 and len(step.extents) == 3:
            return self._product(step)
        subscripts = ",".join("..." + marks for marks in step.subscripts)
        operands = ", ".join(value.name for value in step.operands)
        return self.contraction.format(f"{subscripts}->...{step.remaining}", operands)

    def _product(self, step: Contraction) -> str:
        """A product of two matrices, for which libraries have their fastest code."""
        (left, right), (above, below) = step.operands, step.subscripts
        first = left.name if above[0] == step.remaining[0] else self.transpose.format(left.name)
        second = right.name if below[1] == step.remaining[1] else self.transpose.format(right.name)
        return f"{first} @ {second}"

    def _quotient(self, step: Quotient) -> str:
        matrix = self._factor(step.matrix)
        if step.right is None:
            return self.inverse.format(matrix)
        if step.right.value.columns == 1:
            return self.solution.format(matrix, f"{step.right.value.name}[..., None]") + "[..., 0]"
        return self.solution.format(matrix, self._factor(step.right))

    def _entrywise(self, step: Entrywise) -> str:
        """A function of whole arrays, numbers having the axes of a matrix."""
        rank = len(inside((step.result.rows, step.result.columns)))
        plain = {s for s in step.expression.free_symbols if s.name not in step.blocks}
        return self.printer.text(step.expression.xreplace({s: Symbol(_widened(s.name, rank)) for s in plain}))

    def _term(self, term: Term, step: Assembly, program: Program) -> str:
        rank = len(inside(step.shape))
        if rank == 0:
            return self.printer.text(term.coefficient, PRODUCT)
        matrix = self._matrix(term, step, program)
        if term.coefficient.is_number:
            return matrix if term.coefficient == 1 else f"{self.printer.text(term.coefficient, PRODUCT)}*{matrix}"
        return f"{_widened(self.printer.text(term.coefficient, ATOM), rank)}*{matrix}"

    def _matrix(self, term: Term, step: Assembly, program: Program) -> str:
        """The matrix of a term; where there is none or only its diagonal, an identity, or ones."""
        if term.factor is not None and not term.factor.diagonal:
            return self._factor(term.factor)
        filling = self.identity if len(inside(step.shape)) == 2 else self.ones
        size = inside(step.shape)[0]
        length = f"{program.sizes[size][0]}.shape[{program.sizes[size][1]}]" if isinstance(size, str) else size
        filled = filling.format(length, self._sample(program))
        return filled if term.factor is None else f"{term.factor.value.name}[..., None]*{filled}"

    def _factor(self, factor: Factor) -> str:
        flat = 1 in (factor.value.rows, factor.value.columns)
        return self.transpose.format(factor.value.name) if factor.flipped and not flat else factor.value.name


def _widened(number: str, rank: int) -> str:
    """A number as an array that has so many axes behind those of the batch."""
    return f"{number}[...{', None' * rank}]" if rank else number


def numbers(program: Program) -> Iterator[Any]:
    """The scalar expressions of a program."""
    for step in program.steps:
        if isinstance(step, Assignment | Entrywise):
            yield step.expression
        elif isinstance(step, Assembly):
            yield from (term.coefficient for term in step.terms)
