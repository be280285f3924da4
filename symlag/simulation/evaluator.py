"""Expressions as numbers at a state: the text of a kernel, called without the checks of a call.

A right-hand side is evaluated a dozen times a step, always with the same shapes, so that these are settled once.

>>> import numpy as np
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> evaluate = Evaluator.of([x.dot, -x], Layout.of({x: (), x.dot: ()}), {})
>>> [float(value) for value in evaluate(0.0, np.array([3.0, 4.0]))]
[4.0, -3.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sympy import MatrixSymbol, S

from symlag.calculus.jets import Block, t
from symlag.kernels.array_function import kernel
from symlag.kernels.identifiers import argument_name
from symlag.kernels.python_text import function_of
from symlag.kernels.signature import array_shape
from symlag.simulation.layout import Layout


@dataclass(frozen=True, eq=False)
class Evaluator:
    """The function of a kernel's text, and what each of its arguments is.

    `template` has the parameters where they belong. `numbers` says which arguments are numbers of the state, by their
    indices, `blocks` which are stretches of it, by place and shape, and `times` which are time.
    """

    function: Callable[..., tuple[Any, ...]]
    template: tuple[Any, ...]
    numbers: tuple[tuple[int, int], ...]
    blocks: tuple[tuple[int, slice, tuple[int, ...]], ...]
    times: tuple[int, ...]

    @classmethod
    def of(cls, expressions: Sequence[Any], layout: Layout, parameters: Mapping[str, Any]) -> Self:
        """The evaluator of some expressions in the jets of a layout, time, and parameters by name."""
        import numpy as np

        # A symbolic size is read off the blocks, which an expression need not have in it: zero has a size, too.
        read_off = {jet for jet in layout.shapes if isinstance(jet, Block) and jet == jet.root}
        free = set().union(*(S(e).free_symbols for e in expressions))
        sizes = set().union(*(n.free_symbols for s in free | read_off if isinstance(s, MatrixSymbol) for n in s.shape))
        made = kernel([*expressions], inputs=sorted((free | read_off) - sizes, key=str))
        jets = {argument_name(jet): jet for jet in layout.shapes}
        template: list[Any] = [None] * len(made.ports)
        numbers, blocks, times = [], [], []
        for i, port in enumerate(made.ports):
            declared = array_shape(port.shape)
            if port.key in jets:
                place, shape = layout.places[jets[port.key]], layout.shapes[jets[port.key]]
                if shape:
                    blocks.append((i, place, _sides(declared, shape)))
                else:
                    numbers.append((i, place.start))
            elif port.key == t.name:
                times.append(i)
            else:
                # A number has no axis, or that of the points; a matrix always has that of the points.
                value = np.asarray(parameters[port.key], float)
                sides = _sides(declared, value.shape[value.ndim - len(declared) :])
                template[i] = value.reshape((-1, *sides)) if declared else value[()]
        return cls(function_of(made.source), tuple(template), tuple(numbers), tuple(blocks), tuple(times))

    def __call__(self, time: Any, state: Any) -> tuple[Any, ...]:
        """The value of each expression at a state of shape (n,), or at many, of shape (points, n)."""
        arguments, columns = [*self.template], state.T
        for i, index in self.numbers:
            arguments[i] = columns[index]
        for i, place, sides in self.blocks:
            arguments[i] = state[..., place].reshape((-1, *sides))
        for i in self.times:
            arguments[i] = time
        return self.function(*arguments)


def _sides(declared: Sequence[int | str], shape: Sequence[int]) -> tuple[int, ...]:
    """The sides of a block that a kernel's text knows: those that are not declared to have length one."""
    return tuple(n for side, n in zip(declared, shape, strict=True) if side != 1)
