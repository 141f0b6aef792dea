"""Betweenness centrality: the share of shortest paths that pass through each vertex, from a sample of source vertices.

Freeman, "A set of measures of centrality based on betweenness", Sociometry 40 (1977) 35-41; Brandes, "A faster
algorithm for betweenness centrality", J. Math. Sociology 25 (2001) 163-177; from a sample of sources, Brandes, Pich,
Int. J. Bifurcation and Chaos 17 (2007) 2303-2318, and the GAP benchmark. The graph is undirected (a directed dataset is
symmetrised) and weights are ignored: every edge has length 1.

b(v) = sum over sources s and all t of sigma_st(v) / sigma_st, divided by k (n - 2), for k sources and n vertices, where
sigma_st is the number of shortest paths from s to t and sigma_st(v) the number of those with v as an inner vertex. So b
is between 0 and 1; a vertex that is not a source and lies on all paths from all sources has 1. The sources are drawn
with the stored seed from the largest component and are the same for every engine. With all n vertices as sources, b is
the usual betweenness normalised to at most 1, times (n - 1) / n, because all k sources count.

The answer is certified within a relative 1e-3 at each vertex and 2e-6 at the median, and answers are compared within an
absolute 2e-3.

How engines differ. NetworkX sums over pairs of given sources and targets (here all vertices) and halves the sum; so
does igraph. cuGraph divides by k (n - 2), and at the sources by (k - 1)(n - 2), as NetworkX does since 3.5, which is
undefined at the only source of k = 1; for k = n - 1 it divides by k (n - 2) everywhere, and for two vertices 0 by 0.
All of this is undone when answers are collected. nx-cugraph takes a number of sources and a random generator, not a
list; see `_GivenSample` on this page. cuGraph computes in float64, nx-cugraph in float32. cuGraph counts paths in
integers as wide as its edge ids, so its answer can be wrong on graphs with 2^31 shortest paths between two vertices;
the certificate detects that. NetworKit takes the number of sources only. SciPy's and GraphBLAS's adapters are Brandes'
recursion: level by level for one source in SciPy, for all sources together as a matrix in GraphBLAS, as in LAGraph.
graph-tool also computes the betweenness of edges.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities, Scaled
from graphbench.certificates import shortest_paths
from graphbench.certificates.checks import Wrong, form_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

RELATIVE = 1e-3
"""Largest error of a score, relative to the right one: sums of many paths' contributions in float32."""
FLOOR = 16 * sys.float_info.epsilon
"""Largest error of a source's contribution to a score where 0 is right: what rounding leaves of 1 + 0 - 1."""
SCALE = 2e-6
"""Largest error of the median score: rounding goes either way, a wrong normalisation goes one way."""

betweenness = Algorithm(
    name="betweenness",
    revision=2,
    aliases=("betweenness-centrality",),
    title="betweenness",
    family="centrality",
    form=Form(directed=False, weights="ignored"),
    kind="scores",
    headline="largest",
    draws="vertices",
    epsilon=lambda _: 2 * RELATIVE,
    parameters=[
        Parameter(
            name="vertices",
            also=("k",),
            type=int,
            default=16,
            minimum=1,
            help="Number of sources to draw from the largest component.",
        )
    ],
)


