"""Fetch a graph by name ahead of time."""

from __future__ import annotations

from pathlib import Path

from graphbench.errors import UsageError
from graphbench.graphs import catalogue, collections, suitesparse, web
from graphbench.graphs.download import Progress


def fetch(name: str, progress: Progress | None = None) -> Path:
    """The file of a named graph, downloaded unless it exists, and opened before it is kept.

    Args:
        name: a name of the catalogue, `GROUP/NAME` of the SuiteSparse collection, a bare NAME that is unique in its
            cached index, a name of another catalogue (`snap:ca-GrQc`), or an address.
        progress: called with the bytes done and the total (None if unknown).

    Returns:
        The file, verified by its checksum.

    Raises:
        UnknownNameError: if there is no such graph.
        UsageError: if the name is empty.
        DatasetError: if the matrix is rectangular or complex.
        ChecksumError: if every address that answered served other bytes, or no graph.
        FetchError: if no address answered.
    """
    name = name.strip()
    if not name:
        raise UsageError("The name of a graph is empty. See `graphbench list datasets`.")
    entry = catalogue.find(name)
    if entry is not None:
        if entry.path is not None:
            return entry.path
        return suitesparse.archive(entry.group or "", entry.name, expected=entry.sha256, progress=progress)[0]
    target = collections.target(name) or name
    if web.is_address(target):
        return web.fetched(target, progress)[0]
    matrix = suitesparse.resolve(target, progress)
    matrix.refuse_unless_graph()
    return suitesparse.archive(matrix.group, matrix.name, matrix=matrix, progress=progress)[0]
