"""Which records spare a suite from measuring again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graphbench.measure.prediction import is_predicted
from graphbench.measure.staleness import Present, changes
from graphbench.measure.suites.rounds import rounds_of
from graphbench.measure.suites.suite import Suite
from graphbench.records.model import Outcome, Record

LASTING = frozenset({Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.UNSUPPORTED})
"""Outcomes that measuring again would not change; errors and unavailable engines are tried again."""


class Earlier:
    """What earlier runs have left, by task.

    Args:
        records: of the store, oldest first: of several that count for a task the last one does, whatever the time of
            day says.
        suite: whose limits they have to match.
        now: what they are held against.
        since: records that were measured before do not count.
    """

    def __init__(self, records: Iterable[Record], suite: Suite, now: Present, since: datetime | None = None) -> None:
        self._suite = suite
        self._since = since
        self._lasting: dict[str, Record] = {}
        self._ended: dict[str, Record] = {}
        self._newest: dict[str, Record] = {}
        for record in records:
            self._newest[record.task.key] = record
            if self._has_ended(record) and not changes(record, now):
                self._ended[record.task.key] = record
                if self._had_enough(record):
                    self._lasting[record.task.key] = record

    def lasting(self, key: str, digest: str | None) -> Record | None:
        """The current record of a task, on the dataset of this digest (None: whichever), with the rounds it has."""
        return _of_graph(self._lasting.get(key), digest)

    def ended(self, key: str, digest: str | None) -> Record | None:
        """The current record of a task, though it may have had less time or memory than it would be given now."""
        return _of_graph(self._ended.get(key), digest)

    def missing_rounds(self, record: Record | None) -> int:
        """How many rounds a task still needs; those without a time need none."""
        if record is None:
            return self._suite.rounds
        return max(self._suite.rounds - len(rounds_of(record)), 0) if record.outcome is Outcome.OK else 0

    def is_news(self, record: Record) -> bool:
        """Whether a record of a task that never ran says anything that the newest one in the store does not."""
        known = self._newest.get(record.task.key)
        if record.environment is not None or record.worker is not None or known is None:
            return True
        return (known.outcome, known.reason) != (record.outcome, record.reason)

    def _has_ended(self, record: Record) -> bool:
        if record.outcome not in LASTING or is_predicted(record):
            return False
        return self._since is None or datetime.fromisoformat(record.measured_at) >= self._since

    def _had_enough(self, record: Record) -> bool:
        """Whether more time or memory than it was given then would not change how it ended."""
        struck, suite = record.censored, self._suite
        if struck is None or record.outcome is Outcome.OK:
            return True
        more_time = struck.limit_s is not None and struck.limit_s < suite.timeout
        more_memory = struck.limit_bytes is not None and (
            suite.memory_limit is None or struck.limit_bytes < suite.memory_limit
        )
        return not (more_time or more_memory)


def _of_graph(record: Record | None, digest: str | None) -> Record | None:
    other = record is not None and digest and record.dataset is not None and record.dataset.digest != digest
    return None if other else record
