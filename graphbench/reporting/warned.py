"""Warnings of records, kind by kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from graphbench.records.model import Record
from graphbench.records.times import BUSY
from graphbench.reporting.document import Bullets, RecordsLink
from graphbench.reporting.numbers import plain
from graphbench.system.text import listed


class Kind(NamedTuple):
    """Warnings that have a phrase in common: their name, what it means, and whether they are about an answer.

    The others are about times, of which the spread is known.
    """

    phrase: str
    word: str
    meaning: str
    of_answer: bool = True


KINDS = (
    Kind("the engine reports a", "misreported number", "the number that an engine reports is not that of its answer"),
    Kind("is not certified", "not certified", "the answer could not be checked"),
    Kind("the quality is not matched", "unmatched quality", "no setting of the engine could be rated"),
    Kind("though Leiden keeps", "disconnected communities", "a community is in pieces, which Leiden rules out"),
    Kind("differ from those of", "values differ", "from another engine's; recomputed exactly, these are right"),
    Kind("is no better than", "no better than random", "a random partition is as good as the answer"),
    Kind("weights were drawn", "drawn weights", "random, as the graph has none: distances mean nothing for it"),
    Kind("no edge leaves the start", "start without edges", "the search reached nothing but its start vertex"),
    Kind("scores of both signs", "scores of both signs", "several answers are right"),
    Kind("the answer is not kept", "answer not kept", "later engines are not compared with it"),
    Kind("the median is uncertain by", "uncertain median", "its interval is wider than the target", of_answer=False),
    Kind("took far longer than the others", "outliers", "a few trials took far longer", of_answer=False),
    Kind("something was still", "slow first trial", "the first warm call was not warm yet", of_answer=False),
    Kind("used the GPU", "shared GPU", "other processes used the GPU meanwhile", of_answer=False),
    Kind("clocks were throttled", "throttled GPU", "heat or the power limit slowed it down", of_answer=False),
    Kind(BUSY, "busy machine", "more processes were runnable than it has cores", of_answer=False),
    Kind("the speed of the machine varied", "drift", "the medians of rounds differ", of_answer=False),
    Kind("that its cache on", "compiled kernels", "the start compiled GPU code, which is kept", of_answer=False),
)  # fmt: skip
"""The gravest first; a warning is of the first kind whose phrase it has."""
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


class Warned(NamedTuple):
    """A record and one of its warnings."""

    record: Record
    text: str

    @property
    def extent(self) -> float:
        """How far the first two numbers of the text are apart, by their ratio."""
        first, second, *_ = [*(float(found.replace(",", "")) for found in _NUMBER.findall(self.text)), 1.0, 1.0]
        return max(first, second) / (min(first, second) or 1.0)


def kinds(records: Iterable[Record]) -> dict[Kind, list[Warned]]:
    """The warnings of each kind, the most extreme first; those of no kind by their text without its numbers."""
    found: dict[Kind, list[Warned]] = {kind: [] for kind in KINDS}
    for record in records:
        for text in record.warnings:
            bare = _NUMBER.sub("…", text)
            other = Kind(bare, re.split("[.:,]", bare)[0].strip(), "")
            kind = next((one for one in KINDS if one.phrase in text), other)
            found.setdefault(kind, []).append(Warned(record, text))
    return {kind: sorted(own, key=lambda one: -one.extent) for kind, own in found.items() if own}


def link(kind: Kind, own: Sequence[Warned], machine: str = "") -> RecordsLink:
    """`outliers (3)`, to the records that have such a warning, on a machine if it is named.

    A warning of no kind, a plugin's, leads nowhere: no phrase is known that all of them have.
    """
    number = len({one.record.id for one in own})
    choices = [("machine", machine), ("search", kind.phrase)] if kind in KINDS else []
    return RecordsLink(plain(f"{kind.word} ({number:,})"), [(name, value) for name, value in choices if value])


def bullets(found: Mapping[Kind, Sequence[Warned]], machine: str = "") -> Bullets:
    """A line for each kind: how many records have it, of which engines, and the most extreme of them."""
    links = {kind: link(kind, own, machine) for kind, own in found.items()}

    def line(kind: Kind, own: Sequence[Warned]) -> str:
        worst = own[0]
        one = f"{worst.record.task.engine}, {worst.record.problem} on {worst.record.task.dataset}: {worst.text}"
        engines = listed(sorted({other.record.task.engine for other in own}))
        return plain(f"{links[kind].text}: {f'{engines}; most extreme: ' if len(own) > 1 else ''}{one}")

    return Bullets([line(kind, own) for kind, own in found.items()], [one for one in links.values() if one.choices])
