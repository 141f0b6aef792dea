"""Peaks of memory as tables have them: of several GPUs together, and marked where a task ended before it could tell."""

from __future__ import annotations

from graphbench.records.model import Outcome, Record
from graphbench.reporting.numbers import UNICODE, Signs, bound_sign, memory

_CUT_OFF = frozenset({Outcome.OUT_OF_MEMORY, Outcome.TIMEOUT, Outcome.ERROR})


def is_bound(record: Record) -> bool:
    """Whether the peaks are only those that were known before the task ended: it may have held more."""
    return record.outcome in _CUT_OFF


def note(signs: Signs = UNICODE) -> str:
    """What the sign before such a peak means."""
    return (
        f"{signs.at_least.strip()} before a peak: the last that was told before the task ended; it may have held more"
    )


def device_bytes(record: Record) -> int | None:
    """The device peak, of several GPUs the sum of what each held at its own; None where nothing was on a device."""
    return sum(record.memory.device_peaks_bytes) or record.memory.device_peak_bytes


def host(record: Record, signs: Signs = UNICODE) -> str:
    """The host peak in words."""
    return _told(record, record.memory.host_peak_bytes, signs)


def device(record: Record, signs: Signs = UNICODE) -> str:
    """The device peak in words, with the number of GPUs where there are several."""
    several = len(record.memory.device_peaks_bytes)
    return _told(record, device_bytes(record), signs) + (f" ({several} GPUs)" if several > 1 else "")


def each_device(record: Record) -> str:
    """What each of several GPUs held at its own peak: `4: 120 GiB to 134 GiB`; empty for one."""
    peaks = record.memory.device_peaks_bytes
    if len(peaks) < 2:
        return ""
    low, high = memory(min(peaks)), memory(max(peaks))
    return f"{len(peaks)}: {high if low == high else f'{low} to {high}'}"


def _told(record: Record, peak: int | None, signs: Signs) -> str:
    bound = bound_sign("lower" if is_bound(record) and peak is not None else None, signs)
    return f"{bound}{memory(peak, signs)}"
