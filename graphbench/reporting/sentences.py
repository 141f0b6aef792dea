"""Sentences about one problem: the answer (how much faster, and are the answers the same?), and remarks on its rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from graphbench.records.best_cpu import best_cpu, did_the_work
from graphbench.records.break_even import Runs, fixed_cost
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.rules.quality import LOWER_QUALITY, LOWER_QUALITY_ONE_SEED
from graphbench.records.times import usual_builds, was_busy
from graphbench.reporting import heading, numbers, speeds
from graphbench.reporting.numbers import Signs, quantity
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import codes
from graphbench.system.text import count, listed

GC_MATTERS = 1.3
"""Builds that take this many times as long with the garbage collector on are mentioned."""


def answer(rows: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs) -> str:
    """One sentence on a group of records of one problem, dataset and machine."""
    if all(row.outcome in NEVER_RAN for row in rows):
        return _nothing(rows)
    headline = _headline(rows, comparisons)
    parts = [*_speed(headline, comparisons, rows, signs), *_fastest_cpu(headline, rows, comparisons, signs)]
    sentence = "; ".join(part for part in (*parts, _answers(rows)) if part)
    return f"{sentence}." if sentence else ""


def _nothing(rows: Sequence[Record]) -> str:
    """The sentence where no engine ran: why, and what to do. Others may not have been reached."""
    problem = rows[0].task.algorithm
    absent = list(dict.fromkeys(row.task.engine for row in rows if row.outcome is Outcome.UNAVAILABLE))
    if absent:
        return f"nothing was measured: {listed(absent)} can compute {problem}, but cannot run here."
    names = list(dict.fromkeys(row.task.engine for row in rows))
    verb = "does" if len(names) == 1 else "do"
    return (
        f"nothing was measured: {listed(names)} {verb} not have {problem}; `graphbench show {problem}` lists the "
        "engines that do."
    )


def _headline(rows: Sequence[Record], comparisons: Sequence[Comparison]) -> Comparison | None:
    """The comparison with the baseline that the sentence is about; None where no ratio is given."""
    gpu = {row.id for row in rows if row.device == "gpu"}

    def rank(comparison: Comparison) -> tuple[bool, bool, bool, bool, bool, float]:
        # What compares like with like leads, an estimate before a bound, a GPU engine before the others, and one whose
        # warm call did all of the work before one whose call did not.
        return (
            comparison.verdict is Verdict.LIKE,
            comparison.bound is None,
            comparison.bound != "upper",
            comparison.record in gpu,
            comparison.calls_work,
            getattr(comparison, comparison.leads) or 0.0,
        )

    given = [
        comparison for comparison in comparisons if comparison.role == "baseline" and comparison.ratio_call is not None
    ]
    return max(given, key=rank, default=None)


def _speed(
    headline: Comparison | None, comparisons: Sequence[Comparison], rows: Sequence[Record], signs: Signs
) -> list[str]:
    if headline is None:
        missing = [text.partition(": ")[2] for comparison in comparisons for text in comparison.reasons]
        return [f"no ratio can be given: {missing[0]}"] if missing else []
    engine, baseline = _name(headline.engine, headline.record, rows), _baseline(headline, rows)
    if headline.verdict is Verdict.UNLIKE:  # then all are: a number would be quoted without the reason
        return [
            f"no ratio of like with like: {engine} against {baseline} is unlike ({listed(codes(headline.reasons))})"
        ]
    names = [name for name in TOTALS if headline.leads == "ratio_call" or name != "ratio_call"]
    text = f"{engine} {speeds.against(baseline, speeds.speeds(headline, names), signs)}"
    if headline.verdict is Verdict.UNDECIDED:
        text += ", undecided: one side has no answer"
    return [text]


def _name(engine: str, id_: str | None, rows: Sequence[Record]) -> str:
    """An engine, with its number of threads where it was measured at several."""
    threads = {row.id: row.task.params.get("threads") for row in rows if row.task.engine == engine}
    own = threads.get(id_ or "")
    return f"{engine} ({count(own, 'thread')})" if own is not None and len(set(threads.values())) > 1 else engine


def _baseline(comparison: Comparison, rows: Sequence[Record]) -> str:
    return _name(comparison.baseline, comparison.baseline_record, rows)


def _fastest_cpu(
    headline: Comparison | None, rows: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs
) -> list[str]:
    """How a GPU engine compares with the best CPU engines; where there is none, the fastest of them."""
    fair = [one for one in comparisons if one.role != "baseline" and one.verdict is Verdict.LIKE]
    of_headline = [one for one in fair if headline is not None and one.record == headline.record]
    if chosen := of_headline or fair:
        record = max(chosen, key=lambda one: getattr(one, one.leads) or 0.0).record
        return _best_cpu([one for one in chosen if one.record == record], rows, signs, named=not of_headline)
    if any(one.also_best_cpu and one.verdict is Verdict.LIKE for one in comparisons):
        return []  # the baseline, which the sentence has named
    verdicts = {comparison.record: comparison.verdict for comparison in comparisons if comparison.role == "baseline"}
    rivals = [row for row in rows if verdicts.get(row.id) not in {Verdict.REFUSED, Verdict.UNLIKE}]
    fastest = best_cpu(rivals, "call", usual_build=usual_builds(rows))
    if fastest is None or len({row.task.engine for row in rivals if did_the_work(row)}) < 2:
        return []
    busy = " (on a busy machine)" if was_busy(fastest) else ""
    return [f"fastest CPU engine: {_name(fastest.task.engine, fastest.id, rows)}{busy}"]


def _best_cpu(own: Sequence[Comparison], rows: Sequence[Record], signs: Signs, *, named: bool) -> list[str]:
    """The ratios of one engine to the best CPU engines by warm call and by first answer, which may be two."""
    by_role = {one.role: one for one in own}
    best, first = by_role.get("best_cpu"), by_role.get("best_cpu_first_answer")
    subject = f"{own[0].engine} " if named else ""
    found = []
    if best is not None:
        names: list[RatioName] = list(TOTALS) if first is None else ["ratio_call"]
        whose = "the best CPU engine" if first is None else "the best CPU engine by warm call"
        found.append((f"{_baseline(best, rows)}, {whose}", best, names))
    if first is not None:
        whose = "the best by first answer" if best is not None else "the best CPU engine by first answer"
        found.append((f"{_baseline(first, rows)}, {whose}", first, ["ratio_first_answer", "ratio_whole_script"]))
    return [
        f"{subject}{speeds.against(whose, speeds.speeds(one, names), signs)}{_busy(one)}" for whose, one, names in found
    ]


def _busy(comparison: Comparison) -> str:
    return " (on a busy machine)" if "busy machine" in codes(comparison.notes) else ""


def _answers(rows: Sequence[Record]) -> str:
    wrong = [row.task.engine for row in rows if row.outcome is Outcome.INVALID]
    if wrong:
        return f"answers: wrong from {listed(wrong)}"
    right = [row for row in rows if row.outcome is Outcome.OK]
    if len(right) < 2:
        return "answer: certified" if right and all(row.certificate for row in right) else ""
    if all(row.quality for row in right):
        return _qualities(right)
    kinds = {agreement.kind for row in right for agreement in row.agreement}
    if "differs" in kinds:
        apart = [
            f"{row.task.engine} and {agreement.engine}"
            for row in right
            for agreement in row.agreement
            if agreement.kind == "differs"
        ]
        return f"answers: differ between {apart[0]}"
    if kinds:
        words = {
            "exact": "identical",
            "equivalent": "the same up to renaming",
            "epsilon": "the same within the tolerance",
        }
        loosest = next((words[kind] for kind in ("epsilon", "equivalent", "exact") if kind in kinds), "")
        return f"answers: {loosest}" if loosest else ""
    return "answers: each certified" if all(row.certificate and row.certificate.valid for row in right) else ""


def _qualities(rows: Sequence[Record]) -> str:
    measure = rows[0].quality
    values = [median(row.trials.quality) if row.trials.quality else row.answer.get(row.quality) for row in rows]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return ""
    low, high = min(known), max(known)
    apart = (high - low) / abs(high) if high else 0.0
    between = quantity(low) if quantity(low) == quantity(high) else f"{quantity(low)} to {quantity(high)}"
    if apart <= LOWER_QUALITY:
        return f"answers: same quality ({measure} {between})"
    worst = rows[known.index(low)].task.engine
    how = f"within {100 * apart:.2g} %" if apart <= LOWER_QUALITY_ONE_SEED else "differs"
    return f"answers: quality {how} ({measure} {between}; lowest from {worst})"


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
        if (row.phases.build_gc_s or 0.0) > GC_MATTERS * (row.phases.build_s or math.inf):
            on, off = (numbers.seconds(taken, signs) for taken in (row.phases.build_gc_s, row.phases.build_s))
            found.append(f"{name} builds in {on} with the garbage collector on, as in most scripts; {off} with it off.")
        for verb, taken in (("starts", row.phases.start_steps_s), ("builds", row.phases.build_steps_s)):
            if len(taken) > 1:
                steps = [f"{step} {numbers.seconds(spent, signs)}" for step, spent in taken.items()]
                found.append(f"{name} {verb} in steps: {listed(steps)}.")
        for warning in row.warnings:
            warned.setdefault(warning, []).append(name)
    shared = [heading.label(row, rows) for row in rows if row.worker is not None and row.worker.shared_build]
    if shared:
        found.append(f"The graph of {listed(shared)} was read and built once, for an earlier task; timed there.")
    failed = [f"{listed(names)}, {outcome.in_words}: {detail}" for (outcome, detail), names in failures.items()]
    return [*failed, *found, *(f"{listed(names)}: {text}" for text, names in warned.items())]


def _won_back(rows: list[Record], own: list[Comparison], signs: Signs) -> list[str]:
    """After how many calls each GPU engine breaks even, against each CPU engine that it is compared with."""
    found = []
    for row in rows:
        against = {
            comparison.baseline: f"{_after(comparison.break_even_runs)} against {comparison.baseline}"
            for comparison in own
            if comparison.record == row.id and comparison.break_even_runs is not None
        }
        if against:
            cost = numbers.seconds(fixed_cost(row), signs)
            found.append(
                f"{heading.label(row, rows)} wins back its fixed cost (start, read, build and first call: {cost}) "
                f"{listed(list(against.values()))}."
            )
    return found


def _alone(rows: list[Record], own: list[Comparison]) -> list[str]:
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
    return [f"No CPU engine is comparable with {listed(without)}, so there is no ratio to the best CPU engine."]


def _after(runs: Runs) -> str:
    return runs if runs == "never" else f"after {count(runs, 'call')}"


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
