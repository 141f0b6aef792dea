"""Warnings of records, kind by kind: those that differ only in their numbers are of one kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from graphbench.records.model import Record

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_OF_TIMES = re.compile(r"\b(trials?|machine|median|medians|the GPU)\b")
"""What warnings about times are about; the others are about answers."""


class Warned(NamedTuple):
    """A record and one of its warnings."""

    record: Record
    text: str

    @property
    def extent(self) -> float:
        """How far the first two numbers of the text are apart, by their ratio."""
        first, second, *_ = [*(float(found.replace(",", "")) for found in _NUMBER.findall(self.text)), 1.0, 1.0]
        return max(first, second) / (min(first, second) or 1.0)


def kinds(records: Iterable[Record]) -> list[list[Warned]]:
    """The warnings of each kind, the most extreme first; kinds that are about answers come before those of times."""
    found: dict[str, list[Warned]] = {}
    for record in records:
        for text in record.warnings:
            found.setdefault(_NUMBER.sub("", text), []).append(Warned(record, text))
    sorted_kinds = sorted(found.items(), key=lambda kind: (not of_answers(kind[1]), -len(kind[1]), kind[0]))
    return [sorted(own, key=lambda one: -one.extent) for _, own in sorted_kinds]


def of_answers(kind: list[Warned]) -> bool:
    """Whether a kind is about answers: not about times, of which the spread is known."""
    return not _OF_TIMES.search(kind[0].text)
