"""A plugin of unfair engines on NetworkX: each repeats one mistake of published comparisons."""
# ruff: noqa: ARG001, ARG005  adapters all have one signature, whatever they make of it

import networkx as nx
import numpy as np

from graphbench.algorithms.base import Claimed
from graphbench.algorithms.bfs import bfs
from graphbench.algorithms.jaccard import jaccard
from graphbench.algorithms.louvain import louvain
from graphbench.algorithms.pagerank import pagerank
from graphbench.engines.networkx import NetworkX

PAGES = (bfs, jaccard, louvain, pagerank)


class Unfair(NetworkX):
    """NetworkX under another name."""

    speed_class = 0


def _named(name):
    return type(name, (Unfair,), {"name": name, "title": name})()


lazy, untranslated, weighting, weighting_silently = map(_named, ("lazy", "untranslated", "weighting", "silent"))
sloppy, boastful, other_pairs, narrow, blind = map(_named, ("sloppy", "boastful", "other-pairs", "narrow", "blind"))
lucky = _named("lucky")


@bfs.on("lazy")
def _(nx, graph, p):
    return nx.bfs_edges(graph, p.source)


@bfs.on("blind")
def _(nx, graph, p):
    return {p.source: 0}


@jaccard.on("lazy")
def _(nx, graph, p):
    return nx.jaccard_coefficient(graph, p.pairs)


@jaccard.on("other-pairs")
def _(nx, graph, p):
    own = np.random.default_rng(1).integers(len(graph), size=(len(p.pairs), 2)).tolist()
    return list(nx.jaccard_coefficient(graph, own))


@jaccard.on("lucky")
def _(nx, graph, p):
    made = list(nx.jaccard_coefficient(graph, p.pairs))
    u, v, right = made[-1]
    return [*made[:-1], (u, v, right / 2 + 0.1)]  # wrong just where a small sample does not look


@pagerank.on("untranslated")
def _(nx, graph, p):
    return nx.pagerank(graph, alpha=p.damping, tol=p.tolerance)


def _one_over_degree(graph):
    weighted = nx.Graph(graph)
    for u, v, data in weighted.edges(data=True):
        data["weight"] = 1 / weighted.degree(u) + 1 / weighted.degree(v)
    return weighted


@pagerank.on("silent")
def _(nx, graph, p):
    return nx.pagerank(_one_over_degree(graph), alpha=p.damping, tol=p.tolerance / p.num_vertices)


@pagerank.on("narrow", parameters_used=lambda p: {"dtype": "float32"})
def _(nx, graph, p):
    matrix = nx.to_numpy_array(graph, dtype=np.float32)
    matrix /= matrix.sum(axis=1, keepdims=True)
    ranks = np.full(p.num_vertices, 1 / p.num_vertices, dtype=np.float32)
    for _ in range(p.max_iterations):
        before, ranks = ranks, np.float32(p.damping) * (ranks @ matrix) + np.float32((1 - p.damping) / p.num_vertices)
        if np.abs(ranks - before).sum() < p.tolerance:
            break
    return dict(enumerate(ranks.tolist()))


@louvain.on("weighting", parameters_used=lambda p: {"weight": "1/degree"})
def _(nx, graph, p):
    return nx.community.louvain_communities(_one_over_degree(graph), weight="weight", seed=p.seed)


@louvain.on("sloppy")
def _(nx, graph, p):
    return [range(start, min(start + 4, p.num_vertices)) for start in range(0, p.num_vertices, 4)]


@louvain.on("boastful")
def _(nx, graph, p):
    return Claimed([range(p.num_vertices)], {"modularity": 0.99})
