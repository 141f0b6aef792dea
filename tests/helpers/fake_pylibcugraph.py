"""A double of pylibcugraph and CuPy: its calls have the signatures of 26.10, and its answers are other engines'.

Answers come in an order of its own and in the types of the library, on arrays whose values only `get` copies.
"""

import functools
import inspect
from types import SimpleNamespace

import numpy as np

GUESSES = "precomputed_vertices, precomputed_sums, initial_vertices, initial_values"
ANALYSES = [f"analyze_clustering_{measure}" for measure in ("modularity", "edge_cut", "ratio_cut")]
SPECTRAL = "num_clusters, num_eigen_vects, evs_tolerance, evs_max_iter, kmean_tolerance, kmean_max_iter"
SIGNATURES = {
    "analyze_clustering_edge_cut": "handle, graph, num_clusters, vertex, cluster",
    "analyze_clustering_modularity": "handle, graph, num_clusters, vertex, cluster",
    "analyze_clustering_ratio_cut": "handle, graph, num_clusters, vertex, cluster",
    "balanced_cut_clustering": f"handle, graph, {SPECTRAL}, check, random_state=None",
    "betweenness_centrality": "handle, graph, k, random_state, normalized, include_endpoints, check",
    "bfs": "handle, graph, sources, direction_optimizing, depth_limit, compute_predecessors, check",
    "core_number": "handle, graph, degree_type, check",
    "ecg": "handle, random_state, graph, min_weight, ensemble_size, max_level, threshold, resolution, check",
    "ego_graph": "handle, graph, source_vertices, radius, check",
    "eigenvector_centrality": "handle, graph, epsilon, max_iterations, check",
    "hits": "handle, graph, tol, max_iter, initial_vertices, initial_values, normalized, check",
    "induced_subgraph": "handle, graph, subgraph_vertices, subgraph_offsets, check",
    "jaccard_coefficients": "handle, graph, first, second, use_weight, check",
    "k_truss_subgraph": "handle, graph, k, check",
    "katz_centrality": "handle, graph, betas, alpha, beta, epsilon, max_iterations, check",
    "leiden": "handle, random_state, graph, max_level, resolution, theta, check",
    "louvain": "handle, graph, max_level, threshold, resolution, check",
    "minimum_spanning_tree": "handle, graph, check=False",
    "out_degrees": "handle, graph, source_vertices, check",
    "overlap_coefficients": "handle, graph, first, second, use_weight, check",
    "pagerank": f"handle, graph, {GUESSES}, alpha, epsilon, max_iterations, check, fail_on_nonconvergence=True",
    "personalized_pagerank": f"handle, graph, {GUESSES}, personalization_vertices, personalization_values, alpha, "
    "epsilon, max_iterations, check, fail_on_nonconvergence=True",
    "sorensen_coefficients": "handle, graph, first, second, use_weight, check",
    "spectral_modularity_maximization": f"handle, graph, {SPECTRAL}, check, random_state=None",
    "sssp": "handle, graph, source, cutoff, compute_predecessors, check",
    "strongly_connected_components": "handle, graph, offsets, indices, weights, labels, check",
    "triangle_count": "handle, graph, start_list, check",
    "uniform_random_walks": "handle, graph, start_vertices, max_length, random_state=None",
    "weakly_connected_components": "handle, graph, offsets, indices, weights, labels, check",
}


INTEGERS = {"depth_limit", "ensemble_size", "max_iter", "max_iterations", "max_length", "max_level", "num_clusters",
            "radius", "source"}  # fmt: skip
FLOATS = {"alpha", "beta", "cutoff", "epsilon", "min_weight", "resolution", "theta", "threshold", "tol"}


def _check_types(arguments):
    """As Cython does: None is no number."""
    for name, value in arguments.items():
        assert name not in INTEGERS or isinstance(value, int), f"{name} must be an integer, not {value!r}"
        assert name not in FLOATS or isinstance(value, int | float), f"{name} must be a number, not {value!r}"


