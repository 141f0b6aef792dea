"""The lines above a table: the graph, how the problem was posed on it, and the machine."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.records.model import DatasetInfo, Environment, PosedInfo, Record
from graphbench.reporting.numbers import memory, plain, setting
from graphbench.reporting.wording import EARLIER_RULES, gpus_of, twin_note
from graphbench.system.text import count, format_bytes, listed

ON_HARDWARE = frozenset({"allocator", "device_memory_limit", "gpus"})
"""Parameters of a task that describe its hardware; they belong to the label of a row."""

ON_REQUEST = {
    "renumber": (False, "no renumbering"),
    "direction_optimizing": (True, "direction-optimizing"),
    "from_networkx": (True, "from NetworkX"),
}
"""Ways of running an engine that a user has to ask for: a parameter of the task, its value then, and its words."""


def facts(rows: Sequence[Record], *, details: bool = False) -> list[str]:
    """One line each: the graph, the problem, the machine; a line that no record has the data for is left out.

    Details are the system and the versions of the engines.
    """
    dataset = next((row.dataset for row in rows if row.dataset is not None), None)
    posed = next((row.posed for row in rows if row.posed is not None), None)
    where = next((row.environment for row in rows if row.environment is not None), None)
    lines = [
        f"read: {dataset.reading.line}" if dataset and dataset.reading else "",
        _graph(rows[0].task.dataset, dataset) if dataset else "",
        twin_note(row.task.dataset for row in rows),
        _problem(rows, dataset, posed),
        _machine(where, rows, details=details) if where else "",
    ]
    return [plain(line) for line in lines if line]


def label(row: Record, rows: Sequence[Record]) -> str:
    """The engine's name, with its hardware and whatever distinguishes it from other rows of that engine."""
    name = row.task.engine
    extra = hardware(row) + ways_asked_for(row)
    if row.task.algorithm != row.problem:
        extra.append(row.task.algorithm)
    if row.matched is not None:
        extra += [f"{key} {setting(value)}" for key, value in row.matched.setting.items()]
    same = [other for other in rows if other.task.engine == name and other is not row]
    for key, value in row.task.params.items():
        known = key in {*ON_HARDWARE, *ON_REQUEST} or (row.matched is not None and key in row.matched.setting)
        if not known and any(other.task.params.get(key) != value for other in same):
            extra.append(f"{key} {setting(value)}")
    return plain(named(name, extra))


def ways_asked_for(row: Record) -> list[str]:
    """What of :data:`ON_REQUEST` was asked for, in words."""
    return [words for key, (value, words) in ON_REQUEST.items() if row.task.params.get(key) is value]


def is_usual(row: Record) -> bool:
    """Whether an engine ran as a user gets it: with the allocator that its import leaves, and nothing asked for."""
    where = row.environment
    return not ways_asked_for(row) and (where is None or where.allocator in {None, "default"})


def is_special(row: Record) -> bool:
    """Whether it is about memory or scaling: a try of a search, or on a number of GPUs that was asked for."""
    return row.search is not None or "gpus" in row.task.params


def named(engine: str, words: Sequence[str]) -> str:
    """An engine with its details in brackets."""
    return f"{engine} ({', '.join(words)})" if words else engine


def hardware(row: Record, *, planned: bool = False) -> list[str]:
    """What an engine ran on, in words: how many GPUs, which allocator, the memory limit; and a mark of earlier rules.

    Args:
        row: its record.
        planned: name the allocator also where nothing ran.
    """
    params = row.task.params
    allocator = row.environment.allocator if row.environment is not None else None
    allocator = allocator or (params.get("allocator") if planned else None)
    words = [count(params["gpus"], "GPU")] if isinstance(params.get("gpus"), int) else []
    words += [str(allocator)] if allocator else []
    limit = params.get("device_memory_limit")
    words += [f"at most {format_bytes(limit)}"] if limit is not None else []
    return [*words, EARLIER_RULES] if row.superseded else words


def _counts(graph: DatasetInfo | PosedInfo) -> str:
    edges, entries = count(graph.num_edges, "edge"), count(graph.num_entries, "entry")
    return (
        f"{count(graph.num_vertices, 'vertex')}, {edges} ({entries} in both directions)"
        if not graph.directed
        else (f"{count(graph.num_vertices, 'vertex')}, {edges} ({entries})")
    )


