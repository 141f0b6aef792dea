"""How it was measured: the rules, and the settings, versions, seeds and warnings that the records carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter

from graphbench.records.model import Environment, Record
from graphbench.records.statistics import CONFIDENCE, MIN_ROUNDS, MIN_SAMPLES
from graphbench.reporting import warned
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import memory, plain, setting
from graphbench.reporting.reproduce import as_typed
from graphbench.reporting.wording import gpus_of
from graphbench.system.text import count, listed

MAX_LINES = 40


def section(measured: Sequence[Measured], stale: Mapping[str, str]) -> Section:
    """One section for the whole report, with a table of machines."""
    records = [case.record for machine in measured for case in machine.cases]
    ran = [record for record in records if record.environment is not None]
    blocks: list[Block] = [
        Bullets(_rules(measured[0].baseline if measured else "networkx")),
        Text("Settings, as the records have them:", quiet=True),
        Bullets(_settings(ran)),
        _machines(measured),
        _versions(ran),
    ]
    if stale:
        changes = Counter(stale.values()).most_common(MAX_LINES)
        blocks.append(Text(f"{count(len(stale), 'record')} measured before something changed:", strong=True))
        blocks.append(Bullets([plain(f"{number} × {since}") for since, number in changes]))  # noqa: RUF001 - times
    if kinds := warned.kinds(records):
        blocks += [Text("Warnings, those about answers first:", quiet=True), warned.bullets(kinds)]
    commands = sorted(set(map(as_typed, {record.environment.command for record in ran if record.environment})) - {""})
    if commands:
        table = Table(commands[:MAX_LINES], [Column("command", plain, code=True)])
        blocks.append(Fold(f"Commands that measured ({len(commands)})", [table]))
    return Section("How it was measured", "method", blocks)


def _rules(baseline: str) -> list[str]:
    return [
        (
            "Every engine got the same cleaned graph and the same problem; each ran in a separate process with a "
            "time limit."
        ),
        (
            "The timer covers one call: the device is synchronised and lazy results are consumed before it stops. "
            "Answers are checked outside the timer."
        ),
        (
            "Times are medians of warm calls. Their intervals are exact: at least "
            f"{100 * CONFIDENCE:.0f} % if trials are independent. Intervals of ratios are {100 * CONFIDENCE:.0f} % "
            f"bootstraps; from {MIN_ROUNDS} rounds on, Student's t of the logarithms of the rounds' medians. Fewer "
            f"than {MIN_SAMPLES} trials give a range, not an interval."
        ),
        (
            f"A ratio is the time of {baseline} over the time of the engine, for three totals: warm call; first answer "
            "(read + build + first + collect, library already imported); whole script (start + first answer). The "
            "garbage collector is off in all of them. Where a side has no warm call, first calls are compared and "
            "called so."
        ),
        (
            "like: inputs and achieved accuracy or quality match; unlike: they do not, for the reason given; "
            "undecided: one side has no answer, or too few seeds to compare; refused: there is no ratio. Only like "
            "ratios are averaged, geometrically."
        ),
        (
            "A time limit makes a ratio an undecided bound: a lower bound if the baseline was stopped, an upper bound "
            "if the engine was."
        ),
        "Machines are never compared with each other.",
    ]


def _settings(records: Sequence[Record]) -> list[str]:
    trials = Counter(record.trials.stopped for record in records if record.trials.stopped)
    ends = {
        "precise": "the interval was narrow enough",
        "budget": "the time budget was used up",
        "count": "the requested number was reached",
        "limit": "the maximum number was reached",
        "first_only": "the first call took longer than the budget",
    }
    seeds = sorted({setting(record.task.params["seed"]) for record in records if "seed" in record.task.params})
    seeds += [
        seed for seed in sorted({str(record.draw.seed) for record in records if record.draw}) if seed not in seeds
    ]
    threads: dict[str, set[int]] = {}
    allocators: dict[str, None] = {}
    for record in sorted(records, key=lambda record: record.task.engine):
        assert record.environment is not None
        threads.setdefault(record.task.engine, set()).add(record.environment.threads)
        if record.environment.allocator:
            allocators[record.environment.allocator] = None
    lines = [
        f"Seeds: {listed(seeds)}." if seeds else "",
        "Threads: "
        + ", ".join(f"{engine} {listed([str(number) for number in sorted(used)])}" for engine, used in threads.items())
        + "."
        if threads
        else "",
        f"Device memory from the allocators: {listed(list(allocators))}." if allocators else "",
        "Trials ended because "
        + listed([f"{ends.get(why, why)} ({number:,} times)" for why, number in trials.most_common()])
        + "."
        if trials
        else "",
    ]
    return [plain(line) for line in lines if line]


def _machines(measured: Sequence[Measured]) -> Table[Environment]:
    return Table(
        [machine.environment for machine in measured if machine.environment is not None],
        [
            Column("processor", lambda where: plain(where.cpu)),
            Column("cores", lambda where: str(where.cores), right=True),
            Column("memory", lambda where: memory(where.memory_bytes), right=True),
            Column("GPU", lambda where: plain(listed(gpus_of(where)) or "none")),
            Column("driver, CUDA", lambda where: ", ".join(filter(None, (where.driver, where.cuda)))),
            Column("system", lambda where: plain(where.os)),
            Column("Python", lambda where: plain(where.python)),
            Column("graphbench", lambda where: where.graphbench),
            Column("digest", lambda where: where.machine[:12]),
        ],
    )


def _versions(records: Sequence[Record]) -> Table[tuple[str, str, str]]:
    engines: dict[str, set[str]] = {}
    libraries: dict[str, set[str]] = {}
    for record in records:
        assert record.environment is not None
        if record.environment.engine_version:
            engines.setdefault(record.task.engine, set()).add(record.environment.engine_version)
        for name, version in record.environment.libraries.items():
            libraries.setdefault(name, set()).add(version)
    rows = [("engine", name, ", ".join(sorted(engines[name]))) for name in sorted(engines)]
    rows += [("library", name, ", ".join(sorted(libraries[name]))) for name in sorted(libraries) if name not in engines]
    return Table(rows, [Column(title, itemgetter(place)) for place, title in enumerate(("", "name", "version"))])
