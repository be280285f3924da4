# What symlag.symmetry.counting offers, loaded when it is first asked for.

__all__: list[str]

from .factorizations import (
    Factorization as Factorization,
    attention as attention,
    entropic as entropic,
    linear as linear,
    relu as relu,
    softmax as softmax,
)
from .law_count import ExactCount as ExactCount, LawCount as LawCount
from .number_of_laws import count_laws as count_laws
