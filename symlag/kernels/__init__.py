"""Kernels: formulas as functions of arrays, by NumPy, Numba or PyTorch."""

from symlag.kernels.kernel import BACKENDS, Kernel, kernel
from symlag.kernels.lower import Program, lower

__all__ = [
    "BACKENDS",
    "Kernel",
    "Program",
    "kernel",
    "lower",
]
