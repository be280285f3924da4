# What symlag.symmetry.lie offers, loaded when it is first asked for.

__all__: list[str]

from .algebra import Algebra as Algebra
