"""Learning as mechanics: rules in continuous time, losses with symmetries, what each flow conserves."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
