"""A plugin for tests: in a worker that imports it, the stand-in device replaces cuGraph as generator."""

from graphbench.graphs.on_device.generator import GENERATORS
from helpers.device import StandIn

GENERATORS["cugraph"] = StandIn
