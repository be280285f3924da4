"""What expressions in blocks come to: evaluation by NumPy, one rule a node, as plain as can be."""

from functools import singledispatch
from math import prod
from typing import Any

import numpy as np
from sympy import (
    Add,
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    lambdify,
)
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.elementwise import SLOT, Elementwise
from symlag.calculus.structured_matrices import Ones


@singledispatch
def value(node, at, functions=()) -> Any:
    """The value of an expression, given those of its symbols, sizes among them, and of the functions in it."""
    if node in at:
        return at[node]
    inside = [value(part, at, functions) for part in node.args]
    if node.func.__name__ in dict(functions):
        return dict(functions)[node.func.__name__](*map(np.float64, inside))
    return float(node.func(*inside) if inside else node)


def _sides(node, at):
    return tuple(int(value(side, at)) for side in node.shape)


@value.register
def _(node: Add, at, functions=()):
    return sum(value(part, at, functions) for part in node.args)


@value.register
def _(node: Mul, at, functions=()):
    return prod(value(part, at, functions) for part in node.args)


@value.register
def _(node: MatAdd, at, functions=()):
    return sum(value(part, at, functions) for part in node.args)


@value.register
def _(node: MatMul, at, functions=()):
    made: Any = 1.0
    for factor in node.args:
        right = value(factor, at, functions)
        made = made @ right if np.ndim(made) and np.ndim(right) else made * right
    return made


@value.register
def _(node: Transpose, at, functions=()):
    return value(node.arg, at, functions).T


@value.register
def _(node: Trace, at, functions=()):
    return np.trace(value(node.arg, at, functions))


@value.register
def _(node: MatPow, at, functions=()):
    return np.linalg.matrix_power(value(node.base, at, functions), int(node.exp))


@value.register
def _(node: Inverse, at, functions=()):
    return np.linalg.inv(value(node.arg, at, functions))


@value.register
def _(node: Identity, at, functions=()):
    return np.eye(_sides(node, at)[0])


@value.register
def _(node: ZeroMatrix, at, functions=()):
    return np.zeros(_sides(node, at))


@value.register
def _(node: Ones, at, functions=()):
    return np.ones(_sides(node, at))


@value.register
def _(node: DiagMatrix, at, functions=()):
    return np.diag(np.ravel(value(node.args[0], at, functions)))


@value.register
def _(node: DiagonalOf, at, functions=()):
    return np.diag(value(node.arg, at, functions))[:, None]


@value.register
def _(node: HadamardProduct, at, functions=()):
    return prod(value(factor, at, functions) for factor in node.args)


@value.register
def _(node: HadamardPower, at, functions=()):
    return value(node.base, at, functions) ** int(node.exp)


@value.register
def _(node: Elementwise, at, functions=()):
    numbers = {s: at[s] for s in node.formula.free_symbols - {SLOT}}
    rule = lambdify([SLOT, *map(Symbol, map(str, numbers))], node.formula, [dict(functions), "numpy"])
    return np.broadcast_to(rule(value(node.argument, at, functions), *numbers.values()), _sides(node, at))
