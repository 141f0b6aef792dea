"""Rounds: the engines take turns on a dataset several times, and a task's trials of all rounds make one record.

Drift while a suite runs (temperature, other programs) then affects all engines alike. The record is stored after every
round, so an interrupted suite resumes with the round that it was in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import zip_longest
from statistics import median

import msgspec

from graphbench.measure.answers import badness
from graphbench.measure.plan import Cell, Plan
from graphbench.records.model import Agreement, Certificate, CpuTimes, Energy, Memory, Outcome, Phases, Record, Trials

DRIFT = 1.1
"""Rounds whose medians differ by a larger factor cause a warning."""
_DRIFTED = "the medians of the"
"""How that warning begins."""


def rounds_of(record: Record) -> list[int]:
    """How many trials each round gave."""
    return record.trials.rounds or [len(record.phases.call_s)]


def measure_rounds(plan: Plan, measure: Callable[[Plan], Iterable[Record]]) -> Iterator[Record]:
    """Measure a plan as often as its options say, and yield the record of all rounds so far after each.

    An engine that no longer gives an answer is not measured again on that problem; the budget is shared out.
    """
    rounds = plan.options.rounds
    once = msgspec.structs.replace(plan.options, rounds=1, budget=plan.options.budget / rounds)
    plan, found = dataclasses.replace(plan, options=once), dict[str, Record]()
    for number in range(rounds):
        for latest in measure(plan):
            before = found.get(latest.task.key)
            if number and before is None:
                continue
            record = after_round(before, latest)
            if record is not before:
                found[latest.task.key] = record
                yield record
        answering = {
            (record.task.algorithm, record.task.dataset, record.task.engine)
            for record in found.values()
            if record.outcome is Outcome.OK
        }
        cells = (_still(cell, answering) for cell in plan.cells)
        plan = dataclasses.replace(plan, cells=tuple(cell for cell in cells if cell.engines))


def after_round(before: Record | None, latest: Record) -> Record:
    """The record of a task after one more round; once a round gave no answer, that round's record stays.

    Args:
        before: after the rounds so far; None: this is the first.
        latest: of that round; the record says how many trials each gave.
    """
    if before is None:
        return msgspec.structs.replace(latest, trials=msgspec.structs.replace(latest.trials, rounds=rounds_of(latest)))
    return pooled(before, latest) if before.outcome is Outcome.OK else before


def _still(cell: Cell, answering: Collection[tuple[str, str, str]]) -> Cell:
    """The cell with the engines that give an answer."""
    place = cell.algorithm, cell.dataset.info.name
    return dataclasses.replace(cell, engines=tuple(name for name in cell.engines if (*place, name) in answering))


def pooled(before: Record, latest: Record) -> Record:
    """The record of a task after one more round.

    Trials, memory, certificate, agreement and warnings are of all rounds. What a round times once is of the one whose
    whole script is the middle one (of two, the shorter), so that its parts belong together. Everything else is of the
    latest round; a limit reached in an earlier one is kept. A round that failed replaces the record.

    Args:
        before: after the rounds so far; its outcome is ok.
        latest: of one more round of the same task.
    """
    if latest.outcome is not Outcome.OK:
        return latest
    lists = {
        name: [*getattr(before.phases, name), *getattr(latest.phases, name)]
        for name in ("call_s", "rebuilt_s", "collect_call_s")
    }
    each_round = [*_each_round(before), *_each_round(latest)]
    middle, first_cpu_s = sorted(each_round, key=lambda one: one[0].whole_script_s or 0.0)[(len(each_round) - 1) // 2]
    once, first_cpus_s = map(list, zip(*each_round, strict=True))
    times, shift = lists["call_s"], len(before.phases.call_s)
    counts = [*rounds_of(before), *rounds_of(latest)]
    return msgspec.structs.replace(
        latest,
        phases=msgspec.structs.replace(middle, **lists, each_round=once),
        cpu=msgspec.structs.replace(
            _cpu(before.cpu, latest.cpu, shift), first_s=first_cpu_s, first_each_round_s=first_cpus_s
        ),
        trials=_trials(before.trials, latest.trials, shift, counts),
        memory=_memory(before.memory, latest.memory),
        energy=_energy(before.energy, latest.energy),
        certificate=_certificate(before.certificate, latest.certificate),
        agreement=_agreement(before.agreement, latest.agreement),
        censored=latest.censored or before.censored,
        warnings=list(dict.fromkeys([*_without_drift(before.warnings), *latest.warnings, *_drift(times, counts)])),
    )


def _each_round(record: Record) -> list[tuple[Phases, float | None]]:
    """What each round timed once, and the CPU seconds of its first call."""
    phases, cpu = record.phases, record.cpu
    if phases.each_round:
        return list(zip(phases.each_round, cpu.first_each_round_s, strict=True))
    return [(msgspec.structs.replace(phases, call_s=[], rebuilt_s=[], collect_call_s=[]), cpu.first_s)]


def _trials(before: Trials, latest: Trials, shift: int, counts: list[int]) -> Trials:
    return Trials(
        seeds=[*before.seeds, *latest.seeds],
        sources=[*before.sources, *latest.sources],
        quality=[*before.quality, *latest.quality],
        certified=[*before.certified, *(shift + trial for trial in latest.certified)],
        stopped="first_only" if "first_only" in {before.stopped, latest.stopped} else latest.stopped,
        rounds=counts,
        compared=before.compared + latest.compared,
    )


def _cpu(before: CpuTimes, latest: CpuTimes, shift: int) -> CpuTimes:
    later = {trial if trial < 0 else shift + trial: seconds for trial, seconds in latest.after_s.items()}
    return CpuTimes(call_s=[*before.call_s, *latest.call_s], after_s={**before.after_s, **later})


def _memory(before: Memory, latest: Memory) -> Memory:
    return Memory(
        _larger(before.host_peak_bytes, latest.host_peak_bytes),
        _larger(before.device_peak_bytes, latest.device_peak_bytes),
        [max(peaks) for peaks in zip_longest(before.device_peaks_bytes, latest.device_peaks_bytes, fillvalue=0)],
    )


def _energy(before: Energy | None, latest: Energy | None) -> Energy | None:
    """Of the rounds that have one."""
    if before is None or latest is None:
        return before or latest
    return Energy(
        calls=before.calls + latest.calls,
        seconds=before.seconds + latest.seconds,
        gpu_j=_sum(before.gpu_j, latest.gpu_j),
        cpu_j=_sum(before.cpu_j, latest.cpu_j),
    )


def _sum(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else one + two


def _larger(one: int | None, two: int | None) -> int | None:
    return max((peak for peak in (one, two) if peak is not None), default=None)


def _certificate(before: Certificate | None, latest: Certificate | None) -> Certificate | None:
    if before is None or latest is None:
        return latest
    return msgspec.structs.replace(latest, checked=before.checked + latest.checked)


def _agreement(before: Sequence[Agreement], latest: Sequence[Agreement]) -> list[Agreement]:
    """By engine, the worst of all rounds: which engine is compared with which depends on their order in a round."""
    worst: dict[str, Agreement] = {}
    for agreed in (*before, *latest):
        worst[agreed.engine] = max(worst.get(agreed.engine, agreed), agreed, key=badness)
    return list(worst.values())


def _drift(times: list[float], counts: list[int]) -> list[str]:
    medians, start = [], 0
    for count in counts:
        medians.append(median(times[start : start + count]))
        start += count
    if min(medians) <= 0 or max(medians) / min(medians) <= DRIFT:
        return []
    apart = 100 * (max(medians) / min(medians) - 1)
    warning = (
        f"{_DRIFTED} {len(counts)} rounds are up to {apart:.2g} % apart: the speed of the machine varied. The median "
        "is over the trials of all rounds."
    )
    return [warning]


def _without_drift(warnings: list[str]) -> list[str]:
    """Without the warnings about fewer rounds."""
    return [warning for warning in warnings if not warning.startswith(_DRIFTED)]
