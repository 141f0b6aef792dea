"""What a measurement is: typed, frozen, versioned, and free of heavy imports.

A :class:`Record` is everything that one :class:`Task` produced. It is written as one JSON line the moment the task
ends, and reports need nothing else. Times are seconds, memory is bytes, both as named in the field.
"""

from __future__ import annotations

import enum
import functools
import hashlib
from typing import Annotated, Any

import msgspec

from graphbench.system.text import count

SCHEMA = 2
"""Version of the record's layout; a reader refuses a version it does not know."""

PREDICTED = "predicted: "
"""How the reason begins if a task was not started because its end was predicted."""

Params = dict[str, Any]

MAX_SECONDS = 1e9
"""Longer times, and negative ones, are impossible: a reader refuses them."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=MAX_SECONDS)]
CallSeconds = Annotated[float, msgspec.Meta(gt=0, le=MAX_SECONDS)]
"""Of a call: the clock always sees one."""


class Outcome(enum.StrEnum):
    """How a task ended."""

    OK = "ok"
    INVALID = "invalid"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    ERROR = "error"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"

    @property
    def in_words(self) -> str:
        """As a reader sees it: `out of memory`."""
        return self.value.replace("_", " ")

    @property
    def meaning(self) -> str:
        """In a few words."""
        return _OUTCOMES[self.value]


_OUTCOMES = {
    "ok": "it ran, and its answer passed the certificate",
    "invalid": "it ran, and its answer failed the certificate",
    "timeout": "the time limit stopped it",
    "out_of_memory": "the memory of the host or the device was too small",
    "error": "the library raised an error or its process crashed",
    "unsupported": "the engine has no such algorithm, or cannot solve it on this graph",
    "unavailable": "the engine is not installed or cannot run on this machine",
}


NEVER_RAN = frozenset({Outcome.UNSUPPORTED, Outcome.UNAVAILABLE})
"""Outcomes of tasks that never ran: the engine has no such algorithm, or cannot run on the machine."""


class Task(msgspec.Struct, frozen=True, dict=True):
    """The identity of a measurement: the same task measured twice is the same measurement repeated."""

    algorithm: str
    dataset: str
    engine: str
    params: Params
    """The algorithm's parameters, and the settings that change what is measured: seed, threads, allocator, GPUs."""

    @functools.cached_property
    def key(self) -> str:
        """A digest of all four, equal for equal tasks in any process."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.key)


PHASES = {
    "start": "imports; on a GPU also its context and kernels, loaded by a run on a small graph; on several the cluster",
    "read": "the cleaned edges from the cache into the library's input",
    "build": "the library's graph from its input",
    "first": "the first call",
    "call": "a further call on the same graph",
    "rebuilt": "a call on a graph built anew in the same process: slower where the library reuses work between calls",
    "collect": "the library's result into arrays in host memory, in the library's own order",
}
"""The phases of a task, in a few words each."""


class Phases(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds per phase (:data:`PHASES`); None where it was not reached. The garbage collector is off in all of them.

    `start` belongs to no trial; `call` has each warm trial.
    """

    start_s: Seconds | None = None
    """Imports; on a GPU also its context and kernels, loaded by a run on a small graph; on several the cluster."""
    read_s: Seconds | None = None
    """The cleaned edges from the cache into the library's input."""
    build_s: Seconds | None = None
    """The library's graph from its input."""
    inputs_s: Seconds | None = None
    """Drawn pairs, vertices or labels brought into the form that the library's calls take; None: nothing was drawn."""
    first_s: CallSeconds | None = None
    call_s: list[CallSeconds] = msgspec.field(default_factory=list)
    rebuilt_s: list[CallSeconds] = msgspec.field(default_factory=list)
    """All of the problem of the first call; empty where rebuilding did not fit the budget."""
    collect_s: Seconds | None = None
    """Of the first call's result."""
    collect_call_s: list[Seconds] = msgspec.field(default_factory=list)
    """Of the results of warm trials that were collected."""
    copy_s: Seconds | None = None
    """A plain copy, from the engine's device to the host, of an answer of that size."""
    build_gc_s: Seconds | None = None
    """A further build with the garbage collector on, as in most scripts."""
    build_steps_s: dict[str, Seconds] = msgspec.field(default_factory=dict)
    """The parts of `build`, where an engine has several (nx-cugraph from NetworkX: graph, conversion)."""
    start_steps_s: dict[str, Seconds] = msgspec.field(default_factory=dict)
    """The parts of `start`, where an engine has several (GPU: imports, kernels; several: cluster, communications)."""
    each_round: list[Phases] = msgspec.field(default_factory=list)
    """What each of several rounds timed once. The fields above are those of the round with the middle whole script."""

    @property
    def first_answer_s(self) -> float | None:
        """Read + build + first + collect: the wait for one answer in a session that has imported the library.

        Reading includes the drawn inputs.
        """
        return _total(self.read_s, self.build_s, self.inputs_s or 0.0, self.first_s, self.collect_s)

    @property
    def before_calls_s(self) -> float | None:
        """Read + build, the drawn inputs included: all that is done before the first call."""
        return _total(self.read_s, self.build_s, self.inputs_s or 0.0)

    @property
    def whole_script_s(self) -> float | None:
        """Start + first answer: a script that imports the library, reads the cleaned edges and answers once."""
        return _total(self.start_s, self.first_answer_s)


