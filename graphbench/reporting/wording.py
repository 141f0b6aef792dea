"""A few words that several sections share: how a task ended, the codes of reasons, names for files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphbench.records.model import Outcome, Record
from graphbench.records.rules import rule_of
from graphbench.reporting.numbers import seconds

MOST_SIGNS = 160
"""How long a reason is in a table at most; the table of every record has it in full."""
_PLACE = re.compile(r"\s+at:?\s*/[^\s:]+:\d+")
"""Where in the sources of a library something was thrown, as RMM and libcugraph say it."""
_HOLLOW = "non-success value returned from "


def outcome(record: Record) -> str:
    """How it ended, in a few words: `timeout after 600 s in cold`."""
    words = record.outcome.in_words
    if record.predicted:
        return f"{words}, predicted"
    if record.censored is not None and record.outcome is Outcome.TIMEOUT:
        words += f" after {seconds(record.censored.after_s)} in {record.censored.phase}"
    return words


def codes(reasons: Sequence[str]) -> list[str]:
    """The codes of reasons, as words."""
    return [rule_of(reason).code.replace("_", " ") for reason in reasons]


def slug(text: str) -> str:
    """A text as part of a file's name and of an anchor: `louvain (resolution 2)` is `louvain-resolution-2`."""
    return "-".join("".join(sign if sign.isalnum() and sign.isascii() else " " for sign in text).split()).lower()


def brief(reason: str) -> str:
    """A reason as a table has room for it: what libraries say at length without the place in their sources, then cut.

    The cut is where a clause ends, else where a word does, and is marked.
    """
    if len(reason) <= MOST_SIGNS:
        return reason
    text = _PLACE.sub("", " ".join(reason.split())).replace(_HOLLOW, "")
    if len(text) <= MOST_SIGNS:
        return text
    room = text[: MOST_SIGNS - 1]
    ends = [match.start() for match in re.finditer(r"[;.] ", room)]
    end = ends[-1] if ends and ends[-1] > MOST_SIGNS // 3 else room.rfind(" ") if " " in room else len(room)
    return f"{room[:end].rstrip(',:;. ')}…"
