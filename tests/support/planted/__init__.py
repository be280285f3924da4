"""Modules with symmetries planted in them: how many of each kind, and why.

Norms have eps = 1e−30, so that their symmetries are exact. `unexplained` counts directions of no family searched.
"""

from tests.support.planted.attended import ATTENDED
from tests.support.planted.layers import LAYERS
from tests.support.planted.models import MODELS
from tests.support.planted.normed import NORMED

ZOO = [*LAYERS, *NORMED, *ATTENDED, *MODELS]
