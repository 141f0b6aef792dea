"""GraphBLAS: graph algorithms as sparse linear algebra over semirings, in SuiteSparse's C with OpenMP.

The library has operations, not algorithms. The adapters are the formulations of LAGraph (Szarnyas et al., "LAGraph:
linear algebra, network analysis libraries, and the study of graph algorithms", GrAPL (2021)), in python-graphblas,
which calls SuiteSparse:GraphBLAS (Davis, ACM Trans. Math. Softw. 45:4 (2019) 44).

A graph is its adjacency matrix in compressed rows, with both directions of an undirected edge; without weights it has
one value for all entries. Operations may be put off, so every adapter waits for its result. Times in comments are CPU
times of one thread on coAuthorsDBLP and email-Enron (python-graphblas 2025.2, SuiteSparse 9.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from graphbench.algorithms._iterating import stop_at_total, unit
from graphbench.algorithms._lists import disorder
from graphbench.algorithms.base import Call, Kind, Renumbered, Scaled
from graphbench.engines.base import (
    Collected,
    CompressedRows,
    Ends,
    Engine,
    Settings,
    SortedByPair,
    matrix,
)
from graphbench.errors import ConvergenceError
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

ALPHA, BETA = 8, 512
"""LAGraph's thresholds of a search: pull when the border has over 1 / ALPHA of the unexplored arcs, push again when it
shrinks below 1 / BETA of the vertices."""


class BothWays(NamedTuple):
    """A matrix, its transpose (the same object on an undirected graph), and the number of entries in each row."""

    matrix: Any
    transposed: Any
    degrees: npt.NDArray[Any]


class GraphBLAS(Engine):
    """Graphs as matrices of SuiteSparse:GraphBLAS; answers as its matrices and vectors."""

    name = "graphblas"
    title = "GraphBLAS"
    revision = 1
    library = "graphblas"
    distributions = ("python-graphblas",)
    packages = ("graphblas", "suitesparse_graphblas")
    extra = "cpu"
    speed_class = 0
    parallel = True
    gap = "not in the library, nor a few lines of its operations"

    def start(self, settings: Settings) -> Any:
        """Import the library, with what it imports and makes at first use, and set the number of threads."""
        import scipy.sparse  # noqa: F401 - so that the build does not include it

        graphblas = super().start(settings)
        graphblas.init("suitesparse", blocking=False)
        from graphblas import binary, monoid, semiring, ss, unary  # noqa: F401 - made at their first use
        from graphblas.core import slice as _  # noqa: F401 - imported by the first assignment to a slice

        if settings.threads is not None:
            graphblas.ss.config["nthreads"] = settings.threads
        return graphblas

    def build(
        self,
        columns: Columns,
        edges: EdgeList,
        *,
        transposed: bool = False,
        listed: Literal["entries"] | None = None,
        **_: Any,
    ) -> Any:
        """The adjacency matrix, from the compressed rows that the columns are: `from_coo` takes 3 times as long.

        Args:
            columns: the edges.
            edges: for counts.
            transposed: return :class:`BothWays`: products that pull along in-edges take 0.6 of the time.
            listed: return rows, columns and values of the entries, in random order.
        """
        import graphblas

        n = edges.num_vertices
        src, dst, weight = columns
        if listed == "entries":
            if not edges.directed:
                src, dst, weight = np.r_[src, dst], np.r_[dst, src], weight if weight is None else np.r_[weight, weight]
            order = disorder(len(src))
            return src[order], dst[order], 1.0 if weight is None else weight[order]
        rows = matrix(columns, n)
        values = 1.0 if weight is None else rows.data
        graph = graphblas.Matrix.from_csr(rows.indptr, rows.indices, values, nrows=n, ncols=n, dtype=float)
        if not edges.directed:
            graph = graphblas.monoid.max(graph | graph.T).new()
        graph.wait()
        if not transposed:
            return graph
        offsets = graph.ss.export("csr")["indptr"]
        return BothWays(graph, graph.T.new().wait() if edges.directed else graph, np.diff(offsets.astype(np.int64)))

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A matrix with an entry of 0 for each pair: the mask of a product."""
        import graphblas

        n = edges.num_vertices
        return graphblas.Matrix.from_coo(pairs[:, 0], pairs[:, 1], 0.0, nrows=n, ncols=n, dtype=float).wait()

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> npt.NDArray[np.int64]:
        """An array, to index rows of a matrix."""
        return vertices

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Vectors become arrays, with a fill value where they have no entry."""
        match kind:
            case "depths":
                return _dense(raw, -1)
            case "distances":
                return _dense(raw, np.inf)
            case "vectors":
                return np.stack(raw, axis=1)
            case "pair_scores":
                return SortedByPair(raw)
            case "edges":
                # An undirected edge may be an entry in one direction or in both.
                graph, ids = raw if isinstance(raw, Renumbered) else (raw, None)
                rows, columns, _ = graph.to_coo(values=False, sort=False)
                return Ends(rows.astype(np.int64), columns.astype(np.int64), ids, listed="either")
            case "arcs":
                offsets, indices, values = raw.to_csr(sort=False)
                return CompressedRows(offsets, indices.astype(np.int64), values if edges.weighted else None)
            case _:
                return np.asarray(raw)

    def counts(self, raw: Any) -> Collected:
        """A vertex without an entry has 0."""
        return super().counts(raw) if isinstance(raw, np.ndarray) else _dense(raw, 0)

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """SuiteSparse's number of threads."""
        import graphblas

        return {"threads": int(graphblas.ss.config["nthreads"])}


