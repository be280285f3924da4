"""symlag: from kinetic and potential energies to balance laws, kernels and verdicts on real training.

`__init__.pyi` beside this file lists what is public. It is loaded when it is first asked for, so that `import symlag`
takes no time, and torch is imported only by what trains a model.
"""

from importlib.util import find_spec

import lazy_loader

__getattr__, __dir__, _public = lazy_loader.attach_stub(__name__, __file__)

# What a star import brings: no rooms, and nothing that needs torch.
__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    name for name in _public if name not in {"Monitor", "watch"} and not find_spec(f"{__name__}.{name}")
]
