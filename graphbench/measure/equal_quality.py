"""Heuristics at equal quality: per engine, the fastest setting that is good enough, searched for and then measured.

Every setting of every engine is tried for a share of the budget; the best quality that any of them reached is the mark.
Of each engine's settings within `judging.LOWER_QUALITY` of it the fastest is measured once more, from
a fresh process and with the whole budget, so that being chosen flatters nobody. What was tried stays in the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.errors import UsageError
from graphbench.measure.efforts import efforts
from graphbench.measure.plan import Cell, Foresee, Observer, Plan
from graphbench.measure.runner import measure
from graphbench.records.model import Matched, Outcome, Params, Record, Tried

WITHIN = 0.01
"""How far below the best quality that was seen a setting may be, as a fraction of it."""


def measure_matched(
    plan: Plan,
    observe: Observer = lambda _: None,
    foresee: Foresee = lambda *_: None,
    *,
    allow: Sequence[str] = (),
) -> Iterator[Record]:
    """Measure each engine at its fastest setting of equal quality.

    Args:
        plan: of heuristics.
        observe: is told of every phase and trial, those of the search included.
        foresee: is asked before each task of the search.
        allow: other heuristics for the same thing that an engine may use instead (Leiden for Louvain).

    Yields:
        One record for each cell and engine, with what was tried in `matched`. An engine that came to no answer with
        any setting has the record of its first.

    Raises:
        UsageError: for an algorithm that is no heuristic, or one to allow that measures another quality.
        InputError, StoreError: as :func:`~graphbench.measure.runner.measure`.
    """
    problems = {cell.algorithm: _problems(cell.algorithm, allow) for cell in plan.cells}
    for cell in plan.cells:
        tried = _search(plan, cell, problems[cell.algorithm], observe, foresee)
        best = max(
            (quality for records in tried.values() for each in records if (quality := _quality(each))), default=None
        )
        answered: dict[str, str] = {}
        for engine, records in tried.items():
            good = [each for each in records if _quality(each) is not None]
            if best is None or not good:
                yield records[0]
                continue
            chosen = choose(good, best)
            again = _cell(cell, chosen.task.algorithm, engine, _setting(chosen, cell), answered)
            matched = Matched(
                problem=cell.algorithm,
                best=best,
                within=WITHIN,
                setting=_setting(chosen, cell),
                tried=[_tried(each, cell) for each in records],
            )
            for record in measure(replace(plan, cells=(again,)), observe):
                if "digest" in record.answer:
                    answered[engine] = str(record.answer["digest"])
                yield msgspec.structs.replace(record, matched=matched)


def choose(records: Sequence[Record], best: float) -> Record:
    """The fastest of an engine's records that is good enough; where none is, the best of them.

    Args:
        records: with answers, at least one.
        best: the best quality that any engine reached.
    """
    enough = [each for each in records if (_quality(each) or 0.0) >= best - WITHIN * abs(best)]
    if enough:
        return min(enough, key=lambda each: median(each.phases.run_s))
    return max(records, key=lambda each: _quality(each) or 0.0)


def _problems(name: str, allow: Sequence[str]) -> list[Algorithm]:
    problem, others = registry.algorithm(name), [registry.algorithm(each) for each in allow]
    if not problem.quality:
        raise UsageError(f"--match-quality is for heuristics; {name} has one right answer, and no quality to match.")
    for other in others:
        if (other.quality, other.form) != (problem.quality, problem.form):
            raise UsageError(f"--allow {other.name}: it does not have the {problem.quality} of {name} for its quality.")
    return list({each.name: each for each in (problem, *others)}.values())


def _search(
    plan: Plan, cell: Cell, problems: Sequence[Algorithm], observe: Observer, foresee: Foresee
) -> dict[str, list[Record]]:
    """The records of all settings, by engine."""
    cells = [
        _cell(cell, problem.name, engine, setting, {})
        for engine in cell.engines
        for problem in problems
        for setting in efforts(problem, engine, cell.params)
    ]
    most = max(sum(each.engines == (engine,) for each in cells) for engine in cell.engines)
    limits = replace(plan.limits, budget_s=plan.limits.budget_s / most)
    tried: dict[str, list[Record]] = defaultdict(list)
    for record in measure(replace(plan, cells=tuple(cells), limits=limits), observe, foresee):
        tried[record.task.engine].append(record)
    return tried


def _cell(cell: Cell, algorithm: str, engine: str, setting: Params, answered: dict[str, str]) -> Cell:
    """The cell for one engine at one setting; what another heuristic knows no such parameter for is left out."""
    known = {parameter.name for parameter in registry.algorithm(algorithm).parameters}
    params = {name: value for name, value in cell.params.items() if name in known} | setting
    return replace(cell, algorithm=algorithm, engines=(engine,), params=params, answered=dict(answered))


def _setting(record: Record, cell: Cell) -> Params:
    """What was varied in this record: that for which the engine has a knob."""
    varied = {
        name
        for each in efforts(registry.algorithm(record.task.algorithm), record.task.engine, cell.params)
        for name in each
    }
    return {name: value for name, value in record.task.params.items() if name in varied}


def _tried(record: Record, cell: Cell) -> Tried:
    return Tried(
        algorithm=record.task.algorithm,
        setting=_setting(record, cell),
        outcome=record.outcome,
        run_s=record.phases.run_s,
        quality=record.trials.quality,
    )


def _quality(record: Record) -> float | None:
    ok = record.outcome is Outcome.OK and record.trials.quality and record.phases.run_s
    return median(record.trials.quality) if ok else None
