"""The monitor: the ledger of every charge of a model while it trains.

Around each step of an optimizer it measures the bilinear forms that the exact laws of its rule speak of, and accounts
for what every charge gained and lost: Δcharge = decay + memory + KSB + metric + breaking, and round-off.

>>> import torch
>>> from symlag.networks.finder import symmetries
>>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
>>> batch = torch.randn(8, 2).double(), torch.randn(8, 1).double()
>>> found = symmetries(model, torch.nn.functional.mse_loss, batch)
>>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
>>> with Monitor(model, optimizer, found) as monitor:
...     for _ in range(10):
...         optimizer.zero_grad()
...         torch.nn.functional.mse_loss(model(batch[0]), batch[1]).backward()
...         optimizer.step()
>>> [account.name for account in monitor.latest]
['rescale 0.weight, 0.bias, 2.weight/theta_theta', 'rescale 0.weight, 0.bias, 2.weight/v_theta']
>>> all(abs(account.residual).max() < 1e-14 for account in monitor.latest)
True
"""

from symlag.networks.monitor.account import Account
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.callbacks import lightning_callback, trainer_callback
from symlag.networks.monitor.ledger import Ledger
from symlag.networks.monitor.live import LiveTable, Scalars
from symlag.networks.monitor.monitor import Monitor, watch
from symlag.networks.monitor.sinks import JsonLines, Npz

__all__ = [
    "Account",
    "Alarm",
    "JsonLines",
    "Ledger",
    "LiveTable",
    "Monitor",
    "Npz",
    "Scalars",
    "lightning_callback",
    "trainer_callback",
    "watch",
]
