"""ECG, the spectral methods and the analysis of a clustering, on every engine."""

import warnings

import numpy as np
import pytest

from graphbench import registry
from graphbench.algorithms import draws
from graphbench.certificates import partition
from graphbench.certificates.agreement import agreement
from graphbench.certificates.partition import modularity
from graphbench.errors import UnsupportedError, UsageError
from helpers.engines import each_with, having
from helpers.graphs import GRAPHS, certify, changed, graph, not_drawn, path, posed, rejected, solve

SPECTRAL = ("spectral-modularity", "spectral-balanced-cut")
CLIQUE = [(u, v) for u in range(8) for v in range(u)]


def cliques(count):
    """Cliques of eight vertices in a ring, joined by one edge each."""
    inside = [(u + 8 * k, v + 8 * k) for k in range(count) for u, v in CLIQUE]
    around = [(8 * k, (8 * k + 9) % (8 * count)) for k in range(count)]
    return graph([*inside, *around], 8 * count)


def each_engine(*algorithms):
    """Every engine that has an adapter (and the algorithm, if there are several), skipped where it cannot run."""
    if len(algorithms) == 1:
        return pytest.mark.parametrize("engine", having(*algorithms))
    return pytest.mark.parametrize(("engine", "algorithm"), each_with(algorithms))


# What is cut


def test_cuts_agree_with_counts_by_hand():
    # 0-1-2 and 3-4 joined by 2-3; 5 alone.
    edges = graph([(0, 1), (1, 2), (0, 2), (2, 3), (3, 4)], 6)
    found = partition.cuts(edges, np.array([7, 7, 7, 1, 1, 4]))
    assert found.leaving.tolist() == [1, 0, 1]
    assert found.sizes.tolist() == [2, 1, 3]
    assert (found.total, found.edge_cut) == (5, 1)
    assert found.ratio_cut == pytest.approx(1 / 2 + 0 + 1 / 3)


def test_weighted_cuts_do_not_depend_on_chunks(monkeypatch):
    edges = graph([(0, 1, 2.0), (1, 2, 0.5), (2, 3, 4.0), (0, 3, 8.0)], 4)
    labels = np.array([0, 0, 1, 1])
    whole = partition.cuts(edges, labels)
    assert whole.leaving.tolist() == [8.5, 8.5]
    chunks = type(edges).chunks
    monkeypatch.setattr(type(edges), "chunks", lambda self: chunks(self, rows=1))
    assert partition.cuts(edges, labels).leaving.tolist() == [8.5, 8.5]


def test_separation_is_0_by_chance_and_1_without_a_cut():
    rng = np.random.default_rng(0)
    edges = graph(rng.integers(60, size=(300, 2)).tolist(), 60)
    sizes = np.repeat(np.arange(4), [3, 7, 20, 30])
    drawn = [partition.cuts(edges, rng.permutation(sizes)).separation(4) for _ in range(2_000)]
    assert np.mean(drawn) == pytest.approx(0, abs=0.01)
    assert partition.cuts(GRAPHS["disconnected"], np.repeat([0, 1], 3)).separation(2) == 1


def test_separation_gains_nothing_by_leaving_clusters_out():
    ring = cliques(4)
    right = np.repeat(np.arange(4), 8)
    best = partition.cuts(ring, right).separation(4)
    assert best > 0.9
    assert partition.cuts(ring, np.minimum(right, 2)).separation(4) < best - 0.2
    assert partition.cuts(ring, np.zeros(32, dtype=int)).separation(4) == 0
    assert partition.cuts(GRAPHS["no edges"], np.arange(5)).separation(5) == 0


def test_separation_does_not_depend_on_the_scale_of_weights():
    rows = [(0, 1, 2.0), (1, 2, 0.5), (2, 3, 4.0), (0, 3, 8.0)]
    labels = np.array([0, 0, 1, 1])
    one, other = (graph([(u, v, factor * w) for u, v, w in rows], 4) for factor in (1, 1024))
    assert partition.cuts(one, labels).separation(2) == partition.cuts(other, labels).separation(2)


