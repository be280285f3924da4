import pytest

from symlag.calculus.differential_operators import directional
from symlag.calculus.invariant_functions import modulo_invariances
from symlag.calculus.jets import block
from symlag.calculus.matrices import zero_like
from symlag.calculus.zero_test import vanishes
from symlag.errors import NameRefusedError, SymlagError
from symlag.learning.losses import invariant_loss
from symlag.variational.families import general_linear, rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from tests.support.cases import K, S, U, W, X, c, h, k, w, x, y

P, Q = block("P", 4, h), block("Q", 5, h)
SYMMETRIES = [
    translation(x),
    translation(w, c),
    translation(w),
    scale(w),
    scale(x, y),
    scale(W, w, x),
    rotation(x, y),
    rotation(W),
    general_linear(P, Q),
    Generator({W: S * W, U: -U * S}),
    Generator({W: K * W, w: w}),
]


@pytest.mark.parametrize("X", SYMMETRIES, ids=str)
def test_an_invariant_loss_does_not_change_along_its_symmetry(X):
    loss = invariant_loss("f", X)
    assert vanishes(directional(loss, X.components))
    assert vanishes(X.act(loss))


@pytest.mark.parametrize("X", SYMMETRIES[1:], ids=str)  # of one number, no loss is left
def test_an_invariant_loss_changes_along_anything_else(X):
    loss = invariant_loss("f", X)
    moves = {q: zero_like(q) for q in X.components}
    q = next(iter(moves))
    moves[q] = k if q.is_Symbol and not hasattr(q, "shape") else block("other", q.rows, q.cols)
    assert not vanishes(directional(loss, moves))


def test_a_loss_may_have_several_symmetries():
    loss = invariant_loss("f", rotation(x, y), scale(x, y))
    assert vanishes(directional(loss, {x: x + k * y, y: y - k * x}))


def test_translation_and_scale_of_one_block_are_kept_together():
    loss = invariant_loss("f", scale(w), translation(w, c))
    assert vanishes(directional(loss, {w: 2 * w + k * c}))


def test_what_is_settled_stays_settled():
    loss = invariant_loss("f", general_linear(P, Q))
    change = directional(loss, {P: P * X})
    assert modulo_invariances(modulo_invariances(change)) == modulo_invariances(change)


TEXT = "f g"
REFUSED = {
    "no symmetry": (lambda: invariant_loss("f"), SymlagError, "a loss is invariant under moves of coordinates; write"),
    "time": (lambda: invariant_loss("f", time_translation()), SymlagError, "a loss is invariant under moves of coord"),
    "a name that is none": (lambda: invariant_loss(TEXT, scale(w)), NameRefusedError, "a name is letters, then"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    make, kind, sentence = REFUSED[case]
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)
