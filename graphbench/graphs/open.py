"""Open a cached edge list by the suffix of its file: Parquet, or the recipe of a graph generated on a device."""

from __future__ import annotations

import os
from pathlib import Path

from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.on_device.edges import DeviceEdgeList


def open_edges(path: str | os.PathLike[str], name: str = "", *, verify: bool = False) -> EdgeList:
    """Open a file that `write` of either kind of edge list wrote; reads only metadata or the recipe.

    Args:
        path: the file.
        name: of the dataset, for messages; by default the file's stem, or the name in the recipe.
        verify: also read a Parquet file through once and compare it with the checksum taken when it was written.

    Raises:
        FormatError: if the file is damaged or was written by another program.
    """
    path = Path(path)
    if path.suffix == DeviceEdgeList.suffix:
        return DeviceEdgeList.read(path, name)
    return EdgeList.open(path, name, verify=verify)
