"""Symmetries: all of an action, of equations of motion, of a loss; their Lie algebras, charges and number."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