engine = GraphBLAS()


def _dense(vector: Any, fill: float) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = vector.to_dense(fill)
    return array


@engine.solves("bfs", build={"transposed": True})
def _(gb: Any, graph: BothWays, p: Call) -> Any:
    # Direction-optimising, as LAGraph: pull where many vertices are reached at once; push takes 1.4 times as long.
    n, any_pair = p.num_vertices, gb.semiring.any_pair[bool]
    depths = gb.Vector(gb.dtypes.INT64, n)
    depths.ss.config["sparsity_control"] = "bitmap"
    border = gb.Vector.from_coo([p.source], True, size=n, dtype=bool)
    unexplored, last, depth, pulled, pull = graph.matrix.nvals, 0, 0, False, False
    while size := border.nvals:
        depths(border.S)[:] = depth
        depth += 1
        if pull:
            pull = size > last or size > n / BETA
        elif size > last and not pulled:
            arcs = int(graph.degrees[border.to_coo(values=False)[0]].sum())
            unexplored -= arcs
            pull = pulled = ALPHA * arcs > unexplored
        last = size
        border.ss.config["sparsity_control"] = "bitmap" if pull else "auto"
        border(~depths.S, replace=True) << any_pair(graph.transposed @ border if pull else border @ graph.matrix)
    return depths.wait()


@engine.solves("sssp")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # Bellman and Ford's method on the vertices whose distance fell. Delta-stepping in widths of 32 to 256 took 1.0 to
    # 2.5 times as long.
    distances = gb.Vector.from_dense(np.full(p.num_vertices, np.inf))
    distances[p.source] = 0.0
    border = gb.Vector.from_coo([p.source], 0.0, size=p.num_vertices, dtype=float)
    while border.nvals:
        offers = gb.semiring.min_plus(border @ graph).new()
        better = gb.binary.lt(offers & distances).new()
        border = offers.dup(mask=better.V)
        distances(gb.binary.min) << border
    return distances.wait()


def _product(gb: Any, operation: Any, matrix: Any, vector: npt.NDArray[Any], fill: float = 0.0) -> npt.NDArray[Any]:
    """The product with a vector that has all entries, which is kept in NumPy.

    GraphBLAS's own operations on such vectors take new memory for every result: PageRank takes twice as long with them.
    """
    array: npt.NDArray[Any] = operation(matrix @ gb.Vector.ss.import_full(vector)).new().to_dense(fill)
    return array


