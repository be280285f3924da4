"""How many independent conservation laws training has: networks as polynomials, and counts with their proof."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
