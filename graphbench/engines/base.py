"""What an engine's file is made of.

A file in this folder defines one subclass of :class:`Engine` and one instance of it named `engine`. Importing the
file must not import the library: names, help and availability are shown without it.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import msgspec

from graphbench.algorithms.base import (
    Adapter,
    Algorithm,
    AnyKind,
    Attached,
    Claimed,
    Declared,
    Kind,
    Scaled,
    attaching,
    misdeclared,
)
from graphbench.engines._collected import (
    ByPair,
    ByVertex,
    Collected,
    CompressedRows,
    Ends,
    Entries,
    GarbageError,
    Groups,
    Layout,
    Numbering,
    SortedByPair,
    Walks,
    arrange,
    concatenated,
    unzipped,
)
from graphbench.errors import UnavailableError
from graphbench.graphs.edgelist import Columns, EdgeList
from graphbench.system.distributions import is_found, is_unaltered, normalised, owners, same_version
from graphbench.system.lazy import np
from graphbench.system.machine import usable_cores
from graphbench.system.memory import is_out_of_memory
from graphbench.system.text import listed

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What OpenMP and the libraries of linear algebra read their number of threads from, once, when they are loaded."""
CHECKOUT_HINT = "pip install -e '.[{extra}]' in a checkout of graphbench"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the user wants engines to run.

    Attributes:
        threads: CPU threads that an engine may use; None: all it finds.
        device: index of the GPU.
        allocator: RMM memory resource: `default` (what importing the library sets), `pool`, `async` or `managed`.
        device_memory_bytes: limit of the memory resource; None: all of the device.
        gpus: number of GPUs for engines that use several; None: all that are visible.
        scheduler: address of a running Dask scheduler whose workers such an engine uses; None: it starts workers.
        renumber: cugraph, pylibcugraph: sort vertices by degree when a graph is built.
        direction_optimizing: pylibcugraph: let a search of an undirected graph change between pushing and pulling.
        from_networkx: nx-cugraph: convert a NetworkX graph instead of building one on the device.
    """

    threads: int | None = None
    device: int = 0
    allocator: Literal["default", "pool", "async", "managed"] = "default"
    device_memory_bytes: int | None = None
    gpus: int | None = None
    scheduler: str | None = None
    renumber: bool = True
    direction_optimizing: bool = False
    from_networkx: bool = False


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an engine can run here; if not, why, and how to fix it."""

    ok: bool
    reason: str = ""
    fix: str = ""


