"""Simulation: a motion by numbers, what it keeps, and its pictures.

`simulate` follows a Lagrangian from a start to an end and gives a `Run`: arrays by name, energy, the charge of any law
with its gap, events, plots and animations. An `Event` says what to look for on the way.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
