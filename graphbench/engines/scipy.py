"""SciPy: sparse matrices in C++ and the algorithms of `scipy.sparse.csgraph`, on one thread.

Only its dense linear algebra, which eigenvectors and k-means use, runs in BLAS on all threads: problems without it are
measured once, on one thread.

A graph is its adjacency matrix, a `csr_array` with both directions of an undirected edge, float64 weights (1.0 if
unweighted) and sorted rows. SciPy has few algorithms, but many programs use them without any graph library. Where its
users write a few lines on matrices and arrays (PageRank, triangles, core numbers), the adapter is those lines, as in
Kepner, Gilbert, "Graph Algorithms in the Language of Linear Algebra", SIAM (2011), without a Python loop over vertices
or edges. Times in comments are CPU times of one thread on coAuthorsDBLP and email-Enron (SciPy 1.17).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from graphbench.algorithms._iterating import lanczos_tolerance, raises_convergence_error, stop_at_total, unit
from graphbench.algorithms._lists import disorder, external_ids
from graphbench.algorithms.base import Call, Kind, Renumbered, Scaled
from graphbench.engines.base import Collected, CompressedRows, Ends, Engine, Numbering, Settings, matrix
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

ENTRIES_AT_ONCE = 4_000_000
"""Entries of rows that are copied out of a matrix at a time: all rows of all edges would not fit."""

BASIS = 8
"""Vectors of ARPACK's basis for one eigenvector; with SciPy's 20 it took 1.4 times as long."""


class SciPy(Engine):
    """Graphs as sparse matrices; answers as arrays and sparse matrices."""

    name = "scipy"
    title = "SciPy"
    revision = 4
    library = "scipy"
    distributions: ClassVar[tuple[str, ...]] = ("scipy",)
    extra = "cpu"
    speed_class = 1
    parallel = ("eigenvector", "hits", "spectral-balanced-cut", "spectral-modularity")
    gap = "not in the library: it moves vertices one after the other, which operations on matrices cannot"

    def start(self, settings: Settings) -> Any:
        """Import SciPy, and the parts of it that are otherwise imported at their first use."""
        import pandas  # noqa: F401, ICN001 - for renumbering
        import scipy.cluster.vq
        import scipy.sparse.csgraph

        return scipy

    def build(
        self,
        columns: Columns,
        edges: EdgeList,
        *,
        listed: Literal["entries", "external", "edges"] | None = None,
        **_: Any,
    ) -> Any:
        """The adjacency matrix in compressed, sorted rows.

        Args:
            columns: the edges.
            edges: for counts.
            listed: return the input of a conversion, in random order: the entries of the matrix as a `coo_array`,
                without weights with values of one byte, or the two columns of edges between external ids; or the
                matrix with one entry for each edge (`edges`).
        """
        from scipy.sparse import coo_array

        src, dst, weight = columns
        if listed == "external":
            ids, order = external_ids(edges.num_vertices), disorder(len(src))
            return ids[src[order]], ids[dst[order]]
        if listed != "entries":
            rows = matrix(columns, edges.num_vertices)
            if edges.directed or listed == "edges":
                return rows
            if rows.data.all():  # a sum of matrices drops entries of value 0
                return rows + rows.T.tocsr()
        values = np.ones(len(src), dtype=bool if listed else float) if weight is None else weight
        if not edges.directed:
            src, dst, values = np.concatenate([src, dst]), np.concatenate([dst, src]), np.concatenate([values, values])
        if listed == "entries":
            order = disorder(len(src))
            src, dst, values = src[order], dst[order], values[order]
        entries = coo_array((values, (src, dst)), shape=(edges.num_vertices, edges.num_vertices))
        if not listed:
            return entries.tocsr()
        entries.has_canonical_format = True  # there are no duplicates, so the conversion need not look for them
        return entries

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> npt.NDArray[np.int64]:
        """An array, to index rows of a matrix."""
        return vertices

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Arrays are in the order of the vertices or pairs."""
        match kind:
            case "vectors":
                return np.stack(raw, axis=1)
            case "edges":
                # An undirected edge may be an entry in one direction or in both.
                graph, ids = raw if isinstance(raw, Renumbered) else (raw, None)
                src, dst = graph.tocoo().coords
                return Ends(src, dst, ids, listed="either")
            case "arcs":
                return CompressedRows(raw.indptr, raw.indices, raw.data if edges.weighted else None)
            case "numbering":
                return Numbering(raw.vertices, *raw.graph)
            case _:
                return np.asarray(raw)


engine = SciPy()


@engine.solves("wcc", build={"listed": "edges"})
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    # It transposes the matrix itself: from one with both directions it takes twice as long (78 and 39 ms).
    return scipy.sparse.csgraph.connected_components(graph, directed=False)[1]


