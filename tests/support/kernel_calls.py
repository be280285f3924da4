"""What kernels are tried on, how they are called, and what they are compared with."""

from typing import Any

import numpy as np
from sympy import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Inverse,
    Matrix,
    OneMatrix,
    Rational,
    diag,
    ones as filled_with_ones,
)
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import SLOT, Elementwise
from symlag.calculus.structured_matrices import Ones
from symlag.kernels.array_function import Kernel
from symlag.kernels.identifiers import argument_name
from symlag.kernels.signature import array_shape, numeric_shape
from symlag.variational.noether import Law, MomentumMap
from tests.support.cases import SIZES, _explicit, explicit


def points(made: Kernel, count, seed=0, kind: Any = float):
    """Random arrays for a kernel: what moves at each point, parameters as numbers."""
    dice = np.random.default_rng(seed)
    sizes = {size.name: length for size, length in SIZES.items()}
    for port in made.ports:
        batch = (count,) if port.shape or port.key[0] in "xy" else ()
        drawn = dice.uniform(0.4, 1.6, batch + numeric_shape(array_shape(port.shape), sizes))
        yield _symmetrized(port, drawn).astype(kind)


def _symmetrized(port, drawn):
    """The array, skew or symmetric where the matrix of that name is, and far from singular."""
    if port.key not in "AKSG" or port.shape[0] != port.shape[-1]:
        return drawn
    upper = np.triu(drawn, 0 if port.key in "SG" else 1)
    flipped = np.swapaxes(np.triu(drawn, 1), -1, -2)
    return upper - flipped if port.key in "AK" else upper + flipped + 3 * (port.key == "G") * np.eye(drawn.shape[-1])


def arrays(result):
    """The results of a kernel as NumPy arrays by name."""
    return {key: np.asarray(value) for key, value in (result if isinstance(result, dict) else {"": result}).items()}


def run(made, given):
    if made.backend != "torch":
        return arrays(made(*given))
    import torch

    return arrays(made(*(torch.from_numpy(np.asarray(value)) for value in given)))


def gap(left, right):
    """The largest difference relative to the size of the values over all points."""
    return max(np.max(np.abs(left[key] - right[key])) / (np.sqrt(np.mean(right[key] ** 2)) or 1) for key in right)


def fifty_digits(expression, made, given, at):
    """The value at one point, by SymPy."""
    numbers = dict(zip([port.key for port in made.ports], given, strict=True))

    def value(symbol, *entry):
        array = numbers[argument_name(symbol)]
        return Rational(float(array[(at, *entry)] if array.ndim > len(entry) else array[entry]))

    def entry(letter, i, j):
        return value(letter, *((i,) if letter.cols == 1 else (i, j)))

    written = explicit(expression, entry) if expression.has(MatrixExpr) else expression
    values = {symbol: value(symbol) for symbol in written.free_symbols}
    return np.array(written.xreplace(values).evalf(50), dtype=float)


def listed(stated):
    """The expressions by name; of a law, those of which it consists."""
    if isinstance(stated, Law | MomentumMap):
        return {"charge": stated.charge, "rate": stated.rate, **stated.sources}
    return {"": stated}


def agrees_with_fifty_digits(made, given, found, key, expression, within):
    """Whether a kernel's results are those of SymPy at all points."""
    wanted = np.stack([fifty_digits(expression, made, given, at) for at in range(len(found[key]))])
    return gap({key: found[key]}, {key: wanted.reshape(found[key].shape)}) < within


@_explicit.register
def explicit_diagonal_matrix(node: DiagMatrix, entry):
    return diag(*_explicit(node.args[0], entry))


@_explicit.register
def explicit_diagonal(node: DiagonalOf, entry):
    return Matrix(_explicit(node.arg, entry).diagonal()).T


@_explicit.register
def explicit_inverse(node: Inverse, entry):
    return _explicit(node.arg, entry).inv()


@_explicit.register
def explicit_hadamard_product(node: HadamardProduct, entry):
    first, *others = (_explicit(factor, entry) for factor in node.args)
    for other in others:
        first = first.multiply_elementwise(other)
    return first


@_explicit.register
def explicit_hadamard_power(node: HadamardPower, entry):
    return _explicit(node.base, entry).applyfunc(lambda value: value**node.exp)


@_explicit.register
def explicit_elementwise(node: Elementwise, entry):
    return _explicit(node.argument, entry).applyfunc(lambda value: node.formula.xreplace({SLOT: value}))


@_explicit.register(Ones)
@_explicit.register(OneMatrix)
def explicit_ones(node, entry):
    return filled_with_ones(*(_explicit(size, entry) for size in node.shape))
