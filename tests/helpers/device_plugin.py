"""A plugin for tests: in a worker that imports it, the stand-in draws what cuGraph would."""

from graphbench.graphs.on_device.maker import MAKERS

MAKERS["cugraph"] = "helpers.device"