@engine.solves("wcc")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # FastSV (Zhang, Azad, Buluc, J. Parallel Distrib. Comput. 139 (2020) 14-27): hook each tree of parents to the least
    # grandparent of a neighbour, then let vertices point to their grandparents.
    parents = np.arange(p.num_vertices)
    grandparents = parents
    while True:
        least = _product(gb, gb.semiring.min_second["INT64"], graph, grandparents, fill=p.num_vertices)
        hooked = np.minimum(np.minimum(parents, least), grandparents)
        np.minimum.at(hooked, parents, least)
        parents, last = hooked, grandparents
        grandparents = parents[parents]
        if np.array_equal(grandparents, last):
            return parents


@engine.solves("pagerank", "personalized-pagerank", build={"transposed": True}, parameters_used=stop_at_total)
def _(gb: Any, graph: BothWays, p: Call) -> Any:
    # What the product loses, at dangling vertices too, goes where jumps go. Without weights it ignores the values of
    # the matrix, and ranks are divided by degrees instead.
    follow, share = graph.transposed, p.damping / np.maximum(graph.degrees, 1)
    if p.weighted:
        out = graph.matrix.reduce_rowwise(gb.monoid.plus).new()
        follow, share = gb.semiring.any_truediv(follow @ out.diag()).new(), p.damping
    operation = gb.semiring.plus_times if p.weighted else gb.semiring.plus_second
    jump = np.zeros(p.num_vertices)
    jump[getattr(p, "vertices", slice(None))] = 1.0
    jump /= jump.sum()
    ranks = jump
    for _ in range(p.max_iterations):
        last, ranks = ranks, _product(gb, operation, follow, ranks * share)
        ranks += (1 - ranks.sum()) * jump
        if np.abs(ranks - last).sum() < p.tolerance:
            return ranks
    raise ConvergenceError(p.max_iterations)


@engine.solves(
    "katz",
    build={"transposed": True},
    parameters_used=lambda p: {"alpha": p.alpha, "beta": p.beta} | stop_at_total(p, half=True),
)
def _(gb: Any, graph: BothWays, p: Call) -> Any:
    scores = np.zeros(p.num_vertices)
    for _ in range(p.max_iterations):
        last = scores
        scores = p.alpha * _product(gb, gb.semiring.plus_second, graph.transposed, scores) + p.beta
        if np.abs(scores - last).sum() < p.tolerance / 2:
            return unit(scores)
    raise ConvergenceError(p.max_iterations)


@engine.solves("eigenvector", parameters_used=lambda p: stop_at_total(p, half=True))
def _(gb: Any, graph: Any, p: Call) -> Any:
    scores = np.full(p.num_vertices, 1 / np.sqrt(p.num_vertices))
    for _ in range(p.max_iterations):
        last = scores
        scores = unit(last + _product(gb, gb.semiring.plus_second, graph, last))
        if np.abs(scores - last).sum() < p.tolerance / 2:
            return scores
    raise ConvergenceError(p.max_iterations)


@engine.solves("hits", build={"transposed": True}, parameters_used=lambda p: stop_at_total(p, half=True))
def _(gb: Any, graph: BothWays, p: Call) -> Any:
    hubs = np.ones(p.num_vertices)
    for _ in range(p.max_iterations):
        last = hubs
        authorities = _product(gb, gb.semiring.plus_second, graph.transposed, hubs)
        hubs = _product(gb, gb.semiring.plus_second, graph.matrix, authorities)
        hubs /= hubs.max()
        if np.abs(hubs - last).sum() < p.tolerance / 2:
            return hubs, authorities
    raise ConvergenceError(p.max_iterations)


