"""The monitor: the ledger of every charge of a model while it trains.

A *charge* of a symmetry ξ of the loss is a bilinear form such as ⟨θ, Aθ⟩ or ⟨m, Aθ⟩, with ξ = Aθ and a momentum m. The
exact laws of an update rule say what each step adds to it:

    charge after − charge before = decay + memory + KSB + metric + breaking, up to round-off

*decay* is what weight decay takes from charges of positions, *memory* what charges of momenta lose and feed, *KSB* the
kinetic symmetry breaking of second order in the step, *metric* what the metric of an adaptive rule adds, and *breaking*
what the loss adds where it does not have the symmetry. The monitor measures the forms around each step of an optimizer,
and accounts for every charge by these laws. What is left over, the *residual*, is compared with the *round-off floor*:
the precision of the tensors times the magnitude of all that is added up. More than a few floors mean a broken law.

>>> import torch
>>> from symlag.networks import Monitor, symmetries
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

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
