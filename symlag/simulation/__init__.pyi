# What symlag.simulation offers, loaded when it is first asked for.

__all__: list[str]

from .animation import Animation as Animation
from .charges import Curve as Curve
from .events import Event as Event
from .motion import simulate as simulate
from .pictures import Picture as Picture
from .run import Run as Run
