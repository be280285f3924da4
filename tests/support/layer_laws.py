"""The zoo: network modules at symbolic size, each with a symmetry, its charge, and the same network in PyTorch.

The charges are those of theory with the mass divided out: İ Iᵀ − Oᵀ Ȯ of linear units, diag(İ Iᵀ) − p diag(Oᵀ Ȯ) of
units of degree p, the skew part of the former for rotations, the velocity along a translation, ⟨W, Ẇ⟩ of a scale.
"""

from functools import partial

from sympy import Identity, exp, log
from torch.nn import functional

from symlag.calculus.elementwise import elementwise
from symlag.calculus.hadamard import hadamard
from symlag.calculus.matrices import constant, inner
from symlag.calculus.structured_matrices import diagonal
from symlag.variational.families import general_linear, rescale_units, scale, translation
from symlag.variational.generator import Generator
from tests.support.layers import (
    W1,
    W2,
    W3,
    W4,
    C,
    G,
    K,
    Module,
    Q,
    U,
    W,
    X,
    a,
    b,
    b2,
    c,
    centred,
    classes,
    columnwise,
    feature,
    g,
    grown,
    l,
    layer_norm,
    leaky,
    mixed,
    one,
    out,
    p,
    pair,
    rates,
    relu,
    rowwise,
    s,
    sigma,
    silu,
    torch_batch_norm,
    torch_columns,
    torch_gated,
    torch_layer_norm,
    torch_rows,
    torch_two_layers,
    torch_units,
    unit,
    units,
    x,
)
from tests.support.stream_laws import STREAMS

Z = W * x + b * one
hidden = elementwise(relu, W1 * x + b * one)
second = elementwise(relu, W2 * hidden + b2 * one)
stack = W4 * W3 * W2 * W1 * x
logits = C * x + s * one
gated = {f: U * hadamard(elementwise(f, G * x), W * x) for f in (relu, silu)}


layered = U * diagonal(g) * layer_norm(W * x)
normed = U * diagonal(g) * columnwise(unit, W * x)


def torch_layered(U, g, W, x):
    return U @ (g * torch_layer_norm(W @ x))


def torch_normed(U, g, W, x):
    return U @ (g * torch_columns(W @ x))