class DeviceArray(np.ndarray):
    """An array that is copied to the host by `get` alone."""

    def get(self):
        return np.array(self)

    def __array_wrap__(self, values, context=None, return_scalar=False):
        return values[()] if return_scalar else values.view(DeviceArray)


def on_device(values, dtype=None):
    return np.array(values, dtype=dtype).view(DeviceArray)


def _made_by(function, *args, **options):
    return on_device(function(*args, **options))


def cupy():
    """The functions of CuPy that the engine calls."""
    made = {
        name: functools.partial(_made_by, getattr(np, name))
        for name in ("arange", "concatenate", "empty", "full", "maximum", "ones", "sqrt")
    }
    device = SimpleNamespace(synchronize=lambda: None)
    return SimpleNamespace(asarray=on_device, array=on_device, cuda=SimpleNamespace(Device=lambda: device), **made)


class SGGraph:
    """Keeps what it is made from; in an undirected graph both directions of each edge are given or made."""

    def __init__(self, handle, properties, src, dst, *, weight_array, store_transposed, renumber, do_expensive_check,
                 vertices_array, symmetrize):  # fmt: skip
        assert isinstance(src, DeviceArray)
        assert src.dtype == dst.dtype == vertices_array.dtype
        vars(self).update({name: value for name, value in locals().items() if name != "self"})
        assert properties.is_symmetric or not symmetrize
        if properties.is_symmetric and not symmetrize:
            assert {*zip(src.tolist(), dst.tolist(), strict=True)} == {*zip(dst.tolist(), src.tolist(), strict=True)}

    def number_of_edges(self, handle):
        return len(self.src)


class Double:
    """The module: `calls` has the arguments of each call by their names.

    Args:
        answer: the common form of the right answer, from the name of the call.
    """

    ResourceHandle = object
    GraphProperties = SimpleNamespace
    SGGraph = SGGraph

    def __init__(self, answer):
        self.calls, self._answer = {}, answer

    def __getattr__(self, name):
        signature = inspect.signature(eval(f"lambda {SIGNATURES[name]}: None"))

        def call(*args, **options):
            given = signature.bind(*args, **options)
            given.apply_defaults()
            _check_types(given.arguments)
            self.calls[name] = SimpleNamespace(**given.arguments)
            return _in_its_form(name, self._answer(name), given.arguments)

        return call


def _in_its_form(name, answer, given):  # noqa: PLR0911 - one for each form
    """An answer in the common form as the library returns it."""
    graph = given["graph"]
    n = len(graph.vertices_array)
    order = np.random.default_rng(n).permutation(n)
    vertices = on_device(order, graph.src.dtype)
    if name == "out_degrees":
        return vertices, on_device(np.bincount(graph.src, minlength=n)[order], np.int32)
    if name.startswith("analyze"):
        return float(answer[ANALYSES.index(name)])
    if name.endswith("_coefficients"):
        return given["first"], given["second"], on_device(answer)
    if name == "uniform_random_walks":
        return on_device(answer.ravel(), graph.src.dtype), None, answer.shape[1]
    if name.endswith(("_subgraph", "_tree", "ego_graph")):
        ends = answer if not graph.properties.is_symmetric else np.concatenate([answer, answer[:, ::-1]])
        return (*(on_device(end, graph.src.dtype) for end in ends[::-1].T), None, None)
    columns = [on_device(column[order]) for column in (answer.T if answer.ndim == 2 else [answer])]
    if name in {"bfs", "sssp"}:
        (distances,) = columns
        largest = np.iinfo(np.int32).max if name == "bfs" else np.finfo(np.float64).max
        distances = on_device(np.where((distances < 0) | np.isinf(distances), largest, distances))
        distances = distances.astype(np.int32 if name == "bfs" else np.float64)
        return (distances, None, vertices) if name == "bfs" else (vertices, distances, None)
    quality = (0.5,) if name in {"louvain", "leiden", "ecg"} else ()
    return (vertices, *columns, *quality)
