"""The history of cells as tables for people or data for programs: what changed when, and every line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphbench.records.history import Line, Point, Step, history
from graphbench.records.model import Record
from graphbench.records.rules import readable
from graphbench.reporting import forms
from graphbench.reporting.case import grouped
from graphbench.reporting.changes import label
from graphbench.reporting.document import Block, Column, Section, Table, Text, Tone
from graphbench.reporting.measured import machine_names
from graphbench.reporting.numbers import plain, seconds
from graphbench.system.text import count, listed

HOW = (
    "Each line is one task on one machine. Change points: neighbours that do not differ are merged, the closest first; "
    "what then differs by 5 % or more, with an interval over at least three rounds on both sides that excludes 1, is a "
    "change point, and with fewer rounds a possible one. A line breaks where the times before cannot be compared."
)
_TONES: Mapping[str, Tone] = {"slower": "bad", "failed": "bad", "possible": "doubtful", "faster": "good"}


class Row(NamedTuple):
    """A line, the problem on its graph, and the engine with the parameters in which its lines there differ."""

    line: Line
    place: str
    engine: str


class Event(NamedTuple):
    """A step of a line, and where it begins."""

    row: Row
    step: Step
    point: Point


def render(records: Iterable[Record], form: str, width: int | None = None) -> str:
    """The history as `table` (of a terminal's width), `markdown`, `json` or `csv`, ending with a line break."""
    records = list(records)
    lines = history(records)
    return forms.render(
        form, width, blocks=lambda: _blocks(lines, records), data=lambda: lines, rows=lambda: _rows_of(lines), lead=3
    )


def _blocks(lines: Sequence[Line], records: Sequence[Record]) -> list[Block | Section]:
    machines = grouped(lines, lambda line: line.machine)
    names = machine_names(records)
    blocks: list[Block | Section] = [Text(summary(lines), strong=True)]
    for machine, own in machines.items():
        _, *shown = tables(own)
        blocks += [Section(names[machine], "", shown)] if shown and len(machines) > 1 else shown
    return blocks


def tables(lines: Sequence[Line]) -> list[Block]:
    """Of one machine: what happened in a sentence, what changed, slowdowns first, and every line of several records."""
    shown = [line for line in lines if len(line.points) > 1]
    blocks: list[Block] = [Text(summary(lines), strong=True)]
    same = grouped(shown, _place)
    rows = [Row(one, plain(f"{one.algorithm} on {one.dataset}"), plain(label(one, same[_place(one)]))) for one in shown]
    found = [Event(row, step, row.line.points[step.at]) for row in rows for step in row.line.steps]
    found.sort(key=lambda event: ([*_NAMES, "apart"].index(event.step.kind), -_when(event.point), event.row[1:]))
    return [*blocks, *([_events(found)] if found else []), *([_lines(rows)] if rows else [])]


def _place(line: Line) -> tuple[str, str, str]:
    return line.algorithm, line.dataset, line.engine


def summary(lines: Sequence[Line]) -> str:
    """How many lines there are, and what happened to them, in a sentence or two."""
    several = [line for line in lines if len(line.points) > 1]
    steps = Counter[str](step.kind for line in several for step in line.steps)
    words = [f"{steps[kind]} {name}" for kind, name in _NAMES.items() if steps[kind]]
    words += [count(steps["apart"], "line break")] if steps["apart"] else []
    once = len(lines) - len(several)
    alone = f" {count(once, 'task')} measured once, without a history." if once else ""
    if not several:
        return f"No task was measured twice on one machine, so there is no history.{alone}"
    return f"{listed(words) or 'No change found'}, in {count(len(several), 'line')}.{alone}"


_NAMES = {"slower": "slower", "faster": "faster", "failed": "failed", "possible": "possibly changed"}


def _when(point: Point) -> float:
    from datetime import datetime

    return datetime.fromisoformat(point.measured_at).timestamp()


def kind(step: Step) -> str:
    """What happened, in a word or two."""
    if step.kind == "possible":
        return f"possibly {'slower' if step.ratio is not None and step.ratio < 1 else 'faster'}"
    return "line breaks" if step.kind == "apart" else step.kind


def longer(step: Step) -> str:
    """How much longer it takes: `+15 %`, `-7 %`; empty where there is no ratio."""
    return "" if step.ratio is None else f"{100 * (1 / step.ratio - 1):+.3g} %"


def _events(found: Sequence[Event]) -> Table[Event]:
    return Table(
        found,
        [
            Column("change", lambda event: kind(event.step), tone=lambda event: _TONES.get(event.step.kind, "quiet")),
            Column("task", lambda event: event.row.place),
            Column("engine", lambda event: event.row.engine),
            Column("from", lambda event: event.point.measured_at[:10]),
            Column("time", _time, right=True, optional=True),
            Column("rounds", _rounds, right=True, optional=True),
            Column("new version, or why", _why, optional=True),
        ],
    )


def _time(event: Event) -> str:
    """How much longer it takes, with the interval: `+15 % (+10 to +20)`."""
    if event.step.interval is None:
        return longer(event.step)
    low, high = sorted(100 * (1 / end - 1) for end in event.step.interval)
    return f"{longer(event.step)} ({low:+.3g} to {high:+.3g})"


def _rounds(event: Event) -> str:
    return ", ".join(map(str, event.step.rounds)) if any(event.step.rounds) else ""


def _why(event: Event) -> str:
    return plain("; ".join([*event.step.versions, *map(readable, event.step.reasons)]))


def _lines(rows: Sequence[Row]) -> Table[Row]:
    def versions(row: Row) -> str:
        found = _span(row, lambda point: point.graphbench)
        return found if " " in found else ""

    return Table(
        rows,
        [
            Column("task", lambda row: row.place),
            Column("engine", lambda row: row.engine),
            Column("records", lambda row: str(len(row.line.points)), right=True),
            Column("measured", lambda row: _span(row, lambda point: point.measured_at[:10])),
            Column("version", lambda row: plain(_span(row, lambda point: point.engine_version or "?"))),
            Column("graphbench", versions, optional=True),
            Column("first", lambda row: _call(row.line.points[0]), right=True),
            Column("newest", lambda row: _call(row.line.points[-1]), right=True),
        ],
    )


def _span(row: Row, of: Callable[[Point], str]) -> str:
    """Of the first and the newest point of a line."""
    return " to ".join(dict.fromkeys((of(row.line.points[0]), of(row.line.points[-1]))))


def _call(point: Point) -> str:
    return seconds(point.call_s) if point.call_s is not None else point.outcome.in_words


def _rows_of(lines: Sequence[Line]) -> tuple[list[str], list[list[Any]]]:
    """Heads, and one row for each point, with what happened there."""
    heads = ["algorithm", "dataset", "engine", "params", "machine", *Point.__struct_fields__, "change", "ratio",
             "interval_low", "interval_high", "rounds_before", "rounds_after", "reasons", "versions"]  # fmt: skip
    rows: list[list[Any]] = []
    for line in lines:
        steps = {step.at: step for step in line.steps}
        for at, point in enumerate(line.points):
            step = steps.get(at)
            ends = [step.kind, step.ratio, *(step.interval or ("", "")), *step.rounds, " | ".join(step.reasons),
                    " | ".join(step.versions)] if step else [""] * 8  # fmt: skip
            params = json.dumps(line.params, sort_keys=True)
            rows.append([line.algorithm, line.dataset, line.engine, params, line.machine,
                         *(getattr(point, name) for name in point.__struct_fields__), *ends])  # fmt: skip
    return heads, rows
