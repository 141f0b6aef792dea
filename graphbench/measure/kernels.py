"""Kernels of a GPU engine, loaded in the phase `start`.

CUDA loads a kernel at its first launch, and CuPy compiles its own at their first use on a machine. In the first task of
a process that took 122 ms of a build, in the next 17 ms; of cuDF's reading 40 ms, then 4; the first `sssp` of nx-
cugraph on a machine took 10 s. So that a first answer does not depend on its place, each kind of task is solved on a
small graph before its first build. That time is part of `start`, and of the whole script, as its step `kernels`.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graphbench.algorithms.base import Algorithm
from graphbench.engines.base import Engine
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import clock
from graphbench.measure.job import Job
from graphbench.measure.protocol import Request

VERTICES = 2048
"""Enough for kernels of all degrees: libcugraph has others for vertices of degree 32 and of degree 1,024 on."""


class Loaded(NamedTuple):
    """What loading took.

    Attributes:
        seconds: until the device was done.
        compiled: kernels that CuPy compiled anew.
    """

    seconds: float
    compiled: int


def load(engine: Engine, module: Any, request: Request, algorithm: Algorithm, posed: EdgeList) -> Loaded:
    """Solve a problem of the same kind on a small graph. If that fails, the task itself will say why."""
    before = compiled()
    _, lap = clock.timed(engine, _solve, engine, module, request, algorithm, posed)
    return Loaded(lap.seconds, compiled() - before)


def compiled() -> int:
    """How many kernels CuPy has in its cache on disk."""
    folder = os.environ.get("CUPY_CACHE_DIR") or Path.home() / ".cupy" / "kernel_cache"
    with suppress(OSError):
        return sum(1 for _ in Path(folder).iterdir())
    return 0


def _solve(engine: Engine, module: Any, request: Request, algorithm: Algorithm, posed: EdgeList) -> None:
    with suppress(Exception), tempfile.TemporaryDirectory() as folder:
        params = request.problem.params
        drawn = params | ({"source": None} if "source" in params else {})
        small = algorithm.pose(small_graph(directed=posed.directed, weighted=posed.weights == "dataset"), seed=0)
        small = small.write(Path(folder) / "small.parquet")  # cuDF's reader has kernels too
        attached, inputs = algorithm.adapter(engine.name), algorithm.draw(small, drawn, 0)
        job = Job(request=request, algorithm=algorithm, attached=attached, engine=engine, posed=small, inputs=inputs)
        graph = engine.build(engine.read(small), small, **attached.build)
        graph = engine.convert(graph, small, **attached.build)
        job.prepare_inputs()
        job.collect(attached.call(module, graph, job.call(0)))


def small_graph(*, directed: bool, weighted: bool) -> EdgeList:
    """A hub joined to all other vertices, one joined to a hundred, and a path through all but the hub."""
    n = VERTICES
    ids = np.arange(n, dtype=np.int32)
    hub, second, path = (np.zeros_like(ids[1:]), ids[1:]), (np.ones_like(ids[3:103]), ids[3:103]), (ids[1:-1], ids[2:])
    src, dst = (np.concatenate(ends) for ends in zip(hub, second, path, strict=True))
    if directed:
        src, dst = np.concatenate([src, dst]), np.concatenate([dst, src])
    order = np.lexsort((dst, src))
    weight = np.ones(len(src)) if weighted else None
    return EdgeList.from_columns(src[order], dst[order], weight, num_vertices=n, directed=directed, name="small")
