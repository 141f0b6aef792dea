"""After how many runs on one graph a GPU engine's fixed cost is won back."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.records.break_even import Runs, fixed_cost
from graphbench.records.comparison import Comparison
from graphbench.reporting.document import Fold, Section, Table, Text
from graphbench.reporting.measured import Measured, largest
from graphbench.reporting.numbers import plain, seconds


def section(measured: Measured, key: str) -> Section | None:
    """A table of runs, against the baseline and against the best CPU engine."""
    rows = []
    for problem, cases in measured.problems.items():
        for graph, group in largest(cases).items():
            for case in group:
                if case.record.device != "gpu" or not (case.main or case.best):
                    continue
                main, best = _runs(case.main), _runs(case.hardest)
                if main or best:
                    fixed = fixed_cost(case.record)
                    against = case.hardest.baseline if case.hardest else ""
                    rows.append(
                        [problem, plain(graph), case.label, seconds(fixed), seconds(case.run), main, best, against]
                    )
    if not rows:
        return None
    heads = [
        "problem", "graph", "engine", "fixed cost", "run", f"runs vs {measured.baseline}", "runs vs best CPU",
        "best CPU",
    ]  # fmt: skip
    table = Table(heads=heads, rows=rows, right=(3, 4, 5, 6))
    how = Text(
        "A GPU engine starts slowly and then runs fast: N runs on one graph cost start + read + build + first call + "
        "(N - 1) warm calls. The fewest runs after which that is no more than what the other side costs; 1 is at once. "
        "Of the CPU engines that are best on run and best end to end, the one that takes more runs counts.",
        quiet=True,
    )
    fold = Fold(f"Graph by graph ({len(rows)})", [table])
    return Section("Break-even", f"{key}break-even", [how, _overview(measured), fold])


def _overview(measured: Measured) -> Table:
    """Of each problem and engine, over its graphs: how often at once, how many runs else, how often never."""
    rows = []
    for problem, cases in measured.problems.items():
        for label in sorted({case.label for case in cases if case.record.device == "gpu"}):
            own = [case for case in cases if case.label == label]
            main = [case.main.break_even_runs for case in own if case.main and case.main.break_even_runs is not None]
            hardest = [case.hardest for case in own if case.hardest is not None]
            best = [each.break_even_runs for each in hardest if each.break_even_runs is not None]
            if main or best:
                rows.append([problem, label, str(len(own)), _spread(main), _spread(best)])
    heads = ["problem", "engine", "graphs", f"runs vs {measured.baseline}", "runs vs best CPU"]
    return Table(heads=heads, rows=rows, right=(2,))


def _spread(runs: Sequence[Runs]) -> str:
    """`1 to 12 (5 at once, 1 never)`."""
    known = sorted(each for each in runs if not isinstance(each, str))
    never, once = len(runs) - len(known), known.count(1)
    if not known:
        return "never" if runs else ""
    words = f"{known[0]:,}" if known[0] == known[-1] else f"{known[0]:,} to {known[-1]:,}"
    aside = [f"{number} {what}" for number, what in ((once, "at once"), (never, "never")) if number]
    return f"{words} ({', '.join(aside)})" if aside and len(runs) > 1 else words


def _runs(each: Comparison | None) -> str:
    if each is None or each.break_even_runs is None:
        return ""
    runs = each.break_even_runs
    return runs if isinstance(runs, str) else f"{runs:,}"
