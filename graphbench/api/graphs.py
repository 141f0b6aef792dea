"""Graphs by name, from files, and from memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphbench.errors import UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure.options import Options, revised
from graphbench.measure.spelling import python_call
from graphbench.reporting.progress import follow

if TYPE_CHECKING:
    from graphbench.graphs.formats.table_roles import TableOptions

Download = Callable[[int, int | None], None]
"""Called while a graph is fetched: bytes so far, bytes in all if known."""

DEFAULTS = Options()


COLUMNS = ("source_column", "target_column", "weight_column")
"""Other names of `source`, `target` and `weight`."""


@python_call(lambda: COLUMNS)
def load(
    dataset: Any,
    *,
    directed: bool | None = None,
    source: Any = None,
    target: Any = None,
    weight: Any = None,
    no_weight: bool = False,
    header: bool | None = None,
    delimiter: str | None = None,
    drop_missing: bool = False,
    names: bool = False,
    progress: bool | Download | None = None,
    **columns: Any,
) -> EdgeList:
    """The cleaned edges of a graph.

    Args:
        dataset: a catalogue name, `GROUP/NAME` in the SuiteSparse Matrix Collection, a file, a generator such as
            `ba:n=1000,m=5`, or a graph in memory: a table of edges (pandas, Polars, Arrow, cuDF), a list of edge
            tuples, a graph of NetworkX, igraph, NetworKit or cuGraph, a square matrix of SciPy or NumPy.
        directed: how to read rows where the format does not say (CSV, Parquet, frames); default undirected. True makes
            two arcs of each edge of an undirected object.
        source: the column of sources in a table; its number from 1 in a file without a header.
        target: the column of targets, likewise.
        weight: the column of weights, likewise; of a NetworkX or igraph graph, the edge attribute.
        no_weight: read no weights.
        header: whether the first row of a text table names the columns.
        delimiter: what separates the columns of a text table.
        drop_missing: leave out rows of a table in which a vertex or the weight is missing, or is a word among integers.
        names: take the vertices of a table as names, also those that look like integers.
        progress: as for :func:`run`, or a function that is called with bytes so far and bytes in all while a graph is
            downloaded.
        columns: `source_column`, `target_column` and `weight_column` are accepted too, as :func:`run` calls them.

    Returns:
        The edges, each once, without self-loops, vertices numbered from 0; `labels` has their own names.

    Raises:
        UnknownNameError: nothing answers to the name.
        DatasetError: the graph cannot be had, breaks its format, or is not clearly the one that is meant.
    """
    given = {"source": source, "target": target, "weight": weight} | columns
    others = {
        "no_weight": no_weight, "header": header, "delimiter": delimiter, "drop_missing": drop_missing, "names": names
    }  # fmt: skip
    options = columns_of(given, others)
    table = revised(DEFAULTS, options).table
    if callable(progress):
        return dataset_of(dataset, directed, table, progress).edges
    with follow(progress) as follower:
        return dataset_of(dataset, directed, table, follower.fetching(dataset)).edges


def columns_of(given: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Options of a table, by their full names: `source` and the like are taken out of the given arguments.

    Raises:
        UsageError: if a role is given by both of its names.
    """
    found = dict(others)
    for role in ("source", "target", "weight"):
        short, full = given.pop(role, None), given.pop(f"{role}_column", None)
        if short is not None and full is not None:
            raise UsageError(f"{role}={short!r} and {role}_column={full!r} are the same argument. Leave one out.")
        value = full if short is None else short
        found[f"{role}_column"] = None if value is None else str(value)
    return found


def dataset_of(source: Any, directed: bool | None, table: TableOptions, progress: Download | None) -> Dataset:
    """A graph by name, from a file or from memory.

    Raises:
        DatasetError: as for :func:`load`.
    """
    from graphbench import graphs

    if isinstance(source, Dataset):
        return source
    if isinstance(source, str | os.PathLike):
        return graphs.load(source, directed=directed, options=table, progress=progress)
    return graphs.from_object(source, directed=directed, options=table)
