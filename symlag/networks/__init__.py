"""The continuous symmetries of a PyTorch model, found by its gradients alone, and the laws that follow.

A vector field ξ on the parameters θ of a model is a symmetry of its loss f where ⟨∇f(θ), ξ(θ)⟩ = 0 for all θ and all
batches. `symmetries(model, loss, batch)` finds such fields of these families: translations and shifts, scales and
rescales, GL and O of axes. Gradients at random parameters and batches bound the space of candidates from above, fresh
ones certify each family, and the verdict counts whether there are others. What each symmetry conserves in training is
in `laws()`; `count_laws` bounds the number of all laws; a `Monitor` keeps the ledger of their charges; and
`picture(found, folder)` draws the map of it all.

>>> import torch
>>> from symlag.networks import symmetries
>>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
>>> found = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 1)))
>>> [(symmetry.kind, symmetry.dimension) for symmetry in found]
[('rescale', 3)]
>>> print(found.verdict)
None missed, proved: 3 directions leave the loss alone, all of them found.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