@engine.solves("betweenness")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # Brandes' recursion for all sources together, a row of a matrix for each, as in LAGraph.
    k, n, plus_first = len(p.vertices), p.num_vertices, gb.semiring.plus_first
    paths = gb.Matrix.from_coo(np.arange(k), p.vertices, 1.0, nrows=k, ncols=n, dtype=float)
    border, levels = paths, []
    while True:
        following = gb.Matrix(float, k, n)
        following(~paths.S) << plus_first(border @ graph)
        if following.nvals == 0:
            break
        border = following
        levels.append(border)
        paths(gb.binary.plus) << border
    ones = gb.Matrix.from_scalar(1.0, k, n, dtype=float)
    update = gb.Matrix(float, k, n)
    update << ones
    for level, previous in zip(levels[:0:-1], levels[-2::-1], strict=True):
        share = gb.Matrix(float, k, n)
        share(level.S) << gb.binary.truediv(update & paths)
        back = gb.Matrix(float, k, n)
        back(previous.S) << plus_first(share @ graph)
        update(gb.binary.plus) << gb.binary.times(back & paths)
    sums = (update.reduce_columnwise(gb.monoid.plus).new() - k).new()
    return Scaled(sums.to_dense(0.0), 1 / (k * max(n - 2, 1)))


def _compared(gb: Any, graph: Any, p: Call, operation: str) -> tuple[npt.NDArray[Any], ...]:
    """What the rows of each pair have in common, and the sums of both rows; sorted by pair."""
    common = p.pairs.dup()
    common(p.pairs.S, gb.binary.plus) << getattr(gb.semiring, operation)(graph @ graph.T)
    first, second, values = common.to_coo()
    sums = graph.reduce_rowwise(gb.monoid.plus).new().to_dense(0.0)
    return values, sums[first], sums[second]


@engine.solves("jaccard")
def _(gb: Any, graph: Any, p: Call) -> Any:
    common, first, second = _compared(gb, graph, p, "plus_pair")
    return common / (first + second - common)


@engine.solves("weighted-jaccard")
def _(gb: Any, graph: Any, p: Call) -> Any:
    common, first, second = _compared(gb, graph, p, "plus_min")
    return common / (first + second - common)


@engine.solves("overlap")
def _(gb: Any, graph: Any, p: Call) -> Any:
    common, first, second = _compared(gb, graph, p, "plus_pair")
    return common / np.minimum(first, second)


@engine.solves("sorensen")
def _(gb: Any, graph: Any, p: Call) -> Any:
    common, first, second = _compared(gb, graph, p, "plus_pair")
    return 2 * common / (first + second)


@engine.solves("cosine")
def _(gb: Any, graph: Any, p: Call) -> Any:
    common, first, second = _compared(gb, graph, p, "plus_pair")
    return common / np.sqrt(first * second)


def _triangles_at_edges(gb: Any, graph: Any) -> Any:
    """The number of triangles at each edge, an entry below the diagonal."""
    counts = gb.Matrix(gb.dtypes.INT64, graph.nrows, graph.ncols)
    counts(graph.select("tril", -1).new().S) << gb.semiring.plus_pair(graph @ graph.T)
    return counts


def _triangles(gb: Any, graph: Any) -> Any:
    # Each of its triangles is at two edges of a vertex. Two products of the edges to higher degrees, as LAGraph's total
    # has them, take 1.4 and 1.0 times as long when each vertex is counted.
    at_edges = _triangles_at_edges(gb, graph)
    counts = at_edges.reduce_rowwise(gb.monoid.plus).new()
    counts(gb.binary.plus) << at_edges.reduce_columnwise(gb.monoid.plus)
    return counts.to_dense(0) // 2


@engine.solves("triangle-count")
def _(gb: Any, graph: Any, _p: Call) -> Any:
    return _triangles(gb, graph)


