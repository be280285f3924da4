import numpy as np
import pytest
from sympy import DiagMatrix, Identity, Inverse, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.differential_operators import directional, gradient
from symlag.calculus.matrices import inner, normal, trace
from symlag.calculus.structured_matrices import all_ones, diagonal, ones
from tests.support.numeric_values import value
from tests.support.random_expressions import AT, A, K, M, S, W, X, a, b, c, h, n, number, u


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (X * Inverse(X) * A, A),
        (Inverse(X) * X * A, A),
        (Inverse(X.T) * X.T, Identity(h)),
        (Transpose(Inverse(X)) * X.T, Identity(h)),
        (Transpose(Inverse(S)), Inverse(S)),
        (X**-2 * X, Inverse(X)),
        (diagonal(ones(h)), Identity(h)),
        (diagonal(a) * diagonal(b), diagonal(b) * diagonal(a)),
        (diagonal(a) * ones(h), a),
        (ones(h).T * diagonal(a), a.T),
        (Transpose(diagonal(a)), diagonal(a)),
        (DiagMatrix(a.T), diagonal(a)),
        (DiagonalOf(diagonal(a)), a),
        (DiagonalOf(Identity(h)), ones(h)),
        (DiagonalOf(a * b.T), diagonal(a) * b),
        (DiagonalOf(diagonal(a) * X * diagonal(b)), diagonal(a) * diagonal(b) * DiagonalOf(X)),
        (DiagonalOf(X.T), DiagonalOf(X)),
        (DiagonalOf(K), ZeroMatrix(h, 1)),
        (OneMatrix(h, n), all_ones((h, n))),
    ],
    ids=str,
)
def test_equal_matrices_are_one_expression(written, meant):
    assert normal(written) == normal(meant)


@pytest.mark.parametrize(
    "equals",
    [
        [trace(diagonal(a)), trace(ones(h).T * a)],
        [trace(diagonal(a) * X), inner(a, DiagonalOf(X)), trace(X.T * diagonal(a))],
        [inner(ones(h), DiagonalOf(W * A.T)), inner(W, A)],
        [trace(ones(n).T * ones(n)), n],
        [trace(diagonal(a) * W * diagonal(c) * A.T), inner(diagonal(a) * W * diagonal(c), A)],
        [inner(a, DiagonalOf(W * diagonal(c) * A.T)), inner(c, DiagonalOf(A.T * diagonal(a) * W))],
        [inner(DiagonalOf(W * W.T), DiagonalOf(A * A.T)), inner(W, diagonal(DiagonalOf(A * A.T)) * W)],
        [trace(diagonal(a) * K), 0],
        [trace(X * X**-2 * A * W.T), trace(W * A.T * Inverse(X.T))],
    ],
    ids=str,
)
def test_equal_traces_are_one_expression(equals):
    assert len(set(equals)) == 1


@pytest.mark.parametrize(
    "scalar",
    [
        trace(Inverse(W * W.T) * A * W.T),
        trace(Inverse(W * W.T) * Inverse(W * W.T)),
        inner(c, DiagonalOf(W.T * X * W)),
        trace(W.T * diagonal(W * u) * A * M),
        inner(diagonal(W * c) * W, A),
    ],
    ids=str,
)
def test_a_gradient_is_the_slope_along_every_direction(scalar):
    step, along = 1e-6, np.random.default_rng(0).normal(size=number(W).shape)
    ends = [number_at(scalar, AT[W] + sign * step * along) for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * step)
    assert np.vdot(number(gradient(scalar, W)), along) == pytest.approx(slope, rel=1e-6)
    probe = MatrixSymbol("probe", h, n)
    assert number_at(directional(scalar, {W: probe}), AT[W], {probe: along}) == pytest.approx(slope, rel=1e-6)


def number_at(scalar, place, more=()):
    return value(scalar, AT | {W: place} | dict(more))
