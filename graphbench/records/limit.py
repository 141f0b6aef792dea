"""How far a call is from the limit that memory sets: the least bytes that it must move, against a plain copy.

The bound counts what any algorithm has to read: each stored entry once, as a 32-bit id where ids fit, and each vertex's
value once. Everything else that an engine moves (offsets, weights, queues, further passes) is left out, so the share
of the bandwidth that a call reaches is at least this. PageRank counts one pass, however many iterations it took.

- BFS and SSSP read the entries of the vertices that they reach. If u vertices that have edges are left out, theirs are
  at most u (u - 1) entries of an undirected graph, u (n - 1) of a directed one. A search that may skip entries has no
  bound.
- Components, cores, triangles and communities need each edge once: an undirected edge is one entry at least.
- Transpose reads each entry and writes it.
"""

from __future__ import annotations

from statistics import median

from graphbench.records.model import DatasetInfo, Limit, PosedInfo, Record

_SEARCHES = frozenset({"bfs", "sssp"})
_EACH_EDGE_ONCE = frozenset({"core-number", "leiden", "louvain", "scc", "triangle-count", "wcc"})
ALGORITHMS = frozenset({"pagerank", "transpose"}) | _SEARCHES | _EACH_EDGE_ONCE
"""Problems with a bound."""


def least_bytes(algorithm: str, posed: PosedInfo, *, reached: int | None = None, isolated: int = 0) -> int | None:
    """The least bytes that a call must move; None without a bound.

    Args:
        algorithm: its name.
        posed: the graph as posed.
        reached: BFS and SSSP: vertices that the search reached.
        isolated: vertices without an edge.
    """
    size, n, entries = id_bytes(posed), posed.num_vertices, posed.num_entries
    if algorithm in _EACH_EDGE_ONCE:
        return size * (posed.num_edges + n)
    if algorithm == "transpose":
        return size * 2 * entries
    if algorithm == "pagerank":
        return size * entries + 8 * n
    if algorithm in _SEARCHES and reached is not None:
        beyond = max(n - reached - isolated, 0)
        unread = beyond * ((n if posed.directed else beyond) - 1)
        return size * (max(entries - unread, reached - 1, 0) + reached)
    return None


def id_bytes(posed: PosedInfo) -> int:
    """Bytes of a vertex id."""
    return 4 if posed.num_vertices < 2**31 else 8


def limit(record: Record, copy_bytes_s: float, cache_bytes: int | None, dataset: DatasetInfo) -> Limit | None:
    """The limit of a task whose call was timed; None without a bound."""
    if record.posed is None or record.task.params.get("direction_optimizing"):
        return None
    least = least_bytes(
        record.task.algorithm, record.posed, reached=record.answer.get("reached"), isolated=dataset.num_isolated
    )
    if least is None:
        return None
    graph_bytes = id_bytes(record.posed) * (record.posed.num_entries + record.posed.num_vertices)
    return Limit(least_bytes=least, graph_bytes=graph_bytes, copy_bytes_s=copy_bytes_s, cache_bytes=cache_bytes)


def share(record: Record) -> float | None:
    """The least share of the memory's bandwidth that a call reaches: of warm calls in the median, else of the first."""
    seconds = median(record.phases.call_s) if record.phases.call_s else record.phases.first_s
    if record.limit is None or not seconds:
        return None
    return record.limit.least_bytes / seconds / record.limit.copy_bytes_s


def fits_in_cache(record: Record) -> bool:
    """Whether the graph is smaller than the last-level cache, so that memory sets no limit."""
    found = record.limit
    return found is not None and found.cache_bytes is not None and found.graph_bytes <= found.cache_bytes
