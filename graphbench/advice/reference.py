"""References: what a machine with a GPU measured, slim enough to ship with the package.

A file is JSON Lines: the machine, then each graph with its features, then a line for each record. It is made from
stores by :func:`make` (`graphbench advise --make-reference STORE --output FILE`), so it needs no graph later.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from graphbench import registry
from graphbench.advice.features import Features
from graphbench.errors import GraphbenchError, UnknownNameError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.records import store, times
from graphbench.records.model import Outcome, Record
from graphbench.reporting.wording import original_of
from graphbench.system import files
from graphbench.system.text import listed

FOLDER = "reference"
_VARIED = {"sources", "source"}
"""Parameters that do not change what one call costs."""
_USUAL = {
    "allocator": "default",
    "direction_optimizing": False,
    "from_networkx": True,
    "gpus": None,
    "renumber": True,
}
"""Options of engines that are estimated. nx-cugraph is for programs that have a NetworkX graph: it is converted."""
Seconds = Annotated[float, msgspec.Meta(ge=0)]
_GPU_NAMES = ("NVIDIA ", "Tesla ", "GeForce ")


class Machine(msgspec.Struct, frozen=True, kw_only=True, tag="machine"):
    """Where the references were measured."""

    gpu: str
    """Its model: `NVIDIA H100 80GB HBM3`."""
    memory_bytes: int
    cpu: str
    cores: int
    measured: str
    """The days, ISO 8601."""

    @property
    def name(self) -> str:
        """The short name of the GPU: `H100`."""
        name = self.gpu
        for prefix in _GPU_NAMES:
            name = name.removeprefix(prefix)
        return name.partition(" ")[0]


class Graph(msgspec.Struct, frozen=True, kw_only=True, tag="graph"):
    """A graph that was measured, by its features."""

    name: str
    features: Features

    @property
    def group(self) -> str:
        """A graph and its twin are one: a twin is generated to resemble it."""
        return original_of(self.name) or self.name


class Timing(msgspec.Struct, frozen=True, kw_only=True, tag="time", omit_defaults=True):
    """The times of one record, in seconds."""

    algorithm: str
    graph: str
    engine: str
    device: str
    threads: int | None = None
    warm_call_s: Seconds | None = None
    """As ratios take it (:func:`graphbench.records.times.call_seconds`)."""
    first_call_s: Seconds | None = None
    first_answer_s: Seconds | None = None
    start_s: Seconds | None = None
    conversion_s: Seconds | None = None
    """Of an engine that converts a NetworkX graph: that part of its build."""
    fresh: bool = False
    """Read and build were the first of their process."""
    device_peak_bytes: int | None = None
    version: str = ""


class References(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All that one machine measured; laws are kept for each object."""

    machine: Machine
    graphs: dict[str, Graph]
    timings: list[Timing]

    def without(self, groups: Iterable[str]) -> References:
        """The same without some graphs and their twins."""
        left_out = set(groups)
        kept = {name: graph for name, graph in self.graphs.items() if graph.group not in left_out}
        return References(
            machine=self.machine, graphs=kept, timings=[timing for timing in self.timings if timing.graph in kept]
        )

    def of(self, algorithm: str, engine: str, threads: int | None = None) -> References:
        """Those of one algorithm on one engine, with the graphs that they are of."""
        own = [one for one in self.timings if (one.algorithm, one.engine, one.threads) == (algorithm, engine, threads)]
        graphs = {one.graph: self.graphs[one.graph] for one in own}
        return References(machine=self.machine, graphs=graphs, timings=own)

    def algorithms(self, device: str = "gpu") -> list[str]:
        """The algorithms that were measured on a kind of device."""
        return sorted({timing.algorithm for timing in self.timings if timing.device == device})

    def engines(self, algorithm: str, device: str = "gpu") -> list[tuple[str, int | None]]:
        """The engines that were measured on a kind of device, with their numbers of threads."""
        found = {
            (timing.engine, timing.threads)
            for timing in self.timings
            if timing.algorithm == algorithm and timing.device == device
        }
        return sorted(found, key=lambda one: (one[0], one[1] or 0))


_Line = Machine | Graph | Timing


def shipped() -> list[Path]:
    """The files of references that come with the package."""
    return sorted((files.data() / FOLDER).glob("*.jsonl"))


def load(
    paths: Iterable[str | os.PathLike[str]] = (), *, load_graph: Callable[[str], Dataset] | None = None
) -> list[References]:
    """References from files, one for each model of GPU in each file; those of the package where none is named.

    Args:
        paths: slim references, or stores of records.
        load_graph: loads the graphs of a store by name, for their features.

    Raises:
        UsageError: a file is neither.
    """
    found = []
    for path in [Path(path) for path in paths] or shipped():
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise UsageError(
                f"Cannot read references from {path}: {error.strerror or error}. Check the path."
            ) from error
        if lines and b'"type":"machine"' in lines[0]:
            found.append(_parsed(path, lines))
        else:
            found += make(store.load([path]), load_graph or _load_graph)
    return found


