"""R-MAT generators on a device, and cuGraph's: CuPy arrays, with all memory from RMM."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from graphbench.errors import UnavailableError
from graphbench.graphs.on_device.recipe import Origin, Recipe
from graphbench.system import gpus
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

_RESERVE = 1 << 30
"""Bytes left for a CUDA context, its libraries and fragmentation."""
_DISTRIBUTIONS = ("pylibcugraph-cu13", "pylibcugraph-cu12", "pylibcugraph")


class RmatGenerator(Protocol):
    """An R-MAT generator on a device.

    Attributes:
        arrays: the module of its arrays: CuPy, or another one that implements NumPy's protocols.
    """

    arrays: Any

    def __hash__(self) -> int:
        """Hash by identity: a process has one generator."""

    def origin(self) -> Origin:
        """Library and device."""

    def draw(self, recipe: Recipe, seed: int, count: int) -> tuple[Any, Any]:
        """Sources and destinations of `count` draws, shape (count,), int32."""

    def to_device(self, values: npt.NDArray[Any]) -> Any:
        """Copy to the device."""

    def to_host(self, values: Any) -> npt.NDArray[Any]:
        """Copy to the host."""

    def free_bytes(self) -> int:
        """A conservative estimate of the free device memory."""


class CuGraphRmat:
    """cuGraph's generator on the current device of this process."""

    def __init__(self) -> None:
        fix = (
            "by=cugraph needs an NVIDIA GPU and RAPIDS (the extra cu12 or cu13); run `graphbench doctor`. "
            "Without by=cugraph, NumPy generates a different graph of the same kind on the CPU."
        )
        if not gpus.probe().devices:
            raise UnavailableError("the generator by=cugraph", "no NVIDIA GPU", fix)
        try:
            import cupy
            import pylibcugraph
            import rmm
            from rmm.allocators.cupy import rmm_cupy_allocator
        except ImportError as error:
            raise UnavailableError("the generator by=cugraph", f"not installed ({error})", fix) from error
        cupy.cuda.set_allocator(rmm_cupy_allocator)
        self.arrays = cupy
        self._rmm, self._library = rmm, pylibcugraph
        self._handle = pylibcugraph.ResourceHandle()

    def origin(self) -> Origin:
        """Library and device."""
        index = self.arrays.cuda.Device().id
        properties = self.arrays.cuda.runtime.getDeviceProperties(index)
        return Origin(
            library=f"cuGraph {cugraph_version()}",
            device=properties["name"].decode(),
            multiprocessors=int(properties["multiProcessorCount"]),
        )

    def draw(self, recipe: Recipe, seed: int, count: int) -> tuple[Any, Any]:
        """R-MAT edges with scrambled ids, so that an id is independent of the degree; both directions are drawn."""
        no_weights = (False, None, None, None)
        no_ids, no_types = (False,), (False, None, None)
        src, dst, *_ = self._library.generate_rmat_edgelist(
            self._handle,
            seed,
            recipe.scale,
            count,
            recipe.a,
            recipe.b,
            recipe.c,
            False,  # clip_and_flip: True would keep only the lower triangle
            True,  # scramble_vertex_ids
            *no_weights,
            *no_ids,
            *no_types,
            False,  # multi_gpu
        )
        return src, dst

    def to_device(self, values: npt.NDArray[Any]) -> Any:
        """A CuPy array."""
        return self.arrays.asarray(np.ascontiguousarray(values))

    def to_host(self, values: Any) -> npt.NDArray[Any]:
        """A NumPy array."""
        copied: npt.NDArray[Any] = self.arrays.asnumpy(values)
        return copied

    def free_bytes(self) -> int:
        """Free memory of the driver and of RMM's pools, within RMM's limit."""
        free, total = self._rmm.mr.available_device_memory()
        room, allocated = int(free), 0
        resource: Any = self._rmm.mr.get_current_device_resource()
        while resource is not None:
            if hasattr(resource, "get_allocation_limit"):
                room = min(room, int(resource.get_allocation_limit()) - int(resource.get_allocated_bytes()))
            elif hasattr(resource, "allocation_counts"):
                allocated = max(allocated, int(resource.allocation_counts.current_bytes))
            elif hasattr(resource, "pool_size"):
                room = min(room + max(int(resource.pool_size()) - allocated, 0), int(total))
            elif type(resource).__name__.startswith("CudaAsync"):
                room = max(room, int(total) - allocated - 2 * _RESERVE)  # its pool keeps freed memory
            resource = resource.get_upstream() if hasattr(resource, "get_upstream") else None
        return max(room - _RESERVE, 0)


GENERATORS: dict[str, Callable[[], RmatGenerator]] = {"cugraph": CuGraphRmat}
"""Generators by the value of `by` in a recipe."""


@functools.cache
def generator(by: str) -> RmatGenerator:
    """The generator with that name in recipes; a process has one.

    Raises:
        UnavailableError: if its library is not installed or there is no device.
    """
    return GENERATORS[by]()


def cugraph_version() -> str | None:
    """The installed release of pylibcugraph, or None; does not import it."""
    import importlib.metadata

    for distribution in _DISTRIBUTIONS:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def cugraph_and_gpu() -> str:
    """The release of cuGraph and the GPU models, part of the cache key of generated graphs; does not start CUDA."""
    names = sorted({device.name for device in gpus.probe().devices}) or ["no GPU"]
    return f"cuGraph {cugraph_version() or 'not installed'} on {', '.join(names)}"


def id_type(num_entries: int) -> type[np.signedinteger[Any]]:
    """Type of the ids in frames for cuGraph: it accepts 32-bit ids only if the number of entries fits 31 bits."""
    return np.int32 if num_entries <= np.iinfo(np.int32).max else np.int64
