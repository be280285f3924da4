"""What the zoo of network modules is made of: letters of symbolic size, layers, and the same layers in PyTorch.

Data x have one column a sample; attention has one row a token.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from sympy import Identity, Rational, Symbol, exp, symbols
from sympy.matrices.expressions.diagonal import DiagonalOf
from torch.nn import functional

from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.hadamard import hadamard
from symlag.calculus.jets import block
from symlag.calculus.matrices import constant
from symlag.calculus.structured_matrices import diagonal, ones
from symlag.variational.generator import Generator

D, h, l, n, k, c, d, N = symbols("D h l n k c d N", integer=True, positive=True)
p = Symbol("p", positive=True)
NUMBERS = {D: 4, h: 3, l: 4, n: 4, k: 2, c: 3, d: 2, N: 5, p: 3}
ACTIVATIONS = {"relu": lambda z: z.clip(0), "sigma": lambda z: z.clip(0) ** 3, "leaky": lambda z: z.clip(0.1 * z)}
relu, leaky, sigma = homogeneous("relu", 1), homogeneous("leaky", 1), homogeneous("sigma", p)


@dataclass(frozen=True, eq=False)
class Module:
    """A network with a symmetry X: outputs in blocks, the charge by theory over the mass, and the outputs by torch.

    `broken` is a move that is no symmetry; without it, X with the sign of its first component flipped.
    """

    name: str
    outputs: tuple[Any, ...]
    X: Generator
    charge: Any
    network: Callable[..., Any]
    broken: Generator | None = None

    @property
    def mutant(self) -> Generator:
        first, *_ = self.X.components
        flipped = {q: -xi if q == first else xi for q, xi in self.X.components.items()}
        return self.broken or Generator(flipped, parameters=self.X.parameters)


x, z = constant("x", n, N), constant("z", N, n)
W, G, U = block("W", h, n), block("G", h, n), block("U", k, h)
a, b, g = block("a", h), block("b", h), block("g", h)
W1, W2, W3, W4 = block("W1", h, n), block("W2", l, h), block("W3", k, l), block("W4", c, k)
b2 = block("b2", l)
Q, Q2, K, V, O = (block(name, n, d) for name in ("Q", "Q2", "K", "V", "O"))
bq, bk = block("bq", d), block("bk", d)
C, s = block("C", c, n), block("s", c)
E, I, P, R, T = block("E", D, n), block("I", h, D), block("P", D, h), block("R", c, D), block("T", n, D)
one, tokens, classes, units = ones(N).T, ones(N), ones(c), ones(h)
X, Y, rates, feature = constant("X", h, h), constant("X", d, d), constant("d", h), constant("n", n)


def rowwise(f, M):
    return diagonal(elementwise(f, DiagonalOf(M * M.T))) * M


def columnwise(f, M):
    return M * diagonal(elementwise(f, DiagonalOf(M.T * M)))


def softmax(scores):
    weights = elementwise(exp, scores)
    return diagonal(elementwise(lambda z: 1 / z, weights * ones(scores.cols))) * weights


def unit(z):
    return z ** Rational(-1, 2)


def silu(z):
    return z / (1 + exp(-z))


def centred(M):
    return M * (Identity(N) - tokens * tokens.T / N)


def layer_norm(M):
    return columnwise(unit, M - units * units.T * M / h)


def attention(query, key):
    return softmax(query * key.T) * z * V


def out(*blocks):
    """What rescaled columns contribute: diag(Oᵀ Ȯ)."""
    return sum_of(DiagonalOf(q.T * q.dot) for q in blocks)


def pair(into, out):
    """The charge İ Iᵀ − Oᵀ Ȯ of linear units between two blocks."""
    return into.dot * into.T - out.T * out.dot


def grown(*into):
    """What rescaled rows contribute: diag(İ Iᵀ), of a column İ∘I."""
    return sum_of(hadamard(q.dot, q) if q.cols == 1 else DiagonalOf(q.dot * q.T) for q in into)


def sum_of(parts):
    first, *others = parts
    for other in others:
        first = first + other
    return first


def mixed(into, out, mixing):
    return Generator({q: mixing * q for q in into} | {q: -q * mixing for q in out}, parameters=(mixing,))


def turned(into, out):
    """The skew part of Σ İ Iᵀ − Σ Oᵀ Ȯ."""
    full = sum_of([*(q.dot * q.T for q in into), *(-q.T * q.dot for q in out)])
    return (full - full.T) / 2


def torch_columns(M):
    return M / M.norm(dim=0)


def torch_rows(M):
    return functional.normalize(M, dim=1)


def torch_attention(q, key, z, V):
    return functional.softmax(q @ key.T, 1) @ z @ V


def torch_batch_norm(M):
    """Less a factor √N, which the entry lacks, too."""
    return torch_rows(M - M.mean(1, keepdim=True))


def torch_layer_norm(M):
    return torch_columns(M - M.mean(0))


def torch_two_layers(W1, W2, W3, b, b2, x):
    return W3 @ functional.relu(W2 @ functional.relu(W1 @ x + b) + b2)


def torch_stream(E, I, P, R, x):
    first = E @ x
    return R @ torch_columns(first + P @ torch.tanh(I @ torch_columns(first)))


def torch_gated(f, U, G, W, x):
    return U @ (f(G @ x) * (W @ x))


def torch_units(f, U, W, b, x):
    return U @ f(W @ x + b)
