"""A backend of NetworkX called `fake`, with functions that are right, wrong, refused or missing; see `install`.

It computes with NetworkX on a copy of the graph, so a test of two runs needs no GPU.
"""

from pathlib import Path

import networkx as nx


class FakeGraph(nx.Graph):
    """What a graph is converted to."""

    __networkx_backend__ = "fake"


class Backend:
    """The entry point `networkx.backends`."""

    @staticmethod
    def convert_from_nx(graph, **_):
        made = FakeGraph()
        made.add_nodes_from(graph.nodes(data=True))
        made.add_edges_from(graph.edges(data=True))
        return made

    @staticmethod
    def convert_to_nx(graph, **_):
        return nx.Graph(graph) if isinstance(graph, FakeGraph) else graph

    @staticmethod
    def can_run(name, args, kwargs):
        """NetworkX passes arguments by position, whatever the program does; some backends print here."""
        print("asked")
        weighted = name == "betweenness_centrality" and "weight" in [*args, kwargs.get("weight")]
        return "not weighted" if weighted else True

    @staticmethod
    def should_run(name, _args, _kwargs):
        return "too quick" if name == "degree_centrality" else True

    @staticmethod
    def pagerank(graph, *args, **kwargs):
        """Off by far less than the largest score."""
        return {v: rank + 1e-9 for v, rank in nx.pagerank.orig_func(nx.Graph(graph), *args, **kwargs).items()}

    @staticmethod
    def connected_components(graph):
        """In the other order."""
        yield from reversed(list(nx.connected_components.orig_func(nx.Graph(graph))))

    @staticmethod
    def core_number(graph):
        """Wrong at one vertex."""
        cores = nx.core_number.orig_func(nx.Graph(graph))
        return cores | {next(iter(cores)): 99}

    @staticmethod
    def louvain_communities(graph, *_, **__):
        """Every vertex for itself: a bad partition."""
        return [{v} for v in graph]

    @staticmethod
    def bfs_edges(graph, source, *_, **__):
        """Another tree of the same depths."""
        flipped = nx.Graph()
        flipped.add_nodes_from(graph)
        flipped.add_edges_from(reversed(list(graph.edges)))
        yield from nx.bfs_edges.orig_func(flipped, source)

    @staticmethod
    def shortest_path(graph, source, target, *_, **__):
        """The last of all shortest paths."""
        return list(nx.all_shortest_paths.orig_func(nx.Graph(graph), source, target))[-1]

    @staticmethod
    def betweenness_centrality(graph, *args, **kwargs):
        return nx.betweenness_centrality.orig_func(nx.Graph(graph), *args, **kwargs)

    @staticmethod
    def edge_betweenness_centrality(graph, *args, **kwargs):
        """With the ends of edges the other way round."""
        scores = nx.edge_betweenness_centrality.orig_func(nx.Graph(graph), *args, **kwargs)
        return {(v, u): score for (u, v), score in scores.items()}

    @staticmethod
    def single_source_shortest_path_length(graph, source, cutoff=None):
        return nx.single_source_shortest_path_length.orig_func(nx.Graph(graph), source, cutoff)

    @staticmethod
    def degree_centrality(_graph):
        raise AssertionError("it advises against this")

    @staticmethod
    def closeness_centrality(_graph, *_, **__):
        """Has it, and gives up when called."""
        raise NotImplementedError

    @staticmethod
    def triangles(_graph, *_, **__):
        raise ValueError("broken")


def install(folder: Path) -> Path:
    """Write what makes Python see the backend as installed where the folder is on its path."""
    names = [name for name in vars(Backend) if not name.startswith(("_", "convert_")) and not name.endswith("_run")]
    # In a module of its own: NetworkX asks for it while it is being imported itself.
    known = {name: {} for name in names}
    (folder / "fake_nx_info.py").write_text(f"def get_info():\n    return {{'functions': {known}}}\n")
    written = folder / "fake_nx_backend-1.0.dist-info"
    written.mkdir()
    (written / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-nx-backend\nVersion: 1.0\n")
    (written / "entry_points.txt").write_text(
        "[networkx.backends]\nfake = helpers.fake_nx_backend:Backend\n"
        "[networkx.backend_info]\nfake = fake_nx_info:get_info\n"
    )
    return folder
