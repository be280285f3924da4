"""The monitor on a device: every step is measured there, and none of its numbers is asked for before it is time.

Tensors of the device `meta` have no numbers at all: whatever waits for one breaks off, and so does whatever brings
tensors of several devices together.
"""

from functools import cache

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from numeric._monitored import NETWORKS, OPTIMIZERS  # noqa: E402
from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402


@cache
def found(name):
    torch.manual_seed(0)
    make, batch = NETWORKS[name]
    return symmetries(make().double(), cross_entropy, batch())


def began(name, optimizer, dtype):
    model, maker = NETWORKS[name][0]().to("meta", dtype), OPTIMIZERS[optimizer]
    chosen = [p for p in model.parameters() if p.ndim == 2 or not maker.matrices]
    return Monitor(model, maker.make(chosen), found(name), rule=maker.rule)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_steps_are_measured_on_the_device_of_the_model(name, optimizer, dtype):
    monitor = began(name, optimizer, dtype)
    for _ in range(4):
        for p in monitor.model.parameters():
            p.grad = torch.empty_like(p)
        monitor.optimizer.step()
    assert monitor.step == 4
    assert monitor._recorder._rows.device.type == "meta"
    with pytest.raises((NotImplementedError, RuntimeError), match="meta"):
        monitor.flush()


def test_a_model_on_several_devices_is_refused_in_a_sentence():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).double()
    whole = symmetries(model, cross_entropy, (torch.randn(8, 4).double(), torch.randint(2, (8,))))
    model[2].to("meta")
    with pytest.raises(SymlagError, match="its tensors are on several devices; write the model on one device"):
        Monitor(model, torch.optim.SGD(model.parameters()), whole)
