"""What a rule of comparisons is, what it looks at, and what it does to the verdict."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from graphbench.records.model import Outcome, Record
from graphbench.records.statistics import Estimate


class Pair(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Two records to compare.

    Attributes:
        baseline: the record whose time is divided.
        engine: the record whose time divides.
        ratio: baseline time over engine time; None where a side has no time.
        bound: `lower` or `upper` where the ratio is only a bound.
        first_calls: the ratio is that of first calls, as a side has no warm call.
        stale: what changed since a record was made, for each stale record's id.
        usual_build: the median build of the other engines on its kind of device, for each record's id.
        left_out: what is faster than the baseline and is not the best CPU library, each with the reason.
    """

    baseline: Record
    engine: Record
    ratio: Estimate | None
    bound: str | None = None
    first_calls: bool = False
    stale: Mapping[str, str] = {}
    usual_build: Mapping[str, float] = {}
    left_out: Sequence[str] = ()

    @property
    def sides(self) -> tuple[Record, Record]:
        """Both records, the baseline's first."""
        return self.baseline, self.engine

    @cached_property
    def answered(self) -> list[Record]:
        """The records that have an answer."""
        return [record for record in self.sides if record.outcome is Outcome.OK]


class Verdict(enum.StrEnum):
    """Whether a ratio compares like with like."""

    LIKE = "like"
    UNLIKE = "unlike"
    UNDECIDED = "undecided"
    REFUSED = "refused"

    @property
    def meaning(self) -> str:
        """In a few words."""
        return _VERDICTS[self.value]


_VERDICTS = {
    "like": "the same work, and answers as good",
    "unlike": "different work, or a worse answer, so the ratio does not count",
    "undecided": "one side has no answer, or too few seeds to compare",
    "refused": "no ratio",
}


class Effect(enum.StrEnum):
    """What a rule that applies does to the verdict."""

    NOTE = "note"  # stays like
    UNLIKE = "unlike"
    UNDECIDED = "undecided"
    REFUSED = "refused"


NOTE, UNLIKE, UNDECIDED, REFUSED = Effect


class Rule(NamedTuple):
    """A rule of comparisons.

    Attributes:
        code: how its messages begin.
        effect: on the verdict.
        meaning: what it is about, one sentence without numbers.
        remedy: what to do about it, one sentence.
        check: returns why the rule applies to a pair, or an empty string.
    """

    code: str
    effect: Effect
    meaning: str
    remedy: str
    check: Callable[[Pair], str]

    @property
    def words(self) -> str:
        """The code as a reader sees it: `few trials`."""
        return self.code.replace("_", " ")

    def message(self, detail: str) -> str:
        """The text for a comparison: the code, a colon, and a sentence."""
        return f"{self.code}: {detail}"


RULES: dict[str, Rule] = {}
"""All rules by their codes."""
_BY_EFFECT: dict[Effect, list[Rule]] = {effect: [] for effect in Effect}


def rule(
    code: str, effect: Effect, *, meaning: str, remedy: str
) -> Callable[[Callable[[Pair], str]], Callable[[Pair], str]]:
    """Register the decorated function as a rule."""

    def register(check: Callable[[Pair], str]) -> Callable[[Pair], str]:
        RULES[code] = Rule(code, effect, meaning, remedy, check)
        _BY_EFFECT[effect].append(RULES[code])
        return check

    return register


def rule_of(message: str) -> Rule:
    """The rule of a message.

    Raises:
        ValueError: if it does not begin with the code of a rule.
    """
    code = message.partition(":")[0]
    if code not in RULES:
        raise ValueError(f"no rule has the code {code!r}")
    return RULES[code]


def readable(message: str) -> str:
    """A message with its code as words: `few trials: too few ...`; what begins with no code stays as it is."""
    code, colon, detail = message.partition(":")
    return f"{RULES[code].words}{colon}{detail}" if code in RULES else message


def evaluate(pair: Pair, effects: Sequence[Effect] = (REFUSED, UNDECIDED, UNLIKE, NOTE)) -> Iterator[tuple[Rule, str]]:
    """All rules that apply, with their messages, the gravest effects first; if one refuses the ratio, no milder one."""
    refused = False
    for effect in effects:
        if refused:
            return
        for candidate in _BY_EFFECT[effect]:
            if detail := candidate.check(pair):
                refused = refused or effect is REFUSED
                yield candidate, candidate.message(detail)


def names(pair: Pair) -> tuple[str, str]:
    """The engines of the two sides."""
    return pair.baseline.task.engine, pair.engine.task.engine
