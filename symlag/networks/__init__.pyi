# What symlag.networks offers, loaded when it is first asked for.

__all__: list[str]

from . import monitor as monitor
from .counting.count_laws import count_laws as count_laws
from .find_symmetries import symmetries as symmetries
from .monitor.monitor import Monitor as Monitor, watch as watch
from .result.found import Found as Found
from .result.symmetry_map import picture as picture
from .symmetry import Laws as Laws, Symmetry as Symmetry
