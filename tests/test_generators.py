"""Generated graphs follow their specification and are reproducible."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench import graphs
from graphbench.errors import InputError, UnknownNameError, UsageError
from graphbench.graphs.generators import rmat
from graphbench.graphs.generators.spec import parse


def degrees(raw):
    return np.bincount(np.concatenate([raw.src, raw.dst]), minlength=raw.num_vertices)


@given(n=st.integers(2, 300), data=st.data())
def test_ba_has_exactly_its_edges_and_each_vertex_its_own(n, data):
    m, seed = data.draw(st.integers(1, n - 1)), data.draw(st.integers(0, 99))
    raw = parse(f"ba:n={n},m={m},seed={seed}").make()
    pairs = {(min(edge), max(edge)) for edge in zip(raw.src.tolist(), raw.dst.tolist(), strict=True)}
    assert len(raw.src) == len(pairs) == m * (n - m)
    assert all(low < high < n for low, high in pairs)
    # Vertices beyond the first star join with m edges to older ones.
    assert np.bincount([high for _, high in pairs], minlength=n)[m + 1 :].tolist() == [m] * (n - m - 1)


def test_ba_attaches_to_vertices_in_proportion_to_their_degree():
    # n P(degree = k) tends to 2 m (m + 1) / (k (k + 1) (k + 2)); Bollobás et al., Random Struct. Alg. 18 (2001).
    n, m = 200_000, 3
    counts = np.bincount(degrees(parse(f"ba:n={n},m={m},seed=5").make()))
    for k in range(m, 12):
        expected = n * 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
        assert counts[k] == pytest.approx(expected, abs=6 * expected**0.5), k


def test_rmat_draws_quadrants_with_their_probabilities():
    # All weight on one quadrant leaves one pair of vertices; with d = 0, a source's set bit excludes the target's.
    one = parse("rmat:scale=6,a=1,b=0,c=0").make()
    assert len(set(one.src.tolist())) == len(set(one.dst.tolist())) == 1
    raw = parse("rmat:scale=1,edgefactor=100000,a=.5,b=.3,c=.1,directed=1").make()
    counts = sorted(np.bincount(2 * raw.src + raw.dst, minlength=4).tolist())
    for count, share in zip(counts, (0.1, 0.1, 0.3, 0.5), strict=True):
        assert count == pytest.approx(share * 200_000, rel=0.03)


def test_rmat_has_edgefactor_draws_for_each_vertex_and_skewed_degrees():
    raw = parse("rmat:scale=12,edgefactor=8,seed=3").make()
    assert raw.num_vertices == 4096
    assert len(raw.src) == 8 * 4096
    assert not raw.directed
    assert degrees(raw).max() > 20 * degrees(raw).mean()


def test_rmat_ids_are_independent_of_degrees():
    found = degrees(parse("rmat:scale=12,seed=3").make())
    assert abs(np.corrcoef(np.arange(len(found)), found)[0, 1]) < 0.1


def test_rmat_spans_several_blocks_of_draws(monkeypatch):
    monkeypatch.setattr(rmat, "_BLOCK", 1000)
    raw = parse("rmat:scale=8,edgefactor=16,seed=3").make()
    assert len(raw.src) == 4096
    assert (degrees(raw) > 0).sum() > 200


def test_grid_joins_neighbours_of_a_lattice_and_drops_the_share_that_was_asked():
    raw = parse("grid:rows=300,cols=200,drop=.25,seed=3").make()
    assert raw.num_vertices == 60_000
    steps = np.abs(raw.dst - raw.src)
    assert set(steps.tolist()) == {1, 200}
    # No edge joins the end of a row with the start of the next one.
    assert (raw.src[steps == 1] % 200 < 199).all()
    assert len(raw.src) == pytest.approx(0.75 * (300 * 199 + 299 * 200), rel=0.01)


def test_lengths_of_a_grid_are_whole_numbers_around_its_spacing():
    weight = parse("grid:rows=100,cols=100,seed=3").make().weight
    assert (weight == np.rint(weight)).all()
    assert 50 <= weight.min() < weight.max() <= 159
    assert weight.mean() == pytest.approx(100, rel=0.05)


def test_a_whole_grid_has_the_distances_of_a_lattice():
    edges = graphs.load("grid:rows=30,cols=40,drop=0").edges
    lattice = nx.Graph(list(zip(*(column.tolist() for column in edges.to_numpy()[:2]), strict=True)))
    assert nx.diameter(lattice) == 29 + 39


def test_knn_gives_each_point_its_neighbours_and_each_pair_one_similarity():
    raw = parse("knn:n=300,d=3,k=5,seed=3").make()
    neighbours = raw.dst.reshape(300, 5)
    weight = raw.weight.reshape(300, 5)
    assert [len(set(row)) for row in neighbours.tolist()] == [5] * 300
    assert (neighbours != np.arange(300)[:, None]).all()
    assert ((weight > 0) & (weight <= 1)).all()
    # Seen from both ends, an edge has one weight.
    both = {}
    for edge in zip(np.repeat(np.arange(300), 5).tolist(), raw.dst.tolist(), raw.weight.tolist(), strict=True):
        assert both.setdefault(frozenset(edge[:2]), edge[2]) == edge[2]


def test_knn_joins_points_of_the_same_cluster():
    info = graphs.load("knn:n=6000,d=8,k=10,seed=1").info
    assert info.weighted
    assert info.num_isolated == 0
    src, dst, _ = (column.tolist() for column in graphs.load("knn:n=6000,d=8,k=10,seed=1").edges.to_numpy())
    # In a random graph of this size neighbours of a point are hardly ever neighbours: 10 / 6000.
    assert nx.transitivity(nx.Graph(list(zip(src, dst, strict=True)))) > 0.1
    # Each point has k edges of its own; those that both ends chose are merged.
    assert 6000 * 10 / 2 <= info.num_edges <= 6000 * 10
    assert info.num_edges + info.duplicates_merged == 60_000


@pytest.mark.parametrize("spec", ["ba:n=3000,m=4", "grid:rows=40,cols=50", "knn:n=500", "rmat:scale=8"])
def test_same_seed_same_graph_other_seed_other_graph(spec):
    first, again, other = (graphs.load(f"{spec},seed={seed}").info for seed in (1, 1, 2))
    assert first.digest == again.digest != other.digest


def test_loaded_graph_is_cleaned_and_kept():
    first = graphs.load("rmat:scale=8,edgefactor=16,seed=1")
    assert first.info.loops_dropped > 0
    assert first.info.duplicates_merged > 0
    assert first.info.num_edges + first.info.loops_dropped + first.info.duplicates_merged == 16 << 8
    assert graphs.load("rmat: scale=8").edges.path == first.edges.path


def test_direction_can_be_chosen():
    assert graphs.load("rmat:scale=5,directed=1").info.directed
    assert graphs.load("rmat:scale=5", directed=True).info.name == "rmat:scale=5,edgefactor=16,seed=1,directed=1"
    assert not graphs.load("rmat:scale=5").info.directed


def test_names_are_canonical():
    assert str(parse("BA: m = 3, n=1e4")) == "ba:n=10000,m=3,seed=1"
    assert str(parse("rmat:seed=9,scale=3,c=.19")) == "rmat:scale=3,edgefactor=16,seed=9"
    assert parse("rmat:scale=3").key != parse("rmat:scale=3,a=.5").key


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ba:", "n is missing"),
        ("ba:n=10,k=3", "'k=3'.*is not a parameter: ba takes n "),
        ("ba:n", "'n' in 'ba:n' is not a parameter"),
        ("ba:n=10,n=11", "n is given twice"),
        ("ba:n=ten", "n takes a whole number from 2 to .* not 'ten'"),
        ("ba:n=10.5", "a whole number"),
        ("ba:n=inf", "a whole number"),
        ("ba:n=-5", "from 2"),
        ("ba:n=5,m=5", "m must be below n"),
        ("grid:rows=3", "cols is missing"),
        ("grid:rows=3,cols=3,drop=1.5", "drop takes a number from 0 to 1"),
        ("knn:n=5,k=5", "k must be below n"),
        ("rmat:scale=0", "from 1 to 40"),
        ("rmat:scale=3,a=nan", "a takes a number"),
        ("rmat:scale=3,a=.9,b=.2", "above 1"),
        ("rmat:scale=3,directed=maybe", "directed takes a whole number from 0 to 1"),
    ],
)
def test_wrong_specifications_say_what_is_accepted(spec, message):
    with pytest.raises(UsageError, match=message) as caught:
        graphs.load(spec)
    assert "for example" in str(caught.value)


def test_unknown_generator():
    with pytest.raises(UnknownNameError, match=r"No generator is called 'er'.*Known: ba, grid, knn, rmat"):
        graphs.load("er:n=10")


def test_a_graph_too_large_is_refused_before_allocation():
    with pytest.raises(InputError, match=r"needs about .* GiB"):
        graphs.load("rmat:scale=40")
