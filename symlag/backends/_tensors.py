"""Blocks as Python text about whole arrays, for libraries that know einsum and the ellipsis.

A number has the shape of the batch; vectors and matrices carry their sides behind it. A transpose is taken only where
a matrix is added to others; in contractions the indices tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symlag.backends._printer import ATOM, PRODUCT, Printer
from symlag.backends._signature import inside
from symlag.program import Assembly, Assignment, Contraction, Program, Step, Term


@dataclass(frozen=True)
class Tensors:
    """The phrases of one library: how it writes numbers, and how it does what cannot be said by operators.

    A contraction is of subscripts and operands, a transpose of a matrix, an identity of a size and some input, the size
    as a number is of some input and one of its sides. Where numbers have to be made into arrays by `const`, the opening
    tells how, given some input.
    """

    printer: Printer
    contraction: str
    transpose: str
    identity: str
    size: str
    opening: str = ""

    def source(self, program: Program) -> str:
        """The function that a program describes, one line a step."""
        arguments = ", ".join(slot.name for slot in program.inputs)
        results = ", ".join(slot.name for slot in program.outputs)
        returned = results if len(program.outputs) > 1 else f"({results},)"
        body = [*self._sizes(program), *(self._step(step, program) for step in program.steps)]
        used = any("const(" in line for line in body)
        lines = [self.opening.format(program.inputs[0].name), *body] if used else body
        return "\n    ".join([f"def kernel({arguments}):", *lines, f"return {returned}"]) + "\n"

    def _sizes(self, program: Program) -> Iterator[str]:
        """The sizes that numbers are made of."""
        spoken = {symbol.name for number in numbers(program) for symbol in number.free_symbols}
        for name, (array, side) in program.sizes.items():
            if name in spoken:
                yield f"{name} = {self.size.format(array, side)}"

    def _step(self, step: Step, program: Program) -> str:
        match step:
            case Assignment():
                return f"{step.name} = {self.printer.text(step.expression)}"
            case Contraction():
                return f"{step.result.name} = {self._contraction(step)}"
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

    def _term(self, term: Term, step: Assembly, program: Program) -> str:
        rank = len(inside(step.shape))
        if rank == 0:
            return self.printer.text(term.coefficient, PRODUCT)
        matrix = self._matrix(term, step, program)
        if term.coefficient.is_number:
            return matrix if term.coefficient == 1 else f"{self.printer.text(term.coefficient, PRODUCT)}*{matrix}"
        return f"{self.printer.text(term.coefficient, ATOM)}[...{', None' * rank}]*{matrix}"

    def _matrix(self, term: Term, step: Assembly, program: Program) -> str:
        if term.factor is None:
            size = step.shape[0]
            length = f"{program.sizes[size][0]}.shape[{program.sizes[size][1]}]" if isinstance(size, str) else size
            return self.identity.format(length, program.inputs[0].name)
        value = term.factor.value
        return self.transpose.format(value.name) if term.factor.flipped and value.columns != 1 else value.name


def numbers(program: Program) -> Iterator[Any]:
    """The scalar expressions of a program."""
    for step in program.steps:
        if isinstance(step, Assignment):
            yield step.expression
        elif isinstance(step, Assembly):
            yield from (term.coefficient for term in step.terms)
