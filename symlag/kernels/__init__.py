"""Kernels: formulas as functions of arrays, by NumPy, Numba or PyTorch.

On its way to arrays a formula passes `inputs_and_outputs` (which symbols enter, under which names), `lower` (a
straight-line program without numbers), the printer of a backend (Python text), and `kernel` (the text, called with
arrays).
"""

from symlag.kernels.backends import BACKENDS, Backend, installed_backends
from symlag.kernels.kernel import Kernel, kernel
from symlag.kernels.law_loop import LawLoop, law_loop
from symlag.kernels.lower import Program, lower

__all__ = [
    "BACKENDS",
    "Backend",
    "Kernel",
    "LawLoop",
    "Program",
    "installed_backends",
    "kernel",
    "law_loop",
    "lower",
]
