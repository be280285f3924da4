"""The monitor reads letters where they lie: those that lie nowhere, or with other signs, and tensors that grow."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy, mse_loss  # noqa: E402

from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries, watch  # noqa: E402
from symlag.networks.generators.tensor_action import NullVectors  # noqa: E402
from symlag.networks.monitor.form_reductions import NullComponents  # noqa: E402
from symlag.networks.monitor.measure import measure, measure_magnitudes  # noqa: E402
from symlag.networks.monitor.measured_forms import FormPass, MeasuredForm  # noqa: E402


def rectifier():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 9), nn.ReLU(), nn.Linear(9, 3)).double()


def batch():
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(8, n, generator=generator, dtype=torch.float64) for n in (5, 3)]


@pytest.fixture(scope="module")
def found():
    return symmetries(rectifier(), mse_loss, batch())


def ledger(found, slope, *, compiled, monkeypatch):
    """Of two steps; `slope` has the gradient of the first weight anew."""
    monkeypatch.setattr("symlag.kernels.reductions.NUMBA_INSTALLED", compiled)
    model, (x, y) = rectifier(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with Monitor(model, optimizer, found) as monitor:
        for _ in range(2):
            optimizer.zero_grad()
            mse_loss(model(x), y).backward()
            model[0].weight.grad = slope(model[0].weight.grad)
            optimizer.step()
    return monitor.ledger


SLOPES = {
    "zeros that take no memory": lambda g: torch._efficientzerotensor(g.shape, dtype=g.dtype),
    "signs that are not in memory": torch._neg_view,
    "every other number": lambda g: torch.stack([g, g], -1)[..., 0],
}


@pytest.mark.parametrize("kind", SLOPES)
def test_gradients_are_read_as_torch_reads_them(found, kind, monkeypatch):
    one, other = (ledger(found, SLOPES[kind], compiled=c, monkeypatch=monkeypatch) for c in (True, False))
    judged = [i for i, column in enumerate(one.columns) if not column.endswith("floors")]
    np.testing.assert_allclose(one.values[:, judged], other.values[:, judged], rtol=0, atol=1e-14)


def test_tensors_of_all_shapes_and_types_are_measured_together(monkeypatch):
    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.fold, self.narrow = nn.Conv2d(2, 4, 3), nn.Linear(4, 3, dtype=torch.float64)
            self.gain = nn.Parameter(torch.ones(4, 1, 1))

        def forward(self, x):
            return self.narrow(torch.relu(self.fold(x) * self.gain).mean((2, 3)).double())

    x, y = torch.randn(8, 2, 5, 5, generator=torch.Generator().manual_seed(2)), torch.arange(8) % 3
    found, rows, sizes = symmetries(Mixed(), cross_entropy, (x, y)), [], []
    for compiled in (True, False):
        monkeypatch.setattr("symlag.kernels.reductions.NUMBA_INSTALLED", compiled)
        model = Mixed()
        optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
        monitor = Monitor(model, optimizer, found)
        for _ in range(3):
            optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            optimizer.step()
        rows.append(monitor._recorder._rows[:3].clone())
        sizes.append(monitor._recorder.magnitudes.values.clone())
    assert rows[0].abs().min(1).values.max() == 0 < rows[0].abs().max(1).values.min()
    torch.testing.assert_close(*rows, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(*sizes, rtol=1e-5, atol=1e-6)
    assert any(
        isinstance(sums, NullComponents) and sums.column for track in monitor.plan.tensors for _, sums in track.slots
    )


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("axis", [0, 1])
def test_magnitudes_are_of_null_vectors_without_their_signs(compiled, axis, monkeypatch):
    monkeypatch.setattr("symlag.kernels.reductions.NUMBA_INSTALLED", compiled)
    W, null = torch.ones(4, 4, dtype=torch.float64), torch.tensor([1.0, -1, 2, -2], dtype=torch.float64)[:, None]
    piece = NullComponents(NullVectors("W", axis, null, (None, None), (4, 4)))
    work = FormPass((MeasuredForm("theta", "one", (), ((piece, slice(0, 4)),)),)), {"theta": W}
    signed, sizes = torch.zeros(2, 4, dtype=torch.float64)
    measure([work], signed)
    measure_magnitudes([work], sizes)
    assert signed.tolist() == [0.0] * 4
    assert sizes.tolist() == [6.0] * 4


def test_tensors_that_grow_are_refused_in_a_sentence(found):
    model, (x, y) = rectifier(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    Monitor(model, optimizer, found)
    model[0].weight.data, model[0].bias.data = torch.randn(12, 5).double(), torch.randn(12).double()
    model[2].weight.data = torch.randn(3, 12).double()
    mse_loss(model(x), y).backward()
    with pytest.raises(SymlagError, match=re.escape("has another shape than when the monitor was made")):
        optimizer.step()


def test_a_number_in_a_symmetry_is_watched():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer, self.gain = nn.Linear(4, 3), nn.Parameter(torch.tensor(1.3))

        def forward(self, x):
            return self.gain * self.layer(x)

    model, x = Scaled(), torch.randn(8, 4)
    monitor = watch(model, torch.optim.SGD(model.parameters(), 0.1, 0.9), cross_entropy, (x, torch.arange(8) % 3))
    assert any("gain" in line.symmetry.tensors for line in monitor.plan.families)