def _graph(name: str, dataset: DatasetInfo) -> str:
    kind = f"{'directed' if dataset.directed else 'undirected'}, {'weighted' if dataset.weighted else 'unweighted'}"
    cleaned = [
        count(number, noun) + how
        for number, noun, how in (
            (dataset.loops_dropped, "loop", " dropped"),
            (dataset.duplicates_merged, "duplicate", f" merged{dataset.weight_kept}"),
        )
        if number
    ]
    odd = [
        count(number, f"{name} weight")
        for number, name in (
            (dataset.zero_weights, "zero"),
            (dataset.negative_weights, "negative"),
            (dataset.nonfinite_weights, "non-finite"),
        )
        if number
    ]
    isolated = f"{dataset.num_isolated:,} isolated"
    cleaning = listed(cleaned) or "nothing dropped"
    return "; ".join([f"graph: {name}, {kind}, {_counts(dataset)}", isolated, cleaning, *odd])


def _problem(rows: Sequence[Record], dataset: DatasetInfo | None, posed: PosedInfo | None) -> str:
    parts = []
    if posed is not None:
        weights = {
            "none": "no weights",
            "dataset": "the dataset's weights",
            "drawn": "drawn weights (integers 1 to 255)",
        }.get(posed.weights, posed.weights)
        parts.append(f"{'directed' if posed.directed else 'undirected'} edges, {weights}")
        if dataset is not None and (posed.num_edges, posed.directed) != (dataset.num_edges, dataset.directed):
            parts.append(_counts(posed))
        parts += _how_weights_came(dataset, posed) if dataset is not None and posed.weights == "dataset" else ()
    draw = next((row.draw for row in rows if row.draw is not None), None)
    if draw is not None and rows[0].task.params.get("source") is None:  # else it is a parameter below
        parts.append(f"{count(draw.count, draw.kind.removesuffix('s'))} drawn with seed {draw.seed}")
    # How an engine ran belongs to its row; what was drawn, and with which seed, has been said.
    varied = {key for row in rows if row.matched is not None for key in row.matched.setting}
    hidden = {*ON_HARDWARE, "threads", *varied, *((draw.kind, "seed") if draw is not None else ())}
    shared = {
        key: value
        for key, value in rows[0].task.params.items()
        if value is not None and key not in hidden and all(row.task.params.get(key, value) == value for row in rows)
    }
    parts += [f"{key.replace('_', ' ')} {setting(value)}" for key, value in shared.items()]
    return f"problem: {'; '.join([rows[0].problem, *parts])}" if parts else ""


def _how_weights_came(dataset: DatasetInfo, posed: PosedInfo) -> list[str]:
    """What posing did to a weighted dataset."""
    if dataset.directed and not posed.directed:
        return ["of two directions the smaller weight is kept"]
    dropped = dataset.num_edges - posed.num_edges
    return [f"{count(dropped, 'edge')} of weight 0 dropped"] if dropped else []


def _machine(where: Environment, rows: Sequence[Record], *, details: bool) -> str:
    parts = [where.cpu, count(where.cores, "core"), f"{memory(where.memory_bytes)} of memory"]
    used = next((row.environment for row in rows if row.device == "gpu" and row.environment is not None), where)
    parts += gpus_of(used)
    threads = {row.environment.threads for row in rows if row.environment is not None and row.device == "cpu"}
    if threads:
        parts.append(
            f"{count(max(threads), 'thread')} at most" if len(threads) > 1 else count(next(iter(threads)), "thread")
        )
    versions: dict[str, None] = {}
    for row in rows:
        if row.environment is not None and row.environment.engine_version:
            versions[f"{row.task.engine} {row.environment.engine_version}"] = None
    if not details:
        return f"machine: {', '.join(parts)}"
    return "; ".join(
        [
            "machine: " + ", ".join(parts),
            f"{where.os}, {where.python if where.python[:1].isalpha() else f'Python {where.python}'}",
            ", ".join(versions),
        ]
    ).rstrip("; ")
