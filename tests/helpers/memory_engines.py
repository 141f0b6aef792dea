"""A plugin with engines on an imaginary GPU whose memory use is a known function of the graph."""
# ruff: noqa: ARG001  adapters all have one signature, whatever they make of it

import os
import time

import numpy as np

from graphbench.engines.base import Availability, Engine
from helpers import faulty_engines

BASE, BY_EDGE = 20_000, 100
"""Bytes, whatever the graph, and for each edge."""
problem = faulty_engines.ordeal


def need(num_edges):
    """Bytes that the engine takes for a graph."""
    return BASE + BY_EDGE * num_edges


class Hungry(Engine):
    """Takes memory in proportion to the edges, and no more than it may; `HUNGRY_STOPS=N what` stops it at N edges."""

    name = "hungry"
    title = "Hungry"
    library = "numpy"
    distributions = ("numpy",)
    device = "gpu"

    def availability(self):
        return Availability(ok=True)

    def start(self, settings):
        self.limit, self.peak = settings.device_memory_bytes, 0
        return self

    def read(self, edges):
        return edges.num_edges

    def build(self, columns, edges, **options):
        if edges.name == "small":  # of no task
            return np.zeros(edges.num_vertices, dtype=np.int64)
        self.peak = need(columns)
        stops, _, what = os.environ.get("HUNGRY_STOPS", "").partition(" ")
        if stops and columns >= int(stops):
            if what == "memory":
                raise MemoryError
            if what == "time":
                time.sleep(600)
            raise ValueError("a number does not fit into 32 bits")
        if self.limit is not None and self.peak > self.limit:
            raise MemoryError
        return np.zeros(edges.num_vertices, dtype=np.int64)

    def collect(self, raw, kind, edges):
        return raw

    def device_peak_bytes(self):
        return self.peak

    def used(self, settings):
        return {"threads": 1, "allocator": settings.allocator}


class Pack(Hungry):
    """The same on several of them, four if nobody says how many; `PACK_HOLDS=N` keeps N bytes of a released graph."""

    name = "pack"
    multi_gpu = True
    opt_in = True

    def gpus(self, settings):
        return settings.gpus or 4

    def device_held_bytes(self):
        return int(os.environ.get("PACK_HOLDS", "0"))


hungry, pack = Hungry(), Pack()


@problem.on("hungry")
def _(module, graph, p):
    return graph


@problem.on("pack")
def _(module, graph, p):
    return graph
