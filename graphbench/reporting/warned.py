"""Warnings of records, kind by kind: those that differ only in their numbers are of one kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from graphbench.records.model import Record

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_OF_TIMES = re.compile(r"\b(trials?|machine|median|medians|the GPU)\b")
"""What warnings about times are about; the others are about answers."""
_FALSE_NUMBER = "the engine reports"
"""How the gravest begin: a number of the engine's own is not that of its answer."""


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
    """The warnings of each kind, the most extreme first; those about answers before those of times."""
    found: dict[str, list[Warned]] = {}
    for record in records:
        for text in record.warnings:
            found.setdefault(_NUMBER.sub("", text), []).append(Warned(record, text))

    def rank(kind: tuple[str, list[Warned]]) -> tuple[bool, bool, int, str]:
        text, own = kind
        return not of_answers(own), not text.startswith(_FALSE_NUMBER), -len(own), text

    return [sorted(own, key=lambda one: -one.extent) for _, own in sorted(found.items(), key=rank)]


def of_answers(kind: list[Warned]) -> bool:
    """Whether a kind is about answers: not about times, of which the spread is known."""
    return not _OF_TIMES.search(kind[0].text)
