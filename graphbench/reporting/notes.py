"""What else is to be known of the rows of a table: failures, reasons and notes of verdicts, warnings. Each once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from graphbench.records.break_even import BreakEven
from graphbench.records.comparison import Comparison
from graphbench.records.model import NEVER_RAN, PREDICTED, Outcome, Record
from graphbench.records.rules import Effect, Verdict, rule_of
from graphbench.records.times import was_busy
from graphbench.reporting import heading, numbers, warned
from graphbench.reporting.wording import brief
from graphbench.system.text import count, listed

GC_MATTERS = 1.3
"""Builds that take this many times as long with the garbage collector on are mentioned."""
FAILED = (Outcome.ERROR, Outcome.OUT_OF_MEMORY)
"""Why such a task has no time is said of its outcome, so its verdict needs no reason."""


def notes(rows: list[Record], own: Sequence[Comparison], *, details: bool) -> list[str]:
    """All notes on the rows of a table.

    Args:
        rows: its records.
        own: the comparisons of these.
        details: also the steps of starting and building.
    """
    return [
        *_failures(rows, own),
        *_of_verdicts(rows, own),
        *_won_back(rows, own),
        *_alone(rows, own),
        *_matched(rows),
        *_of_builds(rows, details=details),
        *_warnings(rows),
        *_never_ran(rows),
    ]


def _failures(rows: list[Record], own: Sequence[Comparison]) -> list[str]:
    """Failures with their reasons, alike ones together; without those that are the reason of a verdict."""
    given = {
        id_
        for one in own
        if any(rule_of(text).code in {"bound", "invalid"} for text in one.reasons)
        for id_ in (one.record, one.baseline_record)
    }
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.id not in given and row.outcome is not Outcome.OK and row.outcome not in NEVER_RAN:
            detail = row.reason or (row.certificate.detail if row.certificate else "no reason was recorded")
            how = f"{row.outcome.in_words}, predicted" if row.predicted else row.outcome.in_words
            found.setdefault((how, detail.removeprefix(PREDICTED)), []).append(heading.label(row, rows))
    return [f"{listed(names)}, {how}: {detail}" for (how, detail), names in found.items()]


def _of_verdicts(rows: Sequence[Record], own: Sequence[Comparison]) -> list[str]:
    """A line for each rule that applied, and its remedy once; a note that several engines share with one as example."""
    outcomes = {row.id: row.outcome for row in rows}
    busy = [row for row in rows if was_busy(row)]
    warned = bool(busy) and all(row.warnings for row in busy)  # the warnings then name each busy row
    found: dict[str, dict[str, str]] = {}
    for one in own:
        if outcomes[one.record] in {*NEVER_RAN, *FAILED}:
            continue
        aside = one.role != "baseline" and one.verdict is Verdict.LIKE
        for text in one.notes if aside else [*one.reasons, *one.notes]:
            if rule_of(text).code == "busy_machine" and warned:
                continue
            found.setdefault(rule_of(text).code, {}).setdefault(text.partition(": ")[2], one.engine)
    lines = []
    for code in sorted(found, key=lambda code: list(Effect)[::-1].index(rule_of(code).effect)):
        rule, details = rule_of(code), found[code]
        if rule.effect is not Effect.NOTE:
            lines.append(f"{rule.effect}, {rule.words}: {'; '.join(details)}. {rule.remedy}")
            continue
        (first, engine), *others = _with_subjects(details)
        also = sorted({name for _, name in others} - {engine})
        lines.append(f"{rule.words}: {first}{f'; likewise {listed(also)}' if also else ''}. {rule.remedy}")
    return lines


def _with_subjects(details: Mapping[str, str]) -> list[tuple[str, str]]:
    """Texts, each with an engine; all that say what engines may do as one, those alike with all of their engines."""
    engines: dict[str, list[str]] = {}
    for text, engine in details.items():
        subject, may, rest = text.partition(" may ")
        if not may or subject != engine:
            return [*details.items()]
        engines.setdefault(rest, []).append(engine)
    return [("; ".join(f"{listed(names)} may {rest}" for rest, names in engines.items()), "")]


def _of_builds(rows: list[Record], *, details: bool) -> list[str]:
    found = []
    for row in rows:
        name = heading.label(row, rows)
        if (row.phases.build_gc_s or 0.0) > GC_MATTERS * (row.phases.build_s or math.inf):
            on, off = (numbers.seconds(taken) for taken in (row.phases.build_gc_s, row.phases.build_s))
            found.append(f"{name} builds in {on} with the garbage collector on, as in most scripts; {off} with it off.")
        for verb, taken in (("starts", row.phases.start_steps_s), ("builds", row.phases.build_steps_s)):
            if details and len(taken) > 1:
                steps = [f"{step} {numbers.seconds(spent)}" for step, spent in taken.items()]
                found.append(f"{name} {verb} in steps: {listed(steps)}.")
    shared = [heading.label(row, rows) for row in rows if row.worker is not None and row.worker.shared_build]
    if shared:
        found.append(f"{listed(shared)}: the graph was read and built for an earlier task, and timed there.")
    return found


def _warnings(rows: list[Record]) -> list[str]:
    """Each kind of warning once: those that differ only in their numbers share a line, and each row is named once."""
    lines = []
    for kind in warned.kinds(rows).values():
        text = kind[0].text
        alike = dict.fromkeys(heading.label(one.record, rows) for one in kind if one.text == text)
        every = dict.fromkeys(heading.label(one.record, rows) for one in kind)
        also = [name for name in every if name not in alike]
        also_text = f" Likewise {listed(also)}." if also else ""
        lines.append(f"{listed(list(alike))}: {text.removesuffix('.')}.{also_text}")
    return lines


def _together(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Texts with all the names that they are about."""
    found: dict[str, list[str]] = {}
    for text, name in pairs:
        found.setdefault(text, []).append(name)
    return [f"{listed(names)}: {text}" for text, names in found.items()]