# Spectral methods

CUGRAPHS = ("cugraph", "pylibcugraph")
"""Engines with cuGraph's eigensolver."""


@each_engine(*SPECTRAL)
@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_cliques_in_a_ring_are_separated(engine, algorithm, count):
    if engine in CUGRAPHS:
        pytest.skip("its eigensolver needs more different eigenvalues: it has tests of its own")
    answer = solve(engine, algorithm, cliques(count), clusters=count)
    finding = certify(algorithm, cliques(count), answer, clusters=count)
    assert finding.valid, finding.detail
    assert not finding.notes
    planted = np.repeat(np.arange(count), 8)
    quality = registry.algorithm(algorithm).quality
    # Rings look the same all around, so that more than two cliques leave the choice of eigenvectors open.
    assert (
        finding.quantities[quality]
        > 0.5 * certify(algorithm, cliques(count), planted, clusters=count).quantities[quality]
    )
    if count == 2:
        assert agreement("labels", answer, planted).kind == "equivalent"


@each_engine(*SPECTRAL)
@pytest.mark.parametrize("name", [name for name, edges in GRAPHS.items() if edges.num_vertices > 3 and edges.num_edges])
def test_every_tiny_graph_is_split_in_two(engine, algorithm, name):
    edges = GRAPHS[name]
    try:
        answer = solve(engine, algorithm, edges, clusters=2)
    except UnsupportedError as gap:
        pytest.skip(str(gap))
    finding = certify(algorithm, edges, answer, clusters=2)
    assert finding.valid, finding.detail


@each_engine(*SPECTRAL)
@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_a_failure_of_cugraphs_eigensolver_is_reported(engine, algorithm, count):
    """On rings of cliques it raises, or has one cluster and a note of it, or happens to find more."""
    if engine not in CUGRAPHS:
        pytest.skip("only cuGraph's fails")
    try:
        answer = solve(engine, algorithm, cliques(count), clusters=count)
    except UnsupportedError as gap:
        assert "few different eigenvalues" in str(gap)  # noqa: PT017  it may or may not be raised
        return
    finding = certify(algorithm, cliques(count), answer, clusters=count)
    assert finding.valid, finding.detail
    assert finding.notes or finding.quantities["clusters"] > 1


def groups(count, *, weights=()):
    """Groups of 40 vertices, edges drawn inside with probability 0.5 and across with 0.05.

    With two weights both probabilities are 0.5, and edges inside weigh the first, those across the second.
    """
    rng = np.random.default_rng(1)
    belongs = np.repeat(np.arange(count), 40)
    u, v = np.triu_indices(len(belongs), 1)
    inside = belongs[u] == belongs[v]
    kept = rng.random(len(u)) < np.where(inside | bool(weights), 0.5, 0.05)
    columns = [u[kept], v[kept], *([np.where(inside, *weights)[kept]] if weights else [])]
    return graph(list(zip(*(column.tolist() for column in columns), strict=True)), len(belongs)), belongs


@each_engine(*SPECTRAL)
@pytest.mark.parametrize("count", [2, 3])
def test_planted_groups_are_found(engine, algorithm, count):
    edges, planted = groups(count)
    answer = solve(engine, algorithm, edges, clusters=count)
    quality = registry.algorithm(algorithm).quality
    found, best = (certify(algorithm, edges, each, clusters=count) for each in (answer, planted))
    assert not found.notes
    assert found.quantities[quality] > 0.5 * best.quantities[quality]
    if count == 2:
        assert agreement("labels", answer, planted).kind == "equivalent"


