"""Exact laws on digits: torch's own optimizers in all their ways, minibatches and a cosine schedule, in float64."""

import pytest

from symlag.kernels.array_function import kernel
from symlag.optimizers.exact_law import account, exact
from symlag.optimizers.library.momentum import sgd
from symlag.optimizers.vectors import Letter, g

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
from numeric._exact_laws import (  # noqa: E402
    ADAPTIVE,
    FIELDS,
    OWN,
    SIMPLE,
    gaps,
    group_gaps,
    missed,
    muon_gaps,
    own_gaps,
    ways,
    window_gap,
)
from numeric._recorded_minibatches import network, record, steps_of  # noqa: E402
from symlag.optimizers.torch_optimizers import from_torch  # noqa: E402
from tests.support.refusals import assert_refused  # noqa: E402

IN_WAYS = [(name, way) for name in SIMPLE | ADAPTIVE for way in ways(name)]


@pytest.fixture(scope="module", autouse=True)
def float64():
    """NAdam keeps its product of momenta in torch's default type."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("name", "way"), IN_WAYS)
def test_torch_obeys_the_laws_of_its_optimizers(name, way):
    residuals = gaps(name, ways(name)[way])
    assert len(residuals) >= 3
    assert max(residuals.values()) < (1e-12 if name in SIMPLE else 1e-11)


@pytest.mark.parametrize("name", OWN)
def test_rules_that_torch_has_not_obey_theirs(name):
    residuals = own_gaps(name)
    assert len(residuals) == 8
    assert max(residuals.values()) < 1e-12


def test_muon_obeys_its_laws_in_torch_as_by_hand():
    residuals = muon_gaps()
    assert [*residuals] == ["skew buffers", "skew", "symmetric"]
    assert max(residuals.values()) < 1e-11


def test_groups_with_unlike_rates_balance():
    residuals = group_gaps()
    assert len(residuals) == 6
    assert max(residuals.values()) < 1e-12


def test_sums_over_a_window_agree():
    assert window_gap() < 1e-13


def test_a_normalisation_with_an_epsilon_breaks_the_law_and_the_account_says_by_how_much():
    model, (X, views) = network(eps=1e-5), FIELDS["scale"]
    run = record(steps_of(model, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)))
    residuals = {derive: missed(law := derive(sgd(), X), kernel(law.ledger), views, run) for derive in (exact, account)}
    assert residuals[account] < 1e-12
    assert residuals[exact] > 1e-7


def test_groups_are_read_live():
    model = network()
    groups = [{"params": model[0].parameters(), "lr": 0.5}, {"params": model[3].parameters(), "momentum": 0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    first, second = from_torch(optimizer)
    assert (first.rule.name, second.rule.name) == ("SGD with momentum", "SGD")
    assert first.values() == {"beta": 0.9, "eta": 0.5, "lambda_": 0}
    optimizer.step()
    schedule.step()
    assert first.values()["eta"] == optimizer.param_groups[0]["lr"] < 0.5


def test_torch_climbs_with_its_gradient_turned_round():
    (group,) = from_torch(torch.optim.SGD([torch.zeros(2, requires_grad=True)], momentum=0.5, maximize=True))
    assert group.rule.linear[Letter("v")][g] == -1


def test_an_optimizer_without_a_rule_is_refused_in_one_sentence():
    weight = torch.zeros(2, requires_grad=True)
    assert_refused(
        "from_torch(torch.optim.LBFGS([weight]))",
        "from_torch(LBFGS(…)): symlag does not know the rule of this optimizer. Use one of SGD, Adam, AdamW,",
        "from_torch(torch.optim.AdamW([weight])), from_torch(torch.optim.LBFGS([weight]), sgd())",
        {"from_torch": from_torch, "torch": torch, "weight": weight, "sgd": sgd},
    )
