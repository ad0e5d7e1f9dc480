"""A simulated Ed-Fi ODS/API on loopback, in two behaviours (7.3 and 5.4), with faults to inject."""

from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.data import load_folder
from demo.simulators.edfi.server import KEY, SECRET, Running, serve
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Fault, Faults

__all__ = [
    "KEY",
    "SECRET",
    "Behaviour",
    "Fault",
    "Faults",
    "Running",
    "Store",
    "load_folder",
    "serve",
]
