"""What an engine's file is made of.

A file in this folder defines one subclass of :class:`Engine` and one instance of it named `engine`. Importing the
file must not import the library: names, help and availability are shown without it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Adapter, Algorithm, AnyKind, Attached, Call, Claimed, Kind, Scaled
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.memory import is_out_of_memory

CHECKOUT_HINT = "pip install -e '.[{extra}]' in a checkout of graphbench"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the user wants engines to run.

    Attributes:
        threads: CPU threads that an engine may use; None: all it finds.
        device: index of the GPU.
        allocator: RMM memory resource: `default` (what `import cugraph` gives), `pool` or `async`.
        device_memory_bytes: limit of the memory resource; None: all of the device.
        gpus: number of GPUs for engines that use several; None: all that are visible.
        scheduler: address of a running Dask scheduler whose workers such an engine uses; None: it starts workers.
    """

    threads: int | None = None
    device: int = 0
    allocator: Literal["default", "pool", "async"] = "default"
    device_memory_bytes: int | None = None
    gpus: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Whether an engine can run here; if not, why, and how to fix it."""

    ok: bool
    reason: str = ""
    fix: str = ""


class Engine:
    """A library that solves problems.

    The worker process calls, in this order: :meth:`start`, :meth:`read`, :meth:`build`, :meth:`convert`, then the
    adapters, each followed by :meth:`synchronize` before the clock stops, then :meth:`answer`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    """The name in prose; by default the name."""
    revision: ClassVar[int] = 1
    """Raise it when a change to how the engine starts, builds or collects makes old records incomparable with new
    ones; they become stale."""
    library: ClassVar[str]
    """The module that adapters get as their first argument; by default named like the engine."""
    distributions: ClassVar[tuple[str, ...]]
    """Names of the library on PyPI, the module's by default; the first one installed gives the version."""
    extra: ClassVar[str] = "cpu"
    """The extra of this package that installs the library."""
    device: ClassVar[Literal["cpu", "gpu"]] = "cpu"
    speed_class: ClassVar[int] = 1
    """Fast engines run first: 0 parallel or on a GPU, 1 compiled, 2 interpreted."""
    converts: ClassVar[bool] = False
    """Whether building has a second step, timed separately: a conversion from another library's graph."""
    parallel: ClassVar[bool] = False
    """Whether the engine uses more than one CPU thread."""
    multi_gpu: ClassVar[bool] = False
    """Whether it can use several GPUs: their number is then part of a task."""
    opt_in: ClassVar[bool] = False
    """Whether it is measured only on request, by its name or its options."""
    start_steps: ClassVar[tuple[str, ...]] = ()
    """Methods that continue :meth:`start`, each called with the settings and timed separately."""
    gap: ClassVar[str] = ""
    """The reason for every algorithm without an adapter, of an engine whose adapters are in its own file; empty: each
    page gives its reason."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hasattr(cls, "name"):
            cls.title = getattr(cls, "title", cls.name)
            cls.library = getattr(cls, "library", cls.name.replace("-", "_"))
            cls.distributions = getattr(cls, "distributions", (cls.library,))

    @functools.cached_property
    def _own_adapters(self) -> dict[str, Attached]:
        return {}

    def solves(
        self,
        *algorithms: str,
        build: Mapping[str, Any] | None = None,
        no_equivalent: tuple[str, ...] = (),
        parameters_used: Callable[[Call], Mapping[str, Any]] = lambda _: {},
    ) -> Callable[[Adapter], Adapter]:
        """Attach the decorated adapter, written in the engine's file, to algorithms by name: no page is imported.

        The arguments are those of :meth:`Algorithm.on`, which attaches an adapter that is written on the page.
        """

        def attach(call: Adapter) -> Adapter:
            attached = Attached(
                call=call, build=dict(build or {}), no_equivalent=no_equivalent, parameters_used=parameters_used
            )
            self._own_adapters.update(dict.fromkeys(algorithms, attached))
            return call

        return attach

    def own_adapter(self, page: Algorithm) -> Attached | None:
        """The adapter that this engine's file has for an algorithm; None if it has none."""
        return self._own_adapters.get(page.name)

    def availability(self) -> Availability:
        """Whether the engine can run here, without importing it (at most 50 ms)."""
        if importlib.util.find_spec(self.library) is None:
            fix = f"Install it: {CHECKOUT_HINT.format(extra=self.extra)}."
            return Availability(ok=False, reason="not installed", fix=fix)
        return Availability(ok=True)

    def version(self) -> str | None:
        """The installed version, or None."""
        for distribution in self.distributions:
            try:
                return importlib.metadata.version(distribution)
            except importlib.metadata.PackageNotFoundError:
                continue
        return None

    def gpus(self, settings: Settings) -> int:
        """How many GPUs it uses with these settings."""
        return int(self.device == "gpu")

    # In the worker process

    def environment(self, settings: Settings) -> dict[str, str]:
        """Environment variables to set before the worker's interpreter starts."""
        return {}

    def start(self, settings: Settings) -> Any:
        """Import the library, apply the settings, initialise the device; return the module for adapters."""
        return importlib.import_module(self.library)

    def read(self, edges: EdgeList) -> Any:
        """Read the posed edges from the cache in the form that :meth:`build` takes."""
        return edges.to_numpy()

    def build(self, columns: Any, edges: EdgeList, **options: Any) -> Any:
        """Make the engine's graph, isolated vertices included, weights if `edges.weighted`.

        Args:
            columns: the result of :meth:`read`.
            edges: the posed edges, for their counts.
            options: those that the adapter was attached with.
        """
        raise NotImplementedError

    def convert(self, graph: Any, edges: EdgeList, **options: Any) -> Any:
        """Second step of building, if `converts`."""
        return graph

    def pairs(self, pairs: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """Vertex pairs of the posed graph, shape (k, 2), in the form that the library's calls take."""
        return pairs

    def vertices(self, vertices: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """Vertices of the posed graph, shape (k,), in the form that the library's calls take."""
        return vertices.tolist()

    def labels(self, labels: npt.NDArray[np.int64], edges: EdgeList) -> Any:
        """A partition, shape (n,), clusters 0 to c - 1, in the form that the library's calls take."""
        return labels

    def synchronize(self) -> None:
        """Wait until the device is done."""

    def collect(self, raw: Any, kind: Kind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """Bring an adapter's raw result into the common form of its kind."""
        raise NotImplementedError

    def answer(self, raw: Any, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """An adapter's result in the common form, by :meth:`counts` or :meth:`collect`, without what it claims."""
        if isinstance(raw, Claimed):
            raw = raw.result
        if isinstance(raw, Scaled):
            return _rescaled(self.answer(raw.result, kind, edges, pairs), raw)
        return self.counts(raw, edges.num_vertices) if kind == "counts" else self.collect(raw, kind, edges, pairs)

    def counts(self, raw: Any, num_vertices: int) -> npt.NDArray[np.int64]:
        """Whole numbers per vertex: libraries return them as a dictionary or in order."""
        if isinstance(raw, Mapping):
            vertices, values = (np.fromiter(part, dtype=np.int64, count=len(raw)) for part in (raw, raw.values()))
            return scatter(num_vertices, vertices, values, fill=-1, dtype=np.int64)
        return np.asarray(raw, dtype=np.int64)

    def wait_until_freed(self) -> None:
        """Wait until the memory of the last graph is free, which has no reference any more."""

    def reset_device_peak(self) -> None:
        """Start a new peak of device memory."""

    def device_peak_bytes(self) -> int | None:
        """Peak device memory since the last reset; of several devices the largest; None without a device."""
        return None

    def device_peaks(self) -> list[int]:
        """The peak of each device, if there are several."""
        return []

    def used(self, settings: Settings) -> Mapping[str, Any]:
        """What the engine uses, for the record: threads, allocator."""
        return {"threads": 1}

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an exception means that memory ran out."""
        return is_out_of_memory(error)


def scatter(n: int, vertices: Any, values: Any, *, fill: Any, dtype: Any) -> npt.NDArray[Any]:
    """An array of n values, those of `vertices` set, the others `fill`."""
    out = np.full(n, fill, dtype=dtype)
    out[np.asarray(vertices, dtype=np.int64)] = np.asarray(values, dtype=dtype)
    return out


def _rescaled(scores: npt.NDArray[Any], scale: Scaled) -> npt.NDArray[Any]:
    there = np.asarray(scale.vertices, dtype=np.int64)
    special = scores[there] * scale.factor_there if scale.factor_there else 0.0
    scores *= scale.factor
    scores[there] = special
    return scores


def edge_rows(src: Any, dst: Any, *, directed: bool, mirrored: bool = False) -> npt.NDArray[np.int64]:
    """The common form of kind `edges`, shape (k, 2), from the ends of edges in any order.

    A repeated edge stays twice, so that a certificate sees it.

    Args:
        src: one end of each edge.
        dst: the other end.
        directed: keep the direction.
        mirrored: the library lists an undirected edge in both directions; one of them is dropped.
    """
    if mirrored and not directed:
        src, dst = np.asarray(src), np.asarray(dst)
        src, dst = src[src < dst], dst[src < dst]
    ends = np.stack([np.asarray(src, dtype=np.int64), np.asarray(dst, dtype=np.int64)], axis=1).reshape(-1, 2)
    if not directed:
        ends.sort(axis=1)
    return ends[np.lexsort((ends[:, 1], ends[:, 0]))]


def matrix_rows(rows: Any, columns: Any, values: Any = None) -> npt.NDArray[Any]:
    """The common form of kind `arcs`: entries of a sparse matrix in any order, and their values if there are any."""
    ends = np.stack([np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)], axis=1).reshape(-1, 2)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    if values is None:
        return ends[order]
    return np.column_stack([ends, np.asarray(values, dtype=np.float64)])[order]


def numbering_rows(ids: Any, src: Any, dst: Any, *, directed: bool) -> npt.NDArray[np.int64]:
    """The common form of kind `numbering`, from the id of each number and the ends of edges, in any order."""
    ids = np.asarray(ids, dtype=np.int64)
    table = np.stack([np.arange(len(ids)), ids], axis=1)
    return np.concatenate([table, edge_rows(src, dst, directed=directed)])


def compressed_rows(offsets: Any, indices: Any, values: Any = None) -> npt.NDArray[Any]:
    """The common form of kind `arcs` from a matrix in compressed sparse rows.

    Raises:
        ValueError: if the offsets do not ascend from 0 to the number of indices.
    """
    offsets = np.asarray(offsets, dtype=np.int64)
    counts = np.diff(offsets)
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(indices) or (counts < 0).any():
        raise ValueError(f"offsets do not ascend from 0 to the {len(indices):,} indices")
    return matrix_rows(np.repeat(np.arange(len(counts)), counts), indices, values)


def from_groups(n: int, groups: Any) -> npt.NDArray[np.int64]:
    """Labels, shape (n,), from an iterable of collections of vertices; -1 where a vertex is in none."""
    out = np.full(n, -1, dtype=np.int64)
    for label, group in enumerate(groups):
        out[np.fromiter(group, dtype=np.int64, count=len(group))] = label
    return out


__all__ = [
    "CHECKOUT_HINT",
    "Availability",
    "Columns",
    "Engine",
    "Settings",
    "compressed_rows",
    "edge_rows",
    "from_groups",
    "matrix_rows",
    "numbering_rows",
    "scatter",
]
