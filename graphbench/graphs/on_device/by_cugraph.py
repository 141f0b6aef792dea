"""cuGraph's R-MAT generator, in CuPy arrays, with all memory from RMM."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.errors import UnavailableError
from graphbench.graphs.on_device.recipe import Origin, Recipe
from graphbench.system import gpus

_RESERVE = 1 << 30
"""For a CUDA context, its libraries, and what an allocator cannot give because it is in pieces."""
_DISTRIBUTIONS = ("pylibcugraph-cu13", "pylibcugraph-cu12", "pylibcugraph")


def version() -> str | None:
    """The installed release, told without importing it; None if there is none."""
    for distribution in _DISTRIBUTIONS:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def place() -> str:
    """Library and GPU by which a graph is kept; told without CUDA."""
    devices = gpus.probe().devices
    names = sorted({device.name for device in devices}) or ["no GPU"]
    return f"cuGraph {version() or 'not installed'} on {', '.join(names)}"


class ByCuGraph:
    """The generator of one process, on its current device."""

    def __init__(self) -> None:
        fix = (
            "It takes an NVIDIA GPU and RAPIDS (the extra cu12 or cu13); `graphbench doctor` says what is missing. "
            "Without by=cugraph, NumPy draws another graph of the same kind, on the CPU."
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
        """This release on this device."""
        index = self.arrays.cuda.Device().id
        properties = self.arrays.cuda.runtime.getDeviceProperties(index)
        return Origin(
            library=f"cuGraph {version()}",
            device=properties["name"].decode(),
            multiprocessors=int(properties["multiProcessorCount"]),
        )

    def draw(self, recipe: Recipe, seed: int, count: int) -> tuple[Any, Any]:
        """R-MAT edges, ids scrambled so that they say nothing of degrees; both directions of an edge are drawn."""
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
            False,  # clip_and_flip: it would leave the lower triangle only
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
        found: npt.NDArray[Any] = self.arrays.asnumpy(values)
        return found

    def free_bytes(self) -> int:
        """What the driver has free, or what a pool that holds it can give, within the limit that RMM has been set."""
        free, total = self._rmm.mr.available_device_memory()
        room, held = int(free), 0
        resource: Any = self._rmm.mr.get_current_device_resource()
        while resource is not None:
            if hasattr(resource, "get_allocation_limit"):
                room = min(room, int(resource.get_allocation_limit()) - int(resource.get_allocated_bytes()))
            elif hasattr(resource, "allocation_counts"):
                held = max(held, int(resource.allocation_counts.current_bytes))
            elif hasattr(resource, "pool_size"):
                room = min(room + max(int(resource.pool_size()) - held, 0), int(total))
            elif type(resource).__name__.startswith("CudaAsync"):
                room = max(room, int(total) - held - 2 * _RESERVE)  # its pool keeps what has been freed
            resource = resource.get_upstream() if hasattr(resource, "get_upstream") else None
        return max(room - _RESERVE, 0)


def maker() -> ByCuGraph:
    """The generator of this process."""
    return ByCuGraph()
