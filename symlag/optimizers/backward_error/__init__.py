"""Backward error analysis: the differential equation that the steps of an optimizer solve."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
