"""What is wrong with records that somebody contributes: schema, plausibility, certificates, machine, privacy.

A reader of a board cannot ask who measured. So a record must say how it was made, be possible, have a certificate for
its answer, be repeatable by others, and name nobody. None of this proves that a record is honest: the command on every
row lets anybody measure again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from graphbench import registry
from graphbench.errors import UnknownNameError, UsageError
from graphbench.graphs import catalogue
from graphbench.graphs.generators.spec import is_spec
from graphbench.measure.staleness import Present
from graphbench.records import limit, lines
from graphbench.records.model import NEVER_RAN, DatasetInfo, Environment, Outcome, PosedInfo, Record
from graphbench.system.privacy import personal

MIN_MEMORY = 1 << 28
"""No machine has less memory, in bytes."""
_CPU_EXCESS, _CPU_NOISE_S = 1.2, 0.1
"""CPU seconds may exceed wall time by the number of cores, and by these."""
_EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)


class Fault(NamedTuple):
    """What is wrong with a line, and what to do."""

    line: int
    what: str


class Checked(NamedTuple):
    """A file that was checked.

    Attributes:
        records: how many it has.
        superseded: how many of them were measured under earlier rules. A board leaves these out; they are checked
            for privacy only.
        faults: in the order of lines.
    """

    records: int
    superseded: int
    faults: list[Fault]


@registry.without_plugins()
def check(path: Path, now: Present) -> Checked:
    """Check every line of a file; engines and algorithms of plugins are unknown here.

    Raises:
        OSError: if it cannot be read.
        StoreError: if it is a document of pytest-benchmark that is not valid.
    """
    content = lines.content(path, lines.RECORD)
    faults = [Fault(fault.number, fault.why) for fault in content.faults]
    if content.is_document:
        faults.append(Fault(1, "a document of pytest-benchmark, not a store. Contribute the file of --store."))
    if not content.records and not faults:
        faults.append(Fault(1, "the file has no record. Measure with --store FILE, and contribute that file."))
    known: dict[str, int] = {}
    for number, record in zip(_numbers(path, content.starts), content.records, strict=False):
        if (before := known.setdefault(record.id, number)) != number:
            faults.append(Fault(number, f"the record of line {before} once more. Remove this line."))
        names = personal(lines.to_json(record).decode())
        if names:
            shown = ", ".join(map(repr, names))
            way = "Write it without: graphbench records export --store FILE --output NEW"
            faults.append(Fault(number, f"it names somebody's folder or machine: {shown}. {way}"))
        if not record.superseded:
            faults += [Fault(number, what) for what in _faults(record, now)]
    superseded = sum(record.superseded for record in content.records)
    return Checked(len(content.records), superseded, sorted(faults))


def _numbers(path: Path, starts: Sequence[int]) -> list[int]:
    """The numbers of the lines that begin at these offsets."""
    with path.open("rb") as file:
        begins = [0, *accumulate(map(len, file))]
    number = {offset: place for place, offset in enumerate(begins, start=1)}
    return [number[start] for start in starts]


def _faults(record: Record, now: Present) -> Iterator[str]:
    yield from _task(record)
    yield from _time(record)
    if record.revisions is None:
        yield "no revisions of the measuring code. Measure again with this version of graphbench."
    else:
        yield from _revisions(record, now)
    if record.dataset is not None:
        yield from _graph(record.dataset, now)
    if record.posed is not None:
        yield from _counts(record.posed)
    if record.outcome in NEVER_RAN or record.predicted:
        return
    if record.environment is None or record.dataset is None or record.posed is None:
        yield "it ran, and has no environment or no graph. Contribute the line as graphbench wrote it."
        return
    yield from _machine(record.environment, record.device)
    yield from _memory(record, record.environment)
    if record.outcome is Outcome.OK:
        yield from _answer(record)
        yield from _times(record, record.environment)


def _task(record: Record) -> Iterator[str]:
    task = record.task
    known = {"algorithm": registry.algorithm_names(), "engine": registry.engine_names()}
    for kind, names in known.items():
        if (name := getattr(task, kind)) not in names:
            error = UnknownNameError(kind, name, names)
            yield f"{error} Others cannot measure it again: contribute its file first (docs/extend.md)."
            return
    algorithm, engine = registry.algorithm(task.algorithm), registry.engine(task.engine)
    if record.device != engine.device:
        yield f"the device is {record.device!r}, and {engine.name} computes on the {engine.device}."
    for parameter in algorithm.parameters:
        if task.params.get(parameter.name) is not None:
            try:
                parameter.check(task.params[parameter.name])
            except (UsageError, ValueError, OverflowError) as error:
                yield f"{parameter.name} is impossible: {error}"


def _time(record: Record) -> Iterator[str]:
    when = datetime.fromisoformat(record.measured_at)
    if when > datetime.now(UTC) + timedelta(days=1):
        yield f"measured_at is {record.measured_at}, in the future. Set the clock, and measure again."
    if when < _EARLIEST:
        yield f"measured_at is {record.measured_at}, before graphbench. Set the clock, and measure again."


def _revisions(record: Record, now: Present) -> Iterator[str]:
    known = now.revisions(record.task.algorithm, record.task.engine)
    if known is not None and record.revisions is not None:
        newer = [name for name in known.__struct_fields__ if getattr(record.revisions, name) > getattr(known, name)]
        if newer:
            yield f"measured by newer code than this one ({', '.join(newer)}). Update graphbench where it is checked."


def _graph(graph: DatasetInfo, now: Present) -> Iterator[str]:
    yield from _counts(graph)
    checksum = now.checksum(graph.name)
    if checksum and graph.sha256 not in {"", checksum}:
        yield (
            f"{graph.name} is not the catalogue's file: SHA-256 {graph.sha256[:12]}, expected {checksum[:12]}. "
            "Measure the graph by its name."
        )
    if graph.num_isolated > graph.num_vertices:
        yield f"{graph.num_isolated:,} isolated vertices of {graph.num_vertices:,}."
    if (
        not is_spec(graph.name)
        and not graph.source.startswith(("https://", "http://"))
        and not catalogue.find(graph.name)
    ):
        yield (
            f"{graph.name} is a file of yours ({graph.source or 'no source'}), so others cannot measure it again. "
            "Measure a graph by its address, or of the catalogue."
        )


def _counts(graph: DatasetInfo | PosedInfo) -> Iterator[str]:
    entries = graph.num_edges * (1 if graph.directed else 2)
    if graph.num_entries != entries or min(graph.num_vertices, graph.num_edges) < 0:
        kind = "directed" if graph.directed else "undirected"
        yield f"{graph.num_edges:,} {kind} edges have {entries:,} entries, not {graph.num_entries:,}."


def _machine(where: Environment, device: str) -> Iterator[str]:
    needed: dict[str, Any] = {
        "machine": where.machine,
        "cpu": where.cpu,
        "os": where.os,
        "python": where.python,
        "graphbench": where.graphbench,
        "engine_version": where.engine_version,
        "libraries": where.libraries,
        "command": where.command,
    }
    if device == "gpu":
        needed |= {"gpus": where.gpus, "driver": where.driver, "cuda": where.cuda}
    if missing := [name for name, value in needed.items() if not value]:
        yield f"the environment has no {', '.join(missing)}. Contribute the line as graphbench wrote it."
    if where.cores < 1 or where.threads < 1 or where.memory_bytes < MIN_MEMORY:
        yield f"{where.cores} cores, {where.threads} threads and {where.memory_bytes:,} bytes of memory are no machine."


def _memory(record: Record, where: Environment) -> Iterator[str]:
    host, device = record.memory.host_peak_bytes, record.memory.device_peak_bytes
    if host is not None and not 0 < host <= 2 * where.memory_bytes:  # swap, and a limit that changed, may add to it
        yield f"a host peak of {host:,} bytes on a machine of {where.memory_bytes:,}."
    most = max((gpu.memory_bytes for gpu in where.gpus), default=0)
    managed = record.task.params.get("allocator") == "managed"
    if device is not None and record.device == "gpu" and not managed and device > most:
        yield f"a device peak of {device:,} bytes on a GPU of {most:,}."


def _answer(record: Record) -> Iterator[str]:
    certificate = record.certificate
    if certificate is None or not certificate.valid or certificate.checked < 1:
        yield "its outcome is ok, and it has no valid certificate. Measure again: what nobody checked is no result."
    calls = len(record.phases.call_s)
    trials = record.trials
    for name, values in (("seeds", trials.seeds), ("sources", trials.sources), ("quality", trials.quality)):
        if values and len(values) != calls:
            yield f"{len(values)} {name} for {calls} calls."
    if any(not -1 <= trial < calls for trial in trials.certified):
        yield f"it certified trials {trials.certified}, and has {calls}."
    if record.quality == "modularity" and any(not -0.5 <= value <= 1 for value in trials.quality):
        yield "a modularity is outside of -0.5 to 1."


def _times(record: Record, where: Environment) -> Iterator[str]:
    phases = record.phases
    missing = [
        name for name in ("start_s", "read_s", "build_s", "first_s", "collect_s") if getattr(phases, name) is None
    ]
    if missing:
        yield f"its outcome is ok, and it has no {', '.join(missing)}. Contribute the line as graphbench wrote it."
    share = limit.share(record)
    if share is not None and share > 1 and not limit.fits_in_cache(record):
        yield f"its calls read the graph {share:.3g} times as fast as the memory can. Was the work done in them?"
    if phases.call_s and record.cpu.call_s and record.device == "cpu":
        wall, spent = median(phases.call_s), median(record.cpu.call_s)
        if spent > _CPU_EXCESS * where.cores * wall + _CPU_NOISE_S:
            yield f"a call of {wall:.3g} s took {spent:.3g} CPU seconds on {where.cores} cores."
