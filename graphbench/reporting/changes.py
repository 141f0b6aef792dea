"""The changes between two stores, cell by cell, as a table for people or data for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter
from statistics import median
from typing import Any

from graphbench.records.cost import COSTS
from graphbench.records.history import Line
from graphbench.records.regression import KINDS, ONLY_NEW, ONLY_OLD, Change
from graphbench.records.rules import readable
from graphbench.records.statistics import MIN_ROUNDS
from graphbench.reporting import forms
from graphbench.reporting.case import grouped
from graphbench.reporting.document import Block, Bullets, Column, Table, Text
from graphbench.reporting.heading import named
from graphbench.reporting.numbers import NOTHING, plain, ratio, seconds, setting, span
from graphbench.system.text import count, listed, three

MAX_NAMED = 3
"""A note names at most so many cells."""
_ONE_STORE = (ONLY_OLD, ONLY_NEW)
_FIELDS = (
    "kind",
    "algorithm",
    "dataset",
    "engine",
    "old_s",
    "new_s",
    "calls",
    "ratio",
    "bound",
    "rounds",
    "broken",
    "lost",
    "repeated",
)


def render(found: Sequence[Change], form: str, width: int | None = None, *, details: bool = False) -> str:
    """As `table` (of a terminal's width), `markdown`, `json` or `csv`, ending with a line break.

    For people, the cells without a change are one line, and those of one store another, unless details are asked for.
    """

    def blocks() -> list[Block]:
        told = [change for change in found if not _never_answered(change)]
        shown = [one for one in told if details or not (one.kind == "same" or _of_one_store(one))]
        same = [] if details else [change for change in told if change.kind == "same"]
        notes = [*_unchanged(same), *_notes(told, details), *_folded([one for one in found if _never_answered(one)])]
        table = [_table(shown, grouped(told, _place))] if shown else []
        return [Text(_summary(found)), *table, *([Bullets(notes)] if notes else [])]

    return forms.render(form, width, blocks=blocks, data=lambda: found, rows=lambda: _rows(found), lead=4)


def _never_answered(change: Change) -> bool:
    """Whether no side has a time, and none had an answer to lose: such a row says nothing about a change."""
    return (change.old_s, change.new_s) == (None, None) and not (change.broken or change.lost)


def _folded(cells: Sequence[Change]) -> list[str]:
    engines = listed(list(dict.fromkeys(plain(change.engine) for change in cells)))
    return [f"{count(len(cells), 'cell')} without an answer on either side: {engines}"] if cells else []


def _unchanged(cells: Sequence[Change]) -> list[str]:
    """How many they are, and how small a change their intervals can show."""
    line = f"{count(len(cells), 'cell')} unchanged (--details lists {'it' if len(cells) == 1 else 'them'})"
    known = [(50 * (one.interval[1] - one.interval[0]) / one.ratio, one) for one in cells if one.interval and one.ratio]
    if known:
        width, widest = max(known, key=itemgetter(0))
        usual = f"±{three(median(map(itemgetter(0), known)))} % in the median cell, " if len(known) > 1 else ""
        line += f"; interval of old / new: {usual}±{three(width)} % in {_cell(widest)}"
    return [line] if cells else []


def _place(change: Change) -> tuple[str, str, str]:
    return change.algorithm, change.dataset, change.engine


def _cell(change: Change) -> str:
    return plain(f"{change.algorithm} on {change.dataset}, {change.engine}")


def _table(found: Sequence[Change], places: Mapping[tuple[str, str, str], Sequence[Change]]) -> Table[Change]:
    return Table(
        found,
        [
            Column("change", _kind),
            Column("algorithm", lambda change: plain(change.algorithm)),
            Column("graph", lambda change: plain(change.dataset)),
            Column("engine", lambda change: plain(label(change, places[_place(change)]))),
            Column("old call", lambda change: seconds(change.old_s), right=True),
            Column("new call", lambda change: seconds(change.new_s), right=True),
            Column("", _calls, optional=True),
            Column("old / new", lambda change: ratio(change.ratio, bound=change.bound), right=True),
            Column("interval", _spread, optional=True),
            Column("rounds", _rounds, right=True),
            *(
                Column(f"{cost.title},\nold to new", partial(_cost, name=name), need="useful")
                for name, cost in COSTS.items()
                if any(name in change.costs for change in found)
            ),
        ],
    )


def _notes(found: Sequence[Change], details: bool) -> list[str]:
    """What else is to be known of cells: each reason and each change of a version once, with the cells it is about."""
    cells: dict[str, list[str]] = {}
    for change in found:
        hidden = "" if details else " (--details lists them)"
        reasons = [f"{one}{hidden}" if one in _ONE_STORE else readable(one) for one in change.reasons]
        for text in [*reasons, *map(readable, change.notes), *change.versions]:
            cells.setdefault(plain(text), []).append(_cell(change))
    return [f"{text}: {_named(names, len(found))}" for text, names in cells.items()]


def _named(cells: Sequence[str], number: int) -> str:
    """Cells by name; of more than three the first, and how many others."""
    if len(cells) == number > 1:
        return "all cells"
    return "; ".join(cells) if len(cells) <= MAX_NAMED else f"{cells[0]}; and {len(cells) - 1} others"


def _cost(change: Change, name: str) -> str:
    return " to ".join(map(three, change.costs.get(name, ())))


def _kind(change: Change) -> str:
    if change.kind == "possible":
        return f"possibly {'slower' if change.ratio is not None and change.ratio < 1 else 'faster'}"
    if only := _of_one_store(change):
        return only
    return f"{change.kind}, broken" if change.broken else change.kind


def _of_one_store(change: Change) -> str:
    """`only in the old store` of a cell that the new one does not have: that is no failure of its engine."""
    return next((store for store in _ONE_STORE if store in change.reasons), "")


def _calls(change: Change) -> str:
    """What the two times are, if not warm calls."""
    return {"rebuilt": "(rebuilt)", "first": "(first calls)"}.get(change.calls or "", "")


def _rounds(change: Change) -> str:
    one, two = change.rounds
    return NOTHING if not one else str(one) if one == two else f"{one}, {two}"


def _spread(change: Change) -> str:
    ends = change.interval or change.range
    return span(*ends, interval=change.interval is not None) if ends else ""


def label(cell: Change | Line, same: Sequence[Change] | Sequence[Line]) -> str:
    """The engine, with the parameters in which its cells of one algorithm and graph differ."""
    varying = [
        f"{name} {setting(value)}"
        for name, value in cell.params.items()
        if any(other.params.get(name) != value for other in same)
    ]
    return named(cell.engine, varying)


def _summary(found: Sequence[Change]) -> str:
    counted = Counter[str](_of_one_store(change) or change.kind for change in found)
    words = [f"{counted[kind]} {kind}" for kind in (*KINDS, *_ONE_STORE) if counted[kind]]
    worst = [1 / change.ratio - 1 for change in found if change.kind == "slower" and change.ratio]
    most = f"; at worst {100 * max(worst):.3g} % longer" if worst else ""
    broken = sum(change.broken and not _of_one_store(change) for change in found)
    few = sum(change.too_few_rounds for change in found)
    unjudged = f" {count(few, 'cell')} with fewer than {MIN_ROUNDS} rounds on a side: not judged." if few else ""
    return f"{listed(words) or 'No cells'}{most}{f'; {broken} without an answer now' if broken else ''}.{unjudged}"


def _rows(found: Sequence[Change]) -> tuple[list[str], list[list[Any]]]:
    rows = [
        [
            *(
                " ".join(map(str, value)) if isinstance(value := getattr(change, name), tuple) else value
                for name in _FIELDS
            ),
            *(change.interval or ("", "")),
            *(value for name in COSTS for value in change.costs.get(name, ("", ""))),
            json.dumps(change.params, sort_keys=True),
            " | ".join(change.reasons),
            " | ".join(change.notes),
            " | ".join(change.versions),
        ]
        for change in found
    ]
    sides = (f"{side}_{name}" for name in COSTS for side in ("old", "new"))
    return [*_FIELDS, "interval_low", "interval_high", *sides, "params", "reasons", "notes", "versions"], rows
