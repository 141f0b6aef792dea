"""What became of the cells of two stores, as a table for people or data for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import msgspec

from graphbench.records.regression import KINDS, Change
from graphbench.reporting import markdown, terminal
from graphbench.reporting.document import Block, Column, Table, Text
from graphbench.reporting.flat import csv_text
from graphbench.reporting.heading import named
from graphbench.reporting.numbers import NOTHING, plain, ratio, seconds, setting, span
from graphbench.system.text import listed

_FIELDS = ("kind", "algorithm", "dataset", "engine", "old_s", "new_s", "ratio", "bound", "effect", "broken")


def render(found: Sequence[Change], form: str) -> str:
    """As `table`, `markdown`, `json` or `csv`, ending with a line break."""
    if form == "json":
        return json.dumps(msgspec.to_builtins(list(found)), indent=2, ensure_ascii=False) + "\n"
    if form == "csv":
        return _csv(found)
    summary = _summary(found)
    blocks: list[Block] = [_table(found), Text(summary)] if found else [Text(summary)]
    return markdown.text(blocks) + "\n" if form == "markdown" else terminal.text(blocks)


def _table(found: Sequence[Change]) -> Table[Change]:
    def place(each: Change) -> tuple[str, str, str]:
        return each.algorithm, each.dataset, each.engine

    places: dict[tuple[str, str, str], list[Change]] = {}
    for each in found:
        places.setdefault(place(each), []).append(each)
    return Table(
        found,
        [
            Column("change", _kind),
            Column("algorithm", lambda each: plain(each.algorithm)),
            Column("graph", lambda each: plain(each.dataset)),
            Column("engine", lambda each: plain(_label(each, places[place(each)]))),
            Column("old run", lambda each: seconds(each.old_s), right=True),
            Column("new run", lambda each: seconds(each.new_s), right=True),
            Column("old / new", lambda each: ratio(each.ratio, bound=each.bound), right=True),
            Column("", _spread),
            Column("effect", lambda each: NOTHING if each.effect is None else f"{each.effect:+.2f}", right=True),
            Column("why", lambda each: plain("; ".join([*each.reasons, *each.versions]))),
        ],
    )


def _kind(each: Change) -> str:
    return f"{each.kind}, broken" if each.broken and each.kind != "slower" else each.kind


def _spread(each: Change) -> str:
    ends = each.interval or each.range
    return span(*ends, interval=each.interval is not None) if ends else ""


def _label(each: Change, same: Sequence[Change]) -> str:
    """The engine, with the parameters in which its cells of one algorithm and graph differ."""
    varying = [
        f"{name} {setting(value)}"
        for name, value in each.params.items()
        if any(other.params.get(name) != value for other in same)
    ]
    return named(each.engine, varying)


def _summary(found: Sequence[Change]) -> str:
    counted = Counter(each.kind for each in found)
    words = [f"{counted[kind]} {kind}" for kind in KINDS if counted[kind]]
    worst = [1 / each.ratio - 1 for each in found if each.kind == "slower" and each.ratio]
    most = f"; at worst {100 * max(worst):.3g} % longer" if worst else ""
    broken = sum(each.broken for each in found)
    return f"{listed(words) or 'No cells'}{most}{f'; {broken} without an answer now' if broken else ''}."


def _csv(found: Sequence[Change]) -> str:
    rows = [
        [
            *(getattr(each, name) for name in _FIELDS),
            *(each.interval or ("", "")),
            json.dumps(each.params, sort_keys=True),
            " | ".join(each.reasons),
            " | ".join(each.versions),
        ]
        for each in found
    ]
    return csv_text([*_FIELDS, "interval_low", "interval_high", "params", "reasons", "versions"], rows)
