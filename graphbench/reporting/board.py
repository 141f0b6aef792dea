"""The board: a static site from records that people contribute. An overview of all machines, and a page for each.

Records of different machines are never compared. Those measured under earlier rules are left out and counted. A record
measured by older code of graphbench stays, as every record is older one day: its row says what changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from graphbench.errors import UsageError
from graphbench.records.model import Record
from graphbench.reporting import page
from graphbench.reporting.document import (
    Answers,
    Block,
    Bullets,
    Column,
    Document,
    HeatMap,
    HeatRow,
    Part,
    Section,
    Table,
    Text,
)
from graphbench.reporting.measured import Measured, group_by_machine
from graphbench.reporting.numbers import NOTHING, ends, plain
from graphbench.reporting.report import as_lines, facts, write_files
from graphbench.reporting.sections import every_record, heat_map, history, method
from graphbench.reporting.wording import slug
from graphbench.system.text import count

BASELINE = "networkx"
TITLE = "Which graph library is fastest where?"
OVERVIEW = "index.html"
MAX_MACHINES = 4
"""So many machines have columns in the table of the fastest engines: those with the most records."""
_METRICS = ("warm call", "whole script")
_HOW = (
    "How often an engine is the fastest, or within 5 % of it; a case is one problem on one graph. On a machine with "
    "GPU engines, a case counts if a CPU engine and a GPU engine can be compared; elsewhere, if any two engines can. A "
    "warm call is one more call on a built graph; a whole script starts the library, reads and builds the graph, and "
    "calls once. Each number of the heat map below leads to its record, verdict and command. A machine's page "
    "has a row for each record: how many times as fast it is as the fastest, and a verdict where the baseline is there."
)


class Source(NamedTuple):
    """A file of records, by its name below the folder; None: it cannot be read."""

    name: str
    records: Sequence[Record] | None


def build(sources: Sequence[Source], stale: Mapping[str, str], *, title: str = TITLE) -> dict[str, Document]:
    """The pages of the site by their file names, the overview first.

    Args:
        sources: files of records, in the order of their names; a record in two files counts once.
        stale: what changed since a record was made, for each stale record's id: it is said, and its ratios stay.
        title: the heading of the overview.

    Raises:
        UsageError: if there is no record to show.
    """
    kept = {record.id: record for source in sources for record in source.records or () if not record.superseded}
    measured = [_with_baseline(machine) for machine in group_by_machine(kept.values(), BASELINE, {}) if machine.digest]
    if not measured:
        raise UsageError(
            "There is no record to show: expected files of records, FOLDER/NAME.jsonl, measured under today's rules. "
            "Measure one, for example with `graphbench louvain karate --store FOLDER/NAME.jsonl`."
        )
    pages = {machine.digest: f"{slug(_short(machine))}-{slug(machine.digest[:6])}.html" for machine in measured}
    heat = heat_map.section(measured, {}, pages)
    sections = [
        *([_fastest(measured, heat), heat] if heat is not None else []),
        _machines(measured, pages),
        _sources(sources, stale),
    ]
    what = f"{count(len(kept), 'record')} of {count(len(measured), 'machine')}, measured {_dates(kept.values())}"
    said = [what, *_older(kept, stale)]
    found = {OVERVIEW: Document(title=plain(title), facts=said, parts=[Part("", "overview", sections)])}
    for machine in measured:
        found[pages[machine.digest]] = _page(replace(machine, key=""), stale)
    return found


def _with_baseline(machine: Measured) -> Measured:
    """The machine with the engine that was measured most often as its baseline, where the usual one was not."""
    timed = Counter(case.engine for case in machine.cases if case.call is not None)
    if not timed or timed[machine.baseline]:
        return machine
    baseline = min(timed, key=lambda engine: (-timed[engine], engine))
    (again,) = group_by_machine(machine.every, baseline, {})
    return replace(again, name=machine.name)


def write(pages: Mapping[str, Document], folder: Path) -> Path:
    """Write the pages, as :func:`write_files` does; the path of the overview."""
    write_files("board", folder, {name: page.to_html(document) for name, document in pages.items()})
    return folder / OVERVIEW


def _older(ids: Collection[str], stale: Mapping[str, str]) -> list[str]:
    number = sum(id_ in stale for id_ in ids)
    return [f"{number:,} of {count(len(ids), 'record')} measured by older code of graphbench"] if number else []


def _page(machine: Measured, stale: Mapping[str, str]) -> Document:
    """The page of a machine: the heat map, the history, and every record."""
    own = [*machine.every]
    old = {record.id: stale[record.id] for record in own if record.id in stale}
    sections = [
        heat_map.section([machine], {}),
        history.section(machine),
        every_record.section(own, [machine], old),
        method.section([machine], old),
    ]
    return Document(
        title=machine.name,
        facts=[
            *(line for line in facts(own, [machine]) if line != machine.hardware),
            *_older([one.id for one in own], stale),
        ],
        parts=[Part("", "machine", [section for section in sections if section is not None])],
        links={"All machines": OVERVIEW},
        records=as_lines(own),
    )


class _Cases(NamedTuple):
    """The rows of a machine in the heat map, without twins, and the device of each record with an answer."""

    rows: Sequence[HeatRow]
    device: Mapping[str, str]

    def of(self, problem: str) -> _Cases:
        return self._replace(rows=[row for row in self.rows if row.problem == problem])

    @property
    def on_gpu_only(self) -> int:
        """How many cases have answers of GPU engines, and none of a CPU engine."""
        return sum(self._kinds(row.records.values()) == {"gpu"} for row in self.rows)

    def counted(self, metric: str) -> tuple[int, list[tuple[str, int]]]:
        """How many cases can be compared, and how often each engine is the fastest of one, whatever its allocator.

        Where GPUs were measured, both kinds of engines must be there: without the other, one wins by default.
        """
        place, number = heat_map.METRICS.index(metric), 0
        wins: Counter[str] = Counter()
        kinds = self._kinds(self.device) | {"cpu"}
        for row in self.rows:
            levels = {engine: cells[place].level for engine, cells in row.cells.items() if cells[place].level >= 0}
            if len(levels) > 1 and self._kinds(row.records[engine] for engine in levels) == kinds:
                number += 1
                wins.update({engine.partition(" (")[0] for engine, level in levels.items() if level == 0})
        return number, sorted(wins.items(), key=lambda item: (-item[1], item[0]))

    def _kinds(self, ids: Iterable[str]) -> set[str]:
        return {self.device[id_] for id_ in ids if id_ in self.device}


def _cases(heat: Section, machine: Measured) -> _Cases:
    (rows,) = [block.rows for block in heat.blocks if isinstance(block, HeatMap)]
    device = {case.record.id: case.record.device for case in machine.cases if case.answered}
    return _Cases([row for row in rows if row.machine == machine.name and not row.twin], device)


def _fastest(measured: Sequence[Measured], heat: Section) -> Section:
    """For each problem and machine, which engine is the fastest how often."""
    machines = [(machine, _cases(heat, machine)) for machine in measured[:MAX_MACHINES]]

    def column(machine: Measured, cases: _Cases, metric: str) -> Column[str]:
        title = f"{_short(machine)}: {metric}" if len(machines) > 1 else metric
        return Column(title, lambda problem: _wins(cases.of(problem), metric), optional=True)

    problems = sorted({row.problem for _, cases in machines for row in cases.rows})
    columns = [column(machine, cases, metric) for machine, cases in machines for metric in _METRICS]
    table = Table(
        [problem for problem in problems if any(one.cell(problem) != NOTHING for one in columns)],
        [Column("problem", lambda problem: problem), *columns],
    )
    said = [(f"{_short(machine)}:", words) for machine, cases in machines if (words := _sentence(cases))]
    blocks: list[Block] = [Answers(said), *([table] if table.rows else []), Text(_HOW, quiet=True)]
    return Section("Fastest engines", "fastest", blocks)


def _sentence(cases: _Cases) -> str:
    parts = []
    for metric, words in zip(_METRICS, ("a warm call", "a whole script"), strict=True):
        number, wins = cases.counted(metric)
        if wins:
            engine, most = wins[0]
            parts.append(f"{words} is fastest with {engine} in {most:,} of {count(number, 'case')}")
    if alone := cases.on_gpu_only:
        parts.append(f"{count(alone, 'further case' if parts else 'case')} with GPU engines only")
    return f"{'; '.join(parts)}." if parts else ""


def _wins(cases: _Cases, metric: str) -> str:
    """`pylibcugraph 20, igraph 3 of 23`: those that are fastest most often, and how many graphs there are."""
    number, wins = cases.counted(metric)
    if not wins:
        return NOTHING
    return f"{', '.join(f'{engine} {most}' for engine, most in wins[:3])} of {number}"


def _machines(measured: Sequence[Measured], pages: Mapping[str, str]) -> Section:
    def number(of: Callable[[Record], str]) -> Callable[[Measured], str]:
        return lambda machine: f"{len({of(record) for record in machine.every if record.environment is not None}):,}"

    table = Table(
        measured,
        [
            Column("machine", lambda machine: machine.name, link=lambda machine: pages[machine.digest]),
            Column("records", lambda machine: f"{len(machine.every):,}", right=True),
            Column("problems", number(lambda record: record.task.algorithm), right=True),
            Column("graphs", number(lambda record: record.task.dataset), right=True),
            Column("engines", number(lambda record: record.task.engine), right=True),
            Column("measured", lambda machine: _dates(machine.every)),
        ],
    )
    return Section("Machines", "machines", [table])


def _dates(records: Iterable[Record]) -> str:
    return ends([record.measured_at[:10] for record in records], str)


def _sources(sources: Sequence[Source], stale: Mapping[str, str]) -> Section:
    """Where the records come from, and which are left out."""

    def old(source: Source) -> int:
        return sum(record.superseded for record in source.records or ())

    def number(value: int) -> str:
        return f"{value:,}" if value else NOTHING

    table = Table(
        sources,
        [
            Column("file", lambda source: plain(source.name)),
            Column(
                "records",
                lambda source: "cannot be read" if source.records is None else f"{len(source.records):,}",
                right=True,
            ),
            Column("left out: earlier rules", lambda source: number(old(source)), right=True, optional=True),
            Column(
                "measured by older code",
                lambda source: number(sum(one.id in stale and not one.superseded for one in source.records or ())),
                right=True,
                optional=True,
            ),
        ],
    )
    unread = sum(source.records is None for source in sources)
    how = [
        *(
            [f"{count(unread, 'file')} left out, as graphbench cannot read {'it' if unread == 1 else 'them'}."]
            if unread
            else []
        ),
        "Records measured under earlier rules of measurement are left out.",
        "Records measured by older code of graphbench are shown; their rows say what has changed since.",
        "To add yours: measure with --store FILE, run graphbench records check FILE, and send it as a pull request.",
    ]
    return Section("Where the records come from", "sources", [table, Bullets(how)])


def _short(machine: Measured) -> str:
    """Its GPUs, else its processor."""
    return machine.name.partition("; ")[0] if machine.environment and machine.environment.gpus else machine.name
