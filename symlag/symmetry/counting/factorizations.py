"""Networks as polynomials φ of their parameters θ, such that a loss on any data is a function ℓ(φ(θ)).

Conservation laws that hold for every loss and all data are those that hold for every ℓ: they follow from φ alone
(Marcotte, Gribonval, Peyré, arXiv 2307.00144).

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
    """A network by its parameters θ and the polynomials φ(θ) through which they enter the loss.

    Parameters
    ----------
    name : str
        What the network is called.
    parameters : tuple of Symbol
        The parameters θ.
    components : tuple of Expr
        The polynomials φ(θ).
    region : str
        Where in the space of parameters the loss depends on φ alone.
    mobility : mapping of Symbol to Expr
        The diagonal of [∇²h]⁻¹ in mirror flow; 1 for parameters that it does not name.

    Examples
    --------
    >>> x, y = symbols("x y")
    >>> network = Factorization("two weights", (x, y), (x * y,))
    >>> print(network, network.components)
    two weights (x*y,)
    """

    name: str
    parameters: tuple[Symbol, ...]
    components: tuple[Expr, ...]
    region: str = "around almost every θ"
    mobility: Mapping[Symbol, Expr] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def linear(*widths: int) -> Factorization:
    """Linear layers U₀U₁…: the entries of the product.

    Parameters
    ----------
    *widths : int
        The widths n₀, n₁, … of the layers; U_i has the shape n_i × n_{i+1}.

    Returns
    -------
    Factorization
        The parameters are the entries U0_0_0, … of the matrices.

    Examples
    --------
    >>> linear(1, 2, 1).components
    (U0_0_0*U1_0_0 + U0_0_1*U1_1_0,)
    """
    layers = [_matrix(f"U{i}", rows, columns) for i, (rows, columns) in enumerate(pairwise(widths))]
    return _factorization("linear", widths, layers, reduce(lambda A, B: A * B, layers))


def relu(*widths: int, bias: bool = False) -> Factorization:
    """Layers with ReLU between them: the products of weights along each path from an input, or a bias, to an output.

    In a region where no unit switches, the network is linear in these products.

    Parameters
    ----------
    *widths : int
        The widths n₀, n₁, … of the layers; W_i has the shape n_i × n_{i+1}.
    bias : bool
        Whether hidden layers have a bias.

    Returns
    -------
    Factorization
        The parameters are the entries W0_0_0, … of the matrices, and b0_0_0, … of the biases.

    References
    ----------
    Marcotte, Gribonval, Peyré, arXiv 2307.00144, on path lifting.

    Examples
    --------
    >>> relu(1, 2, 1).components
    (W0_0_0*W1_0_0, W0_0_1*W1_1_0)
    """
    layers = [_matrix(f"W{i}", rows, columns) for i, (rows, columns) in enumerate(pairwise(widths))]
    shifts = [_matrix(f"b{i}", 1, n) for i, n in enumerate(widths[1:-1])] if bias else []
    paths = [path for i, start in enumerate(shifts) for path in _paths([start, *layers[i + 1 :]])]
    network = _factorization("relu", widths, [*layers, *shifts], [*_paths(layers), *paths])
    name = network.name.replace(")", ", bias)") if bias else network.name
    return replace(network, name=name, region="where every unit is active on some data")


def attention(dim: int, width: int) -> Factorization:
    """One head of attention on a stream: the entries of QᵀK and OV.

    Parameters
    ----------
    dim : int
        The dimension of the stream.
    width : int
        The width of the head.

    Returns
    -------
    Factorization
        The parameters are the entries of Q, K, V (width × dim) and O (dim × width).

    Examples
    --------
    >>> attention(1, 1).components
    (K_0_0*Q_0_0, O_0_0*V_0_0)
    """
    Q, K, V = (_matrix(name, width, dim) for name in "QKV")
    O = _matrix("O", dim, width)
    return _factorization("attention", (dim, width), [Q, K, V, O], [*Q.T * K, *O * V])


def softmax(inputs: int, classes: int) -> Factorization:
    """A linear layer before softmax: the differences of the rows of W.

    Parameters
    ----------
    inputs, classes : int
        W has the shape classes × inputs.

    Returns
    -------
    Factorization
        The parameters are the entries W_0_0, … of W.

    Examples
    --------
    >>> softmax(1, 2).components
    (W_0_0 - W_1_0,)
    """
    W = _matrix("W", classes, inputs)
    differences = [W[i, j] - W[classes - 1, j] for i in range(classes - 1) for j in range(inputs)]
    return _factorization("softmax", (inputs, classes), [W], differences)


def entropic(phi: Factorization, *prefixes: str) -> Factorization:
    """The same network under mirror flow by the entropy h = Σ x log x, in which parameters stay positive.

    With `linear` this is multiplicative matrix factorization; with `relu` and its last layer, an input-convex network.

    Parameters
    ----------
    phi : Factorization
        A network.
    *prefixes : str
        The names of the matrices, such as "W1", whose entries are under mirror flow; all of them if none is given.

    Returns
    -------
    Factorization
        The network with its mobility [∇²h]⁻¹ = diag(x).

    References
    ----------
    Marcotte, Gribonval, Peyré, arXiv 2405.12888.

    Examples
    --------
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
