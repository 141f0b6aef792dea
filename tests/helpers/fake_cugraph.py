"""Doubles of cuGraph and cuDF, on pandas, and of nx-cugraph: they keep what they are given and answer as SciPy."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from helpers import fake_pylibcugraph


def cudf():
    """The parts of cuDF that pandas has under the same names."""
    return SimpleNamespace(DataFrame=pd.DataFrame, Series=pd.Series, concat=pd.concat)


def cupy():
    """NumPy under CuPy's name."""
    return SimpleNamespace(arange=np.arange, asarray=np.asarray, cuda=fake_pylibcugraph.cupy().cuda, ones=np.ones,
                           concatenate=np.concatenate, zeros=np.zeros)  # fmt: skip


class Graph:
    """`cugraph.Graph` has its edges as they were given; a list that is said to be symmetric must be."""

    def __init__(self, directed=False):
        self.directed = directed

    def from_cudf_edgelist(
        self, frame, *, source, destination, weight, store_transposed, renumber, symmetrize, vertices
    ):
        assert symmetrize is not True or not self.directed
        assert frame[source].dtype == frame[destination].dtype == vertices.dtype
        vars(self).update({name: value for name, value in locals().items() if name != "self"})
        rows = [*zip(frame[source], frame[destination], *([frame[weight]] if weight else []), strict=True)]
        if symmetrize is False and not self.directed:
            assert {(v, u, *more) for u, v, *more in rows} == {*rows}
            assert len(rows) == len({*rows})
        ends = pd.DataFrame({"src": frame[source], "dst": frame[destination]})
        self.edgelist = SimpleNamespace(edgelist_df=ends)

    def nodes(self):
        raise AssertionError("all vertices are listed and sorted within a call")

    def out_degree(self):
        n = len(self.vertices)
        order = np.random.default_rng(n).permutation(n)
        degrees = np.bincount(self.frame[self.source], minlength=n)[order].astype(np.int32)
        return pd.DataFrame({"degree": degrees, "vertex": order.astype(np.int32)})


class Double:
    """The module cugraph.

    Args:
        answer: the common form of the right answer, from the name of the call.
    """

    Graph = Graph

    def __init__(self, answer):
        self._answer = answer

    def bfs(self, graph, start, return_predecessors):
        assert not return_predecessors
        if not isinstance(start, pd.DataFrame):
            graph.nodes()
        assert start[start.columns[0]].dtype == graph.edgelist.edgelist_df["src"].dtype
        depths = self._answer("bfs")
        largest = np.iinfo(np.int32).max
        return self._by_vertex(distance=np.where(depths < 0, largest, depths).astype(np.int32), predecessor=-1)

    def triangle_count(self, _graph):
        return self._by_vertex(counts=self._answer("triangle_count").astype(np.int32))

    def sorensen(self, _graph, pairs):
        order = np.random.default_rng(0).permutation(len(pairs))
        return pairs.assign(sorensen_coeff=self._answer("sorensen").astype(np.float32)).iloc[order]

    def _by_vertex(self, **columns):
        frame = pd.DataFrame(columns)
        frame.insert(0, "vertex", np.arange(len(frame), dtype=np.int32))
        return frame.sample(frac=1, random_state=0)


class CudaGraph:
    """nx-cugraph's graph on the device: only what `from_coo` is given."""

    @classmethod
    def from_coo(cls, num_vertices, src, dst, edge_values):
        made = cls()
        made.num_vertices, made.src_indices, made.dst_indices, made.edge_values = num_vertices, src, dst, edge_values
        return made


class CudaDiGraph(CudaGraph):
    """The same, of arcs."""


def nx_cugraph():
    """The module."""
    converted = SimpleNamespace(edge_values={})
    return SimpleNamespace(
        CudaGraph=CudaGraph, CudaDiGraph=CudaDiGraph, from_networkx=lambda graph, **_: (converted, graph)[0]
    )
