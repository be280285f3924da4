"""Kernels: formulas as functions of arrays, by NumPy, Numba or PyTorch.

On its way to arrays a formula passes `inputs_and_outputs` (which symbols enter, under which names), `lowering` (a
straight-line program without numbers), the printer of a backend (Python text), and `kernel` (the text, called with
arrays).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
