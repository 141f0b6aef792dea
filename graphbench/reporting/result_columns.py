"""The columns of a result: what each engine took, how that compares with the baseline, and all details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from graphbench.records import limit, statistics
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.cost import COSTS, known
from graphbench.records.model import NEVER_RAN, Outcome, Phases, Record
from graphbench.records.rules import Verdict
from graphbench.records.times import (
    collect_seconds,
    cpu_seconds,
    first_call,
    is_lazy,
    rebuilt_calls,
    reuses_work,
    warm_calls,
)
from graphbench.reporting import heading, numbers, speeds
from graphbench.reporting.compared import Compared, compared
from graphbench.reporting.document import Column, Table, Tone
from graphbench.reporting.notes import FAILED
from graphbench.reporting.numbers import NOTHING, TIMES
from graphbench.reporting.wording import cost, device_peak, host_peak
from graphbench.system.text import three


def engines_table(records: Sequence[Record], group: Sequence[Record], own: Sequence[Comparison]) -> Table[Compared]:
    """A row for each record that ran, with every column that there is.

    Args:
        records: those to show, in their order.
        group: all of the problem, which decide what the label of a row has to say.
        own: their comparisons.
    """
    rows = compared((record for record in records if record.outcome not in NEVER_RAN), own)
    baseline = next((comparison.baseline for comparison in own if comparison.role == "baseline"), "")
    number, *trials = _answer(records)
    columns = [
        Column("engine", lambda row: heading.label(row.record, group), breaks=True),
        Column("warm call", _call, right=True, tone=_tone_of_call),
        Column("", lambda row: _aside(row.record), optional=True),
        *(_against(baseline) if baseline else []),
        number,
        *([Column("verdict", lambda row: _verdict(row, baseline), tone=_tone)] if baseline else []),
        *_details(baseline, records, best_cpu=any(comparison.role != "baseline" for comparison in own)),
        *trials,
    ]
    return Table(rows, columns)


def _call(row: Compared) -> str:
    """The median warm call, the first call where it is the only one, or how the task ended."""
    record = row.record
    if record.outcome not in (Outcome.OK, Outcome.INVALID):
        return f"{record.outcome.in_words}{', predicted' if record.predicted else ''}"
    return numbers.seconds(row.warm.value if row.warm else first_call(record))


def _aside(record: Record) -> str:
    """What the time in a cell leaves out or is instead: it is marked there."""
    if record.outcome is not Outcome.OK:
        return "(wrong answer)" if record.outcome is Outcome.INVALID else ""
    if not warm_calls(record):
        return "(first call)" if first_call(record) else ""
    if reuses_work(record):
        return f"(rebuilt {numbers.seconds(median(rebuilt_calls(record)))})"
    return f"(collect {numbers.seconds(collect_seconds(record))})" if is_lazy(record) else ""


def _tone_of_call(row: Compared) -> Tone:
    return "" if row.record.outcome is Outcome.OK else "bad"


def _against(baseline: str) -> list[Column[Compared]]:
    """The ratio that leads, with its interval or what it is a ratio of, and that of whole scripts."""

    def ratio(row: Compared) -> str:
        if row.main is not None and _has_only_range(row.main):
            assert row.main.range is not None
            return f"{' to '.join(map(three, row.main.range))}{TIMES}"
        return whole(row) if row.main is None else numbers.ratio(getattr(row.main, row.main.leads), row.main.bound)

    def ends(row: Compared) -> str:
        main = row.main
        if main is None or main.ratio_call is None or _has_only_range(main):
            return ""
        if main.leads != "ratio_call":
            return "first answer"
        return "first calls" if main.first_calls else speeds.spread(main)

    def whole(row: Compared) -> str:
        if row.main is None:
            return _of_baseline(row, baseline)
        return numbers.ratio(row.main.ratio_whole_script, row.main.bound)

    return [
        Column(f"vs {baseline}", ratio, right=True),
        Column("", ends, optional=True),
        Column("whole\nscript", whole, right=True, need="useful"),
    ]


def _has_only_range(comparison: Comparison) -> bool:
    """Whether calls are too few for more than a range: then a single ratio would say too much."""
    return comparison.leads == "ratio_call" and comparison.interval is None and comparison.range is not None


def _of_baseline(row: Compared, baseline: str) -> str:
    return "1" if _is(row, baseline) and row.record.outcome is Outcome.OK else NOTHING


def _is(row: Compared, engine: str) -> bool:
    return row.record.task.engine == engine


def _answer(records: Sequence[Record]) -> list[Column[Compared]]:
    def qualities(record: Record) -> list[float]:
        return record.trials.quality if record.headline and record.headline == record.quality else []

    def value(row: Compared) -> str:
        if row.record.outcome is Outcome.INVALID:
            return "wrong"
        values = qualities(row.record)
        return numbers.quantity(median(values) if values else row.record.answer.get(row.record.headline))

    def ends(row: Compared) -> str:
        values = qualities(row.record)
        low, high = (numbers.quantity(end) for end in (min(values), max(values))) if values else ("", "")
        return f"{low} to {high}" if low != high else ""

    title = next((record.headline for record in records if record.headline), "answer").replace("_", " ")
    return [
        Column(title, value, right=True, need="useful"),
        Column(f"{title},\nall trials", ends, optional=True, need="detail"),
    ]


_TONES: dict[Verdict, Tone] = {
    Verdict.LIKE: "good",
    Verdict.UNLIKE: "doubtful",
    Verdict.UNDECIDED: "doubtful",
    Verdict.REFUSED: "bad",
}


def _verdict(row: Compared, baseline: str) -> str:
    return str(row.main.verdict) if row.main else "baseline" if _is(row, baseline) else ""


def _tone(row: Compared) -> Tone:
    if row.main is None:
        return "quiet"
    return "bad" if row.record.outcome in FAILED else _TONES[row.main.verdict]


def _details(baseline: str, records: Sequence[Record], *, best_cpu: bool) -> list[Column[Compared]]:
    """Spread and number of calls, phases, totals, further ratios, CPU seconds and memory."""

    def column(title: str, cell: Callable[[Compared], str], *, right: bool = True) -> Column[Compared]:
        return Column(title, cell, right=right, need="detail")

    def total(title: str, of: Callable[[Phases], float | None]) -> Column[Compared]:
        return column(title, lambda row: numbers.seconds(of(row.record.phases)))

    def phase(name: str) -> Column[Compared]:
        return column(name, lambda row: _phase(row.record, name))

    def vs_cpu(title: str, of: Callable[[Compared], Comparison | None], name: RatioName) -> Column[Compared]:
        return column(f"{title}\nvs best CPU", lambda row: _vs_cpu(of(row), name), right=False)

    def first_answer(row: Compared) -> str:
        return speeds.cell(row.main, "ratio_first_answer") or _of_baseline(row, baseline)

    found = [
        *map(phase, ("start", "read", "build", "first", "collect")),
        total("first answer,\ntime", lambda phases: phases.first_answer_s),
        column("host\npeak", lambda row: host_peak(row.record)),
    ]
    if any(record.memory.device_peak_bytes is not None for record in records):
        found.append(column("device\npeak", lambda row: device_peak(row.record)))
    if any(record.limit for record in records):
        found.append(column("memory's\nbandwidth", lambda row: _share(row.record)))
    found += map(_cost, known(records))
    found.append(column("CPU, of a\nwarm call", lambda row: numbers.seconds(cpu_seconds(row.record))))
    if baseline:
        found.append(column(f"first answer\nvs {baseline}", first_answer))
    if best_cpu:
        found += [
            vs_cpu("warm call", lambda row: row.best, "ratio_call"),
            vs_cpu("first answer", lambda row: row.first, "ratio_first_answer"),
            vs_cpu("whole script", lambda row: row.whole, "ratio_whole_script"),
        ]
    found += [
        total("whole script,\ntime", lambda phases: phases.whole_script_s),
        column("calls", lambda row: str(row.warm.n) if row.warm else NOTHING),
        column("spread", lambda row: _spread_of_call(row.warm), right=False),
    ]
    return found


def _cost(name: str) -> Column[Compared]:
    title = COSTS[name].title.replace(", ", ",\n")
    return Column(title, lambda row: cost(row.record, name), right=True, need="detail")


def _share(record: Record) -> str:
    """The least share of the memory's bandwidth that a warm call reaches."""
    if limit.fits_in_cache(record):
        return "fits in cache"
    found = limit.share(record)
    return "" if found is None else f"at least {three(100 * found)} %"


def _phase(record: Record, phase: str) -> str:
    """Its time; where the time limit ended it, how long it had run."""
    taken = getattr(record.phases, f"{phase}_s")
    if taken is None and record.outcome is Outcome.TIMEOUT and record.censored and record.censored.phase == phase:
        return f"> {numbers.seconds(record.censored.after_s)}"
    return numbers.seconds(taken)


def _spread_of_call(run: statistics.Estimate | None) -> str:
    ends = run and (run.interval or run.range)
    if not run or not ends:
        return ""
    return numbers.seconds_span(ends.low, ends.high, run.value, interval=run.interval is not None)


def _vs_cpu(comparison: Comparison | None, total: RatioName) -> str:
    """A ratio with the engine that it is against; the verdict instead, where it does not count."""
    if comparison is None or not (shown := speeds.cell(comparison, total)):
        return ""
    if comparison.verdict is not Verdict.LIKE:
        return "" if comparison.role == "baseline" else f"{comparison.verdict} {comparison.baseline}"
    ends = f" {speeds.spread(comparison)}" if total == "ratio_call" and comparison.role == "best_cpu" else ""
    return f"{shown}{ends.rstrip()} {comparison.baseline}"
