"""Graphs in memory: objects of NetworkX, pandas, cuDF, Polars, PyArrow, SciPy or cuGraph, and edge lists.

An object's library is identified by the module name of its classes, so no library is imported for the test.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import InputError, UsageError
from graphbench.graphs import cache
from graphbench.graphs.clean import Dataset, Raw
from graphbench.graphs.convert import from_matrix, from_networkx, in_order, numbers
from graphbench.graphs.edgelist import EdgeList, Ids
from graphbench.graphs.formats import table_layout, vertex_ids
from graphbench.graphs.loading import dataset, load

ACCEPTED = (
    "a NetworkX graph, a frame of edges (pandas, cuDF, Polars, PyArrow), a SciPy sparse matrix, a cuGraph graph or an "
    "EdgeList"
)


def from_object(graph: Any, name: str = "graph", directed: bool | None = None) -> Dataset:
    """Clean a graph that is in memory and cache it, so that worker processes can open it.

    ===============  ==================================================================================================
    object           how it is read
    ===============  ==================================================================================================
    NetworkX         nodes in sorted order, with their names unless those are 0, 1, ...; the edge attribute `weight`,
                     1 for an edge without it, if any edge has it
    frame            like a table in a file: columns source/src/from/... and destination/dst/target/to/..., else the
                     first two; the column named weight, if it exists
    SciPy            a square matrix; undirected if it is symmetric; unweighted if all stored values are 1 or boolean;
                     duplicate coordinates are summed, as in SciPy
    cuGraph          its edges, vertices and weights
    EdgeList         unchanged
    ===============  ==================================================================================================

    Args:
        graph: any of these.
        name: in tables and records.
        directed: whether (u, v) differs from (v, u), for objects that do not define it (a frame is undirected by
            default). False drops the direction of any object.

    Raises:
        UsageError: if the object has another type.
        InputError: if it is not a graph: a rectangular matrix, weights that are not numbers, a frame with one column.
    """
    if isinstance(graph, EdgeList) and graph.on_device:
        return load(graph.name, directed=directed)
    raw = _raw(graph, directed)
    if directed is not None and raw.directed != directed:
        raw = dataclasses.replace(raw, directed=directed)
    edges, cleaning = cache.cleaned(_content(raw), name, lambda: raw)
    return dataset(name, edges, cleaning, source=f"{type(graph).__module__}.{type(graph).__qualname__} in memory")


def _raw(graph: Any, directed: bool | None) -> Raw:
    if isinstance(graph, EdgeList):
        src, dst, weight = graph.to_numpy()
        return Raw(
            src=src,
            dst=dst,
            weight=weight,
            num_vertices=graph.num_vertices,
            directed=graph.directed,
            names=graph.names,
        )
    libraries = {base.__module__.partition(".")[0] for base in type(graph).__mro__}
    if libraries & {"pandas", "cudf", "polars", "pyarrow"} and hasattr(graph, "columns"):
        return _from_frame(graph if "pandas" in libraries else graph.to_pandas(), bool(directed))
    if "scipy" in libraries and hasattr(graph, "tocsr"):
        return from_matrix(graph, directed)
    # An nx-cugraph graph is a NetworkX graph too.
    if libraries & {"networkx", "nx_cugraph"} and hasattr(graph, "adj"):
        return from_networkx(graph)
    if "cugraph" in libraries and hasattr(graph, "decompress_to_edgelist"):
        return _from_cugraph(graph)
    kind = f"{type(graph).__module__}.{type(graph).__qualname__}"
    raise UsageError(f"Unsupported type of graph: {kind}. Expected {ACCEPTED}. Convert the graph to one of them.")


def _from_frame(frame: Any, directed: bool) -> Raw:
    def called(known: frozenset[str]) -> Any:
        found = [column for column in frame.columns if str(column).casefold() in known]
        return found[0] if len(found) == 1 else None

    columns = list(frame.columns)
    if repeated := [str(name) for name, times in Counter(columns).items() if times > 1]:
        raise InputError(
            f"The frame has several columns named {', '.join(map(repr, repeated))}; expected different names. "
            "Rename or drop columns."
        )
    source, destination, weighted = (
        called(table_layout.SOURCES),
        called(table_layout.DESTINATIONS),
        called(table_layout.WEIGHTS),
    )
    if source is None or destination is None:
        if len(columns) < 2:
            raise InputError(f"The frame has the columns {columns}; expected a source and a destination.")
        source, destination = columns[:2]
    weight = None
    if weighted is not None and weighted not in {source, destination}:
        weight = numbers(frame[weighted].to_numpy())
    src, dst, names = _number_ends(_vertices(frame[source]), _vertices(frame[destination]))
    count = vertex_ids.count(src, dst, names)
    return Raw(src=src, dst=dst, weight=weight, num_vertices=count, directed=directed, names=names)


def _vertices(column: Any) -> npt.NDArray[Any]:
    """A pandas column of vertices, as int64 if all values are whole numbers."""
    if bool(column.isna().any()):
        raise InputError(f"The column {column.name!r} has empty cells; expected vertices. Drop these rows.")
    values: npt.NDArray[Any] = column.infer_objects().to_numpy()
    if values.dtype.kind not in "iuf":
        return values
    # pandas converts integers to floats if a cell was empty.
    whole = values.dtype.kind != "f" or bool(np.all(np.rint(values) == values))
    limit = 2**53 if values.dtype.kind == "f" else 2**63
    if not whole or bool(np.any(values >= limit)):
        raise InputError(
            f"The column {column.name!r} has fractions or numbers beyond 64 bits; expected integers or names as "
            "vertices. Renumber the vertices."
        )
    return values.astype(np.int64)


def _number_ends(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> tuple[Ids, Ids, npt.NDArray[Any] | None]:
    if one.dtype == two.dtype == np.int64:
        return vertex_ids.number_integers(one, two)
    import pyarrow as pa

    texts = [pa.array([str(value) for value in values], pa.string()) for values in (one, two)]
    return vertex_ids.numbered([texts[0]], [texts[1]])


def _from_cugraph(graph: Any) -> Raw:
    raw = _from_frame(graph.decompress_to_edgelist().to_pandas(), bool(graph.is_directed()))
    vertices = graph.nodes().to_pandas().to_numpy()
    if len(vertices) == raw.num_vertices:
        return raw
    # Isolated vertices are in no row: number all vertices, and map the rows to these numbers.
    names, ids = in_order(vertices)
    number = dict(zip(vertices.tolist(), ids.tolist(), strict=True))
    occurring = np.arange(raw.num_vertices) if raw.names is None else raw.names
    moved = np.array([number[vertex] for vertex in occurring.tolist()], dtype=np.int64)
    return dataclasses.replace(raw, src=moved[raw.src], dst=moved[raw.dst], num_vertices=len(vertices), names=names)


def _content(raw: Raw) -> str:
    """A digest of everything that determines the cleaned graph."""
    state = hashlib.sha256(f"{raw.num_vertices} {raw.directed} {raw.weight is not None}".encode())
    for column in (raw.src, raw.dst, raw.weight):
        if column is not None:
            state.update(f"{column.dtype.str} {len(column)}".encode())
            state.update(np.ascontiguousarray(column).data)
    if raw.names is not None:
        for name in raw.names.tolist():
            state.update(repr(name).encode() + b"\n")
    return state.hexdigest()
