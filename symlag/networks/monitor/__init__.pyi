# What symlag.networks.monitor offers, loaded when it is first asked for.

__all__: list[str]

from .account import Account as Account
from .alarm import Alarm as Alarm
from .callbacks import lightning_callback as lightning_callback, trainer_callback as trainer_callback
from .ledger import Ledger as Ledger
from .live import LiveTable as LiveTable, Scalars as Scalars
from .monitor import Monitor as Monitor, watch as watch
from .sinks import JsonLines as JsonLines, Npz as Npz
