"""Correct answers on small graphs, computed slowly and simply, to test certificates and engines."""

import itertools

import numpy as np


def rows(pairs):
    """Kind `edges` from pairs in the form of the graph, in any order."""
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def pairs(edges):
    """The edges of a posed graph, as it stores them."""
    src, dst, _ = edges.to_numpy()
    return list(zip(src.tolist(), dst.tolist(), strict=True))


def induced(edges, vertices):
    """The edges with both ends among the vertices."""
    inside = set(np.asarray(vertices).tolist())
    return rows((u, v) for u, v in pairs(edges) if u in inside and v in inside)


def ball(edges, center, radius):
    """The vertices within that many out-edges."""
    reached = {center}
    for _ in range(radius):
        reached |= {v for u, v in _arcs(edges) if u in reached}
    return sorted(reached)


def truss(edges, k):
    """The k-truss: take away any edge in too few triangles, and look again at all that are left."""
    left = set(pairs(edges))
    while True:
        near = {v: {a if b == v else b for a, b in left if v in (a, b)} for v in itertools.chain(*left)}
        weak = {(u, v) for u, v in left if len(near[u] & near[v]) < k - 2}
        if not weak:
            return rows(left)
        left -= weak


def cores(edges):
    """Core numbers: for each k, take away vertices with too few neighbours until none is left."""
    core = np.zeros(edges.num_vertices, dtype=np.int64)
    for k in range(1, edges.num_vertices):
        left = set(range(edges.num_vertices))
        while True:
            degree = dict.fromkeys(left, 0)
            for u, v in pairs(edges):
                if u in left and v in left:
                    degree[u] += 1
                    degree[v] += 1
            weak = {v for v in left if degree[v] < k}
            if not weak:
                break
            left -= weak
        core[sorted(left)] = k
    return core


def forest(edges):
    """A minimum spanning forest: Kruskal's algorithm with a list of labels."""
    label, found = list(range(edges.num_vertices)), []
    for weight, (u, v) in sorted(zip(edges.to_numpy().weight.tolist(), pairs(edges), strict=True)):
        assert weight >= 0
        if label[u] != label[v]:
            found.append((u, v))
            old = label[v]
            label = [label[u] if each == old else each for each in label]
    return rows(found)


def walks(edges, starts, length, *, seed=0, choose=None):
    """Random walks; `choose(rng, neighbours)` picks the next vertex, evenly unless it is given."""
    rng = np.random.default_rng(seed)
    near = [[] for _ in range(edges.num_vertices)]
    for u, v in sorted(_arcs(edges)):
        near[u].append(v)
    choose = choose or (lambda rng, neighbours: neighbours[rng.integers(len(neighbours))])
    out = np.full((len(starts), length + 1), -1, dtype=np.int64)
    for walk, start in enumerate(starts):
        out[walk, 0] = at = start
        for step in range(1, length + 1):
            if not near[at]:
                break
            out[walk, step] = at = choose(rng, near[at])
    return out


def _arcs(edges):
    return [arc for u, v in pairs(edges) for arc in ([(u, v)] if edges.directed else [(u, v), (v, u)])]


def personalized_ranks(edges, back, damping=0.85):
    """The linear system of PageRank with jumps, and dangling rank, to the vertices `back` only."""
    n = edges.num_vertices
    matrix = edges.to_scipy().toarray()
    out = matrix.sum(axis=1)
    jump = np.bincount(back, minlength=n) / len(back)
    step = np.where(out[:, None] > 0, matrix / np.where(out > 0, out, 1)[:, None], jump)
    return np.linalg.solve(np.eye(n) - damping * step.T, (1 - damping) * jump)


def katz(edges, attenuation=0.85):
    matrix = edges.unweighted().to_scipy().toarray()
    alpha = attenuation / matrix.sum(axis=1).max()
    scores = np.linalg.solve(np.eye(edges.num_vertices) - alpha * matrix.T, np.ones(edges.num_vertices))
    return scores / np.linalg.norm(scores)


def eigenvector(edges):
    _, vectors = np.linalg.eigh(edges.undirected().unweighted().to_scipy().toarray())
    return np.abs(vectors[:, -1])


def hits(edges):
    left, _, right = np.linalg.svd(edges.unweighted().to_scipy().toarray())
    return np.abs(np.stack([left[:, 0], right[0]], axis=1))


def betweenness(edges, sources):
    """Straight from the definition: a vertex is on a shortest path if the distances to it and from it add up."""
    matrix = edges.undirected().to_scipy().toarray() > 0
    n = len(matrix)
    distance, paths = np.full((n, n), np.inf), np.zeros((n, n))
    walks = np.eye(n)
    for length in range(n):
        new = np.isinf(distance) & (walks > 0)
        distance[new], paths[new] = length, walks[new]
        walks = walks @ matrix
    scores = np.zeros(n)
    for s in sources:
        for t in set(range(n)) - {s}:
            for v in set(range(n)) - {s, t}:
                if np.isfinite(distance[s, t]) and distance[s, v] + distance[v, t] == distance[s, t]:
                    scores[v] += paths[s, v] * paths[v, t] / paths[s, t]
    return scores / (len(sources) * (n - 2))


def strong(edges):
    """The first vertex that each one reaches and is reached from, by the transitive closure."""
    reach = (edges.to_scipy().toarray() > 0) | np.eye(edges.num_vertices, dtype=bool)
    for _ in range(edges.num_vertices.bit_length()):
        reach = reach @ reach
    return (reach & reach.T).argmax(axis=1).astype(np.int64)


def local_clustering(edges):
    """Local clustering coefficients by definition: the arcs among the neighbours of each vertex."""
    matrix = edges.to_scipy().toarray() > 0
    near = matrix | matrix.T
    out = np.zeros(len(matrix))
    for v, row in enumerate(near):
        around = np.flatnonzero(row)
        if len(around) > 1:
            out[v] = matrix[np.ix_(around, around)].sum() / (len(around) * (len(around) - 1))
    return out


def propagated_labels(edges, iterations):
    """Labels after some iterations of synchronous propagation, one vertex after another."""
    matrix = edges.to_scipy().toarray() > 0
    votes = matrix.astype(int) + matrix.T if edges.directed else matrix.astype(int)
    now = list(range(len(votes)))
    for _ in range(iterations):
        after = list(now)
        for v, row in enumerate(votes):
            count = {}
            for u in np.flatnonzero(row):
                count[now[u]] = count.get(now[u], 0) + row[u]
            if count:
                after[v] = min(label for label in count if count[label] == max(count.values()))
        now = after
    return np.array(now)
