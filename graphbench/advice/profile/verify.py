"""Two runs of one program compared, function by function: with NetworkX, and with a backend of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from graphbench.advice.profile.answers import Answer
from graphbench.advice.profile.model import NO_FUNCTION, Profile, Site
from graphbench.certificates.agreement import agreement, first_with_label
from graphbench.records.rules.quality import LOWER_QUALITY
from graphbench.system.text import count, three

_SCORES = 1e-3
"""Scores agree within this part of the largest: a GPU may compute in float32, and both sides stop by a tolerance."""
_DISTANCES = 1e-5
"""Lengths and numbers about a whole graph agree within this part of themselves."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """One function in both runs.

    Attributes:
        function: NetworkX's name for it in its dispatch.
        calls: in the run with the backend.
        seconds: with NetworkX.
        backend_seconds: with the backend, conversions of graphs included.
        on_backend: calls that the backend ran itself.
        on_backend_inside: calls nested in it that the backend ran.
        fell_back: why NetworkX ran calls that the backend has a function for; empty if it ran none of those.
        compared: answers compared.
        agrees: whether they all agree; None if nothing was compared.
        finding: in words.
    """

    function: str
    calls: int
    seconds: float
    backend_seconds: float
    on_backend: int
    on_backend_inside: int
    fell_back: str
    compared: int
    agrees: bool | None
    finding: str


def verify(
    plain: Profile, other: Profile, answers: Sequence[Answer], others: Sequence[Answer], *, failed: bool = False
) -> list[Verified]:
    """Compare two runs: functions with other answers first, then those that take longest.

    Args:
        plain: the run with NetworkX.
        other: the run with the backend.
        answers: of the first run.
        others: of the second.
        failed: whether the second ended differently, so that calls of it can be missing.
    """
    first, second = plain.by_function, other.by_function
    pairs = _pairs(answers, others)
    found = []
    for name in dict.fromkeys([*first, *second]):
        if name.endswith("__new__"):  # a graph that is made empty has no answer
            continue
        plainly, sites = first.get(name, []), second.get(name, [])
        compared, agrees, finding = _judged(pairs.get(name, []))
        before, after = (sum(site.calls for site in each) for each in (plainly, sites))
        if before != after:
            why = "the second run failed" if failed else "set a random seed"
            finding = f"{finding}; called {before:,} and {after:,} times: {why}"
        raised = [sum(site.raised for site in each) for each in (plainly, sites)]
        if raised[0] != raised[1]:
            agrees, finding = False, f"raised {raised[0]:,} and {raised[1]:,} errors"
        found.append(
            Verified(
                function=name,
                calls=after,
                seconds=sum(site.seconds for site in plainly),
                backend_seconds=sum(site.seconds for site in sites),
                on_backend=sum(site.on_backend for site in sites),
                on_backend_inside=sum(inner.on_backend for site in sites for inner in site.inner.values()),
                fell_back=_fell_back(sites, other.priority[:1]),
                compared=compared,
                agrees=agrees,
                finding=finding,
            )
        )
    return sorted(found, key=lambda each: (each.agrees is not False, -max(each.seconds, each.backend_seconds)))


def _fell_back(sites: Sequence[Site], backend: Sequence[str]) -> str:
    for site in sorted(sites, key=lambda site: -site.seconds):
        own = next((each for each in site.support if each.backend in backend), None)
        if own is None or own.reason == NO_FUNCTION or site.on_backend >= site.calls:
            continue
        if site.mutates:
            return "it changes its graph"
        if site.returns_graph:
            return "it makes a graph, which needs NETWORKX_BACKEND_PRIORITY_GENERATORS"
        return own.reason or "the backend gave up when it was called"
    return ""


Pair = tuple[Answer, Answer | None]


def _pairs(answers: Sequence[Answer], others: Sequence[Answer]) -> dict[str, list[Pair]]:
    """Answers to the same question side by side, whatever the order of threads."""
    waiting: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in others:
        waiting[answer.function, answer.question].append(answer)
    found: dict[str, list[Pair]] = defaultdict(list)
    for answer in answers:
        same = waiting[answer.function, answer.question]
        found[answer.function].append((answer, same.pop(0) if same else None))
    return found


def _judged(pairs: Sequence[Pair]) -> tuple[int, bool | None, str]:
    """How many answers were compared, whether they agree, and the finding of the worst."""
    findings: list[tuple[bool | None, float, str]] = []
    for one, two in pairs:
        if two is None:
            findings.append((None, 0.0, "asked about another graph in the second run: set a random seed"))
        elif "none" in {one.form, two.form}:
            findings.append((None, 0.0, f"not compared: {one.value if one.form == 'none' else two.value}"))
        elif not (one.whole and two.whole):
            findings.append((None, 0.0, "not compared: not read to its end"))
        else:
            findings.append(compare(one, two))
    compared = sum(agrees is not None for agrees, _, _ in findings)
    if not findings:
        return 0, None, "not compared"
    agrees, _, text = min(findings, key=lambda each: (each[0] is not False, each[0] is None and compared > 0, -each[1]))
    return compared, agrees if compared else None, text


def compare(one: Answer, two: Answer) -> tuple[bool, float, str]:
    """Whether two answers to one question agree, how far apart they are, and in words."""
    if one.form == "labels":
        return _groups(one.value, two.value)
    if one.form == "partition":
        return _partitions(one, two)
    if one.form == "graph":
        same = one.value == two.value
        return same, 0.0, "the same graph" if same else "differs: other vertices or edges"
    lengths = one.form in {"depths", "paths"} or any(word in one.function for word in ("length", "dijkstra", "ford"))
    return _values(one.value, two.value, lengths=lengths)


def _groups(one: Any, two: Any) -> tuple[bool, float, str]:
    labels = [{vertex: label for label, group in enumerate(each) for vertex in group} for each in (one, two)]
    if labels[0].keys() != labels[1].keys():
        return False, 1.0, "differs: other vertices"
    a, b = (np.array([each[vertex] for vertex in labels[0]], dtype=np.int64) for each in labels)
    if agreement("labels", a, b).kind == "equivalent":
        return True, 0.0, "the same up to order"
    different = int((first_with_label(a) != first_with_label(b)).sum())
    return False, 1.0, f"differs for {count(different, 'vertex')}"


def _partitions(one: Answer, two: Answer) -> tuple[bool, float, str]:
    assert one.quality is not None
    assert two.quality is not None
    lower = (one.quality - two.quality) / max(abs(one.quality), 1e-12)
    like = lower <= LOWER_QUALITY
    return like, lower, f"{'' if like else 'worse: '}modularity {two.quality:.4f} against {one.quality:.4f}"


def _values(one: Any, two: Any, *, lengths: bool) -> tuple[bool, float, str]:
    found = _in_order(one, two, lengths=lengths)
    if found[0]:
        return found
    again = _in_order(_sorted(one), _sorted(two), lengths=lengths)
    return (True, again[1], f"{again[2]} in another order") if again[0] else min(found, again, key=lambda each: each[1])


def _in_order(one: Any, two: Any, *, lengths: bool) -> tuple[bool, float, str]:
    leaves, others = dict(_leaves(one)), dict(_leaves(two))
    if leaves.keys() != others.keys():
        return False, float("inf"), f"differs: {count(len(leaves), 'value')} against {len(others):,}, or other keys"
    numbers = [key for key, leaf in leaves.items() if _number(leaf) and _number(others[key])]
    rest = leaves.keys() - set(numbers)
    if wrong := sum(leaves[key] != others[key] for key in rest):
        return False, float("inf"), f"differs in {wrong:,} of {count(len(leaves), 'value')}"
    a, b = (np.array([float(each[key]) for key in numbers], dtype=np.float64) for each in (leaves, others))
    unit = ""
    if all(isinstance(leaves[key], int) for key in numbers):
        same = agreement("counts", a, b)
    elif lengths or len(numbers) == 1:
        same = agreement("distances", a, b, _DISTANCES)
    else:
        largest, unit = float(np.max(np.abs(a), initial=0.0)) or 1.0, " of the largest"
        same = agreement("scores", a / largest, b / largest, _SCORES)
    agrees = same.kind != "differs"
    return agrees, same.max_difference or 0.0, _words(agrees, same.max_difference, unit)


def _words(agrees: bool, difference: float | None, unit: str) -> str:
    if agrees and not difference:
        return "the same"
    far = "" if difference is None else f" by up to {three(difference)}{unit}"
    return f"the same within {three(difference or 0)}{unit}" if agrees else f"differs{far}"


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _sorted(value: Any) -> Any:
    """Lists in an order of their own: a backend may list the same items in another one, but fractions stay in place."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=_key)
    return tuple(map(_sorted, value)) if isinstance(value, tuple) else value


def _key(value: Any) -> str:
    """What an item of a list is recognised by: everything but its fractions."""
    if isinstance(value, tuple):
        return repr([_key(item) for item in value])
    if isinstance(value, frozenset):
        return repr(sorted(map(_key, value)))
    return "" if isinstance(value, float) else repr(value)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _leaves(item, (*path, place))
    else:
        yield path, value