@each_engine(*SPECTRAL)
def test_spectral_clusters_use_weights(engine, algorithm):
    edges, planted = groups(2, weights=(10.0, 1.0))
    answer = solve(engine, algorithm, edges, clusters=2)
    assert agreement("labels", answer, planted).kind == "equivalent"


@pytest.mark.parametrize("algorithm", SPECTRAL)
def test_cugraph_gets_at_most_as_many_eigenvectors_as_its_eigensolver_allows(algorithm):
    """Of n vertices and k eigenvectors its basis has min(n - k, max(2 k + 1, 20)) vectors, and needs k + 2."""
    call = registry.algorithm(algorithm).adapters["cugraph"].call
    for n in range(3, 24):
        for clusters in range(2, n):
            *_, p = posed(algorithm, graph(path(n), n), clusters=clusters)
            if n < 6:
                with pytest.raises(UnsupportedError, match=f"needs six vertices, and this graph has {n}"):
                    call(None, None, p)
                continue
            k = registry.algorithm(algorithm).adapters["cugraph"].parameters_used(p)["eigenvectors"]
            assert 2 <= k <= clusters
            assert min(n - k, max(2 * k + 1, 20)) >= k + 2


@pytest.mark.parametrize("algorithm", SPECTRAL)
def test_an_error_of_cugraphs_eigensolver_is_unsupported_and_others_are_raised(algorithm):
    class Failing:
        def __init__(self, words):
            self.words = words

        def __getattr__(self, name):
            def fail(*_args, **_keywords):
                raise RuntimeError(self.words)

            return fail

    page = registry.algorithm(algorithm)
    *_, p = posed(algorithm, cliques(2), clusters=2)
    with pytest.raises(UnsupportedError, match="few different eigenvalues"):
        page.adapters["cugraph"].call(Failing("eig.cuh: eigensolver couldn't converge to a solution."), None, p)
    with pytest.raises(RuntimeError, match="out of memory"):
        page.adapters["cugraph"].call(Failing("out of memory"), None, p)


@each_engine(*SPECTRAL)
def test_spectral_clusterings_ignore_direction(engine, algorithm):
    arcs = graph([(v, (v + 1) % 8) for v in range(8)] + [(0, 4)], 8, directed=True)
    finding = certify(algorithm, arcs, solve(engine, algorithm, arcs, clusters=3), clusters=3)
    assert finding.valid, finding.detail


@pytest.mark.parametrize("engine", ["scipy", "igraph"])
def test_a_seed_gives_the_same_clusters_again(engine):
    rng = np.random.default_rng(5)
    edges = graph(rng.integers(80, size=(200, 2)).tolist(), 80)
    one, again = (solve(engine, "spectral-modularity", edges, seed=3) for _ in range(2))
    assert one.tolist() == again.tolist()


@pytest.mark.parametrize("algorithm", SPECTRAL)
def test_more_clusters_than_a_graph_can_be_split_into_are_refused(algorithm):
    with pytest.raises(UsageError, match=r"has 7 vertices.*Use --clusters 6 or fewer"):
        posed(algorithm, GRAPHS["clique"], clusters=7)
    with pytest.raises(UsageError, match=r"has 2 vertices.*Use a larger graph"):
        posed(algorithm, GRAPHS["one edge"], clusters=2)
    with pytest.raises(UsageError, match="has no edges"):
        posed(algorithm, GRAPHS["no edges"], clusters=2)
    posed(algorithm, GRAPHS["clique"], clusters=6)


@pytest.mark.parametrize("algorithm", SPECTRAL)
def test_malformed_partitions_and_too_many_clusters_are_invalid(algorithm):
    rejected(algorithm, GRAPHS["path"], np.arange(12), "12 clusters, where at most 8", clusters=8)
    rejected(algorithm, GRAPHS["path"], np.array([0] * 11 + [-1]), "vertex 11 has no label", clusters=2)
    rejected(algorithm, GRAPHS["path"], np.zeros(11, dtype=int), "shape", clusters=2)
    rejected(algorithm, GRAPHS["path"], np.zeros(12), "expected", clusters=2)


