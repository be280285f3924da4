"""Optimizers: update rules as data, their exact discrete laws, modified equations, and live optimizers of torch."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
