"""Rounds: the engines take turns on a dataset several times, and a task's trials of all rounds make one record.

What drifts while a suite runs (temperature, neighbours on the machine) then touches all engines alike. After every
round the record so far is kept, so that an interrupted suite goes on with the round that it was in.
"""

from __future__ import annotations

from statistics import median

import msgspec

from graphbench.records.model import Certificate, Memory, Outcome, Record, Trials

DRIFT = 1.1
"""Rounds whose medians are further apart than this are worth a warning."""


def rounds_of(record: Record) -> list[int]:
    """How many trials each round gave."""
    return record.trials.rounds or [len(record.phases.run_s)]


def pooled(before: Record, latest: Record) -> Record:
    """The record of a task after one more round.

    Its id, time, environment and phases but for the warm trials are those of the latest round; a round that failed
    stands for the task.

    Args:
        before: after the rounds so far; its outcome is ok.
        latest: of one more round of the same task.
    """
    if latest.outcome is not Outcome.OK:
        return latest
    times = [*before.phases.run_s, *latest.phases.run_s]
    counts = [*rounds_of(before), *rounds_of(latest)]
    return msgspec.structs.replace(
        latest,
        phases=msgspec.structs.replace(latest.phases, run_s=times),
        trials=_trials(before.trials, latest.trials, len(before.phases.run_s), counts),
        memory=Memory(
            _larger(before.memory.host_peak_bytes, latest.memory.host_peak_bytes),
            _larger(before.memory.device_peak_bytes, latest.memory.device_peak_bytes),
        ),
        certificate=_certificate(before.certificate, latest.certificate),
        warnings=list(dict.fromkeys([*before.warnings, *latest.warnings, *_drift(times, counts)])),
    )


def _trials(before: Trials, latest: Trials, shift: int, counts: list[int]) -> Trials:
    return Trials(
        seeds=[*before.seeds, *latest.seeds],
        sources=[*before.sources, *latest.sources],
        quality=[*before.quality, *latest.quality],
        certified=[*before.certified, *(shift + trial for trial in latest.certified)],
        stopped=latest.stopped,
        rounds=counts,
    )


def _certificate(before: Certificate | None, latest: Certificate | None) -> Certificate | None:
    if before is None or latest is None:
        return latest
    return msgspec.structs.replace(latest, checked=before.checked + latest.checked)


def _larger(one: int | None, two: int | None) -> int | None:
    return max((each for each in (one, two) if each is not None), default=None)


def _drift(times: list[float], counts: list[int]) -> list[str]:
    medians, start = [], 0
    for count in counts:
        medians.append(median(times[start : start + count]))
        start += count
    if min(medians) <= 0 or max(medians) / min(medians) <= DRIFT:
        return []
    text = (
        f"the medians of the {len(counts)} rounds are up to {100 * (max(medians) / min(medians) - 1):.2g} % apart: "
        "the machine was not equally fast all the time. The trials of all rounds are taken together."
    )
    return [text]
