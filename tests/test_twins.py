"""Twins have the counts of their originals and the structure of their kind, and are always called twins."""

import functools
import re

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench import graphs
from graphbench.certificates.components import count_components
from graphbench.errors import UnknownNameError, UsageError
from graphbench.graphs import catalogue
from graphbench.graphs.clean import clean
from graphbench.graphs.generators import affiliation, twins
from graphbench.graphs.generators.affiliation import Affiliation, Law, affiliated, connect, thin
from graphbench.graphs.generators.spec import parse

TABLE = ["preferentialAttachment", "caidaRouterLevel", "coAuthorsDBLP", "dblp-2010"]
TABLE += ["citationCiteseer", "coPapersDBLP", "coPapersCiteseer", "as-Skitter"]
MID_SIZE = ["preferentialAttachment", "caidaRouterLevel", "coAuthorsDBLP", "dblp-2010", "citationCiteseer"]

SMALL = Affiliation(
    memberships=Law(low=1.3, scale=1.2, exponent=1.5, high=100),
    group_size=Law(low=2, scale=4, exponent=3, high=40),
    reach=0.5,
    widening=0.5,
    spread=1.5,
    anywhere=0.1,
    run=4,
    stray=0.1,
)


@functools.cache
def cleaned(name, seed=1):
    return clean(twins.make(graph=name, seed=seed), f"twin:{name}")


def degrees(edges):
    columns = edges.to_numpy()
    return np.bincount(np.concatenate([columns.src, columns.dst]), minlength=edges.num_vertices)


def small(seed=0, law=SMALL, **changed):
    counts = {
        "num_vertices": 3000, "num_edges": 6000, "num_components": 161, "num_isolated": 100, "island_vertices": 200
    }  # fmt: skip
    return affiliated(law, **{**counts, **changed}, rng=np.random.default_rng(seed))


def edge_list(src, dst, num_vertices):
    return clean(graphs.Raw(src=src, dst=dst, weight=None, num_vertices=num_vertices, directed=False), "graph")


# ---- counts


@pytest.mark.parametrize("name", MID_SIZE)
@pytest.mark.parametrize("seed", [1, 2])
def test_counts_are_those_of_the_original(name, seed):
    edges, cleaning = cleaned(name, seed)
    known = catalogue.entries()[name]
    assert edges.num_vertices == known.num_vertices
    assert edges.num_edges == known.num_edges
    assert count_components(edges) == known.num_components
    assert cleaning.num_isolated == twins.find(name).num_isolated
    assert (cleaning.loops_dropped, cleaning.duplicates_merged) == (0, 0)


def test_every_graph_of_the_published_table_has_a_twin():
    assert twins.names() == TABLE
    assert graphs.twin_names() == [f"twin:{name}" for name in TABLE]
    assert {entry.name for entry in catalogue.entries().values() if not entry.file} == set(TABLE)


def test_same_seed_same_twin_other_seed_other_twin():
    one, again = (clean(twins.make(graph="caidaRouterLevel", seed=1), "twin")[0] for _ in range(2))
    assert one.digest == again.digest != cleaned("caidaRouterLevel", 2)[0].digest


# ---- structure


def test_preferential_attachment_starts_from_a_clique_and_brings_five_edges_with_each_vertex():
    columns = cleaned("preferentialAttachment")[0].to_numpy()
    low, high = np.minimum(columns.src, columns.dst), np.maximum(columns.src, columns.dst)
    assert np.count_nonzero(high < 6) == 15
    assert set(np.bincount(high)[6:].tolist()) == {5}
    assert np.bincount(low).max() > 500


def shape(edges):
    """Degrees, clustering (0 for degree 1), transitivity, Louvain modularity, size of the largest component."""
    import networkit

    columns = edges.to_numpy()
    graph = networkit.GraphFromCoo((columns.src.astype(np.int64), columns.dst.astype(np.int64)), n=edges.num_vertices)
    found = degrees(edges)
    local = np.nan_to_num(networkit.centrality.LocalClusteringCoefficient(graph, True).run().scores())
    triples = found * (found - 1) / 2
    networkit.setSeed(1, False)
    partition = networkit.community.PLM(graph, True).run().getPartition()
    components = networkit.components.ConnectedComponents(graph).run()
    return {
        "degrees": np.sort(found),
        "clustering": np.where(found > 1, local, 0).mean(),
        "transitivity": (local * triples).sum() / triples.sum(),
        "modularity": networkit.community.Modularity().getQuality(partition, graph),
        "large": max(components.getComponentSizes().values()),
    }