def _total(*parts: float | None) -> float | None:
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


class CpuTimes(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds of all threads of the worker and of its children; None and empty where they were not measured."""

    first_s: Seconds | None = None
    """Of the first call."""
    first_each_round_s: list[Seconds | None] = msgspec.field(default_factory=list)
    """Index for index with `Phases.each_round`."""
    call_s: list[Seconds] = msgspec.field(default_factory=list)
    """Of each warm trial, index for index with `Phases.call_s`."""
    after_s: dict[int, Seconds] = msgspec.field(default_factory=dict)
    """By trial (-1: the first call), work in the 100 ms after its call in which nothing was asked for.

    CPU seconds; of an engine on a GPU, seconds for which its device was busy.
    """


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """What went into each warm trial and what came out, index for index with `Phases.call_s`."""

    seeds: list[int] = msgspec.field(default_factory=list)
    sources: list[int] = msgspec.field(default_factory=list)
    """BFS and SSSP: the source vertex (0-based id) of each trial."""
    quality: list[float] = msgspec.field(default_factory=list)
    """Heuristics: the quality measure, recomputed in float64 by graphbench, of each trial's answer."""
    certified: list[int] = msgspec.field(default_factory=list)
    """Indices of the trials whose answers were certified; -1 is the first call."""
    stopped: str = ""
    """Why sampling ended: `precise`, `budget`, `count`, `limit`, `first_only` or empty if it never began."""
    compared: int = 0
    """Exact problems: how many further trials' answers had the digest of the certified one."""
    rounds: list[Annotated[int, msgspec.Meta(ge=0)]] = msgspec.field(default_factory=list)
    """How many of the trials each round gave, where engines were interleaved; empty: all come from one worker."""


class Memory(msgspec.Struct, frozen=True):
    """Peak memory while the task ran, in bytes; None where it could not be measured."""

    host_peak_bytes: int | None = None
    """Of the process that measured."""
    device_peak_bytes: int | None = None
    """Of several devices, the largest."""
    device_peaks_bytes: list[int] = []
    """Where there are several devices, of each."""


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """Energy over the block of warm calls, with what little lies between them; by counters of the machine."""

    calls: Annotated[int, msgspec.Meta(gt=0)]
    """How many calls the block has."""
    seconds: Seconds
    """How long it took."""
    gpu_j: float | None = None
    """Joules of the GPUs that the engine uses, by NVML; None for an engine on the CPU, and where they do not answer."""
    cpu_j: float | None = None
    """Joules of the processors, by RAPL; None where it cannot be read."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an engine-independent check of an answer."""

    valid: bool
    detail: str
    """One sentence: what was shown, or what is wrong and where."""
    checked: int = 1
    """How many answers were checked."""
    check_seed: int | None = None
    """Of what the certificate sampled: drawn after the engine had answered."""


class Censored(msgspec.Struct, frozen=True):
    """A limit that was reached: in which phase, how long that phase had been running, and which limit it was."""

    phase: str
    after_s: Seconds
    limit_s: Seconds | None = None
    """The time limit, if it was that."""
    limit_bytes: int | None = None
    """The limit on host memory, if it was that."""

    @property
    def where(self) -> str:
        """The phase as a reader sees it: `the first call`, `build`."""
        calls = {"first": "the first call", "call": "a warm call", "rebuilt": "a call on a rebuilt graph"}
        return calls.get(self.phase, self.phase)


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How this answer compares with another engine's answer to the same question."""

    engine: str = msgspec.field(name="with", default="")
    kind: str
    """`exact`, `equivalent` (up to renaming), `epsilon` (within the problem's tolerance), `nmi`, or `differs`."""
    max_difference: float | None = None
    at: int | None = None
    """The vertex (or pair) where the largest difference is."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader took a file or an object for; empty values are unknown or do not apply."""

    format: str
    """Such as `CSV` or `pandas frame`."""
    source: str = ""
    """The column of sources: its name, or its number from 1 in a table without a header."""
    target: str = ""
    weight: str = ""
    ignored: list[str] = []
    """Columns that were not used."""
    header: bool | None = None
    delimiter: str = ""
    """In words: `commas`."""
    comments: int = 0
    """Lines skipped as comments."""
    rows: int = 0
    """Edges as they were read, before cleaning."""
    ids: str = ""
    """What the vertices are: `integers` or `names`."""
    first_rows: list[list[str]] = []
    """A few rows in their order: source, target and, if weighted, weight."""
    warnings: list[str] = []
    """What a user should check; shown on every run."""

    @property
    def line(self) -> str:
        """All but the rows in one line."""
        header = {None: "", True: "with a header", False: "without a header"}[self.header]
        layout = ", ".join(filter(None, [self.format, self.delimiter, header]))
        called = "column {}" if self.header is False else "{!r}"
        columns = ", ".join(f"{role} {called.format(name)}" for role, name in self.roles.items() if name)
        parts = [
            layout,
            columns and (columns if self.weight else f"{columns}, no weight"),
            f"ignored: {', '.join(map(repr, self.ignored))}" if self.ignored else "",
            f"{count(self.rows, 'row')}" if self.rows else "",
            f"vertices are {self.ids}" if self.ids else "",
            f"{count(self.comments, 'comment line')} skipped" if self.comments else "",
        ]
        return "; ".join(filter(None, parts))

    @property
    def roles(self) -> dict[str, str]:
        """The columns by role."""
        return {"source": self.source, "target": self.target, "weight": self.weight}


class DatasetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What the dataset is, after cleaning, and what cleaning did to it."""

    name: str
    num_vertices: int
    num_edges: int
    """An undirected edge counts once."""
    num_entries: int
    """What an adjacency matrix stores: an undirected edge counts twice."""
    num_isolated: int
    directed: bool
    weighted: bool
    sha256: str
    """Of the file it came from; of the canonical edges where there is no file."""
    digest: str
    """Of the cleaned edges: equal digests are equal graphs, whatever file they came from."""
    source: str = ""
    loops_dropped: int = 0
    duplicates_merged: int = 0
    zero_weights: int = 0
    negative_weights: int = 0
    nonfinite_weights: int = 0
    reading: Reading | None = None
    """How the file or object was understood; None for graphs of the catalogue and generators."""

    @property
    def weight_kept(self) -> str:
        """Which weight stayed of merged rows, in brackets; empty where there was none."""
        return " (the smallest weight stays)" if self.weighted and self.duplicates_merged else ""


class PosedInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The graph as the problem poses it (direction dropped? weights drawn?)."""

    num_vertices: int
    num_edges: int
    num_entries: int
    directed: bool
    weights: str
    """`none`, `dataset` or `drawn` (seeded integers 1 to 255)."""
    digest: str


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """What was drawn once and given to every engine: sources of searches, pairs or a set of vertices, a partition."""

    kind: str
    """`sources`, `pairs`, `vertices` or `labels`."""
    count: int
    seed: int
    digest: str
    """Of the drawn vertices in their order: equal digests are equal inputs."""


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """Which process measured, and what it had done before."""

    id: str
    pid: int
    position: int
    """0 for the first task of that process."""
    shared_build: bool = False
    """The graph had been read and built for an earlier task: read_s and build_s are that task's."""
    stderr_tail: str = ""


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One NVIDIA device."""

    name: str
    memory_bytes: int
    index: int = 0


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """The machine and the software, captured by the process that measured, when it measured."""

    machine: str
    """A digest: records of different machines are never compared.

    Of the processor's model, the logical cores that may be used, the physical cores, the memory that is installed (to
    the nearest power of two: what a kernel reports drifts, and shrinks with a virtual machine's balloon), the models of
    the GPUs, and a keyed hash of `/etc/machine-id`, where there is one: two machines of one model are two machines.
    A container has the number of its image, or none: then only the hardware identifies it.
    """
    cpu: str
    cores: int
    threads: int
    """How many the engine may use."""
    memory_bytes: int
    os: str
    python: str
    graphbench: str
    engine_version: str | None = None
    libraries: dict[str, str] = msgspec.field(default_factory=dict)
    gpus: list[Gpu] = msgspec.field(default_factory=list)
    driver: str | None = None
    cuda: str | None = None
    clocks: dict[str, Any] = msgspec.field(default_factory=dict)
    command: str = ""
    allocator: str | None = None
    load_average: float | None = None
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    """Of OpenMP and of libraries of linear algebra."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that was tried for equal quality: a point of time against quality for each of its trials."""

    algorithm: str
    setting: Params
    """What was varied; empty for an engine that has no such option."""
    outcome: Outcome
    call_s: list[CallSeconds] = msgspec.field(default_factory=list)
    quality: list[float] = msgspec.field(default_factory=list)
    """Index for index with `call_s`."""


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """How a setting was chosen: the fastest of the engine within a fraction of the best quality seen."""

    problem: str
    """The algorithm that was asked for; the task's may be another that was allowed instead."""
    best: float
    """The best quality of all settings of all engines, a median over trials."""
    within: float
    setting: Params
    """The one that was chosen and measured once more."""
    tried: list[Tried]
    """All settings of this engine."""


class Revisions(msgspec.Struct, frozen=True, kw_only=True):
    """Which revision of the measuring code made a record. People raise a revision when the measurement changes."""

    algorithm: int
    """Of the algorithm's page: its parameters, adapters and certificate."""
    engine: int
    """Of the engine's file: how it starts, builds and collects."""
    trials: int
    """Of the module that runs and times the trials."""


class SearchKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which capacity search a record is a try of, beside its task: tries with equal keys belong together."""

    limit_bytes: int | None
    """Of memory that was searched: of each GPU, else of the host; None: all that the device has."""
    edge_factor: int
    """With which the search began: it was kept while the scale was raised."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What memory allows: the least bytes that a call must move, and the speed of a copy (:mod:`.limit`)."""

    least_bytes: int
    """That any algorithm has to read or write."""
    graph_bytes: int
    """Of the graph's ids and offsets, to be set against the cache."""
    copy_bytes_s: float
    """Bytes that a copy reads and writes per second in the memory of the engine's device."""
    cache_bytes: int | None
    """Of the device's last-level cache; None if unknown."""


class Record(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything that one task produced."""

    # `dict`: for what `graphbench.records.times.once` works out, which is no part of it.

    schema: int = SCHEMA
    """Version of this layout."""
    id: str
    """A name for the record: no other has it."""
    measured_at: str
    """ISO 8601, UTC."""
    task: Task
    device: str = "cpu"
    """Where the engine computes: `cpu` or `gpu`."""
    outcome: Outcome
    reason: str = ""
    """Why it is not `ok`, and what to do about it.

    It begins with :data:`PREDICTED` where the task was not started because it would time out or run out of memory;
    such a record has neither an environment nor `censored`.
    """
    phases: Phases = msgspec.field(default_factory=Phases)
    cpu: CpuTimes = msgspec.field(default_factory=CpuTimes)
    trials: Trials = msgspec.field(default_factory=Trials)
    memory: Memory = msgspec.field(default_factory=Memory)
    energy: Energy | None = None
    """Of the warm calls; None where no counter can be read, and for calls of less than a second together."""
    answer: dict[str, Any] = msgspec.field(default_factory=dict)
    """Numbers that sum it up, from the certificate, and the digest under which the answer itself is cached."""
    headline: str = ""
    """The key of the number in `answer` that a table shows."""
    quality: str = ""
    """Heuristics: the key of the number in `answer` that measures quality, higher being better."""
    certificate: Certificate | None = None
    agreement: list[Agreement] = msgspec.field(default_factory=list)
    censored: Censored | None = None
    dataset: DatasetInfo | None = None
    posed: PosedInfo | None = None
    draw: Draw | None = None
    worker: Worker | None = None
    environment: Environment | None = None
    matched: Matched | None = None
    """Heuristics measured at equal quality: how the setting was found."""
    search: SearchKey | None = None
    """A try of a capacity search: of which. Whether its boundary was found follows from its tries."""
    revisions: Revisions | None = None
    """Of the code that measured: a raised revision makes older records stale. None: before revisions were kept."""
    adapter: dict[str, Any] = msgspec.field(default_factory=dict)
    """The parameters that the engine really used, in its own terms; null for a parameter that it does not have.

    Verdicts read three keys where a page gives them: `dtype` (what it computes in, if not float64; also where no page
    does, but the answer is in narrower numbers), `weight` (the weights it was given, null for none) and `stops_at` (the
    absolute L1 change at which its own rule stops).
    """
    warnings: list[str] = msgspec.field(default_factory=list)
    """Sentences on what disturbed the measurement, or what a reader should check."""
    limit: Limit | None = None
    """How far from the memory's limit a call could be; None where there is no bound."""
    superseded: bool = False
    """Measured under earlier rules of measurement and converted to this schema: shown, but no ratio of it counts."""

    def __repr__(self) -> str:
        from statistics import median  # which takes as long to import as all of this module

        task, calls = self.task, self.phases.call_s
        time = f", warm call {median(calls):.3g} s (n = {len(calls)})" if calls else ""
        return f"<Record: {task.algorithm} on {task.dataset}, {task.engine}: {self.outcome.in_words}{time}>"

    @property
    def predicted(self) -> bool:
        """Whether the task was not started because its end was predicted."""
        return self.reason.startswith(PREDICTED)

    @property
    def question(self) -> str:
        """What it answers, as a key: its task's, unless that was chosen to match the quality of other engines."""
        return f"{self.task.key} at equal quality" if self.matched else self.task.key

    @property
    def problem(self) -> str:
        """The algorithm that was asked for: the task's, or the one that it replaces at equal quality."""
        return self.matched.problem if self.matched else self.task.algorithm


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a :class:`Record` that say what it is of and where it was made, read in a quarter of the time."""

    schema: int
    id: str
    measured_at: str
    task: Task
    outcome: Outcome
    environment: Environment | None = None
    dataset: DatasetInfo | None = None
    revisions: Revisions | None = None
    superseded: bool = False
