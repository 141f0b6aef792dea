"""A few words that several sections share: how a task ended, the codes of reasons, names for files."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.model import Outcome
from graphbench.reasons import Reason
from graphbench.reporting.figures import seconds
from graphbench.reporting.measured import Cell

NOTHING = "–"  # noqa: RUF001 - a dash


def outcome(cell: Cell) -> str:
    """How it ended, in a few words: `timeout after 600 s in cold`."""
    record = cell.record
    words = str(record.outcome).replace("_", " ")
    if record.reason.startswith("predicted: "):
        return f"{words}, predicted"
    if record.censored is not None and record.outcome is Outcome.TIMEOUT:
        words += f" after {seconds(record.censored.after_s)} in {record.censored.phase}"
    return words


def codes(reasons: Sequence[str]) -> list[str]:
    """The codes of reasons, as words."""
    return [Reason.of(reason).value.replace("_", " ") for reason in reasons]


def slug(text: str) -> str:
    """A text as part of a file's name and of an anchor: `louvain (resolution 2)` is `louvain-resolution-2`."""
    return "-".join("".join(sign if sign.isalnum() and sign.isascii() else " " for sign in text).split()).lower()
