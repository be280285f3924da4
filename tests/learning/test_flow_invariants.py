"""What each flow keeps of a symmetry (theory.md §7)."""

import pytest
from sympy import symbols

from symlag.calculus.differential_operators import total
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.learning.flow_invariants import GAMMA, invariants, metrics, mirror_flow, symmetric_and_skew_parts, verdicts
from symlag.variational.families import general_linear, rescale, rescale_units, rotation, scale, translation

r, n, k, h = symbols("r n k h", integer=True, positive=True)
U, V, w = block("U", n, r), block("V", k, r), block("w")
W, b, O = block("W", r, n), block("b", r), block("O", k, r)
Q, K, A, B = block("Q", n, h), block("K", n, h), block("A", n, h), block("B", n, h)
x, y = coordinates("x y")


def counts(*families):
    parts = [invariants(part) for X in families for part in symmetric_and_skew_parts(X)]
    return sum(part.gradient_count for part in parts), sum(part.momentum_count for part in parts)


@pytest.mark.parametrize(
    ("families", "gradient", "momentum"),
    [
        pytest.param([general_linear(U, V)], r * (r + 1) / 2, r * (r - 1) / 2, id="UVᵀ, r ≤ n + m"),
        pytest.param([rescale_units(W, O)], r, 0, id="two-layer ReLU without bias"),
        pytest.param([rescale_units((W, b), O)], r, 0, id="two-layer ReLU with bias"),
        pytest.param([general_linear(Q, K), general_linear(A, B)], h * (h + 1), h * (h - 1), id="attention, one head"),
        pytest.param([translation(block("s", n))], n, 2 * n, id="softmax layer, m inputs"),
        pytest.param([scale(w)], 1, 0, id="RMSNorm, weight norm"),
        pytest.param([translation(block("s", n)), scale(w)], n + 1, 2 * n, id="LayerNorm(Wx)"),
    ],
)
def test_the_counts_of_the_literature(families, gradient, momentum):
    found = counts(*families)
    assert vanishes(found[0] - gradient)
    assert vanishes(found[1] - momentum)


def test_symmetric_generators_give_a_function_and_skew_ones_a_momentum():
    symmetric, skew = (invariants(part) for part in symmetric_and_skew_parts(general_linear(U, V)))
    X = symmetric.generator.parameters[0]
    assert vanishes(symmetric.gradient_flow - (inner(U, U * X) - inner(V, V * X)) / 2)
    assert symmetric.momentum_flow == ()
    assert skew.gradient_flow is None
    assert len(skew.momentum_flow) == 1


def test_what_momentum_keeps_is_constant_on_the_free_motion_with_friction():
    for kept in invariants(translation(w)).momentum_flow + invariants(rotation(w)).momentum_flow:
        from symlag.calculus.differential_operators import scaled
        from symlag.calculus.matrices import normal

        rate = total(kept).xreplace({w.dot.dot: scaled(-GAMMA, w.dot)})
        assert vanishes(normal(rate))


METRICS = metrics(x, y)
FAMILIES = [scale(x, y), rescale(x, y), translation(x), rotation(x, y)]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("X", FAMILIES, ids=lambda X: X.name)
def test_mirror_flow_keeps_a_function_whose_rate_is_the_bent_charge(metric, X):
    h = METRICS[metric]
    kept = mirror_flow(X, h)
    bent = sum(xi * total(h.diff(q)) for q, xi in X.components.items())
    assert (kept is None) == (X.name == "rotation")
    if kept is not None:
        assert vanishes(total(kept) - bent)


def test_entropy_makes_scale_the_sum():
    assert mirror_flow(scale(x, y), METRICS["entropy"]) == x + y


def test_one_table_tells_every_flow_apart():
    """Symmetric generators survive gradient flow, skew ones momentum, translations both, momentum twice."""
    told = {
        row.invariants.generator.name: (row.invariants.gradient_flow is not None, len(row.invariants.momentum_flow))
        for row in verdicts(*FAMILIES)
    }
    assert told == {"scale": (True, 0), "rescale": (True, 0), "translation": (True, 2), "rotation": (False, 1)}