ORIGINALS = ["caidaRouterLevel", "coAuthorsDBLP", "dblp-2010"]


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_twin_is_like_its_original(name, mirror, monkeypatch):
    """The bands: what `datasets/README.md` promises."""
    pytest.importorskip("networkit")
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    seen = [shape(graphs.load(name).edges), shape(cleaned(name)[0])]
    real, twin = seen
    values = np.arange(1, 400)
    shares = [np.searchsorted(each["degrees"], values, side="right") / len(each["degrees"]) for each in seen]
    assert np.abs(shares[0] - shares[1]).max() < 0.06  # Kolmogorov-Smirnov distance
    for quantile in (0.5, 0.75, 0.9, 0.99):
        of_real, of_twin = (np.quantile(each["degrees"], quantile) for each in seen)
        assert of_twin == pytest.approx(of_real, rel=0.15, abs=1), quantile
    assert twin["degrees"][-1] == pytest.approx(real["degrees"][-1], rel=0.4)
    assert twin["clustering"] == pytest.approx(real["clustering"], rel=0.2)
    assert twin["transitivity"] == pytest.approx(real["transitivity"], rel=0.25)
    assert twin["modularity"] == pytest.approx(real["modularity"], abs=0.03)
    assert twin["large"] == real["large"]


def gaps(edges):
    """The share of edges in percent whose ends' numbers differ by 1, 2 to 3, 4 to 7, ..."""
    columns = edges.to_numpy()
    counts = np.bincount(np.frexp(np.abs(columns.src - columns.dst))[1] - 1)
    return 100 * counts / counts.sum()


def apart(one, two):
    """The total variation distance of two distributions, in percent."""
    one, two = (np.pad(each, (0, 40 - len(each))) for each in (one, two))
    return np.abs(one - two).sum() / 2


@pytest.mark.parametrize("name", ORIGINALS)
def test_numbers_of_neighbours_are_as_close_as_in_the_original(name):
    seen, known = gaps(cleaned(name)[0]), np.array(twins.find(name).gaps)
    assert apart(seen, known) < 15
    shuffled = np.random.default_rng(0).permutation(cleaned(name)[0].num_vertices)
    columns = cleaned(name)[0].to_numpy()
    random = gaps(edge_list(shuffled[columns.src], shuffled[columns.dst], len(shuffled))[0])
    assert apart(seen, known) < apart(random, known)


