"""What networks compute, as polynomials φ of their parameters: a loss on any data is a function ℓ(φ(θ)).

>>> linear(2, 1, 2).components
(U0_0_0*U1_0_0, U0_0_0*U1_0_1, U0_1_0*U1_0_0, U0_1_0*U1_0_1)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise, product
from math import prod
from typing import Any

from sympy import Expr, ImmutableMatrix, Symbol, symbols


@dataclass(frozen=True)
class Factorization:
    """A network by its parameters θ and the polynomials φ(θ) through which they enter; `region` says where.

    `mobility` is the diagonal of [∇²h]⁻¹ in mirror flow, one for parameters that it does not name.
    """

    name: str
    parameters: tuple[Symbol, ...]
    components: tuple[Expr, ...]
    region: str = "around almost every θ"
    mobility: Mapping[Symbol, Expr] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def linear(*widths: int) -> Factorization:
    """Linear layers U₀U₁… of widths n₀, n₁, …: the entries of the product."""
    layers = [_matrix(f"U{i}", rows, columns) for i, (rows, columns) in enumerate(pairwise(widths))]
    return _factorization("linear", widths, layers, reduce(lambda A, B: A * B, layers))


def relu(*widths: int, bias: bool = False) -> Factorization:
    """Layers with ReLU between: what is multiplied along each path from the inputs, or from a bias, to the outputs.

    In a region where no unit switches, a network is linear in these; data meet all of them.
    """
    layers = [_matrix(f"W{i}", rows, columns) for i, (rows, columns) in enumerate(pairwise(widths))]
    shifts = [_matrix(f"b{i}", 1, n) for i, n in enumerate(widths[1:-1])] if bias else []
    paths = [path for i, start in enumerate(shifts) for path in _paths([start, *layers[i + 1 :]])]
    made = _factorization("relu", widths, [*layers, *shifts], [*_paths(layers), *paths])
    name = made.name.replace(")", ", bias)") if bias else made.name
    return replace(made, name=name, region="where every unit is active on some data")


def attention(dim: int, width: int) -> Factorization:
    """One head of attention on a stream: QᵀK and OV, with Q, K, V (width×dim) and O (dim×width)."""
    Q, K, V = (_matrix(name, width, dim) for name in "QKV")
    O = _matrix("O", dim, width)
    return _factorization("attention", (dim, width), [Q, K, V, O], [*Q.T * K, *O * V])


def softmax(inputs: int, classes: int) -> Factorization:
    """A layer before softmax, W (classes×inputs): the differences of its rows."""
    W = _matrix("W", classes, inputs)
    differences = [W[i, j] - W[classes - 1, j] for i in range(classes - 1) for j in range(inputs)]
    return _factorization("softmax", (inputs, classes), [W], differences)


def entropic(phi: Factorization, *prefixes: str) -> Factorization:
    """Mirror flow by the entropy Σ x log x of the matrices of given names, or of all, whose entries stay positive.

    With `linear` this is multiplicative matrix factorization, with `relu` and its outputs a network convex in them.

    >>> entropic(linear(1, 1, 1)).mobility
    {U0_0_0: U0_0_0, U1_0_0: U1_0_0}
    """
    positive = {s: s for s in phi.parameters if not prefixes or s.name.partition("_")[0] in prefixes}
    return replace(phi, name=f"entropic {phi.name}", mobility=positive)


def _paths(layers: list[Any]) -> list[Expr]:
    """Products along all paths through layers."""
    widths = [layers[0].rows, *(W.cols for W in layers)]
    return [
        prod((W[i, j] for W, (i, j) in zip(layers, pairwise(path), strict=True)), start=1)
        for path in product(*map(range, widths))
    ]


def _matrix(name: str, rows: int, columns: int) -> Any:
    return ImmutableMatrix(rows, columns, lambda i, j: symbols(f"{name}_{i}_{j}"))


def _factorization(name: str, sizes: tuple[int, ...], layers: list[Any], components: Any) -> Factorization:
    parameters = tuple(entry for layer in layers for entry in layer)
    return Factorization(f"{name}({', '.join(map(str, sizes))})", parameters, tuple(components))
