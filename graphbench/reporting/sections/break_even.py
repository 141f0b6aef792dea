"""After how many runs on one graph a GPU engine's fixed cost is won back."""

from __future__ import annotations

from graphbench.comparison import Comparison
from graphbench.reporting.document import Section, Table, Text
from graphbench.reporting.figures import plain, seconds
from graphbench.reporting.measured import Measured, by_graph


def section(measured: Measured, key: str) -> Section | None:
    """A table of runs, against the baseline and against the best CPU engine."""
    rows = []
    for problem, cells in measured.problems.items():
        for graph, group in by_graph(cells).items():
            for cell in group:
                if cell.record.device != "gpu" or not (cell.main or cell.best):
                    continue
                main, best = _runs(cell.main), _runs(cell.best)
                if main or best:
                    phases = cell.record.phases
                    fixed = sum(part or 0.0 for part in (phases.start_s, phases.read_s, phases.build_s, phases.cold_s))
                    against = cell.best.baseline if cell.best else ""
                    rows.append(
                        [problem, plain(graph), cell.label, seconds(fixed), seconds(cell.run), main, best, against]
                    )
    if not rows:
        return None
    how = Text(
        "A GPU engine starts slowly and then runs fast: N runs on one graph cost start + read + build + first call + "
        "(N - 1) warm calls. The fewest runs after which that is no more than what the other side costs; 1 is at once.",
        quiet=True,
    )
    heads = [
        "problem",
        "graph",
        "engine",
        "fixed cost",
        "run",
        f"runs vs {measured.baseline}",
        "runs vs best CPU",
        "best CPU",
    ]
    return Section("Break-even", f"{key}break-even", [how, Table(heads=heads, rows=rows, right=(3, 4, 5, 6))])


def _runs(each: Comparison | None) -> str:
    if each is None or each.break_even_runs is None:
        return ""
    runs = each.break_even_runs
    return runs if isinstance(runs, str) else f"{runs:,}"
