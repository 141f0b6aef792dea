"""A cell prepared for measuring: parameters resolved, graph posed and written, inputs drawn and stored. Untimed."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm, Inputs
from graphbench.engines.base import Engine, Settings
from graphbench.errors import FormatError
from graphbench.graphs import cache, parquet
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.open import open_edges
from graphbench.measure.inputs import save_inputs
from graphbench.measure.plan import Cell
from graphbench.measure.protocol import Certify, Problem, Request
from graphbench.measure.run_folder import writable
from graphbench.records.model import Draw, Params, PosedInfo, Task
from graphbench.system import files


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A cell, ready for every engine.

    Attributes:
        params: the algorithm's parameters, all of them.
        edges: the graph as posed, in a file.
        inputs: the drawn inputs.
        inputs_file: their file, for the workers; None if nothing was drawn.
        draw: their description in a record.
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
        """The graph as a record describes it."""
        return PosedInfo(
            num_vertices=self.edges.num_vertices,
            num_edges=self.edges.num_edges,
            num_entries=self.edges.num_entries,
            directed=self.edges.directed,
            weights=self.edges.weights,
            digest=self.edges.digest,
        )

    def require_intact(self) -> None:
        """Read the graph's file through.

        Raises:
            FormatError: if it is damaged, or has become that of another graph.
        """
        assert self.edges.path is not None
        if _identity(open_edges(self.edges.path, self.edges.name, verify=True)) != _identity(self.edges):
            raise FormatError(self.edges.path, "it has become that of another graph. Measure again.")

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
        """The request to measure an engine; without deadline and budget, the caller decides when to stop.

        Args:
            engine: the engine.
            settings: how it runs.
            answers: path that the names of answer files start with.
            command: what the user typed.
            deadline: on the protocol's clock.
            budget_s: seconds of warm trials.
            trials: exactly this many of them; None: as the sampling rule decides.
        """
        return Request(
            problem=self._problem,
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
        check_seed: int,
        deadline: float,
    ) -> Certify:
        """The request to certify answers where the graph is made; arguments as :func:`.answers.verify` takes them."""
        return Certify(
            problem=self._problem,
            files={trial: str(file) for trial, file in files.items()},
            claims={trial: dict(quantities) for trial, quantities in claims.items()},
            disputed=None if disputed is None else disputed.tolist(),
            check_seed=check_seed,
            deadline=deadline,
        )

    @property
    def _problem(self) -> Problem:
        return Problem(
            algorithm=self.algorithm.name,
            dataset=self.edges.name,
            edges=str(self.edges.path),
            inputs=str(self.inputs_file) if self.inputs_file else None,
            params=self.params,
            seed=self.seed,
        )

    def task(self, engine: Engine, settings: Settings) -> Task:
        """The identity of measuring this with an engine, its settings included."""
        return task_of(self.cell, engine, settings, params=self.params, seed=self.seed)


def task_of(cell: Cell, engine: Engine, settings: Settings, *, params: Params, seed: int) -> Task:
    """The identity of measuring a cell with an engine; `params` are all parameters of the algorithm."""
    algorithm = registry.algorithm(cell.algorithm)
    own = identity(engine, settings, algorithm, seed=seed, ignore_weights=cell.ignore_weights)
    return Task(algorithm.name, cell.dataset.info.name, engine.name, params | own)


def identity(
    engine: Engine, settings: Settings, algorithm: Algorithm | None = None, *, seed: int, ignore_weights: bool
) -> Params:
    """The parameters of a task besides the algorithm's, each only where it has an effect.

    Args:
        engine: the engine.
        settings: how it runs.
        algorithm: adds the engine's options for this problem alone; None: only those of all its problems.
        seed: of draws and engines.
        ignore_weights: whether the problem is solved without weights.
    """
    params: Params = {"seed": seed}
    if ignore_weights:
        params["ignore_weights"] = True
    if engine.in_parallel(algorithm):
        params["threads"] = engine.threads(settings)
    adapter = algorithm and algorithm.find_adapter(engine.name)
    for name in (*engine.options, *(adapter.options if adapter else ())):
        params[name] = getattr(settings, name)
    if engine.device == "gpu" and settings.device_memory_bytes is not None:
        params["device_memory_limit"] = settings.device_memory_bytes
    if engine.multi_gpu and (number := engine.gpus(settings)):
        params["gpus"] = number
    return params


def prepare(cell: Cell, params: Params, seed: int) -> Prepared:
    """Prepare a cell.

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
    return Prepared(
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
    """The same graph in a file that workers can open; equal graphs share one."""
    if edges.path is not None:
        return edges
    path = cache.posed_path(edges.digest, edges.weights, edges.suffix)
    if path.exists():
        try:
            stored = open_edges(path, edges.name, verify=True)
            if _identity(stored) == _identity(edges):
                return stored
            files.log(f"{path} is that of another graph and is written again.")
        except FormatError as error:
            files.log(f"{path} is written again. {error}")
    return edges.write(path, metadata={parquet.DATASET: edges.name})


def _identity(edges: EdgeList) -> tuple[object, ...]:
    return edges.digest, edges.num_vertices, edges.num_edges, edges.directed, edges.weights


def _store(inputs: Inputs, seed: int) -> tuple[Path | None, Draw | None]:
    """Write the drawn inputs, whether or not their file exists: it may be damaged."""
    for kind, values in msgspec.structs.asdict(inputs).items():
        if values is None:
            continue
        digest = hashlib.blake2b(np.ascontiguousarray(values).data, digest_size=16).hexdigest()
        path = cache.inputs_path(kind, digest)
        parquet.atomically(path, functools.partial(save_inputs, {kind: values}))
        return path, Draw(kind=kind, count=len(values), seed=seed, digest=digest)
    return None, None


def by_dataset(cells: Sequence[Cell]) -> list[list[int]]:
    """Indices of cells, grouped by dataset in order of first appearance."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, cell in enumerate(cells):
        groups.setdefault((cell.dataset.info.name, cell.dataset.info.digest), []).append(index)
    return list(groups.values())
