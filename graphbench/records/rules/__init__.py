"""The rules of comparisons: when a ratio is refused, only a bound, not of like with like, or needs a note.

A rule is one function. It looks at a :class:`Pair` of records and returns a sentence with its numbers if it applies,
else an empty string. Its effect on the verdict and its remedy are fixed. Rules read records alone and know no engine.
"""

from graphbench.records.rules import notes, refused, timing, unlike
from graphbench.records.rules.base import RULES, Effect, Pair, Rule, Verdict, evaluate, readable, rule_of

__all__ = [
    "RULES",
    "Effect",
    "Pair",
    "Rule",
    "Verdict",
    "evaluate",
    "notes",
    "readable",
    "refused",
    "rule_of",
    "timing",
    "unlike",
]