@pytest.mark.skipif(not registry.engine("igraph").availability().ok, reason="igraph is not installed")
def test_igraph_is_unsupported_on_graphs_with_more_components_than_clusters():
    three = graph([(u + 8 * k, v + 8 * k) for k in range(3) for u, v in CLIQUE], 24)
    with pytest.raises(UnsupportedError, match="this graph's 3 components do not become 2 clusters"):
        solve("igraph", "spectral-modularity", three, clusters=2)
    answer = solve("igraph", "spectral-modularity", three, clusters=3)
    assert agreement("labels", answer, np.repeat(np.arange(3), 8)).kind == "equivalent"
    for algorithm in SPECTRAL:
        rejected(algorithm, three, np.repeat([0, 1, 2], 8), "3 clusters, where at most 2", clusters=2)


def test_clusters_no_better_than_chance_are_noted():
    ring = cliques(4)
    across = np.tile(np.arange(8) % 4, 4)
    (note,) = certify("spectral-modularity", ring, across, clusters=4).notes
    assert "no better than" in note
    (note,) = certify("spectral-balanced-cut", ring, across, clusters=4).notes
    assert "no better than" in note
    for algorithm in SPECTRAL:
        assert not certify(algorithm, ring, np.repeat(np.arange(4), 8), clusters=4).notes


def test_figures_of_a_spectral_partition_agree_with_counts_by_hand():
    edges, halves = GRAPHS["path"], np.repeat([0, 1], 6)
    found = certify("spectral-balanced-cut", edges, halves, clusters=2).quantities
    chance = 2 * 11 * (2 - 1) / (12 - 1)
    assert found == {
        "separation": pytest.approx(1 - (2 / 6) / chance),
        "edge_cut": 1,
        "ratio_cut": pytest.approx(2 / 6),
        "clusters": 2,
        "largest": 6,
    }
    found = certify("spectral-modularity", edges, halves, clusters=2).quantities
    assert found == {"modularity": pytest.approx(10 / 11 - 1 / 2), "clusters": 2, "largest": 6}


@pytest.mark.parametrize(("clusters", "vertices", "expected"), [(8, 1000, 8), (8, 18, 8), (8, 17, 7), (2, 6, 2)])
def test_cugraph_gets_as_many_eigenvectors_as_its_method_allows(clusters, vertices, expected):
    for algorithm in SPECTRAL:
        page, edges, inputs, _ = posed(algorithm, graph(path(vertices), vertices), clusters=clusters)
        p = page.call(edges, page.resolve({"clusters": clusters}), inputs, seed=0)
        assert page.adapter("cugraph").parameters_used(p)["eigenvectors"] == expected
        assert 2 * expected < vertices


class Deprecated:
    """A cuGraph whose balanced cut warns, as 26.10's does."""

    def __init__(self):
        self.given = None

    def spectralBalancedCutClustering(self, graph, clusters, **options):  # noqa: N802
        warnings.warn("spectralBalancedCutClustering is deprecated and will be removed.", FutureWarning, stacklevel=2)
        self.given = (graph, clusters, options)
        return "frame"


def test_the_deprecation_warning_of_cugraphs_balanced_cut_is_suppressed():
    library = Deprecated()
    page, edges, inputs, _ = posed("spectral-balanced-cut", GRAPHS["path"], clusters=3)
    p = page.call(edges, page.resolve({"clusters": 3}), inputs, seed=7, trial=2)
    assert page.adapter("cugraph").call(library, "graph", p) == "frame"
    assert library.given == ("graph", 3, {"num_eigen_vects": 3, "evs_tolerance": 1e-5, "random_state": 9})


# ECG