class Engine:
    """A library that solves problems.

    The worker process calls, in this order: :meth:`start`, :meth:`read`, :meth:`build`, :meth:`convert`, then the
    adapters, each followed by :meth:`synchronize` before the clock stops, then :meth:`to_host`.
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
    """Names of the library on PyPI; where none is declared, any distribution may have brought the module."""
    packages: ClassVar[tuple[str, ...]]
    """Import packages that it needs and that decide what is measured, the library by default; the first one gives the
    version."""
    extra: ClassVar[str] = ""
    """The extra of this package that installs the library."""
    install: ClassVar[str] = ""
    """How to install the library, where neither an extra nor the names of its distributions say it."""
    device: ClassVar[Literal["cpu", "gpu"]] = "cpu"
    speed_class: ClassVar[int] = 1
    """Fast engines run first: 0 parallel or on a GPU, 1 compiled, 2 interpreted."""
    converts: bool = False
    """Whether building has a second step, timed separately: a conversion from another library's graph. An engine with
    the option to do so sets it in `start`."""
    parallel: ClassVar[bool | tuple[str, ...]] = False
    """Whether the engine uses more than one CPU thread; or the names of the algorithms that it does so for."""
    multi_gpu: ClassVar[bool] = False
    """Whether it can use several GPUs: their number is then part of a task."""
    opt_in: ClassVar[bool] = False
    """Whether it is measured only on request, by its name or its options."""
    options: ClassVar[tuple[str, ...]] = ()
    """Fields of :class:`Settings` that change what all calls take: they are part of every task."""
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
            cls.distributions = getattr(cls, "distributions", ())
            cls.packages = getattr(cls, "packages", (cls.library.partition(".")[0],))

    @functools.cached_property
    def _own_adapters(self) -> dict[str, Attached]:
        return {}

    def fault(self) -> str:
        """What an engine cannot do without and this one has not; empty if it is complete."""
        if not hasattr(self, "name"):
            return f"the class {type(self).__name__} has no name. Add: name = 'my-engine'."
        own: dict[str, type | tuple[str, ...]] = {
            "title": str, "library": str, "revision": int, "distributions": tuple, "device": ("cpu", "gpu"),
        }  # fmt: skip
        return misdeclared(self, own)

    def solves(self, *algorithms: str, **declared: Unpack[Declared]) -> Callable[[Adapter], Adapter]:
        """Attach the decorated adapter, written in the engine's file, to algorithms by name: no page is imported.

        Args:
            algorithms: names of algorithms; several where one call solves them all.
            declared: the attributes of :class:`Attached`.
        """
        return attaching(self._own_adapters, algorithms, **declared)

    @property
    def refers_to(self) -> dict[str, str]:
        """The algorithms that it has adapters for, each with the module of the adapter."""
        return {name: adapter.call.__module__ for name, adapter in self._own_adapters.items()}

    def own_adapter(self, page: Algorithm) -> Attached | None:
        """The adapter that this engine's file has for an algorithm; None if it has none."""
        return self._own_adapters.get(page.name)

    def availability(self) -> Availability:
        """Whether the engine can run here, without importing it (at most 50 ms)."""
        if not is_found(self.library.partition(".")[0]):
            return Availability(ok=False, reason="not installed", fix=self.how_to_install())
        return self.identity()

    def how_to_install(self) -> str:
        """The fix where a package is missing."""
        named = f"pip install {' '.join(self.distributions or self.packages)}"
        return self.install or f"Install it: {CHECKOUT_HINT.format(extra=self.extra) if self.extra else named}."

    def identity(self) -> Availability:
        """Whether its packages are installed, with files of the distributions that they claim to be."""
        if absent := [package for package in self.packages if not is_found(package)]:
            return Availability(ok=False, reason=f"{listed(absent)} not installed", fix=self.how_to_install())
        owning = {package: owners(package) for package in self.packages}
        for package, found in owning.items():
            if len(found) > 1:
                fix = f"Keep one of them: pip uninstall {' '.join(one.name for one in found)}, then install it again."
                reason = f"{listed([*map(str, found)])} brought the same package {package}"
                return Availability(ok=False, reason=reason, fix=fix)
        package, known = self.packages[0], [*map(normalised, self.distributions)]
        if known and (foreign := [one for one in owning[package] if one.name not in known]):
            fix = f"Replace it: pip uninstall {foreign[0].name}, then pip install {known[0]}."
            reason = f"the package {package} is from {foreign[0]}, expected {listed(known, 'or')}"
            return Availability(ok=False, reason=reason, fix=fix)
        return Availability(ok=True)

    def version(self) -> str | None:
        """The installed version, or None."""
        if found := owners(self.packages[0]):
            return found[0].version
        if not is_found(self.packages[0]):
            return None
        from importlib.metadata import PackageNotFoundError, version

        for distribution in self.distributions or self.packages[:1]:
            try:
                return version(distribution)
            except PackageNotFoundError:
                continue
        return _imported_version(self.packages[0])

    def check_imported(self) -> None:
        """Check, once the library is imported, that it is of the installed version.

        A library may report another one than it was published under, as scikit-network 0.33.5 does. So a package whose
        files are all those that its distribution installed is of that version, whatever it reports.

        Raises:
            UnavailableError: if it reports another, and something replaced its files.
        """
        package, installed = self.packages[0], self.version()
        imported = _imported_version(package)
        if imported and installed and not same_version(imported, installed) and not is_unaltered(package):
            reason = f"the module {package} reports version {imported}, but {installed} is installed"
            fix = "Another distribution or folder replaces its files: install it in a new environment."
            raise UnavailableError(self.name, reason, fix)

    def gpus(self, settings: Settings) -> int:
        """How many GPUs it uses with these settings."""
        return int(self.device == "gpu")

    def threads(self, settings: Settings) -> int:
        """How many CPU threads it may use with these settings."""
        return (settings.threads or usable_cores()) if self.parallel else 1

    def in_parallel(self, algorithm: Algorithm | None = None) -> bool:
        """Whether an algorithm's call uses more than one CPU thread; None: whether any does."""
        if isinstance(self.parallel, bool):
            return self.parallel
        return algorithm is None or algorithm.name in self.parallel

    # In the worker process

    def environment(self, settings: Settings) -> dict[str, str]:
        """Environment variables to set before the worker's interpreter starts: by default the number of threads.

        The same variables for every engine. Idle threads sleep: spinning would look like work after the call, and hold
        up threads of other libraries. OpenBLAS's threads spin for 2^26 cycles by default, and for 2^4 at least.
        """
        return dict.fromkeys(THREAD_VARIABLES, str(self.threads(settings))) | {
            "OMP_WAIT_POLICY": "passive",
            "OMP_DYNAMIC": "false",
            "OPENBLAS_THREAD_TIMEOUT": "4",
        }

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
        raise NotImplementedError(f"the engine {self.name} has no method build")

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

    def collect(self, raw: Any, kind: Kind, edges: EdgeList) -> Collected:
        """Copy an adapter's raw result to NumPy arrays in host memory, in the library's own order; timed.

        All that the library's result holds is copied, as its user would get it: values of pairs with the pairs, where
        the library returns them, and without, where it returns the values alone.
        Sorting, relabelling and marks of unreached vertices are left to :func:`arrange`, which is not timed.
        """
        raise NotImplementedError(f"the engine {self.name} has no method collect")

    def counts(self, raw: Any) -> Collected:
        """As :meth:`collect`, of whole numbers per vertex: libraries return them as a dictionary or in order."""
        if isinstance(raw, Mapping):
            # `np.fromiter` would round to the type that it needs.
            return ByVertex(*(np.array(list(part)) for part in (raw, raw.values())))
        return np.asarray(raw)

    def to_host(self, raw: Any, kind: AnyKind, edges: EdgeList) -> Collected:
        """What the phase `collect` times: :meth:`counts` or :meth:`collect`, without what the library claims."""
        if isinstance(raw, Claimed):
            raw = raw.result
        if isinstance(raw, Scaled):
            return raw._replace(result=self.to_host(raw.result, kind, edges))
        return self.counts(raw) if kind == "counts" else self.collect(raw, kind, edges)

    def answer(self, raw: Any, kind: AnyKind, edges: EdgeList, pairs: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
        """An adapter's result in the common form: collected, then arranged."""
        return arrange(self.to_host(raw, kind, edges), kind, edges, pairs)

    def to_device(self, array: npt.NDArray[Any]) -> Any:
        """An array on the device of an engine that computes on one, for :meth:`copy_to_host`."""
        return array

    def copy_to_host(self, array: Any) -> npt.NDArray[Any]:
        """A plain copy of a result of :meth:`to_device`: the least that collecting an answer of that size takes."""
        copied: npt.NDArray[Any] = array.copy()
        return copied

    def wait_until_freed(self) -> None:
        """Wait until the memory of the last graph is free, which has no reference any more."""

    def device_held_bytes(self) -> int:
        """Device memory that is allocated now; of several devices the most. Engines that use several GPUs know it."""
        return 0

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
        return {"threads": self.threads(settings)}

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an exception means that memory ran out."""
        return is_out_of_memory(error)


def _imported_version(package: str) -> str | None:
    version = getattr(sys.modules.get(package), "__version__", None)
    return None if version is None else str(version)


def matrix(columns: Columns, num_vertices: int) -> csr_array[Any, tuple[int, int]]:
    """The edges as a matrix in compressed rows, of an undirected graph its upper triangle; 1.0 without weights.

    The columns of an edge list are in the order of such a matrix, so nothing is sorted.
    """
    from scipy.sparse import csr_array

    # SciPy keeps 64-bit indices, and then takes up to twice as long as with the 32 bits that it chooses itself.
    fits = 2 * max(num_vertices, len(columns.dst)) < 2**31
    index = np.int32 if fits else np.int64
    offsets = np.zeros(num_vertices + 1, dtype=index)
    np.cumsum(np.bincount(columns.src, minlength=num_vertices), out=offsets[1:])
    values = np.ones(len(columns.dst)) if columns.weight is None else columns.weight
    return csr_array((values, columns.dst.astype(index, copy=False), offsets), shape=(num_vertices, num_vertices))


__all__ = [
    "CHECKOUT_HINT",
    "Availability",
    "ByPair",
    "ByVertex",
    "Collected",
    "Columns",
    "CompressedRows",
    "Ends",
    "Engine",
    "Entries",
    "GarbageError",
    "Groups",
    "Layout",
    "Numbering",
    "Settings",
    "SortedByPair",
    "Walks",
    "arrange",
    "concatenated",
    "matrix",
    "unzipped",
]
