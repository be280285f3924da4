"""Random rewritings of a matrix expression that leave its value as it is: other brackets, orders, transposes."""

from sympy import DiagMatrix, HadamardProduct, Identity, Inverse, MatAdd, MatMul, Transpose
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import Elementwise


def rewritten(dice, matrix):
    """The same matrix, written with other brackets, in another order, distributed or transposed otherwise."""
    if dice.random() < 0.2 and 1 not in matrix.shape:
        return Transpose(transposed(dice, matrix))
    match matrix:
        case MatAdd():
            return bracketed(dice, MatAdd, dice.sample(matrix.args, len(matrix.args)))
        case MatMul():
            return product(dice, matrix.args)
        case HadamardProduct():
            factors = dice.sample(matrix.args, len(matrix.args))
            return distributed(dice, HadamardProduct, factors) or bracketed(dice, HadamardProduct, factors)
        case Transpose():
            return transposed(dice, matrix.arg) if dice.random() < 0.5 else Transpose(rewritten(dice, matrix.arg))
        case DiagonalOf():
            return DiagonalOf(dice.choice([rewritten, transposed])(dice, matrix.arg))
        case DiagMatrix():
            return distributed(dice, DiagMatrix, matrix.args) or DiagMatrix(rewritten(dice, matrix.args[0]))
        case Inverse():
            return Inverse(rewritten(dice, matrix.arg))
        case Elementwise():
            return Elementwise(matrix.formula, rewritten(dice, matrix.argument))
        case _:
            return matrix


def transposed(dice, matrix):
    """The transpose, drawn into sums and products."""
    match matrix:
        case MatAdd():
            return MatAdd(*(transposed(dice, term) for term in matrix.args))
        case MatMul():
            factors = [f for f in matrix.args if isinstance(f, MatrixExpr)]
            numbers = [f for f in matrix.args if not isinstance(f, MatrixExpr)]
            return MatMul(*numbers, *(transposed(dice, factor) for factor in reversed(factors)))
        case HadamardProduct():
            return HadamardProduct(*(transposed(dice, factor) for factor in matrix.args))
        case Transpose():
            return rewritten(dice, matrix.arg)
        case DiagMatrix():
            return rewritten(dice, matrix)
        case Inverse():
            return Inverse(transposed(dice, matrix.arg))
        case Elementwise():
            return Elementwise(matrix.formula, transposed(dice, matrix.argument))
        case _:
            return Transpose(matrix)


def product(dice, factors):
    """A product with its sums multiplied out or not, and brackets anywhere."""
    made = distributed(dice, MatMul, factors) or bracketed(dice, MatMul, factors)
    return MatMul(made, Identity(made.cols)) if dice.random() < 0.1 else made


def distributed(dice, kind, factors):
    """The product, multiplied out over one of its sums, or none where it stays as it is."""
    sums = [i for i, factor in enumerate(factors) if isinstance(factor, MatAdd)]
    if not sums or dice.random() < 0.4:
        return None
    at = dice.choice(sums)
    terms = [kind(*factors[:at], term, *factors[at + 1 :]) for term in factors[at].args]
    return MatAdd(*(rewritten(dice, term) for term in dice.sample(terms, len(terms))))


def bracketed(dice, kind, parts):
    """The parts put together pair by pair, or all at once."""
    if len(parts) > 2 and dice.random() < 0.7:
        at = dice.randint(1, len(parts) - 1)
        sides = [bracketed(dice, kind, side) for side in (parts[:at], parts[at:])]
        return kind(*sides)
    inside = [rewritten(dice, part) if isinstance(part, MatrixExpr) else part for part in parts]
    return kind(*inside) if len(inside) > 1 else inside[0]
