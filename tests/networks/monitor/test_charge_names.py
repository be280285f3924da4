"""Every charge of a monitor has a name of its own: of heads and gates that share their tensors, by the positions."""

import logging
import re
from collections import Counter
from io import StringIO
from math import inf

import pytest
from rich.console import Console

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import mse_loss  # noqa: E402

from symlag.networks import Monitor, symmetries  # noqa: E402
from symlag.networks.generators.axis_views import View  # noqa: E402
from symlag.networks.generators.families import Affine, Linear  # noqa: E402
from symlag.networks.generators.matrix_spaces import AllVectors, Diagonal  # noqa: E402
from symlag.networks.generators.tensor_action import Action, NullVectors  # noqa: E402
from symlag.networks.monitor import LiveTable  # noqa: E402
from symlag.networks.monitor.alarm import Alarm  # noqa: E402
from symlag.networks.monitor.charge_series import series_by_family  # noqa: E402
from symlag.networks.result.locations import locations  # noqa: E402
from symlag.networks.symmetry import Symmetry  # noqa: E402


class Attention(nn.Module):
    def __init__(self, width=4, **options):
        super().__init__()
        self.width = width
        self.a = nn.MultiheadAttention(4, 2, batch_first=True, kdim=width, vdim=width, **options)

    def forward(self, x):
        return self.a(x, x[..., : self.width], x[..., : self.width])[0]


class Gates(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.GRU(4, 4, batch_first=True)

    def forward(self, x):
        return self.r(x)[0]


MODELS = {
    "heads": lambda: Attention(bias=False),
    "cross-attention": lambda: Attention(3),
    "gates": Gates,
    "encoder": lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True),
}


class Run:
    """A model of some kind, with a monitor that tells a list."""

    def __init__(self, kind, *sinks):
        torch.manual_seed(0)
        self.kind = kind
        self.model = MODELS[kind]().double()
        self.batch = torch.randn(5, 3, 4).double(), torch.randn(5, 3, 4).double()
        optimizer = torch.optim.SGD(self.model.parameters(), 0.1, momentum=0.9)
        self.told = []
        self.found = symmetries(self.model, mse_loss, self.batch)
        self.monitor = Monitor(self.model, optimizer, self.found, lambda numbers, _: self.told.append(numbers), *sinks)

    def step(self, clip=inf):
        x, y = self.batch
        self.monitor.optimizer.zero_grad()
        mse_loss(self.model(x), y).backward()
        nn.utils.clip_grad_value_(self.model.parameters(), clip)
        self.monitor.optimizer.step()
        self.monitor.flush()


@pytest.fixture(scope="module", params=MODELS)
def run(request):
    made = Run(request.param)
    made.step()
    return made


def test_every_charge_has_columns_of_its_own(run):
    ended = {account.name: account.total[-1] for account in run.monitor.latest}
    assert len(ended) == len(run.monitor.latest)
    charges = {name.removesuffix("/charge"): x for name, x in run.told[0].items() if name.endswith("/charge")}
    assert charges == ended
    assert [*series_by_family(run.monitor.ledger)] == [line.name for line in run.monitor.plan.families]


def test_every_family_is_printed_as_no_other(run):
    told = [line.partition(": ")[0] for line in str(run.found).splitlines()[:-1]]
    assert len({*told}) == len(told) == len(run.found.symmetries) + len(run.found.broken)
    laws = [str(law) for law in run.found.laws()]
    assert len({*laws}) == len(laws)


def test_only_names_that_meet_have_positions(run):
    alike = Counter((line.symmetry.kind, line.kind, line.symmetry.tensors) for line in run.monitor.plan.families)
    for line in run.monitor.plan.families:
        shared = alike[line.symmetry.kind, line.kind, line.symmetry.tensors] > 1
        assert ("[" in line.name) == shared
        assert re.sub(r"\[.*?\]", "", line.name).endswith(f" {', '.join(line.symmetry.tensors)}")


def test_positions_are_those_that_move(run):
    parameters = {name: p.detach() for name, p in run.model.named_parameters()}
    for symmetry, place in run.found.located:
        for name, told in zip(symmetry.tensors, place, strict=True):
            moved = symmetry.xi(parameters)[name]
            outside = moved.clone()
            for at in _indices(told.removeprefix(name)):
                outside[at] = 0
            assert moved.any()
            assert not outside.any()


def _indices(told):
    """What an index of a place picks, run by run."""
    *before, last = told.strip("[]").split(",")
    for each in last.split():
        start, _, stop = each.partition(":")
        yield (*[slice(None)] * len(before), slice(int(start), int(stop or int(start) + 1)))
    if not told:
        yield ...


def test_names_are_the_same_from_run_to_run(run):
    torch.manual_seed(1)
    other = MODELS[run.kind]().double()
    again = symmetries(other, mse_loss, tuple(map(torch.randn_like, run.batch)))
    assert [place for _, place in again.located] == [place for _, place in run.found.located]


def test_every_head_has_an_alarm_and_a_row_of_its_own():
    live = LiveTable(Console(quiet=True))
    run = Run("heads", live)
    with live:
        for _ in range(3):
            run.step(clip=1e-4)
    names = [line.name for line in run.monitor.plan.families if "(skew)" not in line.name]
    assert [alarm.where for alarm in run.monitor.alarms if alarm.kind == "clipping"] == names
    console = Console(width=200, record=True, file=StringIO())
    console.print(live.table())
    text = console.export_text()
    assert all(name in text for name in names)


def test_an_alarm_about_a_tensor_marks_all_of_its_heads():
    live = LiveTable(Console(quiet=True))
    run = Run("heads", live)
    run.step()
    live.emit(logging.makeLogRecord({"args": (Alarm("decay", "a.out_proj.weight", 0, "it drains."),)}))
    marked = [row.style for row in live.table().rows]
    assert marked == ["red" if "out_proj" in line.name else None for line in run.monitor.plan.families]


def rescale(start, back, width=2):
    terms = Action(View("u", 0, start, 1, width), 1.0, 1.0), Action(View("v", 1, start, 1, width), -back, 1.0)
    return Symmetry(Linear(terms, Diagonal(width, (*range(width),))), 0.0, 0.0, "homogeneous")


def null(axis):
    ones = torch.ones(3, 1)
    return Symmetry(Affine((NullVectors("u", axis, ones, (None, None), (3, 3)),), AllVectors(3)), 0.0, 0.0, "a softmax")


def scattered(*indices):
    gains = Action(View("u", 0, 0, 1, 100), 1.0, 1.0)
    return Symmetry(Linear((gains,), Diagonal(100, indices)), 0.0, 0.0, "a norm")


def test_what_no_position_tells_apart_is_numbered():
    assert locations([rescale(0, 1), rescale(0, 2), rescale(2, 1), null(0)]) == [
        ("u[0:2]", "v[:,0:2]"),
        ("u[0:2]", "v[:,0:2] #2"),
        ("u[2:4]", "v[:,2:4]"),
        ("u",),
    ]


def test_axes_are_told_apart():
    assert locations([null(0), null(1)]) == [("u[0:3]",), ("u[:,0:3]",)]


def test_many_positions_are_told_in_short():
    even, odd = locations([scattered(*range(0, 100, 2)), scattered(*range(1, 100, 2))])
    assert (even, odd) == (("u[0 2 ... 98]",), ("u[1 3 ... 99]",))


def test_families_of_other_kinds_or_tensors_keep_their_names():
    assert locations([rescale(0, 1), null(0), scattered(4)]) == [("u", "v"), ("u",), ("u",)]