def test_ecg_takes_the_papers_defaults_and_no_resolution_above_1():
    page = registry.algorithm("ecg")
    assert page.resolve({}) == {"ensemble_size": 16, "min_weight": 0.05, "resolution": 1.0, "threshold": 1e-7}
    for wrong in ({"resolution": 1.5}, {"resolution": 0}, {"min_weight": 0}, {"threshold": 2}, {"ensemble_size": 0}):
        with pytest.raises(UsageError, match="takes a"):
            page.resolve(wrong)


def test_ecg_is_certified_like_louvain():
    ecg, louvain = (registry.algorithm(name) for name in ("ecg", "louvain"))
    assert (ecg.quality, ecg.form) == (louvain.quality, louvain.form)
    labels = np.repeat([0, 1], 6)
    one, other = (certify(name, GRAPHS["path"], labels, resolution=0.5).quantities for name in ("ecg", "louvain"))
    assert one == other


@each_engine("ecg")
def test_ecg_finds_cliques_and_obeys_its_seed(engine):
    ring = cliques(4)
    answer = solve(engine, "ecg", ring)
    assert agreement("labels", answer, np.repeat(np.arange(4), 8)).kind == "equivalent"
    assert solve(engine, "ecg", ring, seed=5).tolist() == solve(engine, "ecg", ring, seed=5).tolist()


@each_engine("ecg")
def test_ecg_uses_weights(engine):
    square = graph([(0, 1, 10), (1, 2, 1), (2, 3, 10), (3, 0, 1)], 4)
    assert agreement("labels", solve(engine, "ecg", square), np.array([0, 0, 1, 1])).kind == "equivalent"


# Analysis of a clustering

BOWTIE = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)]


def analysed(engine, edges, labels, monkeypatch, **given):
    """The answer for this clustering instead of one that is drawn."""
    not_drawn(monkeypatch, "analyze-clustering", labels=labels)
    return solve(engine, "analyze-clustering", edges, **given)


@each_engine("analyze-clustering")
def test_figures_of_a_clustering_agree_with_counts_by_hand(engine, monkeypatch):
    # Clusters {0, 1, 2}, {3, 4}, {5, 6}: inside 3, 1, 0; degrees 8, 5, 1; cut 2, 3, 1; vertex 6 has no edge.
    answer = analysed(engine, graph(BOWTIE, 7), [0, 0, 0, 1, 1, 2, 2], monkeypatch, clusters=3)
    assert answer == pytest.approx([4 / 7 - (64 + 25 + 1) / 196, 3, 2 / 3 + 3 / 2 + 1 / 2], abs=1e-12)


@each_engine("analyze-clustering")
def test_figures_of_a_clustering_use_weights(engine, monkeypatch):
    rows = [(0, 1, 4.0), (1, 2, 0.5), (2, 3, 2.0), (0, 3, 1.5)]
    answer = analysed(engine, graph(rows, 4), [0, 0, 1, 1], monkeypatch, clusters=2)
    # W = 8: inside 4 and 2; degrees 10 and 6; both cut by 2.
    assert answer == pytest.approx([6 / 8 - (100 + 36) / 256, 2, 2 / 2 + 2 / 2], abs=1e-12)


@each_engine("analyze-clustering")
def test_the_order_of_labels_does_not_change_an_analysis(engine, monkeypatch):
    labels = np.array([2, 0, 1, 1, 0, 2, 2])
    one = analysed(engine, graph(BOWTIE, 7), labels, monkeypatch, clusters=3)
    assert analysed(engine, graph(BOWTIE, 7), 2 - labels, monkeypatch, clusters=3) == pytest.approx(one, abs=1e-12)


@each_engine("analyze-clustering")
def test_the_weights_of_two_arcs_are_not_added(engine, monkeypatch):
    arcs = graph([(0, 1, 3.0), (1, 0, 5.0), (1, 2, 1.0)], 3, directed=True)
    assert analysed(engine, arcs, [0, 1, 1], monkeypatch, clusters=2)[1] == 3


