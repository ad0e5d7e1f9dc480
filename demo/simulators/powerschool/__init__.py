"""A simulated PowerSchool SIS on loopback that runs the installed plugin's own queries."""

from demo.simulators.faults import Fault, Faults
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.data import load_folder
from demo.simulators.powerschool.plugin import Plugin, PluginError, install
from demo.simulators.powerschool.server import CLIENT, SECRET, Running, serve
from demo.simulators.powerschool.store import Store

__all__ = [
    "CLIENT",
    "SECRET",
    "Behaviour",
    "Fault",
    "Faults",
    "Plugin",
    "PluginError",
    "Running",
    "Store",
    "install",
    "load_folder",
    "serve",
]
