"""Prints the algorithms whose call by an engine starts threads: `started_threads.py ENGINE`.

Each is called in a process of its own, as OpenMP's threads stay. The library is imported before they are forked.
"""

import multiprocessing
import sys
from pathlib import Path

import numpy as np
import psutil

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]

from graphbench import registry  # noqa: E402
from graphbench.errors import GraphbenchError  # noqa: E402
from helpers.graphs import graph, library, posed, raw  # noqa: E402


def started(engine, algorithm):
    """How many threads the call starts."""
    ends = np.random.default_rng(0).integers(0, 1000, (4000, 2))
    edges = graph(np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]]), axis=0).tolist(), 1000)
    try:
        posed(algorithm, edges)
        before = psutil.Process().num_threads()
        raw(engine, algorithm, edges)
    except GraphbenchError:
        return 0
    return psutil.Process().num_threads() - before


if __name__ == "__main__":
    library(sys.argv[1])
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        names = registry.algorithm_names()
        tasks = [(sys.argv[1], name) for name in names]
        for name, threads in zip(names, pool.starmap(started, tasks, chunksize=1), strict=True):
            if threads > 1:  # pyarrow and NumPy may start one of their own
                print(name)
