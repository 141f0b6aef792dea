"""The answer in one screen: how much faster for each problem, how often like with like, and when it pays off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from graphbench.records.break_even import BreakEven
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import Outcome
from graphbench.records.rules import Verdict
from graphbench.reporting import means, speeds
from graphbench.reporting.case import Case, grouped, pays_off_from
from graphbench.reporting.document import Block, Cards, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.means import Against, fair, leader
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import NOTHING, ends, plain, ratio
from graphbench.reporting.sections import no_baseline, phases, questions
from graphbench.reporting.speeds import TOTALS, Speed
from graphbench.reporting.wording import EARLIER_RULES
from graphbench.system.text import count, listed

_HOW = (
    "A mean is geometric, over the graphs that both engines completed, of like ratios only. In brackets are its "
    "smallest and its largest ratio, which is no interval; of a single ratio its 95 % interval or, where calls were "
    "too few, the range over calls. Ratios of first calls are averaged apart, and shown where there is none of warm "
    "calls. Blue: every ratio is above 1; orange: every one is below. An engine pays off from the number of calls on "
    "one graph at which start + read + build + all calls take no longer than on the other engine: the fewest and the "
    "most. That is not known where no difference was found between warm calls."
)
_OF_BEST_CPU = (
    "The best CPU library is the fastest one at its best number of threads, chosen separately for warm call, first "
    "answer and whole script. If its answer is better by more than the quality rule allows, the ratio is unlike and "
    "does not count: no slower engine replaces it."
)
_OF_KINDS = (
    "Real graphs, your own, generated graphs and synthetic twins are averaged apart; a twin is left out where "
    "its original has a ratio."
)


def section(measured: Measured) -> Section:
    """The headline, a card for each problem, then what a reader asks of these numbers."""
    lead = leader(measured)
    said, aside = _headline(measured, lead) if lead else _no_baseline(measured)
    busy, ran = questions.busy(measured)
    if busy > ran / 2:
        said[0] += " Measured on a busy machine."
    blocks: list[Block] = [*(Text(text, lead=True) for text in said), *([Text(aside)] if aside else [])]
    if not lead:
        blocks += [Cards(no_baseline.table(measured)), Text(" ".join(_counts(measured, [])), quiet=True)]
        blocks.append(questions.block(measured, "", []))
        return Section("The answer", f"{measured.key}answer", blocks)
    first, *others = means.by_kind(means.started(measured.cases, lead)).items()
    blocks += [Cards(_by_problem(measured, *first)), Text(" ".join(_counts(measured, first[1])), quiet=True)]
    blocks.append(questions.block(measured, lead, first[1]))
    for kind, cases in others:
        blocks.append(Fold(f"On {kind}s", [_by_problem(measured, kind, cases)]))
    how = [_HOW, _OF_KINDS if others else "", _OF_BEST_CPU if any(case.best for case in first[1]) else ""]
    blocks.append(Fold("How these numbers are made", [Text(" ".join(filter(None, how)))]))
    return Section("The answer", f"{measured.key}answer", blocks)


def _no_baseline(measured: Measured) -> tuple[list[str], str]:
    sentences = no_baseline.sentences(measured)
    return [" ".join(sentences[:2])], " ".join(sentences[2:])


def _headline(measured: Measured, lead: str) -> tuple[list[str], str]:
    """How much faster, where the time goes, are the answers the same: short sentences, a text for each question.

    Over real graphs alone wherever there are any. Then what was left out.
    """
    kind, cases = next(iter(means.by_kind(means.started(measured.cases, lead)).items()))
    known = means.against(cases)
    sides = {_BEST: known.over_best_cpu()}
    if known.best_cpu != measured.baseline:
        sides[measured.baseline] = known.over_baseline()
    calls = _of_total(sides, "warm call") or _of_total(sides, "first call")
    scripts = _of_total(sides, "whole script")
    short = means.too_short(case.main for case in cases)
    if not calls:
        why = f": {short}" if short else " that compares like with like"
        where = count(len({case.record.task.dataset for case in cases}), kind)
        return [plain(f"On {where}, {lead} has no ratio{why}.")], ""
    every = [speed for _, speed in [*calls, *scripts]]
    alike = len({speed.graphs for speed in every}) == 1
    one_best = known.best_cpu.isidentifier()
    first_mean = next((speed for speed in every if speed.ratios > 1), None)

    def sentences(subject: str, found: Sequence[tuple[str, Speed]]) -> Iterable[str]:
        """One for each side, with its graphs where not all of these means are over the same ones."""
        for number, (name, speed) in enumerate(found):
            on = "" if alike else f" on {count(len(speed.graphs), kind)}"
            mean = "geometric mean" if speed is first_mean else "mean"
            slower = speed.value < 1 and speed.bound is None and not speed.no_difference
            long = f": it takes {ratio(1 / speed.value)} as long" if slower and speed.total == "whole script" else ""
            whom = f"{name}, {known.best_cpu}" if name == _BEST and found is calls and one_best else name
            words = means.as_fast_as(whom, speed, of=len(cases), on=on, mean=mean)
            yield f"{'It' if number else subject} is {words}{long}."
            if found is calls and not number:
                yield _mixed(speed)

    total = calls[0][1].total
    graphs = count(len(calls[0][1].graphs), kind)
    if total == "warm call":
        where = f"On {graphs}, already built, a" if alike else "On a graph that is already built, a"
    else:
        where = f"On {graphs}, a" if alike else "A"
    ran = [case.record for case in measured.cases if case.ran]
    said = [
        [*sentences(f"{where} {total} of {lead}{_why_it_leads(measured, lead, cases)}", calls)],
        [*sentences("A whole script, with one call,", scripts), phases.in_words(cases) if scripts else ""],
        [questions.same_answers(ran, cases)],
    ]
    texts = [plain(" ".join(filter(None, own))) for own in said]
    return [text for text in texts if text], f"Left out: {short}." if short else ""


_BEST = "the best CPU library"


def _mixed(speed: Speed) -> str:
    """How many ratios of a mean say what, where they do not all say the same."""
    parts = {"faster": speed.ratios - speed.slower - speed.open, "slower": speed.slower}
    said = [f"{words} in {number:,}" for words, number in parts.items() if number]
    said += [f"not found to differ in {speed.open:,}"] if speed.open else []
    return f"It is {listed(said)} of them." if speed.ratios > 1 and len(said) > 1 else ""


def _why_it_leads(measured: Measured, lead: str, cases: Sequence[Case]) -> str:
    """Among CPU engines alone: in how many cases it is the fastest, as another may have a larger mean."""
    won = means.wins(measured, among=cases) if means.on_cpus_only(measured) else []
    clear = sum(win.clear for win in won if win.label == lead)
    return f", the fastest in {clear} of {count(len(won), 'case')}," if 0 < clear < len(won) else ""


def _of_total(sides: Mapping[str, Sequence[Speed]], total: str) -> list[tuple[str, Speed]]:
    return [(name, speed) for name, found in sides.items() for speed in found if speed.total == total]


class _Means(NamedTuple):
    """What is averaged of the leading engine, over the graphs of a problem."""

    name: str
    kind: str
    own: list[Case]
    cases: Sequence[Case]
    against: Against

    @property
    def graphs(self) -> int:
        """How many graphs it started on."""
        return len({case.record.task.dataset for case in self.own})


def _by_problem(measured: Measured, kind: str, cases: list[Case]) -> Table[_Means]:
    """The grand mean over graphs of one kind, then a row for each problem."""
    problems = grouped(sorted(cases, key=lambda case: case.problem), lambda case: case.problem)
    rows = [
        _Means(problem, kind, own, measured.problems[problem], means.against(own)) for problem, own in problems.items()
    ]
    rows = [row for row in rows if any(row.against)] or rows
    rows.sort(key=_call_ratio, reverse=True)
    if len(rows) > 1:
        every = [case for row in rows for case in row.own]
        rows.insert(0, _Means(f"all {len(rows)} problems", kind, every, measured.cases, means.against(every)))
    best_cpu: list[Column[_Means]] = [
        *_ratios("best CPU", lambda row: (row.against.best, row.against.first, row.against.whole)),
        *_counted("best CPU", lambda case: case.hardest, lambda case: case.best),
        Column("best CPU", _best_of),
    ]
    return Table(
        rows,
        [
            Column(f"{cases[0].label} on", lambda row: row.name),
            *_ratios(measured.baseline, lambda row: (row.against.main,) * 3),
            *_counted(measured.baseline, lambda case: case.main, lambda case: case.main),
            *(best_cpu if any(case.best for case in cases) else []),  # a CPU engine has none
            Column("graphs", lambda row: count(row.graphs, row.kind).replace(" graphs", "").replace(" graph", "")),
        ],
    )


def _call_ratio(row: _Means) -> float:
    """By which problems are sorted: that to the best CPU library, else that to the baseline."""
    found = speeds.mean(row.against.best, "ratio_call") or speeds.mean(row.against.main, "ratio_call")
    return found.value if found else 0.0


def _ratios(other: str, compared: Callable[[_Means], tuple[Sequence[Comparison], ...]]) -> list[Column[_Means]]:
    """The mean of each total against another engine; of first calls, where there is none of warm calls."""

    def column(place: int, name: RatioName) -> Column[_Means]:
        def mean(row: _Means) -> Speed | None:
            found = compared(row)[place]
            return speeds.mean(found, name) or (speeds.mean_of_first_calls(found) if name == "ratio_call" else None)

        def cell(row: _Means) -> str:
            speed = mean(row)
            found = compared(row)[place]
            counted = [one for one in found if one.counts(name)] or speeds.of_first_calls(found)
            ids = {one.record for one in counted}
            own, every = (
                {case.problem for case in row.own if not some or case.record.id in some} for some in (ids, ())
            )
            on = f"{len(own)} of {len(every)} problems" if len(own) < len(every) else ""
            return speeds.mean_cell(speed, "case" if row.graphs < len(row.own) else "graph", on)

        def tone(row: _Means) -> Tone:
            speed = mean(row)
            ends = (speed.ends or (speed.value, speed.value)) if speed else (1, 1)
            return "good" if min(ends) > 1 else "doubtful" if max(ends) < 1 else ""

        return Column(f"{TOTALS[name]} vs {other}", cell, right=True, tone=tone)

    return [column(place, name) for place, name in enumerate(TOTALS)]


def _counted(
    other: str, hardest: Callable[[Case], Comparison | None], compared: Callable[[Case], Comparison | None]
) -> list[Column[_Means]]:
    """From how many calls on it pays off, and how many comparisons have which verdict."""

    def runs(row: _Means) -> list[BreakEven]:
        return [number for case in row.own if (number := pays_off_from(hardest(case))) is not None]

    return [
        Column(f"pays off vs {other}", lambda row: questions.pays_off(runs(row)), optional=True),
        Column(f"verdicts vs {other}", lambda row: _verdicts(map(compared, row.own)), optional=True),
    ]


def _best_of(row: _Means) -> str:
    """The best CPU libraries, and of how many that have a time in a case."""
    if not row.against.best:
        return NOTHING
    rivals = means.rivals(row.cases)
    numbers = [rivals[case.problem, case.graph] for case in row.own if case.best and fair(case.best)]
    return f"{row.against.best_cpu}, of {ends(numbers)} measured"


def _verdicts(found: Iterable[Comparison | None]) -> str:
    counted = Counter(comparison.verdict for comparison in found if comparison is not None)
    return ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict]) or NOTHING


def _counts(measured: Measured, cases: Sequence[Case]) -> list[str]:
    """How tasks ended, and which problems have no ratio."""
    outcomes = Counter(case.record.outcome for case in measured.cases)
    ended = ", ".join(f"{number:,} {outcome.in_words}" for outcome, number in outcomes.most_common())
    lines = [f"{count(len(measured.cases), 'task')}: {ended}."]
    ran = [case for case in measured.cases if case.ran]
    compared = {case.problem for case in cases if means.has_fair(case)}
    if lacking := sorted({case.problem for case in cases} - compared):
        reasons = grouped(lacking, lambda problem: _why_no_ratio(measured.problems[problem], cases[0].label))
        lines += [f"No ratio for {listed(problems)}: {why}." for why, problems in reasons.items()]
    if (earlier := sum(case.record.superseded for case in ran)) and not measured.earlier:
        lines.append(f"{count(earlier, 'record')} marked {EARLIER_RULES!r}: measured before the rules changed.")
    return lines


def _why_no_ratio(cases: Sequence[Case], lead: str) -> str:
    """Of the cases of a problem: whether others have it, ran it, completed it, or are not alike."""
    own = [case for case in cases if case.label == lead]
    if not any(case.answered for case in own):
        return f"not completed by {lead}"
    on_gpu = own[0].record.device == "gpu"
    rivals = [case for case in cases if case.record.device == "cpu" and (on_gpu or case.is_baseline)]
    if any(case.answered for case in rivals):
        return "no pair is alike"
    if not on_gpu:
        return f"{own[0].baseline} has no answer"
    if rivals and all(case.record.outcome is Outcome.UNSUPPORTED for case in rivals):
        return "no CPU engine that was asked has it"
    return "no CPU engine completed it" if any(case.ran for case in rivals) else "no CPU engine ran here"
