"""The part of the zoo that lives on a stream of tokens or vectors: attention, LoRA, residual streams."""

from sympy import tanh

from symlag.calculus.elementwise import elementwise
from symlag.calculus.matrices import Skew, constant, inner
from symlag.variational.families import general_linear, scale, translation
from symlag.variational.generator import Generator
from tests.support.layers import (
    Q2,
    D,
    E,
    I,
    K,
    Module,
    O,
    P,
    Q,
    R,
    T,
    U,
    V,
    W,
    X,
    Y,
    attention,
    bk,
    bq,
    columnwise,
    k,
    mixed,
    n,
    pair,
    rowwise,
    tokens,
    torch_attention,
    torch_rows,
    torch_stream,
    turned,
    unit,
    x,
    z,
)

stream = E * x + P * elementwise(tanh, I * columnwise(unit, E * x))
tied = T.T * x + P * elementwise(tanh, I * columnwise(unit, T.T * x))
low_rank = constant("W0", k, n) + U * W


turn = Skew("A", D, D)


STREAMS = [
    *(
        Module(
            f"attention, {name}", (attention(z * Q, z * K) * O.T,), general_linear(A, B), A.T * A.dot - B.dot.T * B, net
        )
        for net in [lambda Q, K, V, O, z: torch_attention(z @ Q, z @ K, z, V) @ O.T]
        for name, A, B in [("query and key of a head", Q, K), ("value and output of a head", V, O)]
    ),
    Module(
        "attention, two queries on one key",
        (attention(z * Q, z * K), attention(z * Q2, z * K)),
        Generator({Q: Q * Y, Q2: Q2 * Y, K: -K * Y.T}, parameters=(Y,)),
        Q.T * Q.dot + Q2.T * Q2.dot - K.dot.T * K,
        lambda Q, Q2, K, V, z: (torch_attention(z @ Q, z @ K, z, V), torch_attention(z @ Q2, z @ K, z, V)),
    ),
    Module(
        "attention, key bias",
        (attention(z * Q + tokens * bq.T, z * K + tokens * bk.T),),
        translation(bk),
        bk.dot,
        lambda Q, K, V, bq, bk, z: torch_attention(z @ Q + bq.T, z @ K + bk.T, z, V),
        translation(bq),
    ),
    Module(
        "attention, query norm",
        (attention(rowwise(unit, z * Q), rowwise(unit, z * K)),),
        scale(Q),
        inner(Q, Q.dot),
        lambda Q, K, V, z: torch_attention(torch_rows(z @ Q), torch_rows(z @ K), z, V),
        scale(V),
    ),
    Module("LoRA", (low_rank * x,), mixed((W,), (U,), X), pair(W, U), lambda W0, U, W, x: (W0 + U @ W) @ x),
    Module(
        "residual stream with RMS norm",
        (R * columnwise(unit, stream),),
        mixed((E, P), (I, R), turn),
        turned((E, P), (I, R)),
        torch_stream,
    ),
    Module(
        "tied embedding",
        (T * columnwise(unit, tied),),
        mixed((P,), (T, I), turn),
        turned((P,), (T, I)),
        lambda T, I, P, x: torch_stream(T.T, I, P, T, x),
    ),
]
