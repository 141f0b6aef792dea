"""Right answers of link analysis, centrality and strong components on small graphs, from dense matrices."""

import numpy as np


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
