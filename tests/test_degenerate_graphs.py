"""Graphs of one to three vertices, without edges, with one edge: every engine answers, or gives a reason."""

import re
from types import SimpleNamespace

import pytest

from graphbench import registry
from graphbench.errors import ConvergenceError, InputError, UnsupportedError, UsageError
from helpers.engines import each_with
from helpers.graphs import GRAPHS, certify, graph, posed, solve

DEGENERATE = {
    f"{name}, {'directed' if directed else 'undirected'}": graph(rows, n, directed=directed)
    for directed in (False, True)
    for name, rows, n in [
        ("one vertex", [], 1),
        ("two vertices", [], 2),
        ("two vertices, one edge", [(0, 1)], 2),
        ("three vertices", [], 3),
        ("three vertices, one edge", [(1, 2)], 3),
        ("path of three", [(0, 1), (1, 2)], 3),
        ("triangle", [(0, 1), (1, 2), (2, 0)], 3),
        ("weighted triangle", [(0, 1, 0.5), (1, 2, 2.0), (2, 0, 3.0)], 3),
        ("one edge among many vertices", [(3, 4)], 10),
        ("two edges among many vertices", [(3, 4), (5, 6)], 10),
        ("star", [(0, v) for v in range(1, 9)], 9),
        ("two triangles", [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], 6),
    ]
}
CLUSTERS = {"spectral-balanced-cut", "spectral-modularity", "analyze-clustering"}


@pytest.mark.parametrize(("engine", "algorithm"), each_with(registry.algorithm_names()))
def test_every_engine_answers_on_a_degenerate_graph_or_says_why_not(engine, algorithm):
    for name, edges in DEGENERATE.items():
        for given in [{"clusters": count} for count in (2, 3, 8)] if algorithm in CLUSTERS else [{}]:
            try:
                posed(algorithm, edges, **given)
                answer = solve(engine, algorithm, edges, **given)
            except (UsageError, InputError, UnsupportedError):
                continue
            finding = certify(algorithm, edges, answer, **given)
            assert finding.valid, (name, given, finding.detail)


def test_networkits_eigensolver_needs_more_vertices_than_eigenvectors():
    pytest.importorskip("networkit")
    for edges, clusters in ((DEGENERATE["path of three, undirected"], 2), (graph([(0, 1), (1, 2), (2, 3)], 4), 3)):
        with pytest.raises(UnsupportedError, match=f"and this graph has {edges.num_vertices} vertices"):
            solve("networkit", "spectral-balanced-cut", edges, clusters=clusters)


class ArpackNoConvergence(Exception):  # noqa: N818 - SciPy's name
    """As SciPy raises it."""


class Fails:
    """A library, or a graph, every call of which fails."""

    def __init__(self, error):
        self._error = error

    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        raise self._error


@pytest.mark.parametrize(
    ("algorithm", "engine", "error"),
    [
        ("spectral-balanced-cut", "networkit", ArpackNoConvergence("No convergence (361 iterations)")),
        ("spectral-balanced-cut", "scipy", ArpackNoConvergence("No convergence (361 iterations)")),
        ("spectral-modularity", "scipy", ArpackNoConvergence("No convergence (361 iterations)")),
        ("spectral-modularity", "igraph", RuntimeError("Not enough eigenvalues/vectors in symmetric ARPACK solver")),
        ("eigenvector", "igraph", RuntimeError("Not enough eigenvalues/vectors in symmetric ARPACK solver")),
        ("hits", "igraph", RuntimeError("Not enough eigenvalues/vectors in symmetric ARPACK solver")),
    ],
)
def test_an_eigensolver_that_does_not_converge_has_the_sentence_of_non_convergence(algorithm, engine, error):
    given = {"clusters": 2} if algorithm in CLUSTERS else {}
    page, at, _, p = posed(algorithm, GRAPHS["path"], **given)
    says = "did not converge within its own limit of iterations (" + type(error).__name__ + ": " + str(error)
    with pytest.raises(ConvergenceError, match=re.escape(says)):
        page.adapter(engine).call(*_failing(engine, algorithm, at, error), p)
    with pytest.raises(RuntimeError, match="out of memory"):
        page.adapter(engine).call(*_failing(engine, algorithm, at, RuntimeError("out of memory")), p)


def _failing(engine, algorithm, at, error):
    """A library and a graph, one of which fails when the adapter calls its eigensolver."""
    if engine != "scipy":
        return Fails(error), (Fails(error), None) if (engine, algorithm) == ("igraph", "hits") else Fails(error)
    import scipy.sparse.csgraph

    linalg = SimpleNamespace(LinearOperator=scipy.sparse.linalg.LinearOperator, eigsh=Fails(error))
    sparse = SimpleNamespace(csgraph=scipy.sparse.csgraph, eye_array=scipy.sparse.eye_array, linalg=linalg)
    it = registry.engine(engine)
    return SimpleNamespace(sparse=sparse), it.build(it.read(at), at)
