# What symlag.kernels offers, loaded when it is first asked for.

__all__: list[str]

from .array_function import Kernel as Kernel, kernel as kernel
from .backends import BACKENDS as BACKENDS, Backend as Backend, installed_backends as installed_backends
from .loop_over_steps import LawLoop as LawLoop, law_loop as law_loop
from .lowering import Program as Program, lower as lower
