"""Footnotes of a table: the reasons and notes of its comparisons, numbered in the order in which they are met."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.records.rules import rule_of
from graphbench.reporting import numbers
from graphbench.reporting.numbers import Signs


class Footnotes:
    """Numbers reasons and notes in the order in which they are met; the same text keeps its number."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._texts: list[str] = []

    def marks(self, texts: Sequence[str]) -> str:
        """The numbers of some texts, as a cell ends with them."""
        self._texts += [text for text in dict.fromkeys(texts) if text not in self._texts]
        known = sorted({self._texts.index(text) + 1 for text in texts})
        return "".join(f" {numbers.mark(number, self._signs)}" for number in known)

    def listed(self) -> list[tuple[int, str]]:
        """Number and text of each, the remedy where its reason is met for the first time."""
        found, advised = [], set()
        for number, text in enumerate(self._texts, start=1):
            rule = rule_of(text)
            advice = "" if rule in advised else f" {rule.remedy}"
            advised.add(rule)
            found.append((number, numbers.plain(f"{text}.{advice}")))
        return found
