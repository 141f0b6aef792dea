"""Graphs in memory: objects of graph libraries, tables, matrices, edge lists in Python.

An object's library is identified by the module name of its classes, so no library is imported for the test.
"""

from __future__ import annotations

import dataclasses
import hashlib
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

import msgspec

from graphbench.errors import InputError, UsageError
from graphbench.graphs import cache
from graphbench.graphs.clean import Dataset, Raw, kind_of_ids, reading_of
from graphbench.graphs.convert import (
    WEIGHT_ADVICE,
    from_matrix,
    from_networkx,
    ignored_attributes,
    in_order,
    missing_weights,
    weights,
)
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats import table_roles
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.graphs.from_tables import arrow_table, from_array, from_arrow, from_edges, from_pandas, named
from graphbench.graphs.loading import dataset, load
from graphbench.records.model import Reading
from graphbench.system.lazy import np

ACCEPTED = (
    "a table of edges (pandas, Polars, Arrow, cuDF), a list of edge tuples, a graph of NetworkX, igraph, NetworKit or "
    "cuGraph, a square matrix of SciPy or NumPy, or an EdgeList"
)


def from_object(
    graph: Any, name: str = "graph", directed: bool | None = None, options: TableOptions = table_roles.NONE
) -> Dataset:
    """Clean a graph that is in memory and cache it, so that worker processes can open it.

    ===================  ==============================================================================================
    object               how it is read
    ===================  ==============================================================================================
    table                of pandas, Polars, Arrow, cuDF, or any other with the Arrow interface: like a table in a file
                         (:mod:`.formats.table_roles`); levels of an index are columns unless they only number the
                         rows; a pandas frame whose index has the names of its columns is an adjacency matrix
    edge tuples          a list of (u, v), (u, v, weight) or (u, v, {"weight": weight})
    NetworkX, igraph,    nodes in sorted order, with their names unless those are 0, 1, ...; the edge attribute `weight`
    NetworKit, cuGraph   or that named by the user; 1, with a warning, for an edge without it if any edge has it
    SciPy, NumPy         a square matrix; undirected if it is symmetric; unweighted if all stored values are 1 or
                         boolean; duplicate coordinates are summed, as in SciPy; an array of two or three columns is a
                         table
    EdgeList             unchanged
    ===================  ==============================================================================================

    Args:
        graph: any of these.
        name: in tables and records.
        directed: whether (u, v) differs from (v, u), for objects that do not define it (a table is undirected by
            default). True makes two arcs of each edge of an undirected object; False drops the direction of any object.
        options: what the user says about the columns.

    Raises:
        UsageError: if the object has another type, or options do not apply to it.
        InputError: if it is not a graph: a rectangular matrix, weights that are not numbers, a frame with one column.
    """
    if isinstance(graph, EdgeList) and graph.on_device:
        table_roles.refuse_options(options, "an EdgeList has no columns to choose", python=True)
        return load(graph.name, directed=directed)
    raw = _with_direction(_raw(graph, directed, options), directed)
    edges, cleaning = cache.cleaned(_content(raw), name, lambda: raw)
    cleaning = msgspec.structs.replace(cleaning, reading=reading_of(raw))  # equal graphs may come from different tables
    found = dataset(name, edges, cleaning, source=f"{_type(graph)} in memory")
    for warning in found.info.reading.warnings if found.info.reading else ():
        warnings.warn(f"{name}: {warning}", stacklevel=2)
    return found


def is_edges(given: Any) -> TypeGuard[Iterable[Any]]:
    """Whether an object is a collection of edge tuples, and not one of datasets."""
    return (
        isinstance(given, list | tuple | set | frozenset)
        and len(given) > 0
        and all(isinstance(edge, tuple | list) and len(edge) in {2, 3} for edge in given)
    )


def _with_direction(raw: Raw, directed: bool | None) -> Raw:
    """The rows with the direction that the user wants: an undirected edge is an arc each way."""
    if directed is None or raw.directed == directed:
        return raw
    if not directed:
        return dataclasses.replace(raw, directed=False)
    back = raw.src != raw.dst  # a loop is its own mirror image
    weight = None if raw.weight is None else np.concatenate([raw.weight, raw.weight[back]])
    src, dst = np.concatenate([raw.src, raw.dst[back]]), np.concatenate([raw.dst, raw.src[back]])
    return dataclasses.replace(raw, src=src, dst=dst, weight=weight, directed=True)


def _type(graph: Any) -> str:
    return f"{type(graph).__module__}.{type(graph).__qualname__}"


def _raw(graph: Any, directed: bool | None, options: TableOptions) -> Raw:
    libraries = {base.__module__.partition(".")[0] for base in type(graph).__mro__}
    if "pandas" in libraries and hasattr(graph, "to_frame") and hasattr(graph, "index"):  # a series
        graph = graph.to_frame()
    if "pandas" in libraries and hasattr(graph, "columns"):
        return from_pandas(graph, directed, options)
    if "polars" in libraries and hasattr(graph, "collect"):
        graph = graph.collect()
    if (table := arrow_table(graph, libraries)) is not None:
        return from_arrow(table, f"{_type(graph)}", directed, options)
    if isinstance(graph, np.ndarray):
        return from_array(graph, directed, options)
    if is_edges(graph):
        _refuse_layout(options, "a list of edges has no columns to choose")
        return from_edges(list(graph), bool(directed), options)
    _refuse_layout(options, f"{_type(graph)} is not a table")
    raw = _from_graph(graph, libraries, directed, options)
    if options.no_weight:
        raw = dataclasses.replace(raw, weight=None)
    if raw.reading is not None:
        return raw
    weight = "" if raw.weight is None else options.weight or "weight"
    found = [] if options.no_weight else _warnings(graph, libraries, weight)
    reading = Reading(format=_type(graph), weight=weight, rows=len(raw.src), ids=kind_of_ids(raw.names), warnings=found)
    return dataclasses.replace(raw, reading=reading)


