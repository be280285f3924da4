"""The values of expressions in matrices by NumPy, node by node, with no normal form involved."""

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
    OneMatrix,
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
def value_of_add(node: Add, at, functions=()):
    return sum(value(part, at, functions) for part in node.args)


@value.register
def value_of_mul(node: Mul, at, functions=()):
    return prod(value(part, at, functions) for part in node.args)


@value.register
def value_of_mat_add(node: MatAdd, at, functions=()):
    return sum(value(part, at, functions) for part in node.args)


@value.register
def value_of_mat_mul(node: MatMul, at, functions=()):
    product: Any = 1.0
    for factor in node.args:
        right = value(factor, at, functions)
        product = product @ right if np.ndim(product) and np.ndim(right) else product * right
    return product


@value.register
def value_of_transpose(node: Transpose, at, functions=()):
    return value(node.arg, at, functions).T


@value.register
def value_of_trace(node: Trace, at, functions=()):
    return np.trace(value(node.arg, at, functions))


@value.register
def value_of_mat_pow(node: MatPow, at, functions=()):
    return np.linalg.matrix_power(value(node.base, at, functions), int(node.exp))


@value.register
def value_of_inverse(node: Inverse, at, functions=()):
    return np.linalg.inv(value(node.arg, at, functions))


@value.register
def value_of_identity(node: Identity, at, functions=()):
    return np.eye(_sides(node, at)[0])


@value.register
def value_of_zero_matrix(node: ZeroMatrix, at, functions=()):
    return np.zeros(_sides(node, at))


@value.register
def value_of_ones(node: Ones | OneMatrix, at, functions=()):
    return np.ones(_sides(node, at))


@value.register
def value_of_diag_matrix(node: DiagMatrix, at, functions=()):
    return np.diag(np.ravel(value(node.args[0], at, functions)))


@value.register
def value_of_diagonal_of(node: DiagonalOf, at, functions=()):
    return np.diag(value(node.arg, at, functions))[:, None]


@value.register
def value_of_hadamard_product(node: HadamardProduct, at, functions=()):
    return prod(value(factor, at, functions) for factor in node.args)


@value.register
def value_of_hadamard_power(node: HadamardPower, at, functions=()):
    return value(node.base, at, functions) ** int(node.exp)


@value.register
def value_of_elementwise(node: Elementwise, at, functions=()):
    numbers = {s: at[s] for s in node.formula.free_symbols - {SLOT}}
    rule = lambdify([SLOT, *map(Symbol, map(str, numbers))], node.formula, [dict(functions), "numpy"])
    return np.broadcast_to(rule(value(node.argument, at, functions), *numbers.values()), _sides(node, at))
