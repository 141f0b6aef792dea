"""The result of one problem in two sentences: how much faster, are the answers as good, and what about the rest?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from graphbench.records.best_cpu import best_cpu, did_the_work
from graphbench.records.comparison import RATIO_OF, Comparison, RatioName, best_by_total
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules import Effect, Pair, Verdict, evaluate
from graphbench.records.rules.quality import LOWER_QUALITY
from graphbench.records.statistics import Estimate
from graphbench.records.times import call_seconds, first_call, usual_builds, was_busy
from graphbench.reporting import numbers, speeds
from graphbench.reporting.notes import FAILED
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import brief, codes
from graphbench.system.text import count, listed


def answer(rows: Sequence[Record], comparisons: Sequence[Comparison]) -> list[str]:
    """The sentences on a group of records of one problem, dataset and machine: the answer, then the other ratios."""
    if all(row.outcome in NEVER_RAN for row in rows):
        return [_nothing(rows)]
    headline = _headline(rows, comparisons)
    first = _alone(rows, comparisons) if headline is None else _speed(headline, rows)
    rest = [*_other_totals(headline, rows), *_fastest_cpu(headline, rows, comparisons)]
    wrong = [row.task.engine for row in rows if row.outcome is Outcome.INVALID]
    rest += [f"wrong answer from {listed(wrong)}"] if wrong and headline is not None else []
    return [f"{line}." for line in (first, ". ".join(part[:1].upper() + part[1:] for part in rest)) if line]


def _nothing(rows: Sequence[Record]) -> str:
    """The sentence where no engine ran: why, and what to do. Others may not have been reached."""
    problem = rows[0].task.algorithm
    absent = list(dict.fromkeys(row.task.engine for row in rows if row.outcome is Outcome.UNAVAILABLE))
    if absent:
        return f"Nothing was measured: {listed(absent)} can compute {problem}, but cannot run here."
    names = list(dict.fromkeys(row.task.engine for row in rows))
    verb = "does" if len(names) == 1 else "do"
    return (
        f"Nothing was measured: {listed(names)} {verb} not have {problem}; `graphbench show {problem}` lists the "
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


def _alone(rows: Sequence[Record], comparisons: Sequence[Comparison]) -> str:
    """Where there is no ratio: why, or what the fastest engine took."""
    ran = {row.id: row.task.engine for row in rows if row.outcome not in NEVER_RAN}
    only = len(set(ran.values())) == 1 and len(ran) < len(rows)
    compared = [comparison for comparison in comparisons if not only or comparison.record in ran]
    missing = [text.partition(": ")[2] for comparison in compared for text in comparison.reasons]
    right = [row for row in rows if row.outcome is Outcome.OK]
    timed = [(seconds, row) for row in right if (seconds := call_seconds(row) or first_call(row))]
    if missing or not timed:
        broken = [row for row in rows if row.outcome in FAILED and row.reason]
        if broken and all(row.outcome is not Outcome.INVALID for row in rows):
            return f"No ratio: {broken[0].task.engine} failed ({brief(broken[0].reason).rstrip('.')})"
        failed = [
            ", ".join(filter(None, [f"{row.task.engine}: {row.outcome.in_words}", brief(row.reason).rstrip(".")]))
            for row in rows
            if row.outcome not in NEVER_RAN
        ]
        return f"No ratio: {missing[0] if missing else listed(failed)}"
    seconds, row = min(timed, key=lambda pair: pair[0])
    call = "warm call" if call_seconds(row) else "first call"
    certified = "; answer certified" if row.certificate else ""
    name = _name(row.task.engine, row.id, rows)
    takes = f"{name} takes {numbers.seconds(seconds)} for {row.problem} ({call}){certified}"
    return f"Nothing to compare, as only {row.task.engine} ran {row.problem} here. {takes}" if only else takes


def _speed(headline: Comparison, rows: Sequence[Record]) -> str:
    """The answer: `networkit is 5.40x faster than networkx on louvain (4.90 to 6.10); same quality`."""
    engine, baseline = _name(headline.engine, headline.record, rows), _baseline(headline, rows)
    problem = headline.algorithm
    if headline.doubtful:  # then all are: a number would be quoted without the reason
        return (
            f"No ratio of like with like on {problem}: {engine} against {baseline} is "
            f"{headline.verdict} ({listed(codes(headline.reasons))})"
        )
    speed = speeds.speeds(headline, [headline.leads])[0]
    factor, ends = speeds.phrase(speed)
    if speed.total != "warm call":
        ends = f"({', '.join([f'{speed.total}s', *filter(None, [ends.strip('()')])])})"
    if speed.no_difference:
        text = f"No difference found between {engine} and {baseline} on {problem} {ends}"
    else:
        text = f"{engine} is {factor} than {baseline} on {problem} {ends}".rstrip()
    sides = {row.id: row for row in rows if row.id in (headline.record, headline.baseline_record)}
    if headline.verdict is Verdict.UNDECIDED:
        lost = [row.task.engine for row in sides.values() if row.outcome is not Outcome.OK]
        return f"{text}; undecided: {listed(lost)} has no answer"
    one, two = sides.get(headline.record), sides.get(headline.baseline_record or "")
    same = _same_answer(one, two) if one and two else ""
    return f"{text}; {same}" if same else text


def _other_totals(headline: Comparison | None, rows: Sequence[Record]) -> list[str]:
    """The other totals of the comparison, and how often they were timed; of a heavy build not that of warm calls."""
    if headline is None or headline.doubtful:
        return []
    names = [name for name in TOTALS if name not in (headline.leads, "ratio_call")]
    found = [f"{speed.total} {speeds.in_words(speed)}" for speed in speeds.speeds(headline, names)]
    sides = [row for row in rows if row.id in (headline.record, headline.baseline_record)]
    return [", ".join([*found, f"{'each ' if len(found) > 1 else ''}{how_often(sides)}"])] if found else []


def how_often(sides: Sequence[Record]) -> str:
    """How often first answers and whole scripts were timed: once in a round."""
    rounds = min((len(side.phases.each_round) for side in sides), default=0)
    return f"taken from the middle one of {rounds} rounds" if rounds > 1 else "timed once"


def _name(engine: str, id_: str | None, rows: Sequence[Record]) -> str:
    """An engine, with its allocator, and with its number of threads where it was measured at several."""
    row = next((row for row in rows if row.id == id_), None)
    threads = {row.task.params.get("threads") for row in rows if row.task.engine == engine}
    own = row.task.params.get("threads") if row else None
    where = row.environment if row else None
    words = [f"{where.allocator} allocator"] if where is not None and where.allocator else []
    words += [count(own, "thread")] if own is not None and len(threads) > 1 else []
    return f"{engine} ({', '.join(words)})" if words else engine


def _baseline(comparison: Comparison, rows: Sequence[Record]) -> str:
    return _name(comparison.baseline, comparison.baseline_record, rows)


def _fastest_cpu(headline: Comparison | None, rows: Sequence[Record], comparisons: Sequence[Comparison]) -> list[str]:
    """How a GPU engine compares with the best CPU libraries; where there is none, the fastest of them."""
    fair = [one for one in comparisons if one.role != "baseline" and one.verdict is Verdict.LIKE]
    of_headline = [one for one in fair if headline is not None and one.record == headline.record]
    if chosen := of_headline or fair:
        record = max(chosen, key=lambda one: getattr(one, one.leads) or 0.0).record
        return _best_cpu([one for one in chosen if one.record == record], rows, named=not of_headline)
    if any(one.also_best_cpu and one.verdict is Verdict.LIKE for one in comparisons):
        return []  # the baseline, which the sentence has named
    main = [comparison for comparison in comparisons if comparison.role == "baseline"]
    out = {comparison.record for comparison in main if comparison.doubtful or comparison.verdict is Verdict.REFUSED}
    rivals = [row for row in rows if row.id not in out]
    fastest = best_cpu(rivals, "call", usual_build=usual_builds(rows))
    several = len({row.task.engine for row in rivals if did_the_work(row)}) > 1
    if fastest is None or fastest.id in _named_already(headline) or not several:
        return []
    own = [one for one in comparisons if one.role == "baseline" and one.record == fastest.id]
    how = [speeds.in_words(speed) for one in own for speed in speeds.speeds(one, [one.leads])]
    busy = ["on a busy machine"] if was_busy(fastest) else []
    best = _name(fastest.task.engine, fastest.id, rows)
    if why := _why_not(headline, fastest, rows):
        return [", ".join([f"against {best}, {why}, so {best} is the best CPU library", *how, *busy])]
    return [f"best CPU library: {', '.join([best, *how, *busy])}"]


def _why_not(headline: Comparison | None, fastest: Record, rows: Sequence[Record]) -> str:
    """Why the engine that the answer has named is not the best, where it does not compare with the best."""
    named = next((row for row in rows if headline is not None and row.id == headline.record), None)
    mine, best = (call_seconds(row) if row is not None else None for row in (named, fastest))
    if named is None or mine is None or best is None or named.device != "cpu" or mine >= best:
        return ""
    pair = Pair(baseline=fastest, engine=named, ratio=Estimate(best / mine, None, None, 1))
    apart = [rule for rule, _ in evaluate(pair) if rule.effect is not Effect.NOTE]
    if [rule.code for rule in apart] == ["quality"]:
        return f"{named.task.engine}'s {named.quality} is too low"
    why = listed([rule.words for rule in apart])
    return f"{named.task.engine} is {apart[0].effect} ({why})" if apart else ""


def _named_already(headline: Comparison | None) -> set[str | None]:
    """The record that the answer has called faster, or the two between which it found no difference."""
    if headline is None:
        return set()
    no_difference = speeds.speeds(headline, [headline.leads])[0].no_difference
    return {headline.record, headline.baseline_record} if no_difference else {headline.record}


def _best_cpu(own: Sequence[Comparison], rows: Sequence[Record], *, named: bool) -> list[str]:
    """The ratios of one engine to the best CPU library by each total: these may be several."""
    subject = f"{own[0].engine} " if named else ""
    ratios: dict[str | None, list[RatioName]] = {}
    best = best_by_total(own)
    for total, name in RATIO_OF.items():
        if total in best:
            ratios.setdefault(best[total].baseline_record, []).append(name)
    found: list[str] = []
    for id_, names in ratios.items():
        one = next(one for one in best.values() if one.baseline_record == id_)
        by = f" by {listed([TOTALS[name] for name in names])}" if len(names) < len(TOTALS) else ""
        whose = f"{_baseline(one, rows)}, the best {'' if found else 'CPU library'}".strip() + by
        found.append(f"{subject}{speeds.against(whose, speeds.speeds(one, names))}{_busy(one)}")
    return found


def _busy(comparison: Comparison) -> str:
    return " (on a busy machine)" if "busy machine" in codes(comparison.notes) else ""


_AGREEMENT = {
    "exact": "identical answers",
    "equivalent": "the same answer up to renaming",
    "epsilon": "the same answer within the tolerance",
}


def _same_answer(engine: Record, baseline: Record) -> str:
    """Whether the answers of two sides that are like are the same, or how good they are."""
    if engine.quality:
        return _quality(engine, baseline)
    pair = {engine.task.engine, baseline.task.engine}
    kinds = {
        each.kind for row in (engine, baseline) for each in row.agreement if {row.task.engine, each.engine} == pair
    }
    loosest = next((kind for kind in ("epsilon", "equivalent", "exact") if kind in kinds), None)
    if loosest:
        return _AGREEMENT[loosest]
    return (
        "both answers certified" if all(row.certificate and row.certificate.valid for row in (engine, baseline)) else ""
    )


def _quality(engine: Record, baseline: Record) -> str:
    here, there = (median(row.trials.quality) if row.trials.quality else row.answer.get(row.quality)
                   for row in (engine, baseline))  # fmt: skip
    if here is None or there is None:
        return ""
    apart = (here - there) / (max(abs(here), abs(there)) or 1.0)
    if abs(apart) <= LOWER_QUALITY:
        return "same quality"
    return f"{engine.quality} {100 * abs(apart):.2g} % {'higher' if apart > 0 else 'lower'}"
