"""Tiny graphs, each with one trait that breaks engines or adapters, and calls to pose, solve and certify."""

import functools

import numpy as np

from graphbench import registry
from graphbench.algorithms.base import Inputs
from graphbench.certificates.agreement import agreement
from graphbench.engines.base import Settings
from graphbench.graphs.clean import Raw, clean


def graph(rows, num_vertices, *, directed=False, names=None, name="tiny"):
    """A cleaned edge list from rows (u, v) or (u, v, weight)."""
    columns = list(zip(*rows, strict=True)) or [(), ()]
    raw = Raw(
        src=np.array(columns[0], dtype=np.int64),
        dst=np.array(columns[1], dtype=np.int64),
        weight=np.array(columns[2], dtype=float) if len(columns) == 3 else None,
        num_vertices=num_vertices,
        directed=directed,
        names=names,
    )
    return clean(raw, name)[0]


def path(n):
    return [(v, v + 1) for v in range(n - 1)]


GRAPHS = {
    "one vertex": graph([], 1),
    "one vertex, directed": graph([], 1, directed=True),
    "no edges": graph([], 5),
    "no edges, directed": graph([], 5, directed=True),
    "one edge": graph([(0, 1)], 2),
    "isolated vertices": graph([(1, 2), (2, 4)], 7),
    "mostly isolated": graph([(0, 1), (1, 2), (2, 0), (2, 3)], 60),
    "loop and parallel edges": graph([(0, 0), (0, 1), (1, 0), (0, 1), (1, 2), (2, 2)], 4),
    "loop and parallel arcs": graph([(0, 0), (0, 1), (1, 0), (0, 1), (1, 2), (2, 2)], 4, directed=True),
    "disconnected": graph([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], 6),
    "star": graph([(4, v) for v in range(9) if v != 4], 9),
    "clique": graph([(u, v) for u in range(7) for v in range(u)], 7),
    "path": graph(path(12), 12),
    "directed path": graph(path(12), 12, directed=True),
    "directed cycle": graph([*path(6), (5, 0)], 6, directed=True),
    "dangling vertices": graph([(0, 1), (0, 2), (2, 0), (1, 3), (4, 3)], 6, directed=True),
    "one weak component, many strong": graph([(1, 0), (1, 2), (3, 2), (3, 4)], 5, directed=True),
    "weighted": graph([(0, 1, 0.5), (1, 2, 2.5), (0, 2, 7), (2, 3, 0.25), (4, 5, 1)], 7),
    "weighted, directed": graph([(0, 1, 1), (1, 2, 1), (0, 2, 5), (2, 0, 3), (2, 3, 1), (4, 0, 2)], 6, directed=True),
    "named": graph([(0, 1), (1, 2)], 4, names=np.array(["ann", "bob", "cy", "dan"], dtype=object)),
}


@functools.cache
def library(engine):
    """The engine's module, started once in this process."""
    return registry.engine(engine).start(Settings())


def posed(algorithm, edges, *, seed=0, **given):
    """The problem on that graph: (algorithm, posed edges, inputs, call as the certificate gets it)."""
    page = registry.algorithm(algorithm)
    edges = page.pose(edges, seed=seed)
    params = page.resolve(given)
    inputs = page.draw(edges, params, seed)
    return page, edges, inputs, page.call(edges, params, inputs, seed=seed)


def raw(engine, algorithm, edges, *, seed=0, **given):
    """What the library itself returns: all that a worker does up to the end of the timed call."""
    module = library(engine)
    page, edges, inputs, p = posed(algorithm, edges, seed=seed, **given)
    it, adapter = registry.engine(engine), page.adapter(engine)
    graph = it.convert(it.build(it.read(edges), edges, **adapter.build), edges, **adapter.build)
    for name in ("pairs", "vertices", "labels"):
        if (values := getattr(inputs, name)) is not None:
            setattr(p, name, getattr(it, name)(values, edges))
    result = adapter.call(module, graph, p)
    it.synchronize()
    return result


def solve(engine, algorithm, edges, *, seed=0, **given):
    """An engine's answer in the common form."""
    page, at, inputs, _ = posed(algorithm, edges, seed=seed, **given)
    result = raw(engine, algorithm, edges, seed=seed, **given)
    return registry.engine(engine).answer(result, page.kind, at, inputs.pairs)


def certify(algorithm, edges, answer, *, seed=0, **given):
    """What the certificate finds."""
    page, at, _, p = posed(algorithm, edges, seed=seed, **given)
    return page.certify(at, answer, p)


def not_drawn(monkeypatch, algorithm, **inputs):
    """Have the problem posed with these inputs, in this order, instead of some that are drawn."""
    given = Inputs(**{name: np.array(values, dtype=np.int64) for name, values in inputs.items()})
    monkeypatch.setattr(registry.algorithm(algorithm), "draws", lambda *_: given)


def rejected(algorithm, edges, answer, because, **given):
    """The certificate finds the answer wrong, and says why."""
    finding = certify(algorithm, edges, answer, **given)
    assert not finding.valid
    assert because in finding.detail, finding.detail


def relabelled(algorithm, edges, answer, at, to):
    """One vertex with the label of another is the same partition, or else the certificate finds it wrong."""
    assert certify(algorithm, edges, answer).valid
    other = changed(answer, at, answer[to])
    same = agreement("labels", other, answer).kind == "equivalent"
    assert certify(algorithm, edges, other).valid == same


def changed(answer, at, value):
    """The answer with another value in one place."""
    out = answer.copy()
    out[at] = value
    return out
