"""Letters made of other matrices: layers of networks, metrics, preconditioners and diagonals."""

from sympy import (
    Abs,
    DiagMatrix,
    Inverse,
    Max,
    OneMatrix,
    Piecewise,
    Transpose,
    cosh,
    exp,
    log,
    sqrt,
    symbols,
    tanh,
)  # fmt: skip
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.differential_operators import gradient
from symlag.calculus.elementwise import elementwise
from symlag.calculus.hadamard import hadamard
from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import Symmetric, constant, inner, trace
from symlag.calculus.structured_matrices import diagonal, ones
from symlag.learning.bregman_lagrangian import bregman
from symlag.learning.losses import invariant_loss
from symlag.variational.families import rotation, scale
from symlag.variational.noether import noether
from tests.support.cases import h, n

m, mu, a = symbols("m mu a", positive=True)
x = coordinates("x")
w, W, U, D = block("w", n), block("W", h, n), block("U", n, h), constant("D", n, 4)
E, G, P = constant("E", 3, 4), Symmetric("G", n, n), Symmetric("G", h, h)
V, c = block("V", 3, h), block("c", h)


def loss(layer):
    """Half the squared error of V·σ(WX) on some data."""
    error = V * layer - E
    return inner(error, error) / 2


RELU, TANH = (loss(elementwise(f, Z)) for f, Z in ((lambda z: Max(z, 0), W * D), (tanh, W * D + c * ones(4).T)))

LETTERS = {
    "entries": 2 * elementwise(exp, W) + a * elementwise(lambda z: z * tanh(m * z), 3 * W - W.dot),
    "powers of entries": elementwise(lambda z: 1 / sqrt(1 + z**2) ** 3 + z**5 + sqrt(2), W),
    "entries of a row": elementwise(exp, w.T * U) * elementwise(tanh, U.T * w) * x,
    "kinks": elementwise(lambda z: Abs(z - 1) + Piecewise((log(z), z > 1), (z**2, True)), U),
    "numbers": elementwise(exp, w.T * w / 9) + Inverse(w.T * w) + constant("one", 1, 1) * x,
    "relu": RELU, "relu, slope of the inner": gradient(RELU, W), "relu, slope of the outer": gradient(RELU, V),
    "tanh": TANH, "tanh, slope of the inner": gradient(TANH, W), "tanh, slope of the bias": gradient(TANH, c),
    "product": hadamard(W, W, U.T) + a * hadamard(U.T * U * W, W.dot),
    "product with its transpose": hadamard(U * W, Transpose(U * W)),
    "product in a trace": trace(U * hadamard(W, W.dot)) * x,
    "product with a vector": hadamard(W, elementwise(exp, W)) * w,
    "inverse": Inverse(P), "inverse of a sum": Inverse(W * W.T + m * P).T * W,
    "inverse and vector": -Inverse(G) * (a * w + mu * w.dot), "row and inverse": w.T * Inverse(G) + w.dot.T,
    "inverse in a form": trace(w.T * Inverse(G) * w.dot), "inverses": Inverse(G) * Inverse(U * W + G) * w,
    "traces of inverses": trace(Inverse(G) * U * W) + 2 * trace(Inverse(G)) + trace(Inverse(G) * Inverse(G + U * W)),
    "inverse and diagonal": diagonal(w) * Inverse(G) * diagonal(w), "inverse of a diagonal": Inverse(diagonal(w)) * U,
    "inverse of its transpose": Transpose(Inverse(U * W + G)) * U,
    "ones": ones(n) * x + w, "matrix of ones": OneMatrix(h, n) * 3 + W,
    "sum of entries": trace(OneMatrix(n, h) * W), "means": W * ones(n), "bias": U * W + w * ones(n).T,
    "diagonal": a * diagonal(w) + U * W, "bare diagonal": diagonal(w), "diagonal of a sum": DiagMatrix(U * c + w),
    "degrees": DiagMatrix(G * ones(n)) - G, "strip": DiagonalOf(G * U * W) + w,
    "entries of a diagonal": elementwise(exp, diagonal(w)),
}  # fmt: skip


def _laws():
    for name, distance in (("exp", exp), ("cosh", cosh)):
        metric = inner(ones(n), elementwise(distance, w))
        for X in (scale(w), rotation(w)):
            moving = bregman(metric, invariant_loss("f", X), [w], -log(m), log(m), mu * t / m)
            yield f"{name}, {X.name}", noether(moving, X)


LEARNING = dict(_laws())