def _never_ran(rows: Sequence[Record]) -> list[str]:
    """Who has no row, and why in a few words: the rest is said elsewhere. In full where there is no row at all."""
    hints = {
        Outcome.UNSUPPORTED: f"`graphbench show {rows[0].task.algorithm}` lists the engines that have it.",
        Outcome.UNAVAILABLE: "`graphbench doctor` says how to install it.",
    }
    in_full = all(row.outcome in NEVER_RAN for row in rows)
    lines = []
    for outcome, hint in hints.items():
        own = [row for row in rows if row.outcome is outcome]
        whys = [row.reason if in_full else brief(re.split(r"[.,:;](?:\s|$)", row.reason)[0]) for row in own]
        shared = _together(zip(whys, [heading.label(row, rows) for row in own], strict=True))
        if own:
            lines.append(f"{outcome.in_words}: {'; '.join(shared)}{'' if in_full else f'. {hint}'}")
    return lines


def _won_back(rows: list[Record], own: Sequence[Comparison]) -> list[str]:
    """After how many calls GPU engines break even, against the CPU engines that they are compared with."""
    found: dict[tuple[BreakEven, str], list[str]] = {}
    for row in rows:
        runs: dict[BreakEven, dict[str, None]] = {}
        for one in own:
            if one.record == row.id and one.break_even_runs is not None:
                runs.setdefault(one.break_even_runs, {})[one.baseline] = None
        for number, names in runs.items():
            found.setdefault((number, listed(list(names))), []).append(heading.label(row, rows))
    return [f"{_win_back(names, number)} {baselines}." for (number, baselines), names in found.items()]


def _win_back(engines: Sequence[str], runs: BreakEven) -> str:
    verb, whose = ("wins", "its") if len(engines) == 1 else ("win", "their")
    text = f"{verb} back {whose} fixed cost (start, read, build and first call)"
    if runs == "not known":
        return f"No difference found, so it is not known when {listed(engines)} {text} against"
    when, after = ("never ", "") if runs == "never" else ("", f"after {count(runs, 'call')} ")
    return f"{listed(engines)} {when}{text} {after}against"


def _alone(rows: list[Record], own: Sequence[Comparison]) -> list[str]:
    """GPU engines without a comparable CPU engine, although CPU engines completed."""
    answered = {row.id for row in rows if row.device == "cpu" and row.outcome is Outcome.OK}
    fair = {
        comparison.record
        for comparison in own
        if comparison.verdict is Verdict.LIKE and comparison.baseline_record in answered
    }
    without = [
        heading.label(row, rows)
        for row in rows
        if row.device == "gpu" and row.outcome is Outcome.OK and row.id not in fair
    ]
    if not answered or not without:
        return []
    return [f"No CPU engine is comparable with {listed(without)}, so there is no ratio to the best CPU library."]


def _matched(rows: list[Record]) -> list[str]:
    """How the setting of each engine was chosen, at equal quality."""
    found = []
    for row in rows:
        if row.matched is None:
            continue
        best = numbers.quantity(row.matched.best)
        mark = f"{row.quality} within {100 * row.matched.within:g} % of the best seen ({best})"
        qualities = [median(attempt.quality) for attempt in row.matched.tried if attempt.quality]
        settings, reached = count(len(qualities), "setting"), max(qualities)
        if reached < row.matched.best - row.matched.within * abs(row.matched.best):
            how = f"none of {settings} has a {mark}; this is its best ({numbers.quantity(reached)})"
        else:
            how = f"the fastest of {settings} with a {mark}"
        found.append(f"{heading.label(row, rows)} at equal quality: {how}.")
    return found
