"""Heuristics at equal quality: search for each engine's fastest setting that is good enough, then measure it.

Every setting of every engine is tried for a share of the budget. Of each engine's settings within :data:`WITHIN` of the
best quality reached by any, the fastest is measured again, in a fresh process and with the whole budget, so that lucky
trials do not decide the result. The record lists every setting that was tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.errors import UsageError
from graphbench.measure.plan import Cell, Observer, Plan, Predict
from graphbench.measure.runner import measure
from graphbench.records.model import Matched, Outcome, Params, Record, Tried

WITHIN = 0.01
"""By what fraction a setting may be below the best quality seen."""
EFFORTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "louvain": (
        *({"threshold": threshold} for threshold in (1e-7, 1e-4, 1e-3, 1e-2)),
        *({"max_level": levels} for levels in (3, 2)),
    ),
    "ecg": tuple({"ensemble_size": size} for size in (4, 16, 64)),
    "leiden": tuple({"iterations": iterations} for iterations in (1, 2, 5)),
}
"""By algorithm, settings from thorough to quick. Not on the pages, so that a new candidate makes no record stale."""


def efforts(algorithm: Algorithm, engine: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings of a heuristic that are worth trying on an engine, each once.

    Args:
        algorithm: the heuristic.
        engine: its name; one without an adapter gets one setting, so that measuring it reports the gap.
        given: parameters that the user fixed: they are not varied.
    """
    attached = algorithm.adapters.get(engine)
    without = attached.no_equivalent if attached else (parameter.name for parameter in algorithm.parameters)
    fixed = {*given, *without}
    settings: dict[tuple[Any, ...], dict[str, Any]] = {}
    for candidate in EFFORTS.get(algorithm.name, ({},)):
        free = {name: value for name, value in candidate.items() if name not in fixed}
        # Without the parameters that the engine does not have, two candidates may be the same setting.
        settings.setdefault(tuple(algorithm.resolve({**given, **free}).values()), free)
    return list(settings.values())


def measure_matched(
    plan: Plan,
    observe: Observer = lambda _: None,
    predict: Predict = lambda *_: None,
    *,
    allow: Sequence[str] = (),
) -> Iterator[Record]:
    """Measure each engine at its fastest setting of equal quality.

    Args:
        plan: of heuristics.
        observe: called at every phase and trial, those of the search included.
        predict: called before each task of the search.
        allow: other heuristics for the same problem that an engine may use instead (Leiden for Louvain).

    Yields:
        One record for each cell and engine, with every setting tried in `matched`. For an engine without an answer of
        known quality, the record of its first setting, with a warning if it has an answer.

    Raises:
        UsageError: if the algorithm is not a heuristic, or one in `allow` has another quality measure.
        InputError, StoreError: as :func:`~graphbench.measure.runner.measure`.
    """
    problems = {cell.algorithm: _problems(cell.algorithm, allow) for cell in plan.cells}
    for cell in plan.cells:
        tried = _search(plan, cell, problems[cell.algorithm], observe, predict)
        best = max((quality for records in tried.values() for _, quality in _rated(records)), default=0.0)
        answered: dict[str, str] = {}
        for engine, records in tried.items():
            if not _rated(records):
                yield _unmatched(records[0])
                continue
            chosen = choose(records, best)
            again = _cell(cell, chosen.task.algorithm, engine, _setting(chosen, cell), answered)
            matched = Matched(
                problem=cell.algorithm,
                best=best,
                within=WITHIN,
                setting=_setting(chosen, cell),
                tried=[_tried(record, cell) for record in records],
            )
            for record in measure(replace(plan, cells=(again,)), observe):
                if "digest" in record.answer:
                    answered[engine] = str(record.answer["digest"])
                yield msgspec.structs.replace(record, matched=matched)


def choose(records: Sequence[Record], best: float) -> Record:
    """The fastest of an engine's records that is good enough; if none is, the best of them.

    Args:
        records: at least one has an answer of known quality.
        best: the best quality that any engine reached.
    """
    rated = _rated(records)
    enough = [record for record, quality in rated if quality >= best - WITHIN * abs(best)]
    if enough:
        return min(enough, key=lambda record: median(record.phases.call_s))
    return max(rated, key=lambda pair: pair[1])[0]


def _problems(name: str, allow: Sequence[str]) -> list[Algorithm]:
    problem, others = registry.algorithm(name), [registry.algorithm(other) for other in allow]
    if not problem.quality:
        raise UsageError(f"--match-quality is for heuristics; {name} has one right answer. Leave the option out.")
    for other in others:
        if (other.quality, other.form) != (problem.quality, problem.form):
            raise UsageError(
                f"--allow {other.name} cannot replace {name}: its answers are not compared by {problem.quality}. "
                "Name a heuristic for the same problem, such as leiden for louvain."
            )
    return list({heuristic.name: heuristic for heuristic in (problem, *others)}.values())


def _search(
    plan: Plan, cell: Cell, problems: Sequence[Algorithm], observe: Observer, predict: Predict
) -> dict[str, list[Record]]:
    """The records of all settings, by engine."""
    cells = [
        _cell(cell, problem.name, engine, setting, {})
        for engine in cell.engines
        for problem in problems
        for setting in efforts(problem, engine, cell.params)
    ]
    most = max(sum(candidate.engines == (engine,) for candidate in cells) for engine in cell.engines)
    options = msgspec.structs.replace(plan.options, budget=plan.options.budget / most)
    tried: dict[str, list[Record]] = defaultdict(list)
    for record in measure(replace(plan, cells=tuple(cells), options=options), observe, predict):
        tried[record.task.engine].append(record)
    return tried


def _cell(cell: Cell, algorithm: str, engine: str, setting: Params, answered: dict[str, str]) -> Cell:
    """The cell for one engine at one setting; parameters that another heuristic does not have are left out."""
    known = {parameter.name for parameter in registry.algorithm(algorithm).parameters}
    params = {name: value for name, value in cell.params.items() if name in known} | setting
    return replace(cell, algorithm=algorithm, engines=(engine,), params=params, answered=dict(answered))


def _setting(record: Record, cell: Cell) -> Params:
    """The parameters that were varied in this record."""
    varied = {
        name
        for setting in efforts(registry.algorithm(record.task.algorithm), record.task.engine, cell.params)
        for name in setting
    }
    return {name: value for name, value in record.task.params.items() if name in varied}


def _tried(record: Record, cell: Cell) -> Tried:
    return Tried(
        algorithm=record.task.algorithm,
        setting=_setting(record, cell),
        outcome=record.outcome,
        call_s=record.phases.call_s,
        quality=record.trials.quality,
    )


def _rated(records: Iterable[Record]) -> list[tuple[Record, float]]:
    """The records with an answer of known quality, and that: a median over trials."""
    return [
        (record, median(record.trials.quality))
        for record in records
        if record.outcome is Outcome.OK and record.trials.quality and record.phases.call_s
    ]


def _unmatched(record: Record) -> Record:
    """The record of an engine of which no setting could be rated; one that failed says why."""
    if record.outcome is not Outcome.OK:
        return record
    warning = (
        "the quality is not matched: none of the settings has a certified answer. These are the first one's times."
    )
    return msgspec.structs.replace(record, warnings=[*record.warnings, warning])