@engine.solves("scc")
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    return scipy.sparse.csgraph.connected_components(graph, directed=True, connection="strong")[1]


class _Search(NamedTuple):
    """A breadth-first search.

    Attributes:
        order: the reached vertices, shape (r,).
        position: of each vertex in the order, shape (n,); undefined where it is not reached.
        cuts: where each level starts in the order, and r.
    """

    order: npt.NDArray[Any]
    position: npt.NDArray[Any]
    cuts: list[int]


def _search(scipy: Any, graph: Any, source: int) -> _Search:
    """The levels of `breadth_first_order`, which returns an order and predecessors.

    Vertices come in the order of their predecessors. So a level ends where the last child of the last level is, and one
    sum over all numbers of children gives the last child of every vertex; the loop below is over levels.
    """
    order, predecessor = scipy.sparse.csgraph.breadth_first_order(graph, source)
    reached = len(order)
    position = np.empty(graph.shape[0], dtype=order.dtype)
    position[order] = np.arange(reached, dtype=order.dtype)
    children = np.bincount(position[predecessor[order[1:]]], minlength=reached)
    ends, cuts = 1 + np.cumsum(children), [0, 1]
    while cuts[-1] < reached:
        cuts.append(int(ends[cuts[-1] - 1]))
    return _Search(order, position, cuts)


@engine.solves("bfs")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # Dijkstra's algorithm with `unweighted=True` returns depths, in 4 times the time.
    order, _, cuts = _search(scipy, graph, p.source)
    depths = np.full(p.num_vertices, -1)
    depths[order] = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    return depths


@engine.solves("sssp")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    return scipy.sparse.csgraph.dijkstra(graph, indices=p.source)


@engine.solves("mst", build={"listed": "edges"})
def _(scipy: Any, graph: Any, _p: Call) -> Any:
    # One entry for each edge: with both directions, which it accepts too, it sorts twice as many (91 and 203 ms).
    if not graph.data.all():  # it marks edges that are not in the tree by weight 0; these weigh next to nothing
        weights = np.maximum(graph.data, np.nextafter(0.0, 1.0))
        graph = scipy.sparse.csr_array((weights, graph.indices, graph.indptr), shape=graph.shape)
    return scipy.sparse.csgraph.minimum_spanning_tree(graph)


@engine.solves("pagerank", "personalized-pagerank", parameters_used=stop_at_total)
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # NetworkX's own lines, less its conversion to a matrix. What the product loses, at dangling vertices too, goes
    # where jumps go.
    shares = graph.data / np.repeat(graph.sum(axis=1), np.diff(graph.indptr))
    follow = scipy.sparse.csr_array((p.damping * shares, graph.indices, graph.indptr), shape=graph.shape)
    back = getattr(p, "vertices", slice(None))
    jump = np.zeros(p.num_vertices)
    jump[back] = 1.0
    jump /= jump.sum()
    ranks = jump
    for _ in range(p.max_iterations):
        last, ranks = ranks, ranks @ follow
        ranks += (1 - ranks.sum()) * jump
        if np.abs(ranks - last).sum() < p.tolerance:
            return ranks
    raise ConvergenceError(p.max_iterations)


@engine.solves("katz", parameters_used=lambda p: {"alpha": p.alpha, "beta": p.beta} | stop_at_total(p, half=True))
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    scores = np.zeros(p.num_vertices)
    for _ in range(p.max_iterations):
        last = scores
        scores = p.alpha * (last @ graph) + p.beta
        if np.abs(scores - last).sum() < p.tolerance / 2:
            return unit(scores)
    raise ConvergenceError(p.max_iterations)


def _leading_eigenvector(scipy: Any, matrix: Any, p: Call, tolerance: float) -> npt.NDArray[np.float64]:
    """An eigenvector for the largest eigenvalue of a symmetric matrix without negative entries.

    If x is one, so is |x|, because |x|^T A |x| >= x^T A x; only |x| has no entries of both signs where the eigenvalue
    is repeated.
    """
    _, vectors = scipy.sparse.linalg.eigsh(
        matrix,
        k=1,
        which="LA",
        v0=np.ones(p.num_vertices),
        ncv=min(p.num_vertices, BASIS),
        maxiter=p.max_iterations,
        tol=max(tolerance, sys.float_info.epsilon),
    )
    leading: npt.NDArray[np.float64] = np.abs(vectors[:, 0])
    return leading


