"""Certificates accept correct answers, from a reference that is no engine, and reject every kind of wrong one."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components, dijkstra

from graphbench import registry
from graphbench.algorithms._lists import external_ids
from graphbench.certificates import checks, components, partition, search, structure
from graphbench.certificates import triangles as certify_triangles
from graphbench.certificates.similarity import neighbourhoods
from graphbench.errors import InputError
from graphbench.graphs.edgelist import EdgeList
from helpers import reference
from helpers.device import DeviceArray
from helpers.graphs import GRAPHS, certify, changed, graph, path, posed, rejected, relabelled

SOURCE = "0"


def _random(seed, n=60, m=90, *, directed, weighted=False):
    """A random graph on n vertices, where vertex 0 leads on, and five isolated ones."""
    rng = np.random.default_rng(seed)
    rows = [*((0, v) for v in (1, 2, 3)), *(tuple(row) for row in rng.integers(n, size=(m, 2)).tolist())]
    if weighted:
        rows = [(u, v, float(w)) for (u, v), w in zip(rows, rng.integers(1, 9, size=len(rows)), strict=True)]
    return graph(rows, n + 5, directed=directed)


def depths(edges, source=0):
    hops = dijkstra(edges.to_scipy(), indices=source, unweighted=True)
    return np.where(np.isinf(hops), -1, hops).astype(np.int64)


def distances(edges, source=0):
    return dijkstra(edges.to_scipy(), indices=source)


def ranks(edges, damping=0.85):
    return reference.personalized_ranks(edges, np.arange(edges.num_vertices), damping)


def coefficients(algorithm, edges, pairs):
    """Similarities of neighbourhoods, from rows of the dense matrix."""
    matrix = edges.to_scipy().toarray()
    one, two = matrix[pairs[:, 0]], matrix[pairs[:, 1]]
    shared, either = np.minimum(one, two).sum(axis=1), np.maximum(one, two).sum(axis=1)
    first, second = one.sum(axis=1), two.sum(axis=1)
    match algorithm:
        case "jaccard" | "weighted-jaccard":
            return shared / either
        case "overlap":
            return shared / np.minimum(first, second)
        case "sorensen":
            return 2 * shared / (first + second)
        case "cosine":
            return (one * two).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)


def triangles(edges):
    matrix = edges.to_scipy().toarray() > 0
    return np.diag(np.linalg.matrix_power(matrix.astype(np.int64), 3)) // 2


def analysis(edges, labels):
    """Modularity, edge cut and ratio cut of a clustering, from the dense matrix."""
    matrix = edges.undirected().to_scipy().toarray()
    marks = np.eye(labels.max() + 1)[labels]
    between = marks.T @ matrix @ marks
    degree, inside = between.sum(axis=1), np.diag(between)
    modularity = (inside / degree.sum() - (degree / degree.sum()) ** 2).sum()
    return np.array([modularity, (degree - inside).sum() / 2, ((degree - inside) / marks.sum(axis=0)).sum()])


def entries(edges, *, transposed=False):
    """Row by row, from the dense matrix."""
    matrix = edges.to_scipy().toarray()
    matrix = matrix.T if transposed else matrix
    rows, columns = np.nonzero(matrix)
    ends = np.stack([rows, columns], axis=1)
    return np.column_stack([ends, matrix[rows, columns]]) if edges.weighted else ends


def numbering(edges, seed=0):
    """The vertices that have edges, numbered in an order of their own, and the edges."""
    src, dst, _ = edges.to_numpy()
    vertices = np.random.default_rng(seed).permutation(np.unique([src, dst]))
    number = {int(vertex): at for at, vertex in enumerate(vertices)}
    table = [(at, external_ids(edges.num_vertices)[vertex]) for at, vertex in enumerate(vertices)]
    return np.array(table + sorted((number[u], number[v]) for u, v in zip(src.tolist(), dst.tolist(), strict=True)))


MALFORMED = {
    "too short": (lambda right: right[:-1], "shape"),
    "too long": (lambda right: np.append(right, right[-1]), "shape"),
    "two-dimensional": (lambda right: right[:, None], "shape"),
    "text": (lambda right: right.astype(str), "expected"),
    "the other type of number": (
        lambda right: np.zeros_like(right, dtype=np.float64 if right.dtype.kind == "i" else np.int64),
        "expected",
    ),
}
DIRECTED, UNDIRECTED = _random(1, m=120, directed=True), _random(2, m=70, directed=False)
DENSE = _random(5, n=25, m=110, directed=False)
WEIGHTED = _random(3, m=120, directed=True, weighted=True)


def test_the_searches_of_these_tests_reach_some_vertices_and_not_others():
    for hops in (depths(DIRECTED), depths(WEIGHTED), depths(UNDIRECTED)):
        assert 20 < np.count_nonzero(hops >= 0) < 60
        assert hops.max() > 3


def right_answer(algorithm):  # noqa: C901, PLR0912, PLR0915 - one case for each kind of problem
    """A graph and the right answer on it."""
    match algorithm:
        case "bfs":
            found = DIRECTED, depths(DIRECTED)
        case "sssp":
            found = WEIGHTED, distances(WEIGHTED)
        case "pagerank":
            found = WEIGHTED, ranks(WEIGHTED)
        case "personalized-pagerank":
            _, _, inputs, _ = posed(algorithm, WEIGHTED)
            found = WEIGHTED, reference.personalized_ranks(WEIGHTED, inputs.vertices)
        case "betweenness":
            _, _, inputs, _ = posed(algorithm, UNDIRECTED)
            found = UNDIRECTED, reference.betweenness(UNDIRECTED, inputs.vertices)
        case "katz":
            found = DIRECTED, reference.katz(DIRECTED)
        case "hits":
            found = DIRECTED, reference.hits(DIRECTED)
        case "eigenvector":
            found = UNDIRECTED, reference.eigenvector(UNDIRECTED)
        case "scc":
            found = DIRECTED, reference.strong(DIRECTED)
        case "coo-to-csr" | "transpose":
            found = WEIGHTED, entries(WEIGHTED, transposed=algorithm == "transpose")
        case "renumber":
            found = DIRECTED, numbering(DIRECTED)
        case "jaccard" | "weighted-jaccard" | "overlap" | "sorensen" | "cosine":
            edges = WEIGHTED if algorithm == "weighted-jaccard" else UNDIRECTED
            _, at, inputs, _ = posed(algorithm, edges)
            found = edges, coefficients(algorithm, at, inputs.pairs)
        case "induced-subgraph":
            _, _, inputs, _ = posed(algorithm, DIRECTED)
            found = DIRECTED, reference.induced(DIRECTED, inputs.vertices)
        case "ego-graph":
            found = DIRECTED, reference.induced(DIRECTED, reference.ball(DIRECTED, int(SOURCE), 2))
        case "k-truss":
            found = DENSE, reference.truss(DENSE, 4)
        case "core-number":
            found = DENSE, reference.cores(DENSE)
        case "mst":
            found = WEIGHTED, reference.forest(WEIGHTED.undirected())
        case "random-walks":
            _, _, inputs, _ = posed(algorithm, DIRECTED)
            found = DIRECTED, reference.walks(DIRECTED, inputs.vertices, 80)
        case "triangle-count":
            found = UNDIRECTED, triangles(UNDIRECTED)
        case "analyze-clustering":
            _, _, inputs, _ = posed(algorithm, WEIGHTED)
            found = WEIGHTED, analysis(WEIGHTED, inputs.labels)
        case "lcc":
            found = DIRECTED, reference.local_clustering(DIRECTED)
        case "cdlp":
            found = DIRECTED, reference.propagated_labels(DIRECTED, 10)
        case "spectral-modularity" | "spectral-balanced-cut":
            found = UNDIRECTED, np.arange(65) % 8
        case "wcc" | "louvain" | "leiden" | "ecg":
            found = UNDIRECTED, connected_components(UNDIRECTED.to_scipy(), directed=False)[1].astype(np.int64)
        case _:
            raise NotImplementedError(f"no right answer of {algorithm} is known here: add a case")
    return found


def _given(algorithm):
    return {"source": SOURCE} if algorithm in {"bfs", "ego-graph", "sssp"} else {}


@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_a_right_answer_is_valid(algorithm):
    edges, right = right_answer(algorithm)
    finding = certify(algorithm, edges, right, **_given(algorithm))
    assert finding.valid, finding.detail


@pytest.mark.parametrize("fault", MALFORMED)
@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_a_malformed_answer_is_invalid(algorithm, fault):
    spoil, because = MALFORMED[fault]
    edges, right = right_answer(algorithm)
    if fault == "too short" and registry.algorithm(algorithm).kind in {"arcs", "edges"}:
        because = ""  # rows may be any number: it is the certificate that misses one
    rejected(algorithm, edges, spoil(right), because, **_given(algorithm))


@pytest.mark.parametrize("algorithm", ["sssp", "pagerank", "jaccard", "weighted-jaccard", "cosine"])
def test_an_answer_with_nan_is_invalid(algorithm):
    edges, right = right_answer(algorithm)
    rejected(algorithm, edges, changed(right, 3, np.nan), "the value at 3 is not a number", **_given(algorithm))


# Searches


@given(seed=st.integers(0, 10_000), directed=st.booleans(), at=st.integers(0, 64), by=st.sampled_from([-1, 1, 2, -3]))
@settings(max_examples=60, deadline=None)
def test_any_changed_depth_is_invalid(seed, directed, at, by):
    edges = _random(seed, directed=directed)
    right = depths(edges)
    assert certify("bfs", edges, right, source=SOURCE).valid
    value = right[at] + by if right[at] + by >= -1 else 5
    assert not certify("bfs", edges, changed(right, at, value), source=SOURCE).valid


@given(seed=st.integers(0, 10_000), directed=st.booleans(), at=st.integers(0, 64), by=st.sampled_from([-1, 1, 0.5]))
@settings(max_examples=60, deadline=None)
def test_any_changed_distance_is_invalid(seed, directed, at, by):
    edges = _random(seed, directed=directed, weighted=True)
    right = distances(edges)
    assert certify("sssp", edges, right, source=SOURCE).valid
    value = right[at] + by if np.isfinite(right[at]) else 7.0
    assert not certify("sssp", edges, changed(right, at, value), source=SOURCE).valid


def test_wrong_depths_are_explained_with_their_place():
    line = graph([*path(6), (7, 8)], 9)
    right = depths(line)
    assert right.tolist() == [0, 1, 2, 3, 4, 5, -1, -1, -1]
    wrong = {
        "vertex 5 at 5, but the answer has it unreached": changed(right, 5, -1),
        "vertex 6 is said to be at 3, but no edge leads there": changed(right, 6, 3),
        "the source, vertex 0, is at distance 1, not 0": changed(right, 0, 1),
        "vertex 2 at 2, but the answer has it at 3": changed(right, 2, 3),
        "vertex 2 is at depth -4": changed(right, 2, -4),
        "vertex 7 is said to be at 0, but no edge leads there": changed(right, slice(7, None), [0, 1]),
    }
    for because, answer in wrong.items():
        rejected("bfs", line, answer, because, source=SOURCE)


def test_all_zero_depths_and_permuted_depths_are_invalid():
    edges, right = right_answer("bfs")
    rejected("bfs", edges, np.zeros_like(right), "no edge leads there", source=SOURCE)
    permuted = np.concatenate([right[:1], np.roll(right[1:], 1)])
    assert not certify("bfs", edges, permuted, source=SOURCE).valid


def test_depths_of_the_reversed_graph_are_invalid():
    backwards = EdgeList.from_columns(*reversed(DIRECTED.to_numpy()[:2]), num_vertices=65, directed=True)
    assert not certify("bfs", DIRECTED, depths(backwards), source=SOURCE).valid


def test_depths_from_another_source_are_invalid():
    assert not certify("bfs", UNDIRECTED, depths(UNDIRECTED, source=1), source=SOURCE).valid


def test_a_cycle_whose_depths_support_each_other_is_invalid():
    loop = graph([(0, 1), (2, 3), (3, 4), (4, 2)], 5, directed=True)
    rejected("bfs", loop, np.array([0, 1, 5, 6, 7]), "vertex 2 is said to be at 5", source=SOURCE)
    light = graph([(0, 1, 1e6), (1, 2, 1e-6), (2, 1, 1e-6)], 3, directed=True)
    assert certify("sssp", light, np.array([0, 1e6, 1e6 + 1e-6]), source=SOURCE).valid
    assert not certify("sssp", light, np.array([0, 9e5, 9e5 + 1e-6]), source=SOURCE).valid
    assert not certify("sssp", light, np.array([0, 9e5, 9e5]), source=SOURCE).valid


def test_integer_distances_must_be_exact_and_fractional_ones_close():
    whole, fractions = graph([(0, 1, 3), (1, 2, 4)], 3), graph([(0, 1, 0.3), (1, 2, 0.4)], 3)
    assert not certify("sssp", whole, np.array([0, 3, 7 * (1 + 1e-9)]), source=SOURCE).valid
    assert certify("sssp", fractions, np.array([0, 0.3, np.nextafter(0.3 + 0.4, 1)]), source=SOURCE).valid
    assert not certify("sssp", fractions, np.array([0, 0.3, 0.7 * (1 + 1e-12)]), source=SOURCE).valid


def test_small_errors_do_not_add_up_along_a_path():
    n = 200_000
    long = EdgeList.from_columns(
        np.arange(n - 1), np.arange(1, n), np.full(n - 1, 0.5), num_vertices=n, directed=True, weights="dataset"
    )
    growing = np.zeros(n)
    for k in range(1, n):
        growing[k] = (growing[k - 1] + 0.5) * (1 + 1e-15)
    rejected("sssp", long, growing, "off by more than rounding, a relative 4.4e-11", source=SOURCE)
    assert certify("sssp", long, np.arange(n) * 0.5, source=SOURCE).valid
    assert certify("sssp", long, np.arange(n) * 0.5 * (1 + 4e-11), source=SOURCE).valid


def test_a_weight_lost_in_rounding_does_not_make_an_answer_invalid():
    tiny = graph([(0, 1, 1.0), (1, 2, 1e-20), (2, 3, 1.0)], 5)
    assert certify("sssp", tiny, np.array([0, 1, 1, 2, np.inf]), source=SOURCE).valid
    rejected("sssp", tiny, np.array([0, 1, 1, 2, 2.0]), "vertex 4 is unreached", source=SOURCE)
    rejected("sssp", tiny, np.array([0, 1, np.inf, 2, np.inf]), "the answer has it unreached", source=SOURCE)
    rejected("sssp", tiny, np.array([0.5, 1, 1, 2, np.inf]), "vertex 0 is at 0", source=SOURCE)


def test_distances_beyond_2_to_the_53_are_still_checked():
    huge = graph([(0, 1, 2.0**53), (1, 2, 1.0), (2, 3, 2.0**53)], 4)
    assert certify("sssp", huge, distances(huge), source=SOURCE).valid
    rejected("sssp", huge, np.array([0, 2.0**53, 2.0**53, 2.0**53]), "3 is at 1.80", source=SOURCE)
    rejected("sssp", huge, np.array([0, 5.0, 6.0, 7.0]), "1 is said to be at 5", source=SOURCE)


@pytest.mark.parametrize("value", [-1.0, -np.inf])
def test_negative_distances_are_invalid(value):
    rejected("sssp", WEIGHTED, changed(distances(WEIGHTED), 4, value), "vertex 4 is at distance -", source=SOURCE)


@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan])
def test_shortest_paths_refuse_negative_and_non_finite_weights(weight):
    bad = graph([(0, 1, 1.0), (1, 2, weight)], 3)
    with pytest.raises(InputError, match=r"use bfs, which ignores them, or .* to draw others, integers from 1 to 255"):
        posed("sssp", bad)


def test_search_figures_describe_the_answer():
    line = graph([(0, 1, 2.5), (1, 2, 1.5)], 5)
    assert certify("bfs", line, depths(line), source=SOURCE).quantities == {"reached": 3, "max_distance": 2}
    assert certify("sssp", line, distances(line), source=SOURCE).quantities == {"reached": 3, "max_distance": 4.0}


# PageRank


@pytest.mark.parametrize("edges", [DIRECTED, UNDIRECTED, WEIGHTED], ids=["directed", "undirected", "weighted"])
@pytest.mark.parametrize("damping", [0.0, 0.5, 0.85, 0.99])
def test_exact_ranks_are_valid_for_their_own_damping_only(edges, damping):
    right = ranks(edges, damping)
    finding = certify("pagerank", edges, right, damping=damping, tolerance=1e-12)
    assert finding.valid, finding.detail
    assert finding.quantities["residual"] < 1e-13
    assert finding.quantities["sum"] == pytest.approx(1)
    rejected("pagerank", edges, ranks(edges, 0.7), "one more iteration changes", damping=damping)


def test_ranks_that_do_not_sum_to_one_are_invalid():
    rejected("pagerank", DIRECTED, 2 * ranks(DIRECTED), "sum to 2")
    rejected("pagerank", DIRECTED, len(ranks(DIRECTED)) * ranks(DIRECTED), "sum to 65")
    rejected("pagerank", DIRECTED, np.zeros(65), "sum to 0")


def test_negative_and_infinite_ranks_are_invalid():
    rejected("pagerank", DIRECTED, changed(ranks(DIRECTED), 7, -1e-9), "the rank of vertex 7 is -1e-09")
    rejected("pagerank", DIRECTED, changed(ranks(DIRECTED), 7, np.inf), "the rank of vertex 7 is inf")


def test_ranks_that_ignore_weights_direction_or_dangling_vertices_are_invalid():
    assert not certify("pagerank", WEIGHTED, ranks(WEIGHTED.unweighted())).valid
    assert not certify("pagerank", WEIGHTED, ranks(WEIGHTED.undirected())).valid
    matrix = DIRECTED.to_scipy().toarray()
    out = np.maximum(matrix.sum(axis=1), 1)
    drained = np.linalg.solve(np.eye(65) - 0.85 * (matrix / out[:, None]).T, np.full(65, 0.15 / 65))
    assert not certify("pagerank", DIRECTED, drained).valid


def test_ranks_in_another_order_are_invalid():
    assert not certify("pagerank", DIRECTED, ranks(DIRECTED)[::-1].copy()).valid


def test_two_exchanged_ranks_are_invalid():
    right = ranks(DIRECTED)
    low, high = int(right.argmin()), int(right.argmax())
    assert not certify("pagerank", DIRECTED, changed(changed(right, low, right[high]), high, right[low])).valid


def test_the_residual_decides_at_the_tolerance():
    right = ranks(DIRECTED)
    off = changed(right, 0, right[0] + 1e-5)
    residual = certify("pagerank", DIRECTED, off, tolerance=1).quantities["residual"]
    assert 1e-6 < residual < 2e-5
    assert certify("pagerank", DIRECTED, off, tolerance=residual * 1.001).valid
    assert not certify("pagerank", DIRECTED, off, tolerance=residual * 0.999).valid


def test_a_vertex_with_edges_of_weight_zero_only_is_dangling():
    nothing = graph([(0, 1, 0), (1, 2, 1), (2, 1, 1)], 3, directed=True)
    assert certify("pagerank", nothing, ranks(nothing), tolerance=1e-12).valid
    assert ranks(nothing) == pytest.approx(ranks(graph([(1, 2, 1), (2, 1, 1)], 3, directed=True)))


# Components


@given(seed=st.integers(0, 10_000), at=st.integers(0, 64), to=st.integers(0, 64))
@settings(max_examples=60, deadline=None)
def test_any_changed_label_is_invalid(seed, at, to):
    edges = _random(seed, m=40, directed=False)
    right = connected_components(edges.to_scipy(), directed=False)[1].astype(np.int64)
    relabelled("wcc", edges, right, at, to)


def test_merged_and_split_components_are_invalid():
    two = GRAPHS["disconnected"]
    rejected("wcc", two, np.zeros(6, dtype=np.int64), "1 labels, but there are 2 components")
    rejected("wcc", two, np.array([0, 0, 0, 1, 1, 2]), "joins vertices of different labels, 1 and 2")
    rejected("wcc", two, np.arange(6), "joins vertices of different labels")
    rejected("wcc", two, np.array([0, 0, 0, 1, 1, -1]), "vertex 5 has no label")
    assert certify("wcc", two, np.array([7, 7, 7, 3, 3, 3])).quantities == {"components": 2, "largest": 3}


@pytest.mark.parametrize("seed", range(20))
def test_components_are_counted_over_many_parts_of_the_edges(monkeypatch, seed):
    monkeypatch.setattr(components, "_EDGES_AT_ONCE", 1)  # so that a part has as many edges as there are vertices
    edges = _random(seed, n=12, m=30, directed=False)
    src, dst, _ = edges.to_numpy()
    halves = np.random.default_rng(seed).integers(2, size=edges.num_vertices)
    inside = halves[src] == halves[dst]
    some = graph(list(zip(src[inside].tolist(), dst[inside].tolist(), strict=True)), edges.num_vertices)
    assert components.count_components(edges) == connected_components(edges.to_scipy(), directed=False)[0]
    assert components.count_components(edges, within=halves) == connected_components(some.to_scipy())[0]


def test_one_label_for_vertices_with_a_path_one_way_only_is_invalid():
    there = graph([(0, 1), (1, 2)], 3, directed=True)
    rejected("scc", there, np.zeros(3, dtype=np.int64), "1 and 0 share a label, but 1 does not lead back to 0")
    back = graph([(2, 1), (1, 0)], 3, directed=True)
    rejected("scc", back, np.zeros(3, dtype=np.int64), "1 and 0 share a label, but 1 is not reached from 0")


def test_strong_components_of_an_undirected_graph_are_its_weak_ones():
    two = GRAPHS["disconnected"]
    assert certify("scc", two, np.array([7, 7, 7, 3, 3, 3])).valid
    rejected("scc", two, np.zeros(6, dtype=np.int64), "3 and 0 share a label, but 3 is not reached from 0")
    rejected("scc", two, np.array([0, 0, 0, 1, 1, 2]), "but a cycle leads through these labels")
    rejected("scc", two, np.array([0, 0, 1, 1, 1, 1]), "share a label")


@given(seed=st.integers(0, 10_000), at=st.integers(0, 64), to=st.integers(0, 64))
@settings(max_examples=60, deadline=None)
def test_any_changed_label_of_an_undirected_graph_is_invalid(seed, at, to):
    edges = _random(seed, m=40, directed=False)
    right = connected_components(edges.to_scipy(), directed=False)[1].astype(np.int64)
    relabelled("scc", edges, right, at, to)


def test_weak_components_are_invalid_as_strong_ones():
    chain = GRAPHS["one weak component, many strong"]
    assert not certify("wcc", chain, np.arange(5)).valid
    assert certify("wcc", chain, np.zeros(5, dtype=np.int64)).valid


# Similar neighbourhoods

SIMILARITIES = ("jaccard", "weighted-jaccard", "overlap", "sorensen", "cosine")
each_similarity = pytest.mark.parametrize("similarity", SIMILARITIES)


@each_similarity
def test_any_wrong_coefficient_of_a_small_set_is_invalid(similarity):
    edges, right = right_answer(similarity)
    for at in range(0, len(right), len(right) // 15):
        assert not certify(similarity, edges, changed(right, at, right[at] / 2)).valid
    assert "all " in certify(similarity, edges, right).detail


@each_similarity
def test_two_exchanged_coefficients_are_invalid(similarity):
    edges, right = right_answer(similarity)
    low, high = int(right.argmin()), int(right.argmax())
    assert not certify(similarity, edges, changed(changed(right, low, right[high]), high, right[low])).valid
    assert not certify(similarity, edges, right[::-1].copy()).valid


@pytest.mark.parametrize("other", SIMILARITIES)
@each_similarity
def test_one_similarity_is_invalid_as_another(similarity, other):
    _, at, inputs, _ = posed(similarity, WEIGHTED)
    finding = certify(similarity, WEIGHTED, coefficients(other, at, inputs.pairs))
    one_formula = {"jaccard", "weighted-jaccard"}
    assert finding.valid == (similarity == other or {similarity, other} == one_formula), finding.detail


@each_similarity
def test_closed_neighbourhoods_are_invalid(similarity):
    edges, _ = right_answer(similarity)
    _, at, inputs, _ = posed(similarity, edges)
    loops = np.arange(at.num_vertices)
    src, dst, weight = at.to_numpy()
    closed = EdgeList.from_columns(
        np.append(src, loops),
        np.append(dst, loops),
        None if weight is None else np.append(weight, np.full(len(loops), 4.0)),
        num_vertices=at.num_vertices,
        directed=False,
    )
    assert not certify(similarity, edges, coefficients(similarity, closed, inputs.pairs)).valid


def test_a_similarity_with_other_weights_is_invalid():
    _, at, inputs, _ = posed("weighted-jaccard", WEIGHTED)
    rejected("weighted-jaccard", WEIGHTED, coefficients("jaccard", at.unweighted(), inputs.pairs), "wrong for")
    _, at, inputs, _ = posed("weighted-jaccard", UNDIRECTED, seed=0)
    assert certify("weighted-jaccard", UNDIRECTED, coefficients("weighted-jaccard", at, inputs.pairs), seed=0).valid
    _, other, _, _ = posed("weighted-jaccard", UNDIRECTED, seed=1)
    rejected("weighted-jaccard", UNDIRECTED, coefficients("weighted-jaccard", other, inputs.pairs), "wrong for")


@pytest.mark.parametrize("weights", [False, True])
def test_a_cosine_over_common_neighbours_only_is_invalid(weights):
    """What `cugraph.cosine` computes: all 1 without weights, and with them norms over the common neighbours only."""
    edges = WEIGHTED if weights else UNDIRECTED
    _, _, inputs, _ = posed("cosine", edges)
    matrix = edges.undirected().to_scipy().toarray()
    one, two = matrix[inputs.pairs[:, 0]], matrix[inputs.pairs[:, 1]]
    common = (one > 0) & (two > 0)
    norms = [np.sqrt(np.where(common, np.square(each), 0).sum(axis=1)) for each in (one, two)]
    rejected("cosine", edges, np.where(common, one * two, 0).sum(axis=1) / (norms[0] * norms[1]), "wrong for")


@each_similarity
@pytest.mark.parametrize("value", [-0.1, 1.1, np.inf])
def test_a_coefficient_outside_its_range_is_invalid_at_any_pair(similarity, value):
    many = _random(4, n=400, m=1500, directed=False, weighted=True)
    _, at, inputs, _ = posed(similarity, many)
    assert len(inputs.pairs) > 5_000
    right = coefficients(similarity, at, inputs.pairs)
    finding = certify(similarity, many, right)
    assert finding.valid
    assert f"a sample of 1,000 of {len(right):,}" in finding.detail
    assert finding.quantities == {"pairs": len(right), "mean": pytest.approx(right.mean())}
    for place in range(0, len(right), 1_000):
        rejected(similarity, many, changed(right, place, value), "is not between 0 and 1")


@each_similarity
def test_float32_coefficients_are_accurate_enough(similarity):
    edges, right = right_answer(similarity)
    assert certify(similarity, edges, right.astype(np.float32)).valid


def test_neighbourhoods_do_not_depend_on_degrees_and_chunks(monkeypatch):
    rows = [(0, 1, 2.0), (0, 2, 3.0), (0, 9, 1.0), (1, 2, 5.0), (2, 3, 0.5), (2, 4, 1.0), (2, 5, 1.0)]
    pairs = np.array([[0, 1], [1, 0], [0, 3], [4, 5], [0, 6], [6, 7], [2, 2]])
    expected = [[3, 3, 0.5, 1, 0, 0, 10.5], [6, 7, 6, 1, 6, 0, 10.5], [7, 6, 0.5, 1, 0, 0, 10.5]]
    edges = graph(rows, 10)
    assert [part.tolist() for part in neighbourhoods(edges, pairs)] == expected
    chunks = EdgeList.chunks
    monkeypatch.setattr(EdgeList, "chunks", lambda self: chunks(self, rows=2))
    monkeypatch.setattr("graphbench.certificates.similarity._MAX_ENTRIES", 3)
    assert [part.tolist() for part in neighbourhoods(edges, pairs)] == expected
    assert neighbourhoods(edges.unweighted(), pairs).common.tolist() == [1, 1, 1, 1, 0, 0, 5]


# Partitions


def test_modularity_follows_its_definition():
    matrix = UNDIRECTED.to_scipy().toarray()
    label = np.arange(65) % 7
    total, degree = matrix.sum(), matrix.sum(axis=1)
    same = label[:, None] == label[None, :]
    for gamma in (0.5, 1.0, 2.0):
        expected = ((matrix - gamma * np.outer(degree, degree) / total) * same).sum() / total
        finding = certify("louvain", UNDIRECTED, label, resolution=gamma)
        assert finding.quantities == {"modularity": pytest.approx(expected), "communities": 7}


def test_modularity_uses_weights_and_all_chunks(monkeypatch):
    heavy = graph([(0, 1, 5), (2, 3, 5), (1, 2, 1)], 4)
    label = np.array([0, 0, 1, 1])
    whole = partition.modularity(heavy, label)
    assert whole == pytest.approx(10 / 11 - 0.5)
    chunks = EdgeList.chunks
    monkeypatch.setattr(EdgeList, "chunks", lambda self: chunks(self, rows=1))
    assert partition.modularity(heavy, label) == pytest.approx(whole)


def test_a_vertex_in_no_community_is_invalid():
    rejected("louvain", UNDIRECTED, changed(np.zeros(65, dtype=np.int64), 9, -1), "vertex 9 has no label")


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_pieces_of_disconnected_communities_are_counted(seed):
    edges = _random(seed, m=60, directed=False)
    label = np.random.default_rng(seed).integers(8, size=65)
    matrix = edges.to_scipy().toarray() * (label[:, None] == label[None, :])
    pieces = connected_components(matrix, directed=False)[0]
    finding = certify("leiden", edges, label)
    assert finding.valid
    assert finding.quantities["loose_pieces"] == pieces - len(np.unique(label))


def test_a_disconnected_community_is_noted_and_valid():
    two = GRAPHS["disconnected"]
    broken = certify("leiden", two, np.zeros(6, dtype=np.int64))
    assert broken.valid
    assert broken.notes == ("its 1 communities are in 2 pieces, though Leiden keeps them connected",)
    whole = certify("leiden", two, np.array([0, 0, 0, 1, 1, 1]))
    assert whole.notes == ()
    assert "every community is connected" in whole.detail


# Triangles


@given(seed=st.integers(0, 10_000), at=st.integers(0, 64), by=st.sampled_from([-3, -1, 1, 3]))
@settings(max_examples=60, deadline=None)
def test_any_changed_triangle_count_is_invalid(seed, at, by):
    edges = _random(seed, m=150, directed=False)
    right = triangles(edges)
    assert certify("triangle-count", edges, right).valid
    assert not certify("triangle-count", edges, changed(right, at, right[at] + by)).valid


def test_wrong_triangle_counts_are_explained_with_their_place():
    clique = GRAPHS["clique"]
    right = triangles(clique)
    assert certify("triangle-count", clique, right).quantities == {"triangles": 35, "most": 15}
    assert "all 7 vertices" in certify("triangle-count", clique, right).detail
    rejected("triangle-count", clique, changed(right, 2, 14), "vertex 2 lies in 15 triangles, not in 14; 1 such")
    rejected("triangle-count", clique, changed(right, 2, 16), "vertex 2 with 6 neighbours cannot lie in 16 triangles")
    rejected("triangle-count", clique, changed(right, 2, -1), "cannot lie in -1 triangles")
    rejected("triangle-count", clique, right // 3, "lies in 15 triangles, not in 5; 7 such")
    rejected("triangle-count", UNDIRECTED, triangles(UNDIRECTED)[::-1].copy(), "triangles")


@pytest.fixture
def little_work(monkeypatch):
    """Triangles are recomputed for a sample only."""
    whole = certify_triangles.count_triangles
    monkeypatch.setattr(certify_triangles, "count_triangles", functools.partial(whole, max_work=2_000))


@pytest.mark.usefixtures("little_work")
def test_a_sampled_check_says_so_and_finds_widespread_errors():
    many = _random(4, n=400, m=1500, directed=False)
    right = triangles(many)
    finding = certify("triangle-count", many, right)
    assert finding.valid
    size = int(finding.detail.split("a sample of ")[1].split(" of ")[0])
    assert 20 < size < 300
    rejected("triangle-count", many, 2 * right, "triangles")
    rejected("triangle-count", many, np.zeros_like(right), "triangles, not in 0")
    vertex = next(v for v in range(405) if certify("triangle-count", many, changed(right, v, right[v] + 3)).valid)
    rejected("triangle-count", many, changed(right, vertex, right[vertex] + 1), "no multiple of 3")


@pytest.mark.parametrize("max_work", [1, 500, 10**9])
def test_the_sample_is_the_same_for_every_engine_and_never_empty(max_work):
    many = _random(4, n=400, m=1500, directed=False)
    vertices, counts = certify_triangles.count_triangles(many, seed=3, max_work=max_work)
    again, _ = certify_triangles.count_triangles(many, seed=3, max_work=max_work)
    assert np.array_equal(vertices, again)
    assert len(vertices) >= 1
    assert np.array_equal(counts, triangles(many)[vertices])
    assert (len(vertices) == 405) == (max_work == 10**9)


def test_triangle_counts_do_not_depend_on_blocks(monkeypatch):
    monkeypatch.setattr(certify_triangles, "_BLOCK_OF_WORK", 50)
    assert np.array_equal(certify_triangles.count_triangles(UNDIRECTED, seed=0)[1], triangles(UNDIRECTED))


@pytest.mark.parametrize("algorithm", registry.algorithm_names())
def test_certificates_do_not_depend_on_chunks_or_storage(algorithm, monkeypatch, tmp_path):
    edges, right = right_answer(algorithm)
    filed = edges.write(tmp_path / "edges.parquet")
    expected = certify(algorithm, edges, right, **_given(algorithm))
    found = certify(algorithm, filed, right, **_given(algorithm))
    assert found.valid
    chunks = EdgeList.chunks
    monkeypatch.setattr(EdgeList, "chunks", lambda self, _rows=0: chunks(self, rows=7))
    chunked = certify(algorithm, edges, right, **_given(algorithm))
    assert chunked.valid
    for finding in (found, chunked):
        assert finding.quantities == pytest.approx(expected.quantities, abs=1e-12)


# Arrays of a device


def _on_device(edges, rows=50, chunks=EdgeList.chunks):
    for part in chunks(edges, rows=rows):
        yield type(part)(*(None if column is None else DeviceArray(column) for column in part))


def _checked(up):
    """What the checks that need array functions only say of right and wrong answers, made by `up`."""
    label, right, rank = np.arange(65), distances(WEIGHTED), ranks(DIRECTED)
    quantities = [
        partition.modularity(UNDIRECTED, up(label % 7)),
        partition.modularity(WEIGHTED, up(label % 3)),
        *(float(checks.pagerank_step(DIRECTED, up(rank), 0.5)[v]) for v in range(65)),
        *(float(checks.pagerank_step(WEIGHTED, up(ranks(WEIGHTED)), 0.85)[v]) for v in range(65)),
    ]
    wrong = [changed(right, 9, -1.0), changed(right, 64, 5.0), changed(right, 0, 1.0), changed(right, 1, 1e6)]
    faults = [
        *(search.search_fault(WEIGHTED, up(each), 0) for each in (right, *wrong)),
        *(components.split_fault(UNDIRECTED, up(each)) for each in (np.zeros_like(label), label)),
        *(checks.labels_fault(up(each), 65) for each in (label, changed(label, 9, -1))),
        *(checks.form_fault(up(each), 65, "floating", "ranks") for each in (rank, changed(rank, 9, np.nan))),
    ]
    return quantities, faults


def test_certificates_work_on_device_arrays(monkeypatch):
    quantities, faults = _checked(lambda values: values)
    assert [bool(each) for each in faults] == [False, *[True] * 4, False, True, False, True, False, True]
    monkeypatch.setattr(EdgeList, "chunks", _on_device)
    there = _checked(DeviceArray)
    assert there[0] == pytest.approx(quantities, rel=1e-14)
    assert there[1] == faults


def test_the_stand_in_device_refuses_host_arrays():
    here, there = np.arange(3), DeviceArray(np.arange(3))
    for mix in (lambda: here + there, lambda: there[here], lambda: np.asarray(there), lambda: f"{there[0]:,}"):
        with pytest.raises((TypeError, ValueError)):
            mix()


# Structure


@pytest.mark.parametrize("algorithm", ["coo-to-csr", "transpose"])
@pytest.mark.parametrize("at_once", [1, 7, 1 << 17])
def test_any_changed_missing_or_repeated_entry_is_invalid(monkeypatch, algorithm, at_once):
    monkeypatch.setattr(structure, "_ENTRIES_AT_ONCE", at_once)
    edges, right = right_answer(algorithm)
    assert certify(algorithm, edges, right).valid
    for row in range(len(right)):
        for column, by in ((0, 1), (1, -1), (2, 1e-12)):
            spoilt = right.copy()
            spoilt[row, column] += by
            rejected(algorithm, edges, spoilt[np.lexsort(spoilt.T[1::-1])], "was expected")
    rejected(algorithm, edges, np.repeat(right, [2, 0, *[1] * (len(right) - 2)], axis=0), "was expected")
    other = {"coo-to-csr": "transpose", "transpose": "coo-to-csr"}[algorithm]
    rejected(algorithm, edges, right_answer(other)[1], "was expected")
    rejected(algorithm, edges, right[:, :2].astype(np.int64), "shape")


def test_a_wrong_entry_is_named_as_in_the_answer():
    arrows = graph([(0, 1, 2.0), (2, 1, 0.5)], 3, directed=True)
    rejected("coo-to-csr", arrows, np.array([[0, 1, 2.0], [2, 1, 0.25]]), "found (2, 1) = 0.25 where (2, 1) = 0.5")
    rejected("transpose", arrows, np.array([[0, 1, 2.0], [1, 2, 0.5]]), "found (0, 1) = 2 where (1, 0) = 2")
    finding = certify("transpose", arrows, np.array([[1, 0, 2.0], [1, 2, 0.5]]))
    assert finding.valid
    assert finding.quantities == {"entries": 2, "fullest_row": 2}


@given(seed=st.integers(0, 10_000), directed=st.booleans(), at=st.integers(0, 500), by=st.sampled_from([-1, 1, 7]))
@settings(max_examples=60, deadline=None)
def test_any_changed_number_of_a_numbering_is_invalid(seed, directed, at, by):
    edges = _random(seed, directed=directed)
    right = numbering(edges, seed)
    assert certify("renumber", edges, right).valid
    spoilt = right.copy()
    spoilt[at % len(right), seed % 2] += by
    assert not certify("renumber", edges, spoilt).valid


def test_a_wrong_numbering_is_explained():
    edges = graph([(0, 1), (1, 2), (4, 2)], 6, directed=True)
    ids = external_ids(6)
    right = np.array([(0, ids[4]), (1, ids[2]), (2, ids[1]), (3, ids[0]), (0, 1), (2, 1), (3, 2)])
    assert certify("renumber", edges, right).quantities == {"numbers": 4, "edges": 3}
    for at, row, because in (
        (0, (1, ids[4]), "is out of order: the numbers must be 0 to 3"),
        (0, (0, 17), "the number 0 (id 17) is that of an id that no vertex has"),
        (0, (0, ids[3]), "is that of a vertex without edges"),
        (2, (2, ids[4]), "is that of an id that already has a number"),
        (4, (0, 4), "an edge between 0 and 4, but the numbers are 0 to 3"),
        (4, (2, 1), "duplicate edges: 1"),
        (4, (1, 0), "found the edge 2 - 4 where 4 - 2 was expected"),
    ):
        rejected("renumber", edges, changed(right, at, row), because)