@pytest.mark.parametrize("name", ORIGINALS)
def test_gaps_are_those_of_the_original(name, mirror, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", mirror.as_uri())
    assert apart(gaps(graphs.load(name).edges), np.array(twins.find(name).gaps)) < 0.5


def test_longer_runs_and_fewer_strays_are_more_local():
    def local(**changed):
        law = msgspec.structs.replace(SMALL, **changed)
        return gaps(edge_list(*small(law=law), 3000)[0])[:4].sum()

    assert local(run=1000) > local(run=4) > local(run=4, stray=0.5) > local(run=1, stray=1)


# ---- the model


@given(seed=st.integers(0, 50), isolated=st.integers(0, 40), islands=st.integers(0, 40))
def test_groups_yield_exactly_the_requested_edges(seed, isolated, islands):
    src, dst = small(
        seed,
        num_components=1 + isolated + islands,
        num_isolated=isolated,
        island_vertices=3 * islands,
        num_edges=4000,
    )
    edges, cleaning = edge_list(src, dst, 3000)
    assert edges.num_edges == len(src) == 4000
    assert cleaning.num_isolated == isolated
    assert count_components(edges) == 1 + isolated + islands


def test_more_locality_gives_more_modularity():
    igraph = pytest.importorskip("igraph")

    def modularity(anywhere):
        law = msgspec.structs.replace(SMALL, anywhere=anywhere)
        src, dst = affiliated(
            law,
            num_vertices=3000,
            num_edges=6000,
            num_components=1,
            num_isolated=0,
            island_vertices=0,
            rng=np.random.default_rng(1),
        )
        return igraph.Graph(n=3000, edges=np.stack([src, dst], axis=1)).community_multilevel().modularity

    assert modularity(0.02) > modularity(0.9) + 0.05


def test_members_of_a_group_form_a_clique():
    src, dst = affiliation._pairs(np.array([5, 6, 7, 8, 9]), np.array([3, 2]))
    assert list(zip(src.tolist(), dst.tolist(), strict=True)) == [(5, 6), (5, 7), (6, 7), (8, 9)]


def test_a_power_law_keeps_its_bounds_and_tail():
    values = Law(low=1, scale=2, exponent=2, high=500).draw(100_000, np.random.default_rng(0))
    assert (values.min(), values.max()) == (1, 500)
    for beyond in (3, 11, 51):  # P(X >= k) = (1 + (k - 1) / scale)^-exponent
        assert np.mean(values >= beyond) == pytest.approx((1 + (beyond - 1) / 2) ** -2, rel=0.02)


def test_too_many_edges_for_the_parameters_is_an_error():
    with pytest.raises(ValueError, match=r"The parameters yield .* edges; expected at least 60,000"):
        small(num_edges=60_000)


def test_thinning_never_breaks_a_component():
    # Two cliques joined by a bridge, which can never go; rows are in order.
    one, two = np.triu_indices(6, k=1)
    src, dst = np.concatenate([one, [5], one + 6]), np.concatenate([two, [6], two + 6])
    for seed in range(20):
        left = thin(src, dst, 12, 20, np.random.default_rng(seed))
        edges = edge_list(*left, 12)[0]
        assert (edges.num_edges, count_components(edges)) == (20, 1)
    with pytest.raises(ValueError, match="too few"):
        thin(src, dst, 12, 10, np.random.default_rng(0))


def test_connecting_adds_one_edge_for_each_component_but_the_largest():
    src, dst = connect(np.array([0, 1, 4, 7]), np.array([1, 2, 5, 8]), np.arange(7), np.random.default_rng(0))
    # Vertices 0 to 6 become one; 7 and 8 stay by themselves.
    assert len(src) == 4 + 3
    assert count_components(edge_list(src, dst, 9)[0]) == 2


# ---- names


@pytest.mark.parametrize(
    "text", ["twin:caidaRouterLevel", "TWIN: caidarouterlevel", "twin:DIMACS10/caidaRouterLevel,seed=1"]
)
def test_names_are_canonical(text):
    assert str(parse(text)) == "twin:caidaRouterLevel"


def test_another_seed_shows_in_the_name():
    assert str(parse("twin:as-skitter, seed=2")) == "twin:as-Skitter,seed=2"


def test_a_loaded_twin_is_called_a_twin():
    info = graphs.load("twin:preferentialattachment").info
    assert info.name == "twin:preferentialAttachment"
    assert info.source.startswith("generator twin:preferentialAttachment,seed=1 ")
    assert info.num_edges == 499_985


@pytest.mark.parametrize("name", TABLE)
def test_a_twin_is_described_as_one_with_its_originals_counts(name):
    found, known = graphs.describe(f"twin:{name}"), catalogue.entries()[name]
    assert (found.name, found.kind, found.state) == (f"twin:{name}", "synthetic twin", "generated")
    assert found.description.startswith(f"Synthetic twin of {name}, not the graph itself: ")
    assert (found.num_vertices, found.num_edges) == (known.num_vertices, known.num_edges)
    assert (found.num_entries, found.num_components) == (known.num_entries, known.num_components)
    assert found.sha256 is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("twin:coPaperDBLP", r"No graph with a twin is called 'coPaperDBLP'\. Did you mean coPapersDBLP"),
        ("twin:karate", r"Known: as-Skitter, caidaRouterLevel, .*preferentialAttachment"),
        ("twins:coPapersDBLP", r"No generator is called 'twins'\. Did you mean twin\?"),
    ],
)
def test_typos_get_suggestions(text, message):
    with pytest.raises(UnknownNameError, match=message):
        graphs.load(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("twin:", "graph is missing in 'twin:': twin takes graph "),
        ("twin:seed=2", "graph is missing"),
        ("twin:as-Skitter,coPapersDBLP", "'coPapersDBLP'.*is not a parameter"),
        ("twin:as-Skitter,sed=2", "'sed=2'.*is not a parameter"),
        ("twin:as-Skitter,seed=x", "seed takes a whole number"),
    ],
)
def test_wrong_specifications_say_what_is_accepted(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        graphs.load(text)
    assert "for example twin:" in str(caught.value)


def test_another_parameter_is_another_key(monkeypatch):
    before = parse("twin:as-Skitter").key
    assert re.fullmatch(r"twin:as-Skitter,seed=1 version 2 parameters [0-9a-f]{12}", before)
    changed = {**twins._table(), "as-Skitter": twins._table()["coPapersDBLP"]}
    monkeypatch.setattr(twins, "_table", lambda: changed)
    assert parse("twin:as-Skitter").key != before