@engine.solves("eigenvector", parameters_used=lambda p: {"tol": lanczos_tolerance(p), "basis": BASIS})
@raises_convergence_error
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # The power iteration x + A x takes 3.4 and 1.4 times as long.
    if graph.nnz == 0:
        return np.ones(p.num_vertices)
    return _leading_eigenvector(scipy, graph, p, lanczos_tolerance(p))


@engine.solves("hits", parameters_used=lambda p: {"tol": p.tolerance / p.num_vertices, "basis": BASIS})
@raises_convergence_error
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # A total relative to the largest score is at most n times a length.
    squared = scipy.sparse.linalg.LinearOperator(graph.shape, matvec=lambda x: graph @ (x @ graph), dtype=np.float64)
    hubs = _leading_eigenvector(scipy, squared, p, p.tolerance / p.num_vertices)
    return hubs, hubs @ graph


@engine.solves("betweenness")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # Brandes' recursion over the arcs v -> w from each level to the next, in the order of the search. With
    # y = (1 + delta) / sigma it is two sums: sigma_w = sum sigma_v, and y_v = 1 / sigma_v + sum y_w. Products of the
    # matrix with one dense column for each source take 3.3 and 0.9 times as long, and the more the more levels.
    scores = np.zeros(p.num_vertices)
    for source in p.vertices:
        order, position, cuts = _search(scipy, graph, source)
        rows = graph[order]
        v = np.repeat(np.arange(len(order)), np.diff(rows.indptr))
        w = position[rows.indices]
        down = w >= np.repeat(cuts[1:], np.diff(cuts))[v]
        v, w = v[down], w[down]
        arcs = np.searchsorted(v, cuts)
        levels = list(zip(cuts, cuts[1:], cuts[2:], map(slice, arcs, arcs[1:]), strict=False))
        paths = np.ones(len(order))
        for _, start, end, some in levels:
            paths[start:end] = np.bincount(w[some] - start, paths[v[some]], end - start)
        y = 1 / paths
        for start, end, _, some in reversed(levels):
            y[start:end] += np.bincount(v[some] - start, y[w[some]], end - start)
        scores[order[1:]] += (paths * y - 1)[1:]
    return Scaled(scores, 1 / (len(p.vertices) * max(p.num_vertices - 2, 1)))


