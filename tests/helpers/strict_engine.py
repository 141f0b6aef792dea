"""A plugin with a NetworkX engine that checks the state of the process in each call, and misbehaves on demand."""
# ruff: noqa: ARG001  adapters all have one signature, whatever they make of it

import gc
import os
import time
import warnings
import weakref

from graphbench.algorithms.bfs import bfs
from graphbench.algorithms.wcc import wcc
from graphbench.engines.base import Availability
from graphbench.engines.networkx import NetworkX

TEMPER = "TEMPER"
"""What goes wrong in its WCC: `slow`, `stuck`, `wrong` or `raises`; `untimed`: nothing, and no clock runs."""
TAKES_S = {"slow": 0.3, "stuck": 20}
earlier = []


class Components(list):
    """A list that can be referred to weakly."""


@wcc.on("moody")
def _(nx, graph, p):
    temper = os.environ.get(TEMPER)
    assert temper == "untimed" or not gc.isenabled(), "garbage may be collected while the clock runs"
    assert not any(each() for each in earlier), "an earlier answer still takes memory"
    assert not any(name.startswith("NETWORKX_") for name in os.environ), "the user's settings are in force"
    warnings.warn("moody is deprecated", DeprecationWarning, stacklevel=1)
    time.sleep(TAKES_S.get(temper, 0.002))
    if temper == "raises":
        raise ValueError("not today")
    found = Components([set(graph)] if temper != "wrong" else [{vertex} for vertex in graph])
    earlier[:] = [weakref.ref(found)]
    return found


@bfs.on("moody")
def _(nx, graph, p):
    return nx.single_source_shortest_path_length(graph, p.source)


wcc.adapters["away"] = wcc.adapters["moody"]


class Moody(NetworkX):
    """NetworkX, with the checks and faults above."""

    name = "moody"


class Away(NetworkX):
    """Is not installed."""

    name = "away"

    def availability(self):
        return Availability(ok=False, reason="not installed", fix="Install it.")


moody, away = Moody(), Away()