def _parsed(path: Path, lines: Sequence[bytes]) -> References:
    decoder = msgspec.json.Decoder(_Line)
    parts: list[_Line] = []
    for number, line in enumerate(lines, start=1):
        try:
            parts.append(decoder.decode(line))
        except msgspec.MsgspecError as error:
            raise UsageError(
                f"{path}, line {number}: not a line of references ({error}). Make the file again with "
                "`graphbench advise --make-reference`."
            ) from error
    graphs = {part.name: part for part in parts if isinstance(part, Graph)}
    timings = [part for part in parts if isinstance(part, Timing)]
    if unknown := {timing.graph for timing in timings} - graphs.keys():
        raise UsageError(f"{path} has times of a graph that it does not describe: {min(unknown)}. Make the file again.")
    return References(machine=next(part for part in parts if isinstance(part, Machine)), graphs=graphs, timings=timings)


def choose(references: Sequence[References], gpu: str | None = None) -> References:
    """The references of a GPU, by a part of its name; those with the most graphs where none is named.

    Raises:
        UsageError: there are no references, or none of such a GPU.
    """
    named = [one for one in references if gpu is None or gpu.casefold() in one.machine.gpu.casefold()]
    if not references:
        raise UsageError("There are no references to estimate from. Name a file: --reference FILE.")
    if not named:
        there = listed(sorted({one.machine.name for one in references}))
        raise UsageError(f"There are no references of a GPU called {gpu!r}: there are those of {there}.")
    return max(named, key=lambda one: (len(one.graphs), len(one.timings)))


def encoded(references: References) -> bytes:
    """As the lines of a file."""
    lines = [references.machine, *references.graphs.values(), *references.timings]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def make(records: Iterable[Record], load_graph: Callable[[str], Dataset]) -> list[References]:
    """Slim references of records, one for each model of GPU.

    Kept are the newest answers of each task under today's rules, with the algorithm's default parameters, the default
    allocator and one GPU. A graph that cannot be loaded, or is another one by now, is left out with a warning.

    Args:
        records: of any number of machines.
        load_graph: loads a graph by name.
    """
    by_gpu: dict[str, list[Record]] = {}
    for record in records:
        if record.environment is not None and record.environment.gpus and is_usual(record):
            by_gpu.setdefault(record.environment.gpus[0].name, []).append(record)
    return [_references(group, load_graph) for group in by_gpu.values()]


def _references(records: Sequence[Record], load_graph: Callable[[str], Dataset]) -> References:
    newest: dict[tuple[str, str, str, object], Record] = {}
    for record in sorted(records, key=lambda record: record.measured_at):
        task = record.task
        newest[task.algorithm, task.dataset, task.engine, task.params.get("threads")] = record
    graphs: dict[str, Graph] = {}
    for name in dict.fromkeys(record.task.dataset for record in newest.values()):
        graph = _graph(name, [record for record in newest.values() if record.task.dataset == name], load_graph)
        if graph is not None:
            graphs[name] = graph
    builds = {
        (record.worker.id, record.phases.read_s, record.phases.build_s)
        for record in records
        if record.worker is not None and record.worker.position == 0
    }
    first = records[0].environment
    assert first is not None
    days = sorted({record.measured_at[:10] for record in records})
    return References(
        machine=Machine(
            gpu=first.gpus[0].name,
            memory_bytes=first.gpus[0].memory_bytes,
            cpu=first.cpu,
            cores=first.cores,
            measured=days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}",
        ),
        graphs=graphs,
        timings=[_timing(record, builds) for record in newest.values() if record.task.dataset in graphs],
    )


def _timing(record: Record, first_builds: set[tuple[str, float | None, float | None]]) -> Timing:
    phases, worker, where = record.phases, record.worker, record.environment
    threads = record.task.params.get("threads")
    return Timing(
        algorithm=record.task.algorithm,
        graph=record.task.dataset,
        engine=record.task.engine,
        device=record.device,
        threads=threads if isinstance(threads, int) else None,
        warm_call_s=_rounded(times.call_seconds(record)),
        first_call_s=_rounded(times.first_call(record)),
        first_answer_s=_rounded(phases.first_answer_s),
        start_s=_rounded(phases.start_s),
        conversion_s=_rounded(phases.build_steps_s.get("conversion")),
        fresh=worker is not None and (worker.id, phases.read_s, phases.build_s) in first_builds,
        device_peak_bytes=record.memory.device_peak_bytes,
        version=(where.engine_version if where else None) or "",
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds:.4g}")


def _graph(name: str, records: Sequence[Record], load_graph: Callable[[str], Dataset]) -> Graph | None:
    from graphbench.advice.features import features

    known = {record.dataset.digest for record in records if record.dataset}
    try:
        dataset = load_graph(name)
        found = features(dataset.edges)
    except GraphbenchError as error:
        warnings.warn(f"{name} is left out of the references: {error}", stacklevel=2)
        return None
    if known != {dataset.info.digest}:
        warnings.warn(f"{name} is left out of the references: it is not the graph that was measured.", stacklevel=2)
        return None
    return Graph(name=name, features=found)


def is_usual(record: Record) -> bool:
    """Whether a record has an answer, under today's rules, to the problem as it is asked by default."""
    if record.outcome is not Outcome.OK or record.superseded or record.matched is not None:
        return False
    params = record.task.params
    if any(params.get(name, usual) != usual for name, usual in _USUAL.items()):
        return False
    try:
        usual = registry.algorithm(record.task.algorithm).resolve({})
    except UnknownNameError:
        return False
    return all(params.get(name) == value for name, value in usual.items() if name not in _VARIED)


def _load_graph(name: str) -> Dataset:
    from graphbench import graphs

    return graphs.load(name)