def _refuse_layout(options: TableOptions, why: str) -> None:
    """Refuse options about columns other than that of weights, which is an edge attribute of a graph."""
    others = dataclasses.replace(options, weight=None, no_weight=False, drop_missing=False)
    table_roles.refuse_options(others, why, python=True)


def _from_graph(graph: Any, libraries: set[str], directed: bool | None, options: TableOptions) -> Raw:
    attribute = options.weight or "weight"
    # An nx-cugraph graph is a NetworkX graph too.
    if libraries & {"networkx", "nx_cugraph"} and hasattr(graph, "adj"):
        if options.weight is not None and not any(options.weight in data for *_, data in graph.edges(data=True)):
            raise InputError(f"No edge has the attribute {options.weight!r}. Choose another weight.")
        return from_networkx(graph, attribute)
    if "igraph" in libraries and hasattr(graph, "get_edgelist"):
        return _from_igraph(graph, attribute, options.weight is not None)
    if options.weight is not None:
        raise UsageError(f"{_type(graph)} has no named weights. Leave out weight_column={options.weight!r}.")
    if isinstance(graph, EdgeList):
        return Raw.of_edges(graph)
    if "scipy" in libraries and hasattr(graph, "tocsr"):
        return from_matrix(graph, directed)
    if "networkit" in libraries and hasattr(graph, "iterEdgesWeights"):
        return _from_networkit(graph)
    if "cugraph" in libraries and hasattr(graph, "decompress_to_edgelist"):
        return _from_cugraph(graph)
    raise _unsupported(graph)


def _unsupported(graph: Any) -> UsageError:
    advice = "Convert the graph to one"
    if isinstance(graph, Mapping):
        advice = "For lists of neighbours, pass networkx.Graph(graph)"
    elif isinstance(graph, Iterable) and not isinstance(graph, list):
        advice = "For tuples of edges, pass list(graph)"
    return UsageError(f"Unsupported type of graph: {_type(graph)}. Expected {ACCEPTED}. {advice}.")


def _warnings(graph: Any, libraries: set[str], weight: str) -> list[str]:
    """A warning of edges of NetworkX or igraph without a weight, or of numeric attributes if there are no weights."""
    if libraries & {"networkx", "nx_cugraph"} and hasattr(graph, "adj"):
        if weight:
            return missing_weights(value for *_, value in graph.edges(data=weight))
        return ignored_attributes((data for *_, data in graph.edges(data=True)), WEIGHT_ADVICE)
    if "igraph" in libraries and hasattr(graph, "get_edgelist"):
        if weight:
            return missing_weights(graph.es[weight])
        columns = ((name, graph.es[name]) for name in graph.es.attributes())
        return ignored_attributes(({name: value} for name, values in columns for value in values), WEIGHT_ADVICE)
    return []


def _from_igraph(graph: Any, attribute: str, required: bool) -> Raw:
    rows = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    names, ids = None, np.arange(graph.vcount(), dtype=np.int64)
    if "name" in graph.vs.attributes():
        names, ids = named(graph.vs["name"])
    weight = None
    if attribute in graph.es.attributes():
        weight = weights([1.0 if value is None else value for value in graph.es[attribute]])
    elif required:
        raise InputError(
            f"No edge has the attribute {attribute!r}; found: {', '.join(graph.es.attributes()) or 'none'}."
        )
    return Raw(
        src=ids[rows[:, 0]],
        dst=ids[rows[:, 1]],
        weight=weight,
        num_vertices=graph.vcount(),
        directed=bool(graph.is_directed()),
        names=names,
    )


def _from_networkit(graph: Any) -> Raw:
    nodes = np.fromiter(graph.iterNodes(), dtype=np.int64, count=graph.numberOfNodes())
    names, ids = in_order(nodes)
    number = np.zeros(graph.upperNodeIdBound() + 1, dtype=np.int64)
    number[nodes] = ids
    rows = list(graph.iterEdgesWeights())
    src, dst, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return Raw(
        src=number[np.array(src, dtype=np.int64)],
        dst=number[np.array(dst, dtype=np.int64)],
        weight=weights(weight) if graph.isWeighted() else None,
        num_vertices=len(nodes),
        directed=bool(graph.isDirected()),
        names=names,
    )


def _from_cugraph(graph: Any) -> Raw:
    frame = graph.decompress_to_edgelist().to_pandas()
    raw = dataclasses.replace(from_pandas(frame, bool(graph.is_directed()), table_roles.NONE), reading=None)
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
    state = hashlib.sha256(f"{raw.num_vertices} {raw.first} {raw.directed} {raw.weight is not None}".encode())
    for column in (raw.src, raw.dst, raw.weight):
        if column is not None:
            state.update(f"{column.dtype.str} {len(column)}".encode())
            state.update(np.ascontiguousarray(column).data)
    if raw.names is not None:
        for name in raw.names.tolist():
            state.update(repr(name).encode() + b"\n")
    return state.hexdigest()