@betweenness.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """All scores, recomputed from the same sources in float64 by Brandes' recursion, agree within a relative 1e-3.

    Theorem. delta_s(v) = sum over the out-neighbours w of v that are one farther from s than v, of sigma_sv / sigma_sw
    (1 + delta_s(w)) (Brandes, theorem 6): path counts go outwards level by level, dependencies back. No cheaper proof
    is known; it takes about a second per source for 10 million edges.
    """
    raise_if(form_fault(answer, edges.num_vertices, "floating", "scores"))
    scale = len(p.vertices) * max(edges.num_vertices - 2, 1)
    right = shortest_paths.dependencies(edges, p.vertices) / scale
    off = np.abs(answer - right)
    quantities: Quantities = {
        "largest": float(answer.max()),
        "max_relative_error": float(np.max(off / np.where(right > 0, right, 1.0))),
    }
    wrong = np.flatnonzero(~(off <= RELATIVE * right + FLOOR * len(p.vertices) / scale))
    if len(wrong):
        v = int(wrong[np.argmax(off[wrong])])
        raise Wrong(
            f"the score of vertex {v:,} is {answer[v]:.9g}, but {right[v]:.9g} is right; {len(wrong):,} scores are off "
            f"by more than a relative {RELATIVE:g}",
            quantities,
        )
    inner = right > 0
    shift = float(np.median(answer[inner] / right[inner])) - 1 if inner.any() else 0.0
    if abs(shift) > SCALE:
        raise Wrong(f"the scores are on another scale: their median is off by a relative {shift:.3g}", quantities)
    detail = f"all scores, recomputed from the same {len(p.vertices):,} sources, agree within a relative {RELATIVE:g}"
    return Finding(detail=detail, quantities=quantities)


def _half(result: Any, p: Call) -> Scaled:
    """Normalise a sum over sources in which an undirected path counts once for both directions."""
    return Scaled(result, 2 / (len(p.vertices) * max(p.num_vertices - 2, 1)))


@betweenness.on("networkx")
def _(nx: Any, graph: Any, p: Call) -> Any:
    return _half(nx.betweenness_centrality_subset(graph, p.vertices, graph), p)


@betweenness.on("igraph")
def _(_igraph: Any, graph: Any, p: Call) -> Any:
    return _half(graph.betweenness(sources=p.vertices), p)


betweenness.gap("networkit", "would not be the same problem: it draws the sources itself")


def _without_own_scale(result: Any, sources: Any, p: Call) -> Scaled:
    """Rescale scores that are divided by (k - 1)(n - 2) at the k sources, and by k (n - 2) elsewhere."""
    if p.num_vertices <= 2:  # n - 2 is 0, and no vertex lies between two others
        return Scaled(result, 1.0, range(p.num_vertices), 0.0)
    k = len(sources)
    alike = k == p.num_vertices - 1
    return Scaled(result, 1.0, () if alike else sources, (k - 1) / k)


betweenness.gap("scikit-network", "would not be the same problem: it sums over all sources")


@betweenness.on("cugraph", build={"float64_weights": True})
def _(cugraph: Any, graph: Any, p: Call) -> Any:
    with warnings.catch_warnings():
        # It warns about `result_dtype`, whether or not that is given.
        warnings.filterwarnings("ignore", "This parameter is deprecated", PendingDeprecationWarning)
        scores = cugraph.betweenness_centrality(graph, k=p.vertices)
    return _without_own_scale(scores, p.vertices.to_numpy(), p)


@betweenness.on("pylibcugraph", build={"float64_weights": True})
def _(plc: Any, built: Any, p: Call) -> Any:
    random_state, normalized, endpoints, check = None, True, False, False
    scores = plc.betweenness_centrality(*built, p.vertices, random_state, normalized, endpoints, check)
    return _without_own_scale(scores, p.vertices.get(), p)


class _GivenSample(random.Random):
    """A random generator that samples the given vertices: the only way to pass a list of sources to nx-cugraph.

    nx-cugraph draws its sources by `create_py_random_state(seed).sample(range(n), k)`. If it ever draws in another way,
    the certificate rejects the answer.
    https://github.com/rapidsai/nx-cugraph/blob/main/nx_cugraph/algorithms/centrality/betweenness.py
    """

    def __init__(self, vertices: Sequence[int]) -> None:
        super().__init__()
        self._vertices = list(vertices)

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        return self._vertices[:k]


@betweenness.on("nx-cugraph", parameters_used=lambda _: {"dtype": "float32"})
def _(nx: Any, graph: Any, p: Call) -> Any:
    scores = nx.betweenness_centrality(graph, k=len(p.vertices), seed=_GivenSample(p.vertices))
    return _without_own_scale(scores, p.vertices, p)