def _blocks(entries: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Split what takes that many entries each into blocks of at most about ENTRIES_AT_ONCE."""
    cuts = np.flatnonzero(np.diff(np.cumsum(entries, dtype=np.int64) // ENTRIES_AT_ONCE)) + 1
    return np.split(np.arange(len(entries)), cuts)


def _onward(scipy: Any, graph: Any) -> Any:
    """Each edge once, from its end of lower degree to that of higher degree, so that no row is long."""
    degree, (u, v) = np.diff(graph.indptr), graph.tocoo().coords
    higher = (degree[u] < degree[v]) | ((degree[u] == degree[v]) & (u < v))
    return scipy.sparse.csr_array((np.ones(int(higher.sum())), (u[higher], v[higher])), shape=graph.shape)


def _triangles(scipy: Any, graph: Any, p: Call) -> Any:
    # For each edge u -> v, w is in both rows: u, v and w have a triangle. The masked product (A @ A) * A has twice the
    # work or more, even in blocks of rows (0.34 and 0.08 s; this: 0.19 and 0.06 s).
    onward = _onward(scipy, graph)
    length, (u, v) = np.diff(onward.indptr), onward.tocoo().coords
    counts = np.zeros(p.num_vertices)
    for some in _blocks(length[u] + length[v]):
        common = onward[u[some]].multiply(onward[v[some]])
        found = np.diff(common.indptr)
        for ends, weights in ((u[some], found), (v[some], found), (common.indices, None)):
            counts += np.bincount(ends, weights, p.num_vertices)
    return counts


@engine.solves("triangle-count")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    return _triangles(scipy, graph, p)


@engine.solves("lcc")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    if p.directed:
        near, arcs = graph.maximum(graph.T).tocsr(), np.zeros(p.num_vertices)
        for some in _blocks(near @ np.diff(graph.indptr)):
            arcs[some] = (near[some] @ graph).multiply(near[some]).sum(axis=1)
    else:
        near, arcs = graph, 2 * _triangles(scipy, graph, p)
    degree = np.diff(near.indptr).astype(np.float64)
    return arcs / np.maximum(degree * (degree - 1), 1)


@engine.solves("cdlp")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # Neighbours become their labels, and a row's equal labels are added up. A product with the matrix that marks each
    # vertex's label takes 1.5 times as long.
    both = graph + graph.T if p.directed else graph  # 2 where arcs lead both ways
    voters = np.flatnonzero(np.diff(both.indptr))
    labels = np.arange(p.num_vertices, dtype=both.indices.dtype)
    for _ in range(p.iterations):
        votes = scipy.sparse.csr_array((both.data.copy(), labels[both.indices], both.indptr.copy()), shape=both.shape)
        votes.sum_duplicates()
        first = votes.indptr[voters]
        most = np.repeat(np.maximum.reduceat(votes.data, first), np.diff(votes.indptr)[voters])
        winning = np.where(votes.data == most, votes.indices, p.num_vertices)
        after = labels.copy()
        after[voters] = np.minimum.reduceat(winning, first)
        if np.array_equal(after, labels):  # and so it stays
            break
        labels = after
    return labels


@engine.solves("k-truss")
def _(scipy: Any, graph: Any, p: Call) -> Any:
    # Lists the three edges of every triangle once. Counting them anew in each round, (A @ A) * A on what is left as in
    # Graph Challenge's SciPy program, takes 5 to 11 times as long.
    onward = _onward(scipy, graph)
    length, (u, v) = np.diff(onward.indptr), onward.tocoo().coords
    numbers = scipy.sparse.csr_array((np.arange(1.0, len(u) + 1), onward.indices, onward.indptr), shape=graph.shape)
    listed = []
    for some in _blocks(length[u] + length[v]):
        uw = numbers[u[some]].multiply(onward[v[some]])
        vw = onward[u[some]].multiply(numbers[v[some]])
        uv = np.repeat(some + 1, np.diff(uw.indptr))
        listed.append(np.stack([uv, uw.data.astype(np.int64), vw.data.astype(np.int64)]) - 1)
    triangles = np.concatenate(listed, axis=1)
    support = np.bincount(triangles.ravel(), minlength=len(u))
    while (broken := (support < p.k - 2).take(triangles).any(axis=0)).any():
        support -= np.bincount(triangles.compress(broken, axis=1).ravel(), minlength=len(u))
        triangles = triangles.compress(~broken, axis=1)
    strong = support >= p.k - 2
    return scipy.sparse.coo_array((np.ones(int(strong.sum())), (u[strong], v[strong])), shape=graph.shape)


@engine.solves("core-number")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    # Removes all vertices of too low a degree at once, and then looks at their neighbours only.
    degree, cores, k = np.diff(graph.indptr), np.full(p.num_vertices, -1), 0
    left = np.arange(p.num_vertices)
    while len(left := left[cores[left] < 0]):
        k = max(k, int(degree[left].min()))
        removed = left[degree[left] <= k]
        while len(removed):
            cores[removed] = k
            neighbours, lost = np.unique(graph[removed].indices, return_counts=True)
            degree[neighbours] -= lost
            removed = neighbours[(cores[neighbours] < 0) & (degree[neighbours] <= k)]
    return cores


@engine.solves("ego-graph")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    ball = border = np.array([p.source])
    for _ in range(p.radius):
        border = np.setdiff1d(graph[border].indices, ball)
        if len(border) == 0:
            break
        ball = np.union1d(ball, border)
    return Renumbered(graph[ball][:, ball], ball)


@engine.solves("induced-subgraph")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    # In the order of the draw it takes 1.4 times as long.
    inside = np.sort(p.vertices)
    return Renumbered(graph[inside][:, inside], inside)


@engine.solves("random-walks")
def _(_scipy: Any, graph: Any, p: Call) -> Any:
    # All walks' positions after a step are one row; columns, and masks where no walk can end, take twice as long.
    rng, degree = np.random.default_rng(p.seed), np.diff(graph.indptr)
    walks = np.full((p.length + 1, len(p.vertices)), -1, dtype=graph.indices.dtype)
    walks[0] = at = p.vertices
    walking, some_end = np.arange(len(at)), not degree.all()
    for row in walks[1:]:
        if some_end:
            going_on = np.flatnonzero(degree.take(at))
            walking, at = walking[going_on], at[going_on]
        edge = graph.indptr.take(at)
        edge += (rng.random(len(at)) * degree.take(at)).astype(edge.dtype)
        row[walking] = at = graph.indices.take(edge)
    return walks.T


@engine.solves("coo-to-csr", build={"listed": "entries"})
def _(_scipy: Any, entries: Any, _p: Call) -> Any:
    return entries.tocsr()


@engine.solves("transpose")
def _(_scipy: Any, graph: Any, _p: Call) -> Any:
    return graph.T.tocsr()


@engine.solves("renumber", build={"listed": "external"}, parameters_used=lambda _: {"with": "pandas.factorize"})
def _(_scipy: Any, columns: Any, _p: Call) -> Any:
    import pandas as pd

    numbers, ids = pd.factorize(np.concatenate(columns))
    return Renumbered(np.split(numbers, 2), ids)
