"""The continuous symmetries of a PyTorch model, found by its gradients alone.

`symmetries(model, loss, batch)` draws parameters and batches at random, and finds the linear vector fields ξ with
⟨∇f, ξ⟩ = 0 of these families: translations and shifts, scales and rescales, GL and O of axes; the verdict counts
whether there are others; with near=0.01 also those that hold near the
parameters of the model alone. What each gives in training is in `laws()`; a `Monitor` keeps the ledger of their
charges, and `picture(found, folder)` draws the map of it all.

>>> import torch
>>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
>>> found = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 1)))
>>> [(symmetry.kind, symmetry.dimension) for symmetry in found]
[('rescale', 3)]
>>> print(found.verdict)
None missed, proved: 3 directions leave the loss alone, all of them found.
"""

from symlag.networks.finder import symmetries
from symlag.networks.monitor.monitor import Monitor, watch
from symlag.networks.result.found import Found
from symlag.networks.result.picture import picture
from symlag.networks.symmetry import Laws, Symmetry

__all__ = ["Found", "Laws", "Monitor", "Symmetry", "picture", "symmetries", "watch"]
