"""Sparse matrices and renumbered edge lists: an answer holds exactly the entries of a matrix or the edges of a graph.

Theorem: two sorted lists are equal as multisets exactly if they are equal row by row. These problems compute nothing,
so no value may differ, not even by rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from graphbench.certificates.checks import Wrong, raise_if
from graphbench.graphs.columns import Columns, compressed_rows, merge_parallel
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Ids: TypeAlias = "npt.NDArray[np.int64]"
_ENTRIES_AT_ONCE = 1 << 17


def require_entries(edges: EdgeList, answer: npt.NDArray[Any], *, transposed: bool = False) -> dict[str, float | int]:
    """Check that these are the entries of the adjacency matrix, each once and with its value.

    Both lists being sorted, they are equal as sets exactly if they are equal row by row. A transpose takes one counting
    pass more.

    Args:
        edges: the posed graph, directed.
        answer: kind `arcs`.
        transposed: compare with the entries of the transpose.

    Returns:
        The number of entries, and of those in the fullest row.

    Raises:
        Wrong: if they are not.
    """
    raise_if(_form_fault(answer, (edges.num_edges, 3 if edges.weighted else 2), "entries"))
    src, dst, weight = edges.to_numpy()
    values: npt.NDArray[Any] = np.zeros(len(src), dtype=np.int8) if weight is None else weight
    rows: Any = compressed_rows(src, dst, values, edges.num_vertices)
    if transposed:
        rows = rows.T.tocsr()
    done = 0
    for piece in _pieces(rows):
        part = answer[done : done + len(piece.src)]
        wrong = part[:, 0] != piece.src
        wrong |= part[:, 1] != piece.dst
        if weight is not None:
            wrong |= part[:, 2] != piece.weight
        if wrong.any():
            at = int(np.argmax(wrong))
            expected = [column[at] for column in piece[: part.shape[1]] if column is not None]
            raise Wrong(f"found {_entry(part[at])} where {_entry(expected)} was expected")
        done += len(part)
    return {"entries": len(answer), "fullest_row": int(np.diff(rows.indptr).max(initial=0))}


def _pieces(rows: Any) -> Iterator[Columns]:
    """The entries of compressed rows, a few at once: less memory, and faster."""
    for start in range(0, rows.nnz, _ENTRIES_AT_ONCE):
        stop = min(start + _ENTRIES_AT_ONCE, rows.nnz)
        first, last = np.searchsorted(rows.indptr, [start + 1, stop])
        counts = np.diff(rows.indptr[first - 1 : last + 1].clip(start, stop))
        numbers = np.repeat(np.arange(first - 1, last, dtype=rows.indices.dtype), counts)
        yield Columns(numbers, rows.indices[start:stop], rows.data[start:stop])


def require_numbering(edges: EdgeList, answer: npt.NDArray[Any], ids: Ids) -> None:
    """Check a numbering of the vertices that have edges, and the edges in these numbers.

    Theorem. Let k vertices have edges. If the table gives the numbers 0 to k - 1 to k different ids of such vertices,
    it is one to one and onto. If the edges, mapped back by the table, are those of the graph, each equally often, they
    are the graph with its vertices renamed.

    Args:
        edges: the posed graph.
        answer: kind `numbering`.
        ids: the external id of each vertex, shape (num_vertices,), all different.

    Raises:
        Wrong: if it is not a numbering.
    """
    src, dst, _ = edges.to_numpy()
    present = np.zeros(edges.num_vertices, dtype=bool)
    present[src] = present[dst] = True
    count = int(np.count_nonzero(present))
    raise_if(_form_fault(answer, (count + len(src), 2), "a table and edges"))
    vertex_of = _vertex_of_number(answer[:count], ids, present)
    raise_if(_renamed_fault(edges, answer[count:], vertex_of))


def _vertex_of_number(table: Ids, ids: Ids, present: npt.NDArray[np.bool_]) -> Ids:
    """The vertex of each number in the table, which must be one to one."""
    number, wanted = table.T
    order = np.argsort(ids)
    vertex_of: Ids = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    first = np.full(len(ids), -1)
    first[vertex_of[::-1]] = np.arange(len(number))[::-1]
    for wrong, why in (
        (number != np.arange(len(number)), f"is out of order: the numbers must be 0 to {len(number) - 1:,}"),
        (ids[vertex_of] != wanted, "is that of an id that no vertex has"),
        (~present[vertex_of], "is that of a vertex without edges"),
        (first[vertex_of] != np.arange(len(number)), "is that of an id that already has a number"),
    ):
        if wrong.any():
            at = int(np.argmax(wrong))
            raise Wrong(f"the number {int(number[at]):,} (id {int(wanted[at])}) {why}")
    return vertex_of


def _renamed_fault(edges: EdgeList, renumbered: Ids, vertex_of: Ids) -> str:
    """Why renumbered edges, mapped back, are not those of the graph."""
    outside = ((renumbered < 0) | (renumbered >= len(vertex_of))).any(axis=1)
    if outside.any():
        u, v = renumbered[np.argmax(outside)]
        return f"an edge between {u:,} and {v:,}, but the numbers are 0 to {len(vertex_of) - 1:,}"
    tail, head = vertex_of[renumbered[:, 0]], vertex_of[renumbered[:, 1]]
    if not edges.directed:
        tail, head = np.minimum(tail, head), np.maximum(tail, head)
    tail, head, _, repeated, _ = merge_parallel(tail, head, None, edges.num_vertices)
    if repeated:
        return f"duplicate edges: {repeated:,}"
    src, dst, _ = edges.to_numpy()
    other = (tail != src) | (head != dst)
    if other.any():
        at = int(np.argmax(other))
        return f"found the edge {tail[at]:,} - {head[at]:,} where {src[at]:,} - {dst[at]:,} was expected"
    return ""


def _form_fault(answer: npt.NDArray[Any], shape: tuple[int, int], noun: str) -> str:
    kind = np.floating if shape[1] == 3 else np.integer
    if answer.shape != shape:
        return f"{noun} of shape {answer.shape} where {shape} was expected"
    if not np.issubdtype(answer.dtype, kind):
        return f"{noun} are {answer.dtype} where {kind.__name__} values were expected"
    return ""


def _entry(row: Any) -> str:
    value = "" if len(row) < 3 else f" = {float(row[2]):.17g}"
    return f"({int(row[0]):,}, {int(row[1]):,}){value}"