MODULES = [
    Module("linear pair", (Q * K.T,), general_linear(Q, K), Q.T * Q.dot - K.dot.T * K, lambda Q, K: Q @ K.T),
    *(
        Module(f"three factors, {name}", (W3 * W2 * W1 * x,), mixed((q,), (r,), mixing), pair(q, r), network)
        for network in [lambda W1, W2, W3, x: W3 @ W2 @ W1 @ x]
        for name, q, r, mixing in [("first GL", W1, W2, X), ("second GL", W2, W3, constant("X", l, l))]
    ),
    Module(
        "deep linear chain, its second GL",
        (stack,),
        mixed((W2,), (W3,), constant("X", l, l)),
        pair(W2, W3),
        lambda W1, W2, W3, W4, x: W4 @ W3 @ W2 @ W1 @ x,
    ),
    *(
        Module(
            f"{name} units with biases",
            (U * elementwise(f, Z),),
            rescale_units((W, b), U, q),
            grown(W, b) - q * out(U),
            partial(torch_units, torch_f),
        )
        for name, f, q, torch_f in [
            ("ReLU", relu, 1, functional.relu),
            ("ReLU²", lambda z: relu(z) ** 2, 2, lambda z: functional.relu(z) ** 2),
            ("degree p", sigma, p, lambda z: functional.relu(z) ** 3),
            ("leaky ReLU", leaky, 1, partial(functional.leaky_relu, negative_slope=0.1)),
        ]
    ),
    Module(
        "PReLU",
        (U * (elementwise(relu, Z) - diagonal(a) * elementwise(relu, -Z)),),
        rescale_units((W, b), U),
        grown(W, b) - out(U),
        lambda U, W, a, b, x: U @ functional.prelu((W @ x + b).T, a[:, 0]).T,
    ),
    *(
        Module(f"two hidden layers, {name}", (W3 * second,), rescale_units(into, q), grown(*into) - out(q), net)
        for net in [torch_two_layers]
        for name, into, q in [("the first", (W1, b), W2), ("the second", (W2, b2), W3)]
    ),
    Module(
        "bilinear units, the gates",
        (U * hadamard(G * x, W * x),),
        Generator({G: diagonal(rates) * G, W: -diagonal(rates) * W}, parameters=(rates,)),
        grown(G) - grown(W),
        partial(torch_gated, lambda z: z),
    ),
    *(
        Module(name, (gated[f],), rescale_units(q, U), grown(q) - out(U), partial(torch_gated, torch_f))
        for name, f, torch_f, q in [
            ("SwiGLU, up and down", silu, functional.silu, W),
            ("ReGLU, up and down", relu, functional.relu, W),
            ("ReGLU, gate and down", relu, functional.relu, G),
        ]
    ),
    *(
        Module(
            f"softmax classifier, {name}",
            (logits - classes * elementwise(log, classes.T * elementwise(exp, logits)),),
            symmetry,
            charge,
            lambda C, s, x: functional.log_softmax(C @ x + s, 0),
            broken,
        )
        for name, symmetry, charge, broken in [
            ("weights", Generator({C: classes * feature.T}, parameters=(feature,)), C.dot.T * classes, translation(C)),
            ("bias", translation(s, classes), inner(classes, s.dot), translation(s)),
        ]
    ),
    Module(
        "centred logits",
        ((Identity(c) - classes * classes.T / c) * logits,),
        Generator({C: classes * feature.T}, parameters=(feature,)),
        C.dot.T * classes,
        lambda C, s, x: C @ x + s - (C @ x + s).mean(0),
        translation(C),
    ),
    Module(
        "bias before batch norm",
        (rowwise(unit, centred(Z)),),
        translation(b),
        b.dot,
        lambda W, b, x: torch_batch_norm(W @ x + b),
        translation(W),
    ),
    Module(
        "weights before batch norm, each filter",
        (U * rowwise(unit, centred(Z)),),
        Generator({W: diagonal(rates) * W, b: diagonal(rates) * b}, parameters=(rates,)),
        grown(W, b),
        lambda U, W, b, x: U @ torch_batch_norm(W @ x + b),
        Generator({W: diagonal(rates) * W, U: -U * diagonal(rates)}, parameters=(rates,)),
    ),
    Module("layer norm, scale", (layered,), scale(W), inner(W, W.dot), torch_layered, scale(g)),
    Module(
        "layer norm, translation",
        (layered,),
        Generator({W: units * feature.T}, parameters=(feature,)),
        W.dot.T * units,
        torch_layered,
        translation(W),
    ),
    Module("RMS norm, scale", (normed,), scale(W), inner(W, W.dot), torch_normed, scale(U)),
    Module("norm gain and the next layer", (normed,), rescale_units(g, U), grown(g) - out(U), torch_normed),
    Module(
        "norm gain into ReLU units",
        (U * elementwise(relu, diagonal(g) * columnwise(unit, W * x)),),
        rescale_units(g, U),
        grown(g) - out(U),
        lambda U, g, W, x: U @ functional.relu(g * torch_columns(W @ x)),
    ),
    Module(
        "weight norm, each direction",
        (U * diagonal(g) * rowwise(unit, W) * x,),
        Generator({W: diagonal(rates) * W}, parameters=(rates,)),
        grown(W),
        lambda U, g, W, x: U @ (g * torch_rows(W)) @ x,
        Generator({g: diagonal(rates) * g}, parameters=(rates,)),
    ),
    Module(
        "depthwise pair",
        (diagonal(g) * W * x,),
        Generator({g: diagonal(rates) * g, W: -diagonal(rates) * W}, parameters=(rates,)),
        grown(g) - grown(W),
        lambda g, W, x: g * (W @ x),
    ),
    *STREAMS,
]