@each_engine("analyze-clustering")
def test_as_many_clusters_as_vertices_are_analysed(engine):
    clique, problem = GRAPHS["clique"], "analyze-clustering"
    finding = certify(problem, clique, solve(engine, problem, clique, clusters=50), clusters=50)
    assert finding.valid, finding.detail
    assert finding.quantities["clusters"] == 7
    assert finding.quantities["edge_cut"] == 21


def test_any_changed_figure_of_a_clustering_is_invalid():
    page, at, inputs, p = posed("analyze-clustering", GRAPHS["weighted"], clusters=3)
    found = partition.cuts(at, inputs.labels)
    right = np.array([modularity(at, inputs.labels), found.edge_cut, found.ratio_cut])
    assert page.certify(at, right, p).valid
    for which, name in enumerate(("modularity", "edge cut", "ratio cut")):
        wrong = right + 1e-6 * np.eye(3)[which]
        rejected("analyze-clustering", GRAPHS["weighted"], wrong, f"the {name} is", clusters=3)
    rejected("analyze-clustering", GRAPHS["weighted"], right * [1, 2, 1], "the edge cut is", clusters=3)
    rejected("analyze-clustering", GRAPHS["weighted"], changed(right, 2, np.nan), "not a number", clusters=3)
    rejected("analyze-clustering", GRAPHS["weighted"], changed(right, 2, np.inf), "the ratio cut is", clusters=3)
    rejected("analyze-clustering", GRAPHS["weighted"], right[:2], "shape", clusters=3)


def test_a_clustering_of_a_graph_without_edges_is_refused():
    with pytest.raises(UsageError, match="has no edges, so a clustering of it has no modularity"):
        posed("analyze-clustering", GRAPHS["no edges"])


def test_large_figures_agree_within_a_relative_tolerance():
    one = np.array([0.5, 1e9, 1e4])
    assert agreement("quantities", one, one * (1 + 1e-10), 1e-9).kind == "epsilon"
    assert agreement("quantities", one, np.array([0.5, 1e9, 1e4 + 1e-3]), 1e-9).kind == "differs"
    assert agreement("quantities", np.zeros(3), np.array([0, 1e-10, 0]), 1e-9).kind == "epsilon"
    assert agreement("quantities", np.zeros(3), np.array([0, 1e-8, 0]), 1e-9).kind == "differs"


# The clustering that is drawn


def test_a_drawn_clustering_covers_every_vertex_and_leaves_no_cluster_empty():
    for edges in GRAPHS.values():
        for clusters in (2, 3, 8, 100):
            labels = draws.clustering(edges.undirected(), clusters, seed=1)
            assert labels.shape == (edges.num_vertices,)
            assert labels.dtype == np.int64
            assert set(labels.tolist()) == set(range(min(clusters, edges.num_vertices)))


def test_a_drawn_clustering_is_far_better_than_chance_and_comes_from_the_seed():
    ring = cliques(20)
    labels = draws.clustering(ring, 8, seed=1)
    assert labels.tolist() == draws.clustering(ring, 8, seed=1).tolist() != draws.clustering(ring, 8, seed=2).tolist()
    assert partition.cuts(ring, labels).separation(8) > 0.5


def test_a_vertex_belongs_to_the_nearest_of_those_that_were_drawn():
    line = graph(path(30), 30)
    centres = draws.sources(line, 4, None, seed=3)
    labels = draws.clustering(line, 4, seed=3)
    distance = np.abs(np.arange(30)[:, None] - centres)
    assert (distance[np.arange(30), labels] == distance.min(axis=1)).all()


def test_components_without_a_drawn_vertex_are_labelled_at_random():
    apart = graph([*path(40), *((v + 50, v + 51) for v in range(0, 400, 2))], 500)
    labels = draws.clustering(apart, 2, seed=0)
    assert 100 < np.count_nonzero(labels[50:] == 0) < 350