@engine.solves("lcc")
def _(gb: Any, graph: Any, p: Call) -> Any:
    if p.directed:
        near = gb.binary.any(graph | graph.T).new()
        arcs = gb.semiring.plus_pair(near @ graph).new(mask=near.S).reduce_rowwise(gb.monoid.plus).new().to_dense(0)
    else:
        near, arcs = graph, 2 * _triangles(gb, graph)
    degree = near.reduce_rowwise(gb.agg.count).new().to_dense(0).astype(np.float64)
    return arcs / np.maximum(degree * (degree - 1), 1)


@engine.solves("k-truss")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # Counting one direction of each edge only takes 0.6 of the time.
    while True:
        lower = _triangles_at_edges(gb, graph).select("valuege", p.k - 2).new()
        if 2 * lower.nvals == graph.nvals:
            return lower.wait()
        graph = gb.monoid.max(lower | lower.T).new()


@engine.solves("core-number")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # LAGraph's: remove all vertices of too low a degree at once, then look at their neighbours only. Looking at all
    # that are left takes 2.4 times as long.
    integer = gb.dtypes.INT64
    degree = graph.reduce_rowwise(gb.monoid.plus).new().dup(dtype=integer)
    cores, k = gb.Vector(integer, p.num_vertices), 0
    while degree.nvals:
        k = max(k, degree.reduce(gb.monoid.min).new().get(0))
        removed = degree.select("valuele", k).new()
        while removed.nvals:
            cores(removed.S)[:] = k
            lost = gb.semiring.plus_pair[integer](removed @ graph).new(mask=~cores.S)
            degree(gb.binary.minus) << lost
            removed = degree.dup(mask=lost.S).select("valuele", k).new()
        degree = degree.dup(mask=~cores.S)
    return cores.wait()


@engine.solves("ego-graph")
def _(gb: Any, graph: Any, p: Call) -> Any:
    ball = gb.Vector.from_coo([p.source], True, size=p.num_vertices, dtype=bool)
    border = ball.dup()
    for _ in range(p.radius):
        border(~ball.S, replace=True) << gb.semiring.any_pair[bool](border @ graph)
        if border.nvals == 0:
            break
        ball(border.S)[:] = True
    inside = ball.to_coo(values=False)[0].astype(np.int64)
    return Renumbered(graph[inside, inside].new().wait(), inside)


@engine.solves("induced-subgraph")
def _(_gb: Any, graph: Any, p: Call) -> Any:
    # In the order of the draw, GraphBLAS sorts every row again, which takes 2.7 times as long.
    inside = np.sort(p.vertices)
    return Renumbered(graph[inside, inside].new().wait(), inside)


@engine.solves("transpose")
def _(_gb: Any, graph: Any, _p: Call) -> Any:
    return graph.T.new().wait()


@engine.solves("coo-to-csr", build={"listed": "entries"})
def _(gb: Any, entries: Any, p: Call) -> Any:
    rows, columns, values = entries
    n = p.num_vertices
    return gb.Matrix.from_coo(rows, columns, values, nrows=n, ncols=n, dtype=float).wait()


@engine.solves("analyze-clustering")
def _(gb: Any, graph: Any, p: Call) -> Any:
    # The mask keeps the weight of each vertex to its own cluster. Products with the marks on both sides, to get the
    # weight between all clusters, take twice as long.
    sizes = np.bincount(p.labels)
    marks = gb.Matrix.from_coo(np.arange(p.num_vertices), p.labels, 1.0, ncols=len(sizes), dtype=float)
    own = gb.semiring.plus_first(graph @ marks).new(mask=marks.S)
    inside = own.reduce_columnwise(gb.monoid.plus).new().to_dense(0.0)
    degrees = np.bincount(p.labels, graph.reduce_rowwise(gb.monoid.plus).new().to_dense(0.0))
    shares, leaving = degrees / degrees.sum(), degrees - inside
    return (inside / degrees.sum() - shares**2).sum(), leaving.sum() / 2, (leaving / sizes).sum()
