"""The table of every record: all that is known of each. A page sorts, filters and formats it; Markdown shows a part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from graphbench.records.cost import COSTS, known
from graphbench.records.model import Record
from graphbench.reporting.case import Case
from graphbench.reporting.document import AllRecords, Block, Column, RecordsLink, Section, Table, Text
from graphbench.reporting.glossary import Entry, first_word, meanings
from graphbench.reporting.measured import Measured
from graphbench.reporting.quantities import TITLED
from graphbench.reporting.sections import heat_map
from graphbench.reporting.wording import peak_note, twin_note

MAX_ROWS = 400
"""How many rows Markdown shows at most."""
_TITLES = (
    *("algorithm", "graph", "edges", "engine", "outcome", "warm call", "n", "warm call vs fastest"),
    *("warm call vs baseline", "warm call vs best CPU", "best CPU by warm call", "verdict"),
    *("first answer", "first answer vs baseline", "first answer vs best CPU", "best CPU by first answer"),
    *("whole script", "whole script vs baseline", "whole script vs best CPU", "best CPU by whole script"),
    *("pays off vs baseline", "pays off vs best CPU", "start", "read", "build", "first", "collect"),
    *("quality", "certificate", "edges/s", "host peak", "device peak", "device peak of each GPU"),
    *("machine", "measured", "why", "record", "command"),
)
"""The columns, which a reader can choose, without those that have no value; costs follow where they are known."""


def section(records: Sequence[Record], measured: Sequence[Measured], stale: Mapping[str, str]) -> Section:
    """All records, in the order of what the report shows, older ones last."""
    rows, baselines = _rows(records, measured, stale), {machine.baseline for machine in measured}
    baseline = baselines.pop() if len(baselines) == 1 else "baseline"
    columns = {
        title.replace(" vs baseline", f" vs {baseline}"): TITLED[title]
        for title in (*_TITLES, *(COSTS[name].title for name in known(records)))
        if any(TITLED[title].data(case) not in (None, "") for case in rows)
    }
    shown = [title for title, one in columns.items() if one.shown or (one.title == "machine" and len(measured) > 1)]
    words = meanings()
    data = {
        "columns": [(title, one.kind, title in shown, _meaning(title, words)) for title, one in columns.items()],
        "rows": [[one.data(case) for one in columns.values()] for case in rows],
    }
    how = (
        "Choose columns for phases, memory, quality, break-even and commands. In brackets is the 95 % interval of a "
        "ratio, or its range where calls were too few; first answers and whole scripts were timed once in a round. A "
        f"command repeats a measurement and that of its baseline; {peak_note()}. "
        f"{twin_note(record.task.dataset for record in records)}"
    )
    newest = [case for case in rows if not case.older]
    table = Table(
        newest[:MAX_ROWS], [Column(title, columns[title].written, right=columns[title].right) for title in shown]
    )
    whole = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    blocks: list[Block] = [Text(how.rstrip(), quiet=True), AllRecords(len(records), table, whole)]
    return Section("Every record", "records", blocks)


def link(text: str, measured: Measured, *columns: str, problem: str = "") -> RecordsLink:
    """A link to some columns of the table, of one problem and, where there are several, one machine."""
    own = [("algorithm", problem), ("machine", measured.choice)]
    chosen = [("columns", title) for title in ("graph", "engine", *columns)]
    return RecordsLink(text, [*((name, value) for name, value in own if value), *chosen])


def _rows(records: Sequence[Record], measured: Sequence[Measured], stale: Mapping[str, str]) -> list[Case]:
    fastest = heat_map.vs_fastest(measured)
    shown: dict[str, Case] = {}
    for case in (case for machine in measured for case in machine.cases):
        id_ = case.record.id
        shown.setdefault(id_, replace(case, stale=stale.get(id_, ""), vs_fastest=fastest.get(id_)))
    machines = {machine.digest: machine for machine in measured}
    slower = frozenset[str]().union(*(machine.slower_threads for machine in measured))
    older = []
    for record in sorted(records, key=lambda record: (record.measured_at, record.id)):
        machine = machines.get(record.environment.machine if record.environment else "")
        if record.id not in shown:
            case = Case(
                record=record,
                label=record.task.engine,
                problem=record.task.algorithm,
                graph=record.task.dataset,
                machine=machine.name if machine else "",
                baseline=machine.baseline if machine else "",
                stale=stale.get(record.id, ""),
                older="quicker at another number of threads" if record.id in slower else "measured again later",
            )
            older.append(case)
    return [*shown.values(), *older]


def _meaning(title: str, known: Mapping[str, Entry]) -> str:
    entry, other = first_word(title, known), title.partition(" vs ")[2]
    ratio = f": how many times as fast as {other}" if other and not title.startswith("pays off") else ""
    return f"{entry.meaning}{ratio}" if entry else ""
