"""The heat map: every graph and engine, each cell relative to the fastest of its row. Pure.

A cell has a colour where its answer is as good as that of the fastest engine of its row, and another cell can be
compared with it; warm calls that are not found to differ from the fastest have its colour. Bounds, first calls beside
warm ones, and answers that are not alike are shown without a colour and are never the fastest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from statistics import fmean
from typing import Any

from graphbench.records import times
from graphbench.records.best_cpu import computed, fastest_call, is_like, not_computed
from graphbench.records.model import Record
from graphbench.records.ratios import of_calls
from graphbench.reporting.case import Case
from graphbench.reporting.document import HeatCell, HeatMap, HeatRow, Section, Text
from graphbench.reporting.heading import hardware, is_usual, named, ways_asked_for
from graphbench.reporting.measured import Measured, by_graph
from graphbench.reporting.numbers import NOTHING, TIMES, memory, plain, ratio, seconds
from graphbench.reporting.quantities import EXPORTED
from graphbench.reporting.wording import EARLIER_RULES, device_peak_bytes, is_twin

LEVELS = (1.05, 1.5, 2.0, 5.0, 10.0, 100.0)
"""The largest factor of each colour; there is one more for what is above the last."""


_HOW = (
    "A row is one problem on one graph, small graphs first. A cell is the time of an engine (or its memory, as "
    "chosen), and under it how many times the best of the row. Cells without a colour are not compared: first calls "
    "beside warm ones, builds that do the work of the call, answers that are not as good, and cells alone in their row."
)


def _memory(case: Case) -> int | None:
    return sum(peak or 0 for peak in (case.record.memory.host_peak_bytes, device_peak_bytes(case.record))) or None


_METRICS: Mapping[str, tuple[Callable[[Case], Any], Callable[[Any], str]]] = {
    "warm call": (lambda case: times.call_seconds(case.record), seconds),
    "first answer": (EXPORTED["first_answer_s"].read, seconds),
    "whole script": (EXPORTED["whole_script_s"].read, seconds),
    "memory, host and device": (_memory, memory),
    "CPU seconds of a warm call": (EXPORTED["cpu_call_median_s"].read, seconds),
}
METRICS = tuple(_METRICS)


def section(
    measured: Sequence[Measured], stale: Mapping[str, str], pages: Mapping[str, str] | None = None
) -> Section | None:
    """One heat map for all machines; None where no two engines have comparable warm calls.

    Args:
        measured: the machines.
        stale: what changed since a record was made, for each stale record's id.
        pages: by the digest of a machine, the page with its records; None: this page.
    """
    pages = pages or {}
    rows = [
        HeatRow(
            machine=machine.name,
            problem=problem,
            graph=graph,
            twin=is_twin(cases[0].record.task.dataset),
            cells=_cells(kept := _engines(cases), stale),
            records={engine: case.record.id for engine, case in kept.items()},
            page=pages.get(machine.digest, ""),
        )
        for machine in measured
        for problem, own in machine.problems.items()
        for graph, cases in by_graph(own).items()
    ]
    rows = [row for row in rows if row.cells]
    if not any(sum(cells[0].level >= 0 for cells in row.cells.values()) > 1 for row in rows):
        return None
    levels: dict[str, list[int]] = {}
    usual = {name for one in measured for case in one.cases if is_usual(case.record) for name in _engines([case])}
    for row in rows:
        for engine, cells in row.cells.items():
            levels.setdefault(engine, []).extend(cell.level for cell in cells[:1] if cell.level >= 0)

    def rank(engine: str) -> tuple[bool, bool, float, str]:
        """Engines as users get them, then their variants, so that a screen has those compared first."""
        return engine not in usual, not levels[engine], fmean(levels[engine] or [0]), engine

    engines = sorted(levels, key=rank)
    legend = ["fastest, or no difference found", *(f"up to {most:g}{TIMES}" for most in LEVELS[1:]), "more"]
    return Section("Every graph and engine", "heat", [HeatMap(rows, engines, METRICS, legend), Text(_HOW, quiet=True)])


def vs_fastest(measured: Iterable[Measured]) -> dict[str, float]:
    """By the id of a record: how many times as fast its warm call is as the fastest that it can be compared with."""
    found = {}
    for machine in measured:
        for own in machine.problems.values():
            for cases in by_graph(own).values():
                engines = _engines(cases)
                for engine, (cell, *_) in _cells(engines, machine.stale, METRICS[:1]).items():
                    if cell.times:
                        found[engines[engine].record.id] = 1 / cell.times
    return found


def _engines(cases: Sequence[Case]) -> dict[str, Case]:
    """By engine, its hardware and the ways asked for: of several records of one, the quickest (the first)."""
    engines: dict[str, Case] = {}
    for case in cases:
        if case.ran:
            words = [*hardware(case.record), *ways_asked_for(case.record)]
            words = [word for word in words if word != EARLIER_RULES]
            engines.setdefault(plain(named(case.engine, words)), case)
    return engines


def _cells(
    engines: Mapping[str, Case], stale: Mapping[str, str], metrics: Sequence[str] = METRICS
) -> dict[str, list[HeatCell]]:
    """The cells of a row, by engine: one for each metric."""
    cases = list(engines.values())
    candidates = [case.record for case in cases if computed(case.record) and case.record.id not in stale]
    best = fastest_call(candidates) or fastest_call(candidates, times.first_call_seconds)
    alike = {record.id for record in candidates if best is not None and (record is best or _like(record, best))}
    builds = times.usual_builds([case.record for case in cases])
    heavy = {case.record.id for case in cases if times.builds_heavily(case.record, builds)}
    found: dict[str, list[HeatCell]] = {engine: [] for engine in engines}
    for name in metrics:
        value_of, shown = _METRICS[name]
        values = {case.record.id: value_of(case) if case.answered else None for case in cases}
        light = min((value for id_, value in values.items() if value and id_ in alike - heavy), default=inf)
        aside = {id_ for id_ in heavy if name == METRICS[0] and (values[id_] or inf) <= light}  # it wins by its build
        compared = {id_: value for id_, value in values.items() if value and id_ in alike - aside}
        least = min(compared.values(), default=None)
        fastest = next(
            (case.record for case in cases if name == METRICS[0] and compared.get(case.record.id) == least), None
        )
        for engine, case in engines.items():
            value, record = values[case.record.id], case.record
            if value is None:
                found[engine].append(_without(case, name))
            elif record.id not in alike or not least:
                found[engine].append(
                    HeatCell(shown(value), _why_not_alike(record) if best or record.superseded else "")
                )
            elif record.id in aside:
                found[engine].append(HeatCell(shown(value), "heavy build"))
            elif len(compared) < 2:
                found[engine].append(HeatCell(shown(value)))
            else:
                level = _level(value / least, record, fastest)
                found[engine].append(HeatCell(shown(value), ratio(value / least), level, value / least))
    return found


def _level(factor: float, record: Record, fastest: Record | None) -> int:
    """The colour: the first where an interval or a range of the ratio of warm calls to the fastest holds 1."""
    level = sum(factor > most for most in LEVELS)
    found = of_calls(record, fastest).estimate if fastest is not None else None
    if found is None or not (found.interval or found.range):
        return level
    return 0 if found.no_difference else max(1, level)


def _why_not_alike(record: Record) -> str:
    return EARLIER_RULES if record.superseded else not_computed(record) or "not alike"


def _like(record: Record, best: Record) -> bool:
    timed = [(seconds, one) for one in (record, best) if (seconds := times.warm_or_first_call(one))]
    if len(timed) < 2:
        return False
    (short, faster), (long, slower) = sorted(timed, key=lambda pair: pair[0])
    return is_like(slower, faster, long / short)


def _without(case: Case, name: str) -> HeatCell:
    if not case.answered:
        return HeatCell(case.record.outcome.in_words)
    first = times.first_call(case.record) if name == METRICS[0] else None
    return HeatCell(seconds(first), "first call") if first else HeatCell(NOTHING)
