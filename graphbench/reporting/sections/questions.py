"""What a reader asks before using a ratio, each question answered in a line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from graphbench.records import times
from graphbench.records.break_even import BreakEven
from graphbench.records.comparison import Comparison
from graphbench.records.model import Outcome, Record
from graphbench.records.rules import Verdict, rule_of
from graphbench.reporting import means, speeds, warned
from graphbench.reporting.case import Case, grouped, pays_off_from
from graphbench.reporting.document import Answers, RecordsLink
from graphbench.reporting.heading import is_special
from graphbench.reporting.means import fair
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import NOTHING, ends, plain
from graphbench.reporting.sentences import how_often
from graphbench.reporting.wording import kind_of
from graphbench.system.text import count, listed


def block(measured: Measured, lead: str, cases: Sequence[Case]) -> Answers:
    """The questions that these records have an answer to.

    Args:
        measured: what was measured on a machine.
        lead: the engine that the report leads with; empty: none is compared.
        cases: of that engine, on graphs of one kind.
    """
    ran = [case.record for case in measured.cases if case.ran]
    doubts = [warned.link(kind, own, measured.choice) for kind, own in warned.kinds(ran).items() if kind.of_answer]
    found = {
        "Does it pay off?": _pays_off(measured, cases),
        **_what_to_use(measured, lead, cases),
        "Fastest engine?": _fastest(measured, lead),
        "Which graphs?": _graphs(ran),
        "Same answers?": same_answers(ran, cases, doubts),
        "Fair baseline?": _baseline(measured, cases),
        "How many threads?": _threads(measured.every),
        "Cached?": _cached(ran),
        "How sure?": " ".join(filter(None, (_busy(measured), _how_sure(measured, lead)))),
    }
    return Answers(
        [(question, plain(answer)) for question, answer in found.items() if answer],
        [one for one in doubts if one.choices],
    )


def pays_off(runs: Sequence[BreakEven]) -> str:
    """`after 12 to 90 calls (never in 3 of 8)`: the smallest and the largest number of all cases that ever do."""
    known = sorted(number for number in runs if isinstance(number, int))
    never, not_known = runs.count("never"), runs.count("not known")
    if not known and not never:
        return "not known: no difference found" if runs else NOTHING
    parts = [f"never in {never}"] if known and never else []
    parts += [f"not known in {not_known}"] if not_known else []
    aside = f" ({', '.join(parts)} of {len(runs)}{': no difference found' if not_known else ''})" if parts else ""
    return f"{f'after {_ends(known)}' if known else 'never'}{aside}"


def _ends(known: Sequence[int]) -> str:
    """`12 to 90 calls`, of numbers in order."""
    low, high = known[0], known[-1]
    return count(low, "call") if low == high else f"{low:,} to {count(high, 'call')}"


def _runs(case: Case) -> BreakEven | None:
    """From how many calls on a case pays off, against the best CPU libraries, else the baseline."""
    return pays_off_from(case.hardest or case.main)


def _over(measured: Measured, cases: Sequence[Case]) -> str:
    return "the best CPU library" if any(case.hardest for case in cases) else measured.baseline


def _pays_off(measured: Measured, cases: Sequence[Case]) -> str:
    runs = [number for case in cases if (number := _runs(case)) is not None]
    if not runs:
        return ""
    at_once, of = runs.count(1), len(runs)
    if at_once == of:
        return f"From the first call, against {_over(measured, cases)}, in {count(of, 'case')}."
    once = (
        f"For a single call in {at_once} of {count(of, 'case')}"
        if at_once
        else f"Not for a single call (0 of {count(of, 'case')})"
    )
    return f"{once}; for many calls on one graph {pays_off(runs)}, against {_over(measured, cases)}."


def _what_to_use(measured: Measured, lead: str, cases: Sequence[Case]) -> dict[str, str]:
    """The side that pays off, problem by problem, unless an interval holds 1; among CPU engines alone, the fastest.

    The question names both sides: another GPU engine than the leading one may pay off sooner.
    """
    problems: dict[str, list[BreakEven]] = {}
    unclear = set()
    for case in sorted(cases, key=lambda case: case.problem):
        if (number := _runs(case)) is not None:
            problems.setdefault(case.problem, []).append(number)
            one = case.best or case.main
            if number == "not known" or (one and any(speed.no_difference for speed in speeds.speeds(one))):
                unclear.add(case.problem)
    if not problems:
        return {"What to use?": _fastest_of_each(measured)}
    known = {
        problem: sorted(number for number in runs if isinstance(number, int)) for problem, runs in problems.items()
    }
    mixed = [problem for problem, own in known.items() if own and "never" in problems[problem]]
    undecided = [problem for problem in known if problem in unclear and problem not in mixed]
    never = [problem for problem, own in known.items() if not own and problem not in undecided]
    always = sorted((own, problem) for problem, own in known.items() if problem not in (*never, *mixed, *undecided))
    paying = listed([f"{problem} (after {_ends(own)})" for own, problem in always])
    others: dict[str, list[str]] = {}
    for problem in never:
        best = Counter(one.baseline for case in cases if case.problem == problem and (one := case.best or case.main))
        others.setdefault(listed(sorted(best, key=lambda name: (-best[name], name)), "or"), []).append(problem)
    parts = [
        f"{lead} for {paying}" if always else "",
        *(f"{names} for {listed(own)}" for names, own in others.items()),
        f"depends on the graph for {listed(mixed)}" if mixed else "",
        f"no clear winner for {listed(undecided)}" if undecided else "",
    ]
    other = "a CPU library" if any(case.hardest for case in cases) else measured.baseline
    return {f"{lead} or {other}?": f"{'; '.join(filter(None, parts))}."}


def _fastest_of_each(measured: Measured) -> str:
    engines: dict[str, list[str]] = {}
    uncompared: list[str] = []
    for problem, own in measured.problems.items():
        if found := means.wins(replace(measured, cases=own)):
            won = Counter(win.label for win in found if win.clear)
            names = sorted(won, key=lambda engine: (-won[engine], engine)) or ["no clear winner"]
            engines.setdefault(listed(names, "or"), []).append(problem)
        else:
            uncompared.append(problem)
    parts = [f"{names} for {listed(own)}" for names, own in engines.items()]
    parts += [f"not compared for {listed(uncompared)}"] if parts and uncompared else []
    return f"By warm calls, {'; '.join(parts)}." if parts else ""


def _fastest(measured: Measured, lead: str) -> str:
    """How often which engine has the fastest warm call; of a GPU engine, also how it compares with the best CPU."""
    device = "cpu" if means.on_cpus_only(measured) else "gpu"
    own = [case for case in measured.cases if case.record.device == device and case.ran]
    found = means.wins(measured, device)
    if len({case.label for case in own}) < 2 or not found:
        return ""
    won = Counter(win.label for win in found if win.clear)
    ranked = sorted(won.items(), key=lambda one: (-one[1], one[0]))
    unclear = len(found) - won.total()
    no_difference = f"no difference found in {unclear}" if unclear else ""
    if not ranked:
        return f"No difference found in {count(unclear, 'case')}."
    if device == "cpu":
        each = listed([f"{label} in {number}" for label, number in ranked])
        return f"{each} of {count(len(found), 'case')}{f'; {no_difference}' if unclear else ''}."
    label = ranked[0][0]
    kind, cases = next(iter(means.by_kind(means.started(measured.cases, label)).items()))
    speed = speeds.mean(means.against(cases).best, "ratio_call")
    won_in = f"Of the GPU engines {label}, {_won_of_its_own(measured, own, label)}"
    if speed is None or label == lead:
        return f"{won_in}."
    return f"{won_in}: {means.as_fast_as('the best CPU library', speed, of=len(cases), on=f' on {kind}s')}."


def _won_of_its_own(measured: Measured, rivals: Sequence[Case], label: str) -> str:
    """`in 10 of 24 cases that it ran in`: an allocator cannot win where only others were measured."""
    own = [case for case in rivals if case.label == label]
    found = means.wins(measured, "gpu", among=own)
    number, unclear = sum(win.clear and win.label == label for win in found), sum(not win.clear for win in found)
    where = (
        " that it ran in"
        if {(one.problem, one.graph) for one in rivals} - {(one.problem, one.graph) for one in own}
        else ""
    )
    no_difference = f" (no difference found in {unclear})" if unclear else ""
    return f"in {number} of {count(len(found), 'case')}{where}{no_difference}"


def _graphs(ran: Sequence[Record]) -> str:
    kinds: dict[str, dict[str, int]] = {}
    for record in ran:
        if record.dataset is not None:
            kinds.setdefault(kind_of(record.task.dataset, record.dataset), {})[record.task.dataset] = (
                record.dataset.num_edges
            )
    sizes = [size for own in kinds.values() for size in own.values()]
    if not sizes:
        return ""
    named = listed([count(len(own), kind) for kind, own in kinds.items()])
    plain_runs = [record.task.algorithm for record in ran if not is_special(record)]
    yours = f" For yours: graphbench {plain_runs[0]} FILE." if plain_runs else ""
    return f"{named}, of {ends(sizes)} edges.{yours}"


def same_answers(ran: Sequence[Record], cases: Sequence[Case], doubts: Sequence[RecordsLink] = ()) -> str:
    """How many answers are certified, and how many of the ratios of cases compare like with like."""
    checked = [record.certificate for record in ran if record.certificate is not None]
    if not checked:
        return ""
    right = sum(one.valid for one in checked)
    marked = f"; with a warning: {listed([link.text for link in doubts])}" if doubts else ""
    verb = "is" if right == 1 else "are"
    certified = f"{_of(right, len(checked), 'answer')} {verb} certified, independently of every engine{marked}."
    compared = [one for case in cases if (one := case.best or case.main) is not None]
    like = sum(one.verdict is Verdict.LIKE for one in compared)
    if not compared:
        return certified
    return f"{certified} {_of(like, len(compared), 'ratio')} compare{'s' if like == 1 else ''} like with like."


def _of(number: int, of: int, noun: str) -> str:
    """`All 3 answers`, `2 of 3 answers`."""
    if number < of or not of:
        return f"{number:,} of {count(of, noun)}"
    return {1: f"The only {noun}", 2: f"Both {noun}s"}.get(of, f"All {of:,} {noun}s")


def _compared(cases: Sequence[Case]) -> list[Comparison]:
    return [one for case in cases if (one := case.best or case.main) is not None and fair(one)]


def _baseline(measured: Measured, cases: Sequence[Case]) -> str:
    """Of how many CPU engines the best is in each case, which ones these are, and how each of them was run."""
    records = {record.id: record for record in measured.every}
    pairs = [(records[one.record], records[one.baseline_record or ""]) for one in _compared(cases)]
    if not pairs:
        return ""
    engines = grouped((baseline for _, baseline in pairs), lambda record: record.task.engine)
    ways = "; ".join(f"{name} {_way(own)}" for name, own in sorted(engines.items(), key=lambda one: -len(one[1])))
    rivals = means.rivals(measured.cases)
    numbers = [rivals[case.problem, case.graph] for case in cases if case.best is not None and fair(case.best)]
    if not numbers:
        return f"{ways}. The heat map sets every engine beside the fastest."
    of = f"The fastest of {ends(numbers)} CPU engines" if max(numbers) > 1 else "The only CPU engine with a time"
    alone = f", the only one with a time in {numbers.count(1):,}" if 1 in numbers and max(numbers) > 1 else ""
    apart = sum(_command(one) != _command(baseline) for one, baseline in pairs)
    other_run = f" In {count(apart, 'case')} the CPU was measured in another run." if apart else ""
    return f"{of} in each case{alone}: {ways}.{other_run}{_left_out(cases)}"


def _left_out(cases: Sequence[Case]) -> str:
    """The faster engines that are not the best ones, by why that is."""
    found: dict[str, dict[str, None]] = {}
    for case in cases:
        for note in case.best.notes if case.best is not None else []:
            for text in note.partition(": ")[2].split("; ") if rule_of(note).code == "faster_left_out" else []:
                engine, why = text.partition(" takes ")[0], text.rpartition(" (")[2].rstrip(")")
                found.setdefault(why, {})[f"{engine} for {case.problem}"] = None
    return "".join(f" Faster, but left out ({why}): {listed([*names])}." for why, names in found.items())


def _way(own: Sequence[Record]) -> str:
    """How a baseline was run: `in 12 cases (1 or 8 threads, called once in 2)`."""
    threads = sorted({record.environment.threads for record in own if record.environment is not None})
    once = sum(not times.warm_calls(record) for record in own)
    used = f"{listed([f'{number:,}' for number in threads], 'or')} {'thread' if threads == [1] else 'threads'}"
    return f"in {count(len(own), 'case')} ({used}{f', called once in {once:,}' if once else ''})"


def _command(record: Record) -> str:
    return record.environment.command if record.environment is not None else ""


def _threads(every: Sequence[Record]) -> str:
    """At which numbers engines were measured on CPUs, the slower numbers included."""
    known = [one.environment for one in every if one.device == "cpu" and one.environment is not None]
    if not known:
        return ""
    numbers = [f"{number:,}" for number in sorted({where.threads for where in known})]
    best = "; the faster number counts" if len(numbers) > 1 else ""
    by_graph: dict[str, set[int]] = {}
    for one in every:
        if "threads" in one.task.params:
            by_graph.setdefault(one.task.dataset, set()).add(one.task.params["threads"])
    most = max(map(len, by_graph.values()), default=0)
    fewer = grouped(
        (graph for graph, own in by_graph.items() if len(own) < most), lambda graph: tuple(sorted(by_graph[graph]))
    )
    also = "".join(
        f" Engines that run in parallel had {listed([f'{number:,}' for number in own])} only on {listed(graphs)}."
        for own, graphs in fewer.items()
    )
    return f"{listed(numbers, 'and')} on {count(max(where.cores for where in known), 'core')}{best}.{also}"


def _cached(ran: Sequence[Record]) -> str:
    warm = [record for record in ran if record.outcome is Outcome.OK and times.warm_calls(record)]
    rebuilt = [record for record in warm if len(record.phases.rebuilt_s) >= times.MIN_REBUILT]
    first = [record for record in warm if record not in rebuilt and times.rebuilt_calls(record)]
    if not rebuilt and not first:
        return "Not checked: no call ran on a fresh graph." if warm else ""
    reusing = sum(map(times.reuses_work, [*rebuilt, *first]))
    said = f"{reusing:,} reused work, so the fresh call counts" if reusing else "none reused work"
    alone = f", {len(first):,} against {'its' if len(first) == 1 else 'their'} first call alone" if first else ""
    of = f"{len(rebuilt):,} of {count(len(warm), 'time')} of warm calls"
    was = "was" if len(warm) == 1 else "were"
    return f"{of} {was} checked against {times.MIN_REBUILT} calls on fresh graphs{alone}: {said}."


def busy(measured: Measured) -> tuple[int, int]:
    """In how many tasks the machine was busy, and of how many that ran; a search is about memory alone."""
    ran = [case.record for case in measured.cases if case.ran and case.record.search is None]
    return sum(map(times.was_busy, ran)), len(ran)


def _busy(measured: Measured) -> str:
    number, ran = busy(measured)
    which = f"All {count(ran, 'task')}" if number == ran else f"{number:,} of {count(ran, 'task')}"
    return f"{which} ran on a busy machine, so times and ratios may be off." if number else ""


def _how_sure(measured: Measured, lead: str) -> str:
    """How many calls a warm time is the median of, how wide intervals of ratios are, and what was timed once."""
    kinds = means.by_kind(means.started(measured.cases, lead))
    cases = [case for own in kinds.values() for case in own]
    calls = {
        kind: own
        for kind, cases in kinds.items()
        if (own := [len(found) for case in cases if (found := times.warm_calls(case.record))])
    }
    if not calls:
        return ""
    compared = _compared(cases)
    widths = [
        (one.interval[1] - one.interval[0]) / (2 * one.ratio_call)
        for one in compared
        if one.interval is not None and one.ratio_call and not one.first_calls
    ]
    width = (
        f"; 95 % interval of a ratio ±{100 * median(widths):.2g} % in the median case"
        if widths
        else ", too few for an interval"
        if compared
        else ""
    )
    rounds = max(len(case.record.trials.rounds) for case in cases)
    processes = f"{rounds} processes" if rounds > 1 else "one process"
    each = listed([f"{ends(own)} on {kind}s" for kind, own in calls.items()])
    others = how_often([case.record for case in cases])
    return f"Warm calls of {lead}: {each}, in {processes}{width}. All else was {others}."
