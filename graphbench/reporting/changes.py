"""What became of the cells of two stores, as a table for people or data for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import msgspec

from graphbench.records.regression import KINDS, Change
from graphbench.reporting.flat import csv_text
from graphbench.reporting.heading import named
from graphbench.reporting.markup import piped, safe
from graphbench.reporting.numbers import listed, plain, ratio, seconds, setting, span
from graphbench.reporting.table import text_table
from graphbench.reporting.wording import NOTHING

_HEADS = ["change", "algorithm", "graph", "engine", "old run", "new run", "old / new", "", "effect", "why"]
_FIELDS = ("kind", "algorithm", "dataset", "engine", "old_s", "new_s", "ratio", "bound", "effect", "broken")


def render(found: Sequence[Change], form: str) -> str:
    """As `table`, `markdown`, `json` or `csv`, ending with a line break."""
    if form == "json":
        return json.dumps(msgspec.to_builtins(list(found)), indent=2, ensure_ascii=False) + "\n"
    if form == "csv":
        return _csv(found)
    places: dict[tuple[str, str, str], list[Change]] = {}
    for each in found:
        places.setdefault(_place(each), []).append(each)
    rows = [[plain(cell) for cell in _row(each, places[_place(each)])] for each in found]
    summary = _summary(found)
    if not rows:
        return f"{summary}\n"
    if form == "markdown":
        lines = [_HEADS, ["---"] * len(_HEADS), *([safe(cell) for cell in row] for row in rows)]
        return f"{piped(lines)}\n\n{safe(summary)}\n"
    return f"{text_table(_HEADS, rows, right=(4, 5, 6, 8))}\n\n{summary}\n"


def _place(each: Change) -> tuple[str, str, str]:
    return each.algorithm, each.dataset, each.engine


def _row(each: Change, same: Sequence[Change]) -> list[str]:
    ends = each.interval or each.range
    kind = f"{each.kind}, broken" if each.broken and each.kind != "slower" else each.kind
    return [
        kind,
        each.algorithm,
        each.dataset,
        _label(each, same),
        seconds(each.old_s),
        seconds(each.new_s),
        ratio(each.ratio, bound=each.bound),
        span(*ends, interval=each.interval is not None) if ends else "",
        f"{each.effect:+.2f}" if each.effect is not None else NOTHING,
        "; ".join([*each.reasons, *each.versions]),
    ]


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
