"""Sentences about one problem: the answer (how much faster, and are the answers the same?), and remarks on its rows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from graphbench.records.best_cpu import best_cpu, did_the_work
from graphbench.records.break_even import Runs, fixed_cost
from graphbench.records.comparison import Comparison
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.rules.quality import LOWER_QUALITY, LOWER_QUALITY_ONE_SEED
from graphbench.records.times import usual_builds, was_busy
from graphbench.reporting import heading, numbers
from graphbench.reporting.numbers import Signs, quantity, span, three
from graphbench.reporting.wording import codes
from graphbench.system.text import count, listed


def answer(rows: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs) -> str:
    """One sentence on a group of records of one problem, dataset and machine."""
    if all(row.outcome in NEVER_RAN for row in rows):
        return _nothing(rows)
    headline = _headline(rows, comparisons)
    parts = [_speed(headline, comparisons, signs), _fastest_cpu(headline, rows, comparisons, signs), _answers(rows)]
    sentence = "; ".join(part for part in parts if part)
    return f"{sentence}." if sentence else ""


def _nothing(rows: Sequence[Record]) -> str:
    """The sentence where no engine could run: why, and what to do."""
    problem = rows[0].task.algorithm
    absent = list(dict.fromkeys(row.task.engine for row in rows if row.outcome is Outcome.UNAVAILABLE))
    if absent:
        return f"nothing was measured: {listed(absent)} can compute {problem}, but cannot run here."
    return (
        f"nothing was measured: none of these engines has {problem}; `graphbench show {problem}` lists those that do."
    )


def _headline(rows: Sequence[Record], comparisons: Sequence[Comparison]) -> Comparison | None:
    """The comparison with the baseline that the sentence is about; None where no ratio is given."""
    gpu = {row.id for row in rows if row.device == "gpu"}

    def rank(comparison: Comparison) -> tuple[bool, bool, bool, float]:
        # What compares like with like leads, an estimate before a bound, a GPU engine before the others.
        return (
            comparison.verdict is Verdict.LIKE,
            comparison.bound != "upper",
            comparison.record in gpu,
            comparison.ratio_call or 0.0,
        )

    given = [
        comparison for comparison in comparisons if comparison.role == "baseline" and comparison.ratio_call is not None
    ]
    return max(given, key=rank, default=None)


def _speed(headline: Comparison | None, comparisons: Sequence[Comparison], signs: Signs) -> str:
    if headline is None:
        missing = [text.partition(": ")[2] for comparison in comparisons for text in comparison.reasons]
        return f"no ratio can be given: {missing[0]}" if missing else ""
    text = _sentence(headline, signs)
    if headline.verdict is Verdict.UNLIKE:
        text += f", but unlike: {listed(codes(headline.reasons))}"
    return text


def _sentence(comparison: Comparison, signs: Signs) -> str:
    assert comparison.ratio_call is not None
    faster = comparison.ratio_call >= 1
    ends = comparison.interval or comparison.range
    # "2 times slower" rather than "0.5 times faster".
    if ends and not faster:
        ends = (1 / ends[1], 1 / ends[0])
    spread = f" {span(*ends, interval=comparison.interval is not None)}" if ends else ""
    times, word = _times(comparison.ratio_call, comparison.bound, signs), _word(comparison.ratio_call)
    text = f"{comparison.engine} is {times}{spread} {word} than {comparison.baseline} on run"
    if comparison.ratio_first_answer is None:
        return text
    end = _times(comparison.ratio_first_answer, comparison.bound, signs)
    turned = "" if (comparison.ratio_first_answer >= 1) == faster else f" {_word(comparison.ratio_first_answer)}"
    return f"{text}, {end}{turned} end to end"


def _times(ratio: float, bound: str | None, signs: Signs) -> str:
    """The factor, as a number from 1 up; a bound on the ratio bounds it from below only if they point the same way."""
    faster = ratio >= 1
    least = {"lower": "at least " if faster else "at most ", "upper": "at most " if faster else "at least "}
    return f"{least.get(bound or '', '')}{three(ratio if faster else 1 / ratio)}{signs.times}"


def _word(ratio: float) -> str:
    return "faster" if ratio >= 1 else "slower"


def _fastest_cpu(
    headline: Comparison | None, rows: Sequence[Record], comparisons: Sequence[Comparison], signs: Signs
) -> str:
    best = [
        comparison
        for comparison in comparisons
        if comparison.role == "best_cpu" and comparison.verdict is Verdict.LIKE and comparison.ratio_call is not None
    ]
    of_headline = [comparison for comparison in best if headline is not None and comparison.record == headline.record]
    if best:
        comparison = max(of_headline or best, key=lambda one: one.ratio_call or 0.0)
        subject = "" if of_headline else f"{comparison.engine} is "
        than, whole = _than(comparison, comparison.ratio_call, signs), _whole(comparison, comparisons, signs)
        return f"{subject}{than}, the best CPU engine{whole}"
    verdicts = {comparison.record: comparison.verdict for comparison in comparisons if comparison.role == "baseline"}
    fair = [row for row in rows if verdicts.get(row.id) not in {Verdict.REFUSED, Verdict.UNLIKE}]
    fastest = best_cpu(fair, "call", usual_build=usual_builds(rows))
    if fastest is None or len({row.task.engine for row in fair if did_the_work(row)}) < 2:
        return ""
    busy = " (on a busy machine)" if was_busy(fastest) else ""
    return f"fastest CPU engine: {fastest.task.engine}{busy}"


def _than(comparison: Comparison, ratio: float | None, signs: Signs) -> str:
    assert ratio is not None
    return f"{_times(ratio, comparison.bound, signs)} {_word(ratio)} than {comparison.baseline}"


def _whole(best: Comparison, comparisons: Sequence[Comparison], signs: Signs) -> str:
    """The ratio to the CPU engine that is best end to end, which may be another than the best on run."""
    other = next(
        (
            comparison
            for comparison in comparisons
            if comparison.role == "best_cpu_first_answer" and comparison.record == best.record
        ),
        None,
    )
    if other is not None and other.verdict is Verdict.LIKE and other.ratio_first_answer is not None:
        return f" on run, and {_than(other, other.ratio_first_answer, signs)}, the best end to end"
    if best.ratio_first_answer is None:
        return ""
    turned = (best.ratio_first_answer >= 1) != ((best.ratio_call or 1.0) >= 1)
    word = f" {_word(best.ratio_first_answer)}" if turned else ""
    return f", {_times(best.ratio_first_answer, best.bound, signs)}{word} end to end"


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
    """After how many runs each GPU engine breaks even, against each CPU engine that it is compared with."""
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
    return runs if runs == "never" else f"after {count(runs, 'run')}"


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
