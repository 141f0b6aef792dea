"""What stands beneath a table besides its footnotes: failures, fixed costs, how settings were found; a line each."""

from __future__ import annotations

from statistics import median

from graphbench.records.comparison import Comparison, Runs, fixed_cost
from graphbench.records.model import Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.reporting import heading, numbers
from graphbench.reporting.numbers import Signs
from graphbench.system.text import count, listed


def remarks(rows: list[Record], own: list[Comparison], signs: Signs) -> list[str]:
    """All remarks on the rows of a table.

    Args:
        rows: its records.
        own: the comparisons of these.
        signs: which the stream can show.
    """
    return [*_of_outcomes(rows, signs), *_won_back(rows, own, signs), *_alone(rows, own), *_matched(rows)]


def _of_outcomes(rows: list[Record], signs: Signs) -> list[str]:
    """Failures with their reasons, engines that fail alike together; then what else is to be known of a row."""
    failures: dict[tuple[Outcome, str], list[str]] = {}
    warned: dict[str, list[str]] = {}
    found = []
    for row in rows:
        name = heading.label(row, rows)
        if row.outcome is not Outcome.OK:
            detail = row.reason or (row.certificate.detail if row.certificate else "no reason was recorded")
            failures.setdefault((row.outcome, detail), []).append(name)
        for verb, taken in (("starts", row.phases.start_steps_s), ("builds", row.phases.build_steps_s)):
            if len(taken) > 1:
                steps = [f"{step} {numbers.seconds(each, signs)}" for step, each in taken.items()]
                found.append(f"{name} {verb} in steps: {listed(steps)}.")
        for warning in row.warnings:
            warned.setdefault(warning, []).append(name)
    shared = [heading.label(row, rows) for row in rows if row.worker is not None and row.worker.shared_build]
    if shared:
        found.append(f"The graph of {listed(shared)} was read and built once, for an earlier task; timed there.")
    failed = [f"{listed(names)}, {outcome.in_words}: {detail}" for (outcome, detail), names in failures.items()]
    return [*failed, *found, *(f"{listed(names)}: {text}" for text, names in warned.items())]


def _won_back(rows: list[Record], own: list[Comparison], signs: Signs) -> list[str]:
    """After how many runs each GPU engine has won back its fixed cost, against each CPU engine it is set against."""
    found = []
    for row in rows:
        against = {
            each.baseline: f"{_after(each.break_even_runs)} against {each.baseline}"
            for each in own
            if each.record == row.id and each.break_even_runs is not None
        }
        if against:
            cost = numbers.seconds(fixed_cost(row), signs)
            found.append(
                f"{heading.label(row, rows)} wins back its fixed cost (start, read, build and first call: {cost}) "
                f"{listed(list(against.values()))}."
            )
    return found


def _alone(rows: list[Record], own: list[Comparison]) -> list[str]:
    """GPU engines that no CPU engine can be set against, though some came to an answer."""
    answered = {row.id for row in rows if row.device == "cpu" and row.outcome is Outcome.OK}
    fair = {each.record for each in own if each.verdict is Verdict.LIKE and each.baseline_record in answered}
    without = [
        heading.label(row, rows)
        for row in rows
        if row.device == "gpu" and row.outcome is Outcome.OK and row.id not in fair
    ]
    if not answered or not without:
        return []
    return [f"No CPU engine is like {listed(without)}, so the best of them is no second baseline here."]


def _after(runs: Runs) -> str:
    return runs if runs == "never" else f"after {count(runs, 'run')}"


def _matched(rows: list[Record]) -> list[str]:
    """How each engine came to its setting, where quality was matched."""
    found = []
    for row in rows:
        if row.matched is None:
            continue
        mark = (
            f"{row.quality} within {100 * row.matched.within:g} % of the best seen ({numbers.figure(row.matched.best)})"
        )
        qualities = [median(each.quality) for each in row.matched.tried if each.quality]
        settings, reached = count(len(qualities), "setting"), max(qualities)
        if reached < row.matched.best - row.matched.within * abs(row.matched.best):
            how = f"none of {settings} has a {mark}; this is its best ({numbers.figure(reached)})"
        else:
            how = f"the fastest of {settings} with a {mark}"
        found.append(f"{heading.label(row, rows)} at equal quality: {how}.")
    return found
