"""Straight-line programs: what a kernel will do, before any library is chosen and without a single number.

*Lowering* is the second pass, after `symlag.kernels.inputs_and_outputs` has settled names and shapes, and before a
backend prints. It writes a formula as a list of instructions, each of which uses only what is named before it:

1. letters that are made of other matrices (inverses, functions of entries, diagonals) get a value, the innermost first;
2. traces and products of blocks become contractions of two factors each, every product of two being named once;
3. scalar expressions become assignments, whatever occurs twice being named once;
4. each output is named last, a matrix as a sum of numbers times matrices.

Since everything that needs thought about matrices happens here, a backend has nothing left to do but to print.

>>> from sympy import Symbol
>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w, m = block("w"), Symbol("m")
>>> print(lower({"charge": m * inner(w, w.dot), "twice": 2 * inner(w, w.dot)}))
c0 = Σ w[i] w_dot[i]
charge = c0*m
twice = 2*c0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symlag.kernels.inputs_and_outputs import Container, Port, identity, in_jets, interface_of
from symlag.kernels.instructions import Assembly, Entrywise, Instruction
from symlag.kernels.scalars import Assignment
from symlag.kernels.structured_matrices import lower_assembly, lower_letters, lower_sums, nesting_levels
from symlag.variational.noether import Law, MomentumMap


@dataclass(frozen=True)
class Program:
    """A straight-line program: instructions, each of which uses only what is named before it.

    Attributes
    ----------
    inputs : tuple of Port
        The arrays that the program takes, in order.
    sizes : mapping of str to (str, int)
        For each symbolic size, the input from which it is read, and the axis, counted from the last.
    instructions : tuple of instructions
        Assignments, contractions, quotients, entrywise functions and assemblies; printed, one a line.
    outputs : tuple of Port
        What is computed.
    container : {"one", "tuple", "dict"}
        In what a kernel returns its results.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> W = block("W", 2, 3)
    >>> program = lower(W * W.T)
    >>> print(program)
    c0[i,k] = Σ W[i,j] W[k,j]
    result = (1) c0
    >>> program.outputs[0].shape
    (2, 2)
    """

    inputs: tuple[Port, ...]
    sizes: Mapping[str, tuple[str, int]]
    instructions: tuple[Instruction, ...]
    outputs: tuple[Port, ...]
    container: Container

    def __str__(self) -> str:
        return "\n".join(map(str, self.instructions))

    def scalar_expressions(self) -> Iterator[Expr]:
        """The scalar expressions in the program's instructions."""
        for instruction in self.instructions:
            if isinstance(instruction, Assignment | Entrywise):
                yield instruction.expression
            elif isinstance(instruction, Assembly):
                yield from (term.coefficient for term in instruction.terms)


def lower(
    expressions: Law | MomentumMap | Mapping[Any, Any] | Sequence[Any] | Any,
    inputs: Iterable[Any] | None = None,
    rewrite: Callable[[Expr], Expr] = identity,
) -> Program:
    """The program of a scalar or matrix expression, of a sequence or a mapping of them, or of a law.

    Parameters
    ----------
    expressions : Law, MomentumMap, SymPy expression, or sequence or mapping of expressions
        What to compute. Of a law: its charge, its rate, each source by its name, and their sum as "source".
    inputs : iterable of symbols or of their names, optional
        The inputs of the program, in this order. By default all free symbols: coordinates and their derivatives, then
        constant matrices, then parameters by name.
    rewrite : callable, optional
        Applied to every scalar expression, and to every function of entries, before their parts are named: what a
        backend wants written differently.

    Returns
    -------
    Program
        Instructions without numbers, which any backend can print.

    Raises
    ------
    LoweringError
        If a symbol is not among the inputs, or if an expression has no value.
    NameRefusedError
        If the name of a symbol could act as code.

    Examples
    --------
    >>> from sympy import sqrt
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> r = sqrt(x**2 + y**2)
    >>> print(lower([r * x, 1 / r**3]))
    s0 = sqrt(x**2 + y**2)
    result0 = s0*x
    result1 = s0**(-3)
    """
    container, outputs, chosen = in_jets(expressions, inputs)
    interface = interface_of(outputs, chosen, rewrite)
    instructions: list[Instruction] = []
    for letters in nesting_levels(outputs.values()):
        level, interface = lower_letters(interface, letters)
        instructions.extend(level)
    products, sums = lower_sums(interface, list(outputs.values()))
    instructions.extend(products)
    for port, terms in zip(interface.outputs, sums, strict=True):
        if port.shape:
            instructions.extend(lower_assembly(interface, port.name, port.shape, terms))
        else:
            instructions.append(Assignment(port.name, terms[0].coefficient))
    return Program(interface.inputs, interface.sizes.axes, tuple(instructions), interface.outputs, container)
