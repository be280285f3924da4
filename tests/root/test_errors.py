"""What a user may write by mistake in Python: one sentence, never a traceback."""

from typing import Any

import pytest

import symlag as sl
from symlag.errors import CoordinateError, LoweringError, NameRefusedError, ShapeError, SymlagError
from symlag.learning.losses import loss
from symlag.variational.families import rescale_units
from tests.support.cases import U, W, k, w, x, y

L = sl.Lagrangian(x.dot**2 / 2)
NUMBER: Any = 3
TEXT: Any = "x"
WRONG: Any = x
PAIR: Any = {x: x}

# What is written; the kind of error; the sentence that answers.
REFUSED = {
    "a force by what is no coordinate": (
        lambda: sl.Lagrangian(x.dot**2 / 2, forces={x: -k * y}),
        CoordinateError,
        "coordinates = (x,): y occurs in the forces or constraints and not in the energies; write coordinates = (x, y)",
    ),
    "a coordinate twice": (lambda: sl.Lagrangian(x.dot**2, 0, (x, x)), CoordinateError, "one of them occurs twice"),
    "a name twice": (lambda: sl.coordinates("x, y, x"), NameRefusedError, "'x, y, x': a name occurs twice; write each"),
    "a number for names": (lambda: sl.coordinates(NUMBER), NameRefusedError, "3: a name is letters"),
    "a number for a block's name": (lambda: sl.block(NUMBER), NameRefusedError, "3: a name is letters"),
    "a number for a field's name": (lambda: sl.fields(NUMBER, sl.t), NameRefusedError, "3: a name is letters"),
    "a negative size": (lambda: sl.constant("a", -1), ShapeError, "'a' of -1×1 entries: a size is a whole number"),
    "a name that is none": (lambda: sl.constant("a b", 3), NameRefusedError, "'a b': a name is letters, then"),
    "a name for a matrix that is none": (
        lambda: sl.calculus.Skew("_A", 2, 2),
        NameRefusedError,
        "'_A': a name is letters, then",
    ),
    "a skew matrix of no square": (
        lambda: sl.calculus.Skew("A", 2, 3),
        ShapeError,
        "Skew('A', 2, 3): it is not square; write Skew",
    ),
    "a symmetric matrix of no square": (
        lambda: sl.calculus.Symmetric("A", 2, 3),
        ShapeError,
        "it is not square; write Symmetric",
    ),
    "a skew matrix of no size": (
        lambda: sl.calculus.Skew("A", -2, -2),
        ShapeError,
        "'A' of -2×-2 entries: a size is a whole",
    ),
    "text in a product": (lambda: sl.inner("a", x), SymlagError, "inner of 'a': it is no SymPy expression"),
    "the trace of a number": (
        lambda: sl.calculus.trace(WRONG),
        ShapeError,
        "the trace of x: it is no matrix; write trace(",
    ),
    "the trace of text": (lambda: sl.calculus.trace(TEXT), SymlagError, "the trace of 'x': it is no SymPy expression"),
    "one number turned": (lambda: sl.rotation(x), ShapeError, "rotation(x): x is a number; write rotation(x, y)"),
    "one number turned into itself": (lambda: sl.rotation(x, x), CoordinateError, "one coordinate occurs twice"),
    "numbers as a linear pair": (lambda: sl.general_linear(x, y), ShapeError, "x is a number; write two blocks"),
    "a block paired with itself": (lambda: sl.general_linear(W, W), CoordinateError, "one coordinate occurs twice"),
    "numbers as a layer": (lambda: rescale_units(x, y), ShapeError, "x is a number; write blocks"),
    "a block against itself": (lambda: sl.rescale(w, w), CoordinateError, "one coordinate occurs twice"),
    "nothing scaled": (sl.scale, CoordinateError, "no coordinate is moved by it; write scale(w)"),
    "nothing on one side": (lambda: sl.rescale([], w), CoordinateError, "no coordinate is moved by it"),
    "a move of text": (lambda: sl.translation(TEXT), CoordinateError, "a move of x: it is no coordinate; write coord"),
    "a move of a parameter": (lambda: sl.scale(k), CoordinateError, "a move of k: it is no coordinate"),
    "a move of a velocity": (lambda: sl.scale(x.dot), CoordinateError, "a move of x.dot: it is no coordinate"),
    "a move of time": (lambda: sl.Generator({sl.t: 1}), CoordinateError, "time is moved by tau; write Generator({}, t"),
    "the law of an expression": (lambda: sl.noether(WRONG, sl.scale(x)), SymlagError, "noether of x: it is no Lagran"),
    "a law along an expression": (lambda: sl.noether(L, WRONG), SymlagError, "noether along x: it is no Generator"),
    "a law along a dict": (lambda: sl.noether(L, PAIR), SymlagError, "along {x: x}: it is no Generator; write"),
    "a law along text": (lambda: sl.noether(L, TEXT), SymlagError, "noether along 'x': it is no Generator"),
    "the bracket with a number": (lambda: sl.bracket(sl.scale(x), NUMBER), SymlagError, "bracket of 3: it is no Gen"),
    "a loss under a coordinate": (lambda: sl.invariant_loss("f", WRONG), SymlagError, "under x: it is no Generator"),
    "a loss of text": (lambda: loss("f", TEXT), SymlagError, "an output of the network 'x': it is no SymPy expr"),
    "the motion of an expression": (
        lambda: sl.euler_lagrange(WRONG),
        SymlagError,
        "mechanics of x: it is no Lagrangian",
    ),
    "accelerations of a number": (lambda: sl.accelerations(NUMBER), SymlagError, "mechanics of 3: it is no Lagrangian"),
    "momenta of text": (lambda: sl.momenta(TEXT), SymlagError, "mechanics of 'x': it is no Lagrangian; write Lagr"),
    "energy of a dict": (lambda: sl.energy(PAIR), SymlagError, "mechanics of {x: x}: it is no Lagrangian"),
    "hamiltonian of an expression": (lambda: sl.hamiltonian(WRONG), SymlagError, "mechanics of x: it is no Lagrangian"),
    "text for a rate": (lambda: sl.heavy_ball("a"), SymlagError, "eta = 'a': it is no SymPy expression"),
    "a rate that is negative": (
        lambda: sl.heavy_ball(-1),
        SymlagError,
        "its mass -beta/2 - 1/2 is not positive. Take a",
    ),
    "a momentum of no mass": (
        lambda: sl.heavy_ball(0.1, -1),
        SymlagError,
        "its mass 0 is not positive. Take a positive",
    ),
    "a rule for a number": (lambda: sl.heavy_ball().lagrangian(0, [NUMBER]), CoordinateError, "3: it is no coordinate"),
    "blocks that do not match": (lambda: sl.inner(W, U), ShapeError, "the two shapes differ. Give it two matrices"),
    "pairs that do not match": (lambda: sl.general_linear(W, U), ShapeError, "columns meet"),
    "a kernel for no library": (lambda: sl.noether(L, sl.scale(x)).kernel("jax"), LoweringError, "no such backend"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_gets_a_sentence(case):
    make, kind, sentence = REFUSED[case]
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)
    assert all((caught.value.wrote, caught.value.wrong, caught.value.write))


def test_a_free_symbol_handed_to_a_kernel_is_named():
    from symlag.kernels.array_function import kernel

    with pytest.raises(LoweringError, match="k"):
        kernel(k * x, "numpy", [x])


def test_one_block_is_taken_for_all_that_learns():
    rule = sl.heavy_ball()
    assert rule.lagrangian(0, w) == rule.lagrangian(0, [w])
