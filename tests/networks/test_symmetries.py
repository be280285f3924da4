"""What is planted in a module is found: every symmetry of the families searched, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from symlag.errors import SymlagError
from symlag.networks import symmetries
from symlag.networks.certificate import certificates
from symlag.networks.completeness import orbit_and_fiber
from symlag.networks.find_symmetries import certified_families
from symlag.networks.generators.axis_views import View
from symlag.networks.generators.families import Linear, flatten
from symlag.networks.generators.matrix_spaces import Diagonal
from symlag.networks.generators.tensor_action import Action
from symlag.networks.problem import pose
from tests.support.planted import ZOO
from tests.support.planted.parts import Function, chain, linear, numbers, regression, tokens

pytestmark = pytest.mark.usefixtures("one_thread")


def counted(found):
    kinds = {}
    for symmetry in found:
        kinds[symmetry.kind] = kinds.get(symmetry.kind, 0) + symmetry.dimension
    return kinds


@pytest.mark.parametrize("planted", ZOO, ids=lambda planted: planted.name)
def test_what_is_planted_is_found_none_missed_and_none_invented(planted):
    found = symmetries(planted.model(), planted.loss, planted.batch())
    assert counted(found) == planted.kinds
    assert found.orbit_dimension == planted.dimension - planted.redundant
    assert found.unexplained_dimension == planted.unexplained
    assert found.verdict.startswith("None missed, proved") == (planted.unexplained == 0)
    assert all(symmetry.certificate < 1e-12 and symmetry.change < 1e-12 for symmetry in found)


def test_what_is_found_is_a_sequence_of_families():
    found = symmetries(chain(linear(3, 2, True), linear(2, 3, True))(), mse_loss, regression((8, 3), (8, 3))())
    assert isinstance(found, Sequence)
    assert len(found) == len(list(found)) == 2
    assert (found[0], found[-1]) == tuple(found)
    assert found[1:] == found.symmetries[1:]
    assert found[0] in found
    assert [*reversed(found)] == [*found][::-1]
    assert found.index(found[1]) == 1
    with pytest.raises(IndexError):
        found[2]
    none = symmetries(chain(linear(3, 2))(), mse_loss, regression((8, 3), (8, 2))())
    assert (len(none), *none) == (0,)


def test_the_zoo_is_large_and_every_module_has_a_reason():
    assert len(ZOO) >= 25
    assert len({planted.name for planted in ZOO}) == len(ZOO)
    assert all(planted.reason for planted in ZOO)


def test_the_degree_of_homogeneity_is_found():
    class Cubed(nn.Module):
        def forward(self, x):
            return x.relu() ** 3

    found = symmetries(chain(linear(3, 2), Cubed(), linear(2, 2))(), mse_loss, regression((8, 3), (8, 2))())
    [symmetry] = found
    terms = [term for term in symmetry.family.terms if isinstance(term, Action)]
    assert {(term.view.tensor, term.even) for term in terms} == {("0.weight", 1.0), ("2.weight", -3.0)}
    assert "degree 3" in symmetry.reason


def test_a_finite_transformation_is_the_flow_of_the_generator():
    found = symmetries(chain(linear(3, 2, True), linear(2, 3, True))(), mse_loss, regression((8, 3), (8, 3))())
    for symmetry in found:
        v = torch.randn(symmetry.dimension, dtype=torch.float64)
        at = {"0.weight": numbers(2, 3), "0.bias": numbers(2), "1.weight": numbers(3, 2), "1.bias": numbers(3)}
        at = {name: tensor.double() for name, tensor in at.items()}
        h = 1e-5
        ahead, behind = symmetry.apply(at, h, v), symmetry.apply(at, -h, v)
        for name, x in symmetry.xi(at, v).items():
            assert torch.allclose((ahead[name] - behind[name]) / (2 * h), x, atol=1e-8)


def test_one_parameter_groups_add():
    [symmetry] = symmetries(chain(linear(3, 2), linear(2, 3))(), mse_loss, regression((8, 3), (8, 3))())
    at, v = {"0.weight": numbers(2, 3).double(), "1.weight": numbers(3, 2).double()}, torch.randn(4).double()
    twice = symmetry.apply(symmetry.apply(at, 0.2, v), 0.3, v)
    once = symmetry.apply(at, 0.5, v)
    assert (flatten(twice) - flatten(once)).abs().max() < 1e-14
    assert (once["1.weight"] @ once["0.weight"] - at["1.weight"] @ at["0.weight"]).abs().max() < 1e-14


def test_the_number_of_laws_is_that_of_the_theory():
    def counts(model, loss, batch):
        rows = symmetries(model, loss, batch).laws()
        return sum(row.gradient_flow for row in rows), sum(row.momentum_flow for row in rows)

    r, m, d = 2, 3, 4
    assert counts(chain(linear(3, r), linear(r, 3))(), mse_loss, regression((8, 3), (8, 3))()) == (3, 1)
    assert counts(chain(linear(m, 4))(), cross_entropy, (numbers(8, m), tokens(4, 8))) == (m, 2 * m)
    head = next(planted for planted in ZOO if planted.name == "single head")
    assert counts(head.model(), head.loss, head.batch()) == (d * (d + 1), d * (d - 1))


def test_a_false_generator_has_a_large_certificate():
    problem = pose(chain(linear(3, 4), nn.Tanh(), linear(4, 2))(), mse_loss, regression((8, 3), (8, 2))())
    terms = (Action(View("0.weight", 0, 0, 1, 4), 1.0, 0.0), Action(View("2.weight", 1, 0, 1, 4), -1.0, 0.0))
    assert certificates(problem, [Linear(terms, Diagonal(4, (0, 1, 2, 3)))])[0] > 1e-3


def test_the_model_of_the_caller_is_left_alone():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.get_rng_state()
    symmetries(model, mse_loss, regression((8, 3), (8, 2))())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert next(model.parameters()).dtype == torch.float32


@pytest.mark.parametrize(
    ("model", "loss", "batch", "said"),
    [
        (nn.Flatten(), mse_loss, (numbers(2, 2), numbers(2, 2)), "no parameters that learn"),
        (nn.Linear(2, 2), lambda y, t: y - t, (numbers(2, 2), numbers(2, 2)), "not a scalar but (2, 2)"),
        (nn.Linear(2, 2), lambda y, t: 1.0, (numbers(2, 2), numbers(2, 2)), "not a scalar but float"),
        (nn.Linear(2, 2), mse_loss, (numbers(2, 2), numbers(2, 2).to("meta")), "live on cpu and meta"),
        (nn.Linear(2, 2), mse_loss, numbers(2, 2), "a pair of inputs and targets"),
    ],
)
def test_bad_input_gets_one_sentence(model, loss, batch, said):
    with pytest.raises(SymlagError) as error:
        symmetries(model, loss, batch)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def broken(model, batch=None, **cut):
    found = symmetries(model, mse_loss, batch or regression((8, 3), (8, 2))(), **cut)
    assert all(symmetry.certificate > 1e-9 for symmetry in found.broken)
    return {(symmetry.kind, symmetry.dimension, symmetry.broken_by) for symmetry in found.broken}, found


def test_what_breaks_a_symmetry_is_named_and_measured():
    def normed(eps):
        return nn.Sequential(linear(3, 4), nn.BatchNorm1d(4, eps=eps), nn.ReLU(), linear(4, 2))

    said, found = broken(normed(1e-3))
    assert said == {("scale", 4, "eps of BatchNorm1d")}
    assert counted(found) == {"rescale": 4}
    _, smaller = broken(normed(1e-5))
    ratio = found.broken[0].certificate / smaller.broken[0].certificate
    assert 30 < ratio < 300  # linear in eps
    assert "eps of BatchNorm1d" in str(found)


def test_dropout_and_evaluation_mode_break_symmetries():
    said, _ = broken(nn.Sequential(linear(3, 2), nn.Dropout(0.3), linear(2, 2)))
    assert said == {("GL", 4, "dropout")}
    model = nn.Sequential(linear(3, 4), nn.BatchNorm1d(4, eps=1e-30, affine=False), nn.Tanh(), linear(4, 2)).eval()
    said, found = broken(model)
    assert said == {("scale", 4, "evaluation mode")}
    assert not list(found)


def test_dropout_is_seen_wherever_its_masks_are_drawn():
    def dropped(m, x):
        return m.b(nn.functional.dropout(m.a(x), 0.2))

    said, _ = broken(Function(dropped, a=linear(3, 2), b=linear(2, 2)))
    assert said == {("GL", 4, "dropout")}
    sequences = regression((3, 5, 4), (3, 5, 4))()
    heads = nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True)
    said, found = broken(Function(lambda m, x: m.a(x, x, x, need_weights=False)[0], a=heads), sequences)
    assert said == {("shift", 4, "dropout")}  # rows of attention no longer sum to one
    assert counted(found) == {"translation": 4, "GL": 16}


def test_clipping_by_value_breaks_what_it_cuts():
    units = chain(linear(3, 4), nn.ReLU(), linear(4, 2))
    said, found = broken(units(), clip=1e-3)
    assert said == {("rescale", 4, "clipping by value")}
    assert found.broken[0].certificate > 1e-2
    said, found = broken(units(), clip=1e3)
    assert not said
    assert counted(found) == {"rescale": 4}
    said, _ = broken(
        nn.Sequential(linear(3, 4, True), nn.BatchNorm1d(4, eps=1e-30, affine=False), nn.Tanh()),
        (numbers(8, 3), numbers(8, 4)),
        clip=1e-3,
    )
    assert said == {("scale", 4, "clipping by value")}  # what has no gradient has none to cut


def test_tying_breaks_what_the_two_uses_would_have():
    autoencoder = Function(lambda m, x: m.w(x).relu() @ m.w.weight, w=linear(4, 3))
    said, found = broken(autoencoder, regression((8, 4), (8, 4))())
    assert said == {("rescale", 3, "the second use of w.weight")}
    assert found.broken[0].certificate > 1e-3
    linear_autoencoder = Function(lambda m, x: m.w(x) @ m.w.weight, w=linear(4, 3))
    said, found = broken(linear_autoencoder, regression((8, 4), (8, 4))())
    assert said == {("GL", 9, "the second use of w.weight")}
    assert counted(found) == {"O": 3}
    words = nn.Sequential(nn.Embedding(5, 3), linear(3, 3), linear(3, 5))
    words[2].weight = words[0].weight
    found = symmetries(
        words, lambda y, t: cross_entropy(y.flatten(0, 1), t.flatten()), (tokens(5, 6, 4), tokens(5, 6, 4))
    )
    lost = {(symmetry.kind, symmetry.dimension, symmetry.broken_by) for symmetry in found.broken}
    assert ("translation", 3, "tying of 0.weight") in lost
    assert counted(found) == {"GL": 9}  # E A Eᵀ


def test_laws_under_an_optimizer_hold_along_its_steps():
    model, (x, y) = chain(linear(3, 4), nn.ReLU(), linear(4, 2))().double(), regression((8, 3), (8, 2))()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.01)
    [row] = symmetries(model, mse_loss, (x, y)).laws(optimizer)
    [law] = row.exact
    assert str(law.equations) == ("{<theta.new, A*theta.new>: eta**2*<g, A*g> + (-eta*lambda + 1)**2*<theta, A*theta>}")

    def form(at):
        moved = row.symmetry.xi(at)
        return float(sum((moved[name] * at[name]).sum() for name in moved))

    for _ in range(5):
        before = form({name: p.detach().clone() for name, p in model.named_parameters()})
        optimizer.zero_grad()
        mse_loss(model(x.double()), y.double()).backward()
        metric = form({name: p.grad for name, p in model.named_parameters()})
        optimizer.step()
        after = form({name: p.detach() for name, p in model.named_parameters()})
        assert abs(after - (1 - 0.1 * 0.01) ** 2 * before - 0.1**2 * metric) < 1e-14


def test_every_part_of_a_generator_has_its_laws():
    pair = chain(linear(3, 2), linear(2, 3))()
    found = symmetries(pair, mse_loss, regression((8, 3), (8, 3))())
    [row] = found.laws(torch.optim.SGD(pair.parameters(), lr=0.1))
    assert len(row.exact) == 1  # a skew generator has no charge without momentum
    [row] = found.laws(torch.optim.SGD(pair.parameters(), lr=0.1, momentum=0.9))
    assert [len(law.charges) for law in row.exact] == [2, 1]
    assert "by SGD with momentum: <v.new, A*theta.new> = beta*<v, A*theta>" in str(row)
    first, second = pair.parameters()
    groups = [{"params": [first], "weight_decay": 0.0}, {"params": [second]}]
    [row] = found.laws(torch.optim.AdamW(groups))
    assert len(row.exact) == 2  # two groups of one rule
    with pytest.raises(SymlagError, match="does not know the rule of this optimizer"):
        found.laws(torch.optim.LBFGS(pair.parameters()))


def test_what_is_left_is_said_by_kind():
    normed = next(planted for planted in ZOO if planted.name == "RMSNorm")
    found = symmetries(normed.model(), normed.loss, normed.batch())
    assert "8 more of 13 directions" in found.verdict
    assert "8 not of the families searched" in found.verdict

    def cut(m, x):
        return m.b((m.a(x) - 100 * m.s.abs()).relu()) + m.c(x)

    dead = Function(cut, a=linear(3, 4), b=linear(4, 2), c=linear(3, 2), s=nn.Parameter(torch.ones(4)))
    found = symmetries(dead, mse_loss, regression((8, 3), (8, 2))())
    assert found.unexplained_dimension == 0  # at every point drawn: they never reach the loss
    both = replace(found, orbit_dimension=(found.orbit_dimension or 0) - 5, dead_dimension=2)
    assert (
        "3 not of the families searched, maybe of over-wide layers or norms and 2 of units that are dead"
        in both.verdict
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_module_without_symmetries_has_none(seed):
    generator = torch.Generator().manual_seed(seed)

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = linear(3, 4, True), linear(4, 2, True)
            self.mix = torch.randn(4, 4, generator=generator).double()

        def forward(self, x):
            y = torch.tanh(self.a(x)) @ self.mix.to(x)
            return self.b(y.sin() + 0.1 * y**2) + 0.3 * self.a.weight.sum() ** 2 + self.b.weight.sum().cos()

    found = symmetries(Odd(), mse_loss, regression((8, 3), (8, 2))())
    assert found.dimension == found.fiber_dimension == 0


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.qkv, self.o = heads, nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x):
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in self.qkv(x).chunk(3, -1))
        return self.o(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


def test_a_model_that_branches_on_values_is_drawn_one_by_one():
    def forward(m, x):
        y = m.a(x)
        return m.b(y.relu() if y.sum() > 0 else (y + y.abs()) / 2)

    found = symmetries(Function(forward, a=linear(3, 4), b=linear(4, 2)), mse_loss, regression((8, 3), (8, 2))())
    assert counted(found) == {"rescale": 4}
    assert found.unexplained_dimension == 0


def test_a_unit_that_is_dead_at_every_point_is_counted_as_dead():
    def forward(m, x):
        alive = torch.tensor([1.0, 1.0, 1.0, 0.0], dtype=x.dtype)
        return m.b((m.a(x) * alive).relu())

    dead = Function(forward, a=linear(3, 4), b=linear(4, 2))
    found = symmetries(dead, mse_loss, regression((8, 3), (8, 2))())
    assert counted(found) == {"rescale": 3, "translation": 5}
    assert found.unexplained_dimension == 0


def test_a_unit_that_dies_at_some_points_is_said_to_be_dead_there():
    alive, cut = (nn.Sequential(linear(3, 4, True), nn.ReLU(), linear(4, 2)) for _ in range(2))
    batch = regression((8, 3), (8, 2))()
    with torch.no_grad():
        cut.get_parameter("0.bias").copy_(torch.tensor([0.0, 0.0, 0.0, -50.0]))
    problem, planted = pose(alive, mse_loss, batch), pose(cut, mse_loss, batch)
    families = [family for family, _ in certified_families(planted)]
    orbit, fiber, dead = orbit_and_fiber(planted, families)
    assert fiber - orbit == dead == 0  # found as what never reaches the loss
    rescales = [family for family, _ in certified_families(problem)]
    orbit, fiber, dead = orbit_and_fiber(planted, rescales)
    assert (orbit, fiber - orbit, dead) == (4, 5, 5)  # six entries less the one direction that a rescale moves


def test_heads_of_a_larger_model_are_found_by_their_number():
    d, heads = 96, 4
    found = symmetries(Attention(d, heads), mse_loss, regression((4, 6, d), (4, 6, d))())
    assert counted(found) == {"translation": d, "GL": 2 * heads * (d // heads) ** 2, "shift": d}
    assert sorted(symmetry.dimension for symmetry in found if symmetry.kind == "GL") == [24**2] * 2 * heads
    assert found.fiber_dimension is None
    assert f"with {4 * d * d + 4 * d} parameters the fiber was not counted" in found.verdict


def test_whole_numbers_are_drawn_from_those_of_the_batch():
    targets = tokens(4, 3, 4)
    targets[:, 0] = -100  # what cross entropy ignores
    model = nn.Sequential(nn.Embedding(6, 3), nn.Flatten(0, 1), linear(3, 4))
    found = symmetries(model, lambda y, t: cross_entropy(y, t.flatten()), (tokens(5, 3, 4), targets))
    unused = next(symmetry for symmetry in found if symmetry.tensors == ("0.weight",) and symmetry.dimension == 3)
    assert "never reach the loss" in unused.reason


@pytest.mark.parametrize("inputs", [(numbers(8, 3), numbers(8, 3)), {"x": numbers(8, 3), "y": numbers(8, 3)}])
def test_inputs_are_arguments_or_keywords(inputs):
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 2), nn.Linear(3, 2)

        def forward(self, x, y):
            return torch.tanh(self.a(x) + self.b(y)).square().sum()

    found = symmetries(Sum(), lambda value: value, (inputs, None))
    assert counted(found) == {"translation": 2}
    assert found.unexplained_dimension == 0


def test_parameters_that_are_numbers_are_vectors_of_one():
    def forward(m, x):
        return torch.tanh(m.a(x) * m.t) + m.b + m.c

    def number():
        return nn.Parameter(torch.tensor(0.5))

    model = Function(forward, a=linear(3, 4), t=number(), b=number(), c=number(), unused=number())
    found = symmetries(model, mse_loss, regression((8, 3), (8, 4))())
    assert [(s.kind, s.dimension, set(s.tensors)) for s in found] == [
        ("translation", 1, {"unused"}),
        ("rescale", 1, {"a.weight", "t"}),
        ("translation", 1, {"b", "c"}),
    ]
    assert found.unexplained_dimension == 0
    at = {name: p.detach().double() for name, p in model.named_parameters()}
    for symmetry in found:
        moved = symmetry.apply(at, 0.5)
        assert {name: W.shape for name, W in moved.items()} == {name: W.shape for name, W in at.items()}
        assert any(not torch.equal(moved[name], at[name]) for name in symmetry.tensors)


def dying():
    """Four units of which the second has no input that is positive, and inputs and targets."""
    model = chain(linear(3, 4), nn.ReLU(), linear(4, 2))()
    signs = torch.tensor([[1.0, -1, 1], [-1, -1, -1], [-1, 1, 1], [1, 1, -1]])
    with torch.no_grad():
        model.get_parameter("0.weight").copy_(signs)
    return model, (torch.rand(8, 3), torch.randn(8, 2))


def test_dead_units_of_the_model_at_hand_are_found_near_its_parameters():
    model, batch = dying()
    assert counted(symmetries(model, mse_loss, batch)) == {"rescale": 4}
    found = symmetries(model, mse_loss, batch, near=0.01)
    assert counted(found) == {"rescale": 3, "translation": 3 + 2}  # what enters the unit, and what leaves it
    assert found.unexplained_dimension == 0
    assert found.verdict.startswith("None missed within 0.01 of the size of the parameters that the model had, proved")
    assert all(symmetry.certificate < 1e-12 and symmetry.change < 1e-12 for symmetry in found)


def test_units_that_are_never_off_mix_which_is_said():
    model, batch = dying()
    with torch.no_grad():
        model.get_parameter("0.weight")[[0, 3]] = 1.0
    found = symmetries(model, mse_loss, batch, near=0.01)
    # Of units 0 and 3, a linear pair, what is no rescale: no axis is cut like that.
    # Of units 0 and 3, a linear pair, what is no rescale: no axis is cut like that.
    assert found.unexplained_dimension == 2
    assert "2 not of the families searched, maybe of over-wide layers or norms, or of units" in found.verdict


def test_parameters_where_all_gradients_vanish_have_no_more_symmetries_near_them():
    model, batch = chain(linear(3, 4, True), nn.Tanh(), linear(4, 2))(), regression((8, 3), (8, 2))()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    assert symmetries(model, mse_loss, batch, near=0.01).fiber_dimension == 0
    assert not list(symmetries(model, mse_loss, batch, near=0.01))


@pytest.mark.parametrize("near", [0, 1e-9, -1, float("nan")])
def test_one_point_alone_is_refused(near):
    model, batch = dying()
    with pytest.raises(SymlagError, match=r"holds at this point alone; write near=0\.01"):
        symmetries(model, mse_loss, batch, near=near)
