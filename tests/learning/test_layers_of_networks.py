"""Laws of network modules: derived at symbolic size, then held to torch's gradients at integer sizes."""

from functools import cache
from hashlib import sha256

import numpy as np
import pytest
import torch
from sympy import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differential_operators import directional, total
from symlag.calculus.jets import Block
from symlag.calculus.matrices import Skew, normal
from symlag.calculus.zero_test import vanishes
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import loss
from symlag.variational.noether import noether
from tests.support.layer_laws import MODULES
from tests.support.layers import ACTIVATIONS, NUMBERS
from tests.support.numeric_values import value

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
RULE = heavy_ball()
(BETA,) = RULE.friction.free_symbols
SETTINGS = {RULE.step: 0.1, BETA: 0.9, RULE.decay: 0.02}


@pytest.fixture(autouse=True)
def _double():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def blocks(module):
    return sorted(set().union(*(output.atoms(Block) for output in module.outputs), module.X.components), key=str)


@cache
def law_of(module):
    return noether(RULE.lagrangian(loss("f", *module.outputs), blocks(module)), module.X)


def entries(letter):
    """Numbers between −1 and 1 with the name of the letter for a seed."""
    dice = np.random.default_rng(int.from_bytes(sha256(str(letter).encode()).digest()[:4]))
    full = dice.uniform(-1, 1, tuple(int(value(side, NUMBERS)) for side in letter.shape))
    return full - full.T if isinstance(letter, Skew) else full


@cache
def point(module):
    """Values of all symbols, the gradients by torch, and the accelerations that they cause."""
    at = dict(NUMBERS) | SETTINGS
    moves = [*module.X.components.values(), *module.mutant.components.values()]
    still = set().union(*(e.atoms(MatrixSymbol) for e in (*module.outputs, *moves)))
    still |= set(module.X.parameters) | set(module.mutant.parameters)
    at |= {letter: entries(letter) for letter in still}
    at |= {q: entries(q) for letter in blocks(module) for q in (letter, letter.dot)}
    gradients = by_torch(module, at)
    mass, friction, decay = (value(e, at) for e in (RULE.mass, RULE.friction, RULE.decay))
    pulls = {q.dot.dot: -(friction * at[q.dot] + decay * at[q] + g) / mass for q, g in gradients.items()}
    return at | pulls, gradients


def through_torch(module, at):
    """The tensors of the blocks, and what the network makes of them."""
    letters = {str(letter): letter for output in module.outputs for letter in output.atoms(MatrixSymbol)}
    tensors = {name: torch.tensor(at[letter], requires_grad=True) for name, letter in letters.items()}
    made = module.network(**tensors)
    return tensors, made if isinstance(made, tuple) else (made,)


def by_torch(module, at):
    """The gradient of a loss without symmetries of its own, by torch."""
    tensors, outputs = through_torch(module, at)
    weights = [torch.linspace(-1, 2, y.numel()).reshape(y.shape) for y in outputs]
    costs = [(w * y + (1 + w) * y**2 / 3).sum() for w, y in zip(weights, outputs, strict=True)]
    moving = {q: tensors[str(q)] for q in blocks(module)}
    found = torch.autograd.grad(torch.stack(costs).sum(), list(moving.values()), materialize_grads=True)
    return {q: g.numpy() for q, g in zip(moving, found, strict=True)}


def cosine(X, at, gradients):
    """⟨g, ξ⟩/(|g||ξ|)."""
    moves = {q: value(xi, at) for q, xi in X.components.items()}
    together = sum(np.vdot(gradients[q], xi) for q, xi in moves.items())
    lengths = [np.sqrt(sum(np.vdot(v, v) for v in side.values())) for side in (gradients, moves)]
    return together / np.prod(lengths)


@each_module
def test_a_module_does_not_change_along_its_symmetry(module):
    assert directional(loss("f", *module.outputs), module.X.components) == 0


@each_module
def test_the_law_of_a_module_is_proved_at_symbolic_size(module):
    assert law_of(module).defect() == 0


@each_module
def test_without_decay_no_potential_feeds_the_charge(module):
    law = law_of(module)
    assert vanishes(law.sources["potential"].xreplace({RULE.decay: 0}))
    assert vanishes(law.sources["force"])
    assert vanishes(law.sources["boundary"])


@each_module
def test_the_charge_of_a_module_is_that_of_theory(module):
    law = law_of(module)
    stated = law.momentum_map().charge if module.X.parameters else law.charge
    assert vanishes(normal(stated - RULE.mass * module.charge))


@each_module
def test_the_blocks_of_a_module_compute_the_network(module):
    at, _ = point(module)
    _, outputs = through_torch(module, at)
    for written, made in zip(module.outputs, outputs, strict=True):
        assert value(written, at, ACTIVATIONS) == pytest.approx(made.detach().numpy(), rel=1e-12, abs=1e-12)


@each_module
def test_the_normal_form_of_a_network_has_its_value(module):
    at, _ = point(module)
    for written in module.outputs:
        expected = value(written, at, ACTIVATIONS)
        assert value(normal(written), at, ACTIVATIONS) == pytest.approx(expected, rel=1e-11, abs=1e-12)


@each_module
def test_the_gradient_stands_on_the_symmetry(module):
    assert abs(cosine(module.X, *point(module))) <= 1e-12


@each_module
def test_both_sides_of_the_law_agree_on_the_gradients_of_torch(module):
    law, (at, _) = law_of(module), point(module)
    charge, rate, source = (value(e, at) for e in (law.charge, law.rate, law.source))
    change = value(total(law.charge), at)
    terms = [abs(change), abs(rate * charge), *(abs(value(e, at)) for e in law.sources.values())]
    assert abs(change + rate * charge - source) <= 1e-12 * max(terms)


@each_module
def test_a_move_that_is_no_symmetry_is_none(module):
    at, gradients = point(module)
    assert abs(cosine(module.mutant, at, gradients)) > 1e-3


@each_module
def test_blocks_tell_a_move_that_is_no_symmetry(module):
    assert directional(loss("f", *module.outputs), module.mutant.components) != 0


def test_every_letter_of_the_zoo_is_a_matrix():
    assert all(isinstance(output, MatrixExpr) for module in MODULES for output in module.outputs)
