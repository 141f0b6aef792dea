"""A cell made ready, before any clock: parameters resolved, the graph posed and written, inputs drawn and stored."""

from __future__ import annotations

import functools
import hashlib
import math
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Inputs
from graphbench.engines.base import Engine, Settings
from graphbench.errors import FormatError
from graphbench.graphs import cache, parquet
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure.plan import Cell
from graphbench.measure.protocol import Certify, Request
from graphbench.measure.run_folder import writable
from graphbench.records.model import Draw, Params, PosedInfo, Task


@dataclass(frozen=True, kw_only=True)
class Posed:
    """A cell that engines can be set to.

    Attributes:
        params: the algorithm's parameters, all of them.
        edges: the posed graph, in a file.
        inputs: what was drawn.
        inputs_file: where it is stored, for the workers; None if nothing was.
        draw: what the record says of it.
    """

    cell: Cell
    algorithm: Algorithm
    params: Params
    edges: EdgeList
    inputs: Inputs
    inputs_file: Path | None
    draw: Draw | None
    seed: int

    @property
    def info(self) -> PosedInfo:
        """What the record says of the graph."""
        return PosedInfo(
            num_vertices=self.edges.num_vertices,
            num_edges=self.edges.num_edges,
            num_entries=self.edges.num_entries,
            directed=self.edges.directed,
            weights=self.edges.weights,
            digest=self.edges.digest,
        )

    def request(
        self,
        engine: Engine,
        settings: Settings,
        *,
        answers: Path,
        command: str,
        deadline: float = math.inf,
        budget_s: float = math.inf,
        trials: int | None = None,
    ) -> Request:
        """What sets an engine to this problem; without a deadline and a budget, somebody else says when to stop.

        Args:
            engine: that is to solve it.
            settings: how it runs.
            answers: what the names of answer files start with.
            command: what the user typed.
            deadline: on the protocol's clock.
            budget_s: seconds of warm trials.
            trials: exactly this many of them; None: as many as it takes.
        """
        return Request(
            **self._problem(),
            engine=engine.name,
            settings=settings,
            answers=str(answers),
            deadline=deadline,
            budget_s=budget_s,
            trials=trials,
            command=command,
        )

    def certification(
        self,
        files: Mapping[int, Path],
        claims: Mapping[int, Mapping[str, float]],
        disputed: npt.NDArray[np.int64] | None,
        *,
        deadline: float,
    ) -> Certify:
        """What has the answers to this problem certified where its graph is made.

        Args:
            files: by trial, the file with its answer.
            claims: by trial, the figures that the engine itself gave for it.
            disputed: indices of pairs that are to be recomputed too.
            deadline: on the protocol's clock.
        """
        return Certify(
            **self._problem(),
            files={trial: str(file) for trial, file in files.items()},
            claims={trial: dict(figures) for trial, figures in claims.items()},
            disputed=None if disputed is None else disputed.tolist(),
            deadline=deadline,
        )

    def _problem(self) -> dict[str, Any]:
        """What both kinds of requests say of the problem."""
        return {
            "algorithm": self.algorithm.name,
            "dataset": self.edges.name,
            "edges": str(self.edges.path),
            "inputs": str(self.inputs_file) if self.inputs_file else None,
            "params": self.params,
            "seed": self.seed,
        }

    def task(self, engine: Engine, settings: Settings) -> Task:
        """The identity of measuring this with an engine, its settings included."""
        return task_of(self.cell, engine, settings, params=self.params, seed=self.seed)


def task_of(cell: Cell, engine: Engine, settings: Settings, *, params: Params, seed: int) -> Task:
    """The identity of measuring a cell with an engine; `params` are the algorithm's parameters, all of them."""
    told = identity(engine, settings, seed=seed, ignore_weights=cell.ignore_weights)
    return Task(registry.algorithm(cell.algorithm).name, cell.dataset.info.name, engine.name, params | told)


def identity(engine: Engine, settings: Settings, *, seed: int, ignore_weights: bool) -> Params:
    """What belongs to a task besides the algorithm's parameters: left out where it has no say."""
    told: Params = {"seed": seed}
    if ignore_weights:
        told["ignore_weights"] = True
    if settings.threads is not None and engine.parallel:
        told["threads"] = settings.threads
    if engine.device == "gpu":
        told["allocator"] = settings.allocator
        if settings.device_memory_bytes is not None:
            told["device_memory_limit"] = settings.device_memory_bytes
    if engine.several and (number := engine.gpus(settings)):
        told["gpus"] = number
    return told


def pose(cell: Cell, params: Params, seed: int) -> Posed:
    """Make a cell ready.

    Raises:
        InputError: if the graph does not fit the problem.
        UsageError: if a parameter names a vertex that does not exist.
        StoreError: if the graph cannot be written.
    """
    algorithm = registry.algorithm(cell.algorithm)
    edges = algorithm.pose(cell.dataset.edges, seed=seed, ignore_weights=cell.ignore_weights)
    inputs = algorithm.draw(edges, params, seed)
    with writable("the graph as posed"):
        file, draw = _store(inputs, seed)
        edges = _in_file(edges)
    return Posed(
        cell=cell,
        algorithm=algorithm,
        params=params,
        edges=edges,
        inputs=inputs,
        inputs_file=file,
        draw=draw,
        seed=seed,
    )


def _in_file(edges: EdgeList) -> EdgeList:
    """The same graph, in a file that workers can open; graphs that are equal share one."""
    if edges.path is not None:
        return edges
    path = cache.posed_path(edges.digest, edges.weights, edges.suffix)
    if path.exists():
        try:
            stored = EdgeList.open(path, edges.name, verify=True)
        except (FormatError, OSError):
            stored = None
        if stored is not None and _identity(stored) == _identity(edges):
            return stored
        _tell_damaged(path)
    return edges.write(path, metadata={parquet.DATASET: edges.name})


def _identity(edges: EdgeList) -> tuple[object, ...]:
    return edges.digest, edges.num_vertices, edges.num_edges, edges.directed, edges.weights


def _tell_damaged(path: Path) -> None:
    warnings.warn(f"{path} was damaged since it was written, and is written anew.", stacklevel=3)


def _store(inputs: Inputs, seed: int) -> tuple[Path | None, Draw | None]:
    for kind, values in vars(inputs).items():
        if values is None:
            continue
        digest = hashlib.blake2b(np.ascontiguousarray(values).data, digest_size=16).hexdigest()
        path = cache.inputs_path(kind, digest)
        kept = path.exists()
        if kept and not _holds(path, kind, values):
            _tell_damaged(path)
            kept = False
        if not kept:
            parquet.atomically(path, functools.partial(_save, {kind: values}))
        return path, Draw(kind=kind, count=len(values), seed=seed, digest=digest)
    return None, None


def _save(arrays: Mapping[str, Any], part: Path) -> None:
    with part.open("wb") as file:  # given the path, NumPy would add .npz to it
        np.savez(file, **arrays)


def _holds(path: Path, kind: str, values: npt.NDArray[np.int64]) -> bool:
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return arrays[kind].dtype == values.dtype and np.array_equal(arrays[kind], values)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return False


def by_dataset(cells: Sequence[Cell]) -> list[list[int]]:
    """Indices of cells, grouped by dataset in the order of first appearance: a worker keeps one dataset's graph."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, cell in enumerate(cells):
        groups.setdefault((cell.dataset.info.name, cell.dataset.info.digest), []).append(index)
    return list(groups.values())
