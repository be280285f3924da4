"""Programs as Python text about whole arrays, for libraries that have einsum and the ellipsis: NumPy and torch.

Every instruction becomes one line that computes at all points at once. A number has the shape of the batch; vectors and
matrices carry their sides behind it. A transpose is printed only where a matrix is added to others, solved against, or
multiplied by `@`; in other contractions the subscripts do its work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Symbol

from symlag.kernels.instructions import Assembly, Contraction, Entrywise, Factor, Instruction, Quotient, Term
from symlag.kernels.lowering import Program
from symlag.kernels.printer import ATOM, PRODUCT, Printer
from symlag.kernels.scalars import Assignment
from symlag.kernels.signature import kernel_shape


@dataclass(frozen=True)
class TensorPrinter:
    """The phrases of one library, as templates with numbered places.

    `scalars` prints numbers. `contraction` has places for subscripts and operands, `transpose` and `inverse` for a
    matrix, `solve` for a matrix and what it is solved against, `identity` and `ones` for a size and a sample, `size`
    for an input and one of its axes. A sample is some input, whose type and device are those of all arrays; `empty` is
    a sample where there is no input. Where the library wants numbers made into arrays, `prelude` defines the function
    `const` that does so, from a sample.
    """

    scalars: Printer
    contraction: str
    transpose: str
    inverse: str
    solve: str
    identity: str
    ones: str
    size: str
    empty: str
    prelude: str = ""

    def text(self, program: Program) -> str:
        """The function that a program describes, one line an instruction."""
        arguments = ", ".join(port.name for port in program.inputs)
        results = ", ".join(port.name for port in program.outputs)
        returned = results if len(program.outputs) > 1 else f"({results},)"
        lines = [*self._sizes(program), *(self._line(instruction, program) for instruction in program.instructions)]
        if any("const(" in line for line in lines):
            lines.insert(0, self.prelude.format(self._sample(program)))
        return "\n    ".join([f"def kernel({arguments}):", *lines, f"return {returned}"]) + "\n"

    def _sizes(self, program: Program) -> Iterator[str]:
        """Lines that read the sizes of which numbers are made."""
        used = {symbol.name for expression in program.scalar_expressions() for symbol in expression.free_symbols}
        for name, (array, axis) in program.sizes.items():
            if name in used:
                yield f"{name} = {self.size.format(array, axis)}"

    def _sample(self, program: Program) -> str:
        return program.inputs[0].name if program.inputs else self.empty

    def _line(self, instruction: Instruction, program: Program) -> str:
        """The line of one instruction."""
        match instruction:
            case Assignment():
                right = self.scalars.text(instruction.expression)
            case Contraction():
                right = self._contraction(instruction)
            case Quotient():
                right = self._quotient(instruction)
            case Entrywise():
                right = self._entrywise(instruction)
            case Assembly():
                right = " + ".join(self._term(term, instruction, program) for term in instruction.terms) or "0"
        return f"{instruction.name} = {right}"

    def _contraction(self, instruction: Contraction) -> str:
        """A product by `@` or a call of einsum."""
        if len(instruction.remaining) == 2 and len(instruction.extents) == 3:
            # A product of two matrices, for which libraries have their fastest code.
            (left, right), (rows, columns) = instruction.operands, instruction.subscripts
            first = left.name if rows[0] == instruction.remaining[0] else self.transpose.format(left.name)
            second = right.name if columns[1] == instruction.remaining[1] else self.transpose.format(right.name)
            return f"{first} @ {second}"
        subscripts = ",".join(f"...{indices}" for indices in instruction.subscripts)
        operands = ", ".join(value.name for value in instruction.operands)
        return self.contraction.format(f"{subscripts}->...{instruction.remaining}", operands)

    def _quotient(self, instruction: Quotient) -> str:
        """A call of `solve`, or the inverse."""
        matrix = self._factor(instruction.matrix)
        if instruction.right is None:
            return self.inverse.format(matrix)
        if instruction.right.value.columns == 1:
            # Libraries solve against matrices: a vector gets a column axis, and loses it again.
            return self.solve.format(matrix, f"{instruction.right.value.name}[..., None]") + "[..., 0]"
        return self.solve.format(matrix, self._factor(instruction.right))

    def _entrywise(self, instruction: Entrywise) -> str:
        """A function of whole arrays, numbers having the axes of a matrix."""
        rank = len(kernel_shape((instruction.result.rows, instruction.result.columns)))
        numbers = {s for s in instruction.expression.free_symbols if s.name not in instruction.blocks}
        return self.scalars.text(
            instruction.expression.xreplace({s: Symbol(_with_axes(s.name, rank)) for s in numbers})
        )

    def _term(self, term: Term, instruction: Assembly, program: Program) -> str:
        """A number times a matrix, the number having the axes of a matrix."""
        rank = len(kernel_shape(instruction.shape))
        if rank == 0:
            return self.scalars.text(term.coefficient, PRODUCT)
        matrix = self._matrix(term, instruction, program)
        if term.coefficient.is_number:
            return matrix if term.coefficient == 1 else f"{self.scalars.text(term.coefficient, PRODUCT)}*{matrix}"
        return f"{_with_axes(self.scalars.text(term.coefficient, ATOM), rank)}*{matrix}"

    def _matrix(self, term: Term, instruction: Assembly, program: Program) -> str:
        """The matrix of a term; where there is none or only its diagonal, an identity, or ones."""
        if term.factor is not None and not term.factor.diagonal:
            return self._factor(term.factor)
        shape = kernel_shape(instruction.shape)
        template = self.identity if len(shape) == 2 else self.ones
        size = shape[0]
        length = f"{program.sizes[size][0]}.shape[{program.sizes[size][1]}]" if isinstance(size, str) else size
        unit = template.format(length, self._sample(program))
        return unit if term.factor is None else f"{term.factor.value.name}[..., None]*{unit}"

    def _factor(self, factor: Factor) -> str:
        vector = 1 in (factor.value.rows, factor.value.columns)
        return self.transpose.format(factor.value.name) if factor.transposed and not vector else factor.value.name


def _with_axes(number: str, rank: int) -> str:
    """A number as an array that has so many axes behind those of the batch."""
    return f"{number}[...{', None' * rank}]" if rank else number
