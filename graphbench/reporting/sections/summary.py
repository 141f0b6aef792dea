"""The answer in one screen: how much faster for each problem, how often like with like, on what and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from graphbench.comparison import Comparison
from graphbench.model import NEVER_RAN, Outcome
from graphbench.reasons import Verdict
from graphbench.reporting.charts import bars, drawing, style
from graphbench.reporting.document import Block, Bullets, Chart, Fold, Section, Table, Text
from graphbench.reporting.figures import count, listed, plain, ratio, three
from graphbench.reporting.measured import Cell, Measured
from graphbench.reporting.sections import alone
from graphbench.reporting.wording import NOTHING
from graphbench.statistics import common_geometric_means, geometric_mean


def section(measured: Measured, key: str) -> Section:
    """The headline of every problem, then the same for every engine."""
    blocks: list[Block] = []
    lead = leader(measured)
    if lead:
        blocks.append(Text(_sentence(measured, lead), strong=True))
        graphs = _by_graph(measured, lead)
        if len(graphs.rows) > 1:  # a mean over a small graph and a large one tells of neither
            blocks.append(graphs)
        chart = overview(measured, lead, name=f"{key}overview")
        if chart is not None:
            blocks.append(chart)
        blocks.append(_headlines(measured, lead))
        told = (
            "Ratios are averaged geometrically over the graphs on which both sides finished and like was compared with "
            "like; in brackets the smallest and the largest. Unlike ratios and bounds are counted, not averaged."
        )
        if any(cell.best for cell in measured.cells if cell.label == lead):
            told += " The best CPU engine is the best of those with a time: of one, it is just the only one measured."
        blocks.append(Text(told, quiet=True))
    else:
        none = f"No engine could be set against {measured.baseline} here."
        blocks.append(Text(f"{none} {alone.sentence(measured)}".rstrip(), strong=True))
        largest = alone.table(measured)
        if largest.rows:
            blocks.append(largest)
    blocks.append(Bullets(_counts(measured)))
    engines = _engines(measured)
    if engines.rows:
        blocks.append(Fold("Every engine, over the graphs that all of them completed", [engines]))
    return Section("The answer", f"{key}answer", blocks)


def leader(measured: Measured) -> str:
    """The engine that headlines are about.

    A GPU engine before others, then the one that has a ratio in most cells, then one as its import leaves it (the
    default allocator): never the one that happens to have the best ratios.
    """
    ranked: Counter[tuple[bool, bool, str]] = Counter()
    for cell in measured.cells:
        each = cell.main or cell.best
        if each is not None and each.ratio_run is not None:
            where = cell.record.environment
            plainly = where is None or where.allocator in {None, "default"}
            ranked[cell.record.device == "gpu", plainly, cell.label] += 1
    best = min(ranked, key=lambda each: (not each[0], -ranked[each], not each[1], each[2]), default=None)
    return best[2] if best else ""


def fair(each: Comparison) -> bool:
    """Whether a ratio may be averaged: both sides finished, and like was compared with like."""
    return each.verdict is Verdict.LIKE and each.bound is None and each.ratio_run is not None


def _fair(cells: Iterable[Cell]) -> tuple[list[Comparison], list[Comparison]]:
    """What may be averaged of some cells: against the baseline, and against the best CPU engine."""
    cells = list(cells)
    return (
        [cell.main for cell in cells if cell.main is not None and fair(cell.main)],
        [cell.best for cell in cells if cell.best is not None and fair(cell.best)],
    )


def _mean(ratios: Sequence[float | None]) -> str:
    known = [value for value in ratios if value is not None]
    if not known:
        return NOTHING
    if len(known) == 1:
        return ratio(known[0])
    return f"{ratio(geometric_mean(known))} ({three(min(known))} to {three(max(known))})"


def _ran(cells: Iterable[Cell], label: str) -> list[Cell]:
    """The cells of an engine that were begun: one that lacks the problem, or is not there, has nothing to tell."""
    return [cell for cell in cells if cell.label == label and cell.record.outcome not in NEVER_RAN]


def _headlines(measured: Measured, lead: str) -> Table:
    rows = []
    for problem, cells in measured.problems.items():
        own = _ran(cells, lead)
        if not own:
            continue
        main, best = _fair(own)
        # The baseline may itself be the best CPU engine: then there is one comparison for both.
        against = Counter(each.baseline for each in best)
        rows.append(
            [
                problem,
                str(len({cell.record.task.dataset for cell in own})),
                _mean([each.ratio_run for each in main]),
                _mean([each.ratio_end_to_end for each in main]),
                _mean([each.ratio_run for each in best]),
                _mean([each.ratio_end_to_end for each in best]),
                _best_of(against, cells, {cell.record.task.dataset for cell in own if cell.best and fair(cell.best)}),
                _verdicts([cell.main for cell in own if cell.main is not None]),
            ]
        )
    name = measured.baseline
    heads = [
        f"{lead} on", "graphs", f"run vs {name}", f"end to end vs {name}", "run vs best CPU", "end to end vs best CPU",
        "best CPU, of how many", "verdicts",
    ]  # fmt: skip
    if not any(cell.best for cell in measured.cells if cell.label == lead):  # a CPU engine has no such column
        heads, rows = heads[:4] + heads[7:], [row[:4] + row[7:] for row in rows]
        return Table(heads=heads, rows=rows, right=(1, 2, 3))
    return Table(heads=heads, rows=rows, right=(1, 2, 3, 4, 5))


def _best_of(against: Counter[str], cells: Sequence[Cell], graphs: set[str]) -> str:
    """The best CPU engines, and of how many that have a time on a graph: the best of one was never contested."""
    if not against:
        return NOTHING
    finished = {
        (cell.record.task.dataset, cell.record.task.engine)
        for cell in cells
        if cell.record.device == "cpu" and cell.record.outcome is Outcome.OK and cell.record.task.dataset in graphs
    }
    numbers = sorted(Counter(graph for graph, _ in finished).values())
    low, high = numbers[0], numbers[-1]
    return f"{listed([name for name, _ in against.most_common()])}, of {low if low == high else f'{low} to {high}'}"


def _by_graph(measured: Measured, lead: str) -> Table:
    """The same means for each graph, over its problems, from the graph with the fewest edges to that with the most."""
    known: dict[str, list[Cell]] = {}
    for cell in _ran(measured.cells, lead):
        known.setdefault(cell.record.task.dataset, []).append(cell)
    sized = []
    for graph, cells in known.items():
        main, best = _fair(cells)
        edges = max((cell.record.dataset.num_edges for cell in cells if cell.record.dataset), default=None)
        row = [
            graph,
            NOTHING if edges is None else f"{edges:,}",
            str(len(main)),
            _mean([each.ratio_run for each in main]),
            _mean([each.ratio_end_to_end for each in main]),
            str(len(best)),
            _mean([each.ratio_run for each in best]),
            _mean([each.ratio_end_to_end for each in best]),
        ]
        sized.append((edges or 0, graph, row))
    name = measured.baseline
    heads = [
        f"{lead} on", "edges", f"cases vs {name}", f"run vs {name}", f"end to end vs {name}", "cases vs best CPU",
        "run vs best CPU", "end to end vs best CPU",
    ]  # fmt: skip
    rows = [row for _, _, row in sorted(sized)]
    if all(row[5] == "0" for row in rows):  # a CPU engine has no such columns
        heads, rows = heads[:5], [row[:5] for row in rows]
    return Table(heads=heads, rows=rows, right=tuple(range(1, len(heads))))


def overview(measured: Measured, lead: str, *, name: str) -> Chart | None:
    """One row for each problem: the geometric mean of the leading engine's ratios, and their range."""
    rows = []
    for problem, cells in measured.problems.items():
        begun = _ran(cells, lead)
        own, best = _fair(begun)
        runs = [each.ratio_run for each in own if each.ratio_run is not None]
        ends = [each.ratio_end_to_end for each in own if each.ratio_end_to_end is not None]
        text = f"{ratio(geometric_mean(ends))} end to end" if runs and ends else ""
        if not runs:
            mean = _mean([each.ratio_run for each in best])
            text = f"{mean} vs the best CPU engine" if best else "no ratio that compares like with like"
        if begun:
            number = f" ({len(runs)})"
            room = (bars.LABEL if runs else bars.LABEL_ALONE) - len(number)
            rows.append(
                bars.Bar(
                    label=f"{bars.shortened(problem, room)}{number}",
                    value=ratio(geometric_mean(runs)) if runs else "",
                    text=text,
                    ratio=geometric_mean(runs) if runs else None,
                    ends=(min(runs), max(runs)) if len(runs) > 1 else None,
                    second=geometric_mean(ends) if runs and ends else None,
                    colour=measured.colours[lead],
                )
            )
    if not any(row.ratio for row in rows):
        return None
    heading = f"{lead} against {measured.baseline}: geometric mean and range over (n) graphs"
    alt = f"{heading}: " + "; ".join(f"{row.label} {row.value} {row.text}" for row in rows)
    with style.style():
        svg = drawing.to_svg(bars.speedups([bars.Rows(heading, rows)], baseline=measured.baseline), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{heading} (only like with like; on {measured.name})")


def _sentence(measured: Measured, lead: str) -> str:
    main, best = _fair(cell for cell in measured.cells if cell.label == lead)
    parts = []
    if main:
        ends = [each.ratio_end_to_end for each in main if each.ratio_end_to_end is not None]
        parts.append(f"{_factor([each.ratio_run for each in main])} {measured.baseline} on run")
        if ends:
            parts.append(f"{_factor(ends)} it end to end")
    if best:
        parts.append(f"{_factor([each.ratio_run for each in best])} the best CPU engine on run")
    if not parts:
        return f"{lead} has no ratio that compares like with like."
    return plain(f"{lead} is {listed(parts)} ({_over(measured, main, best)}).")


def _over(measured: Measured, main: Sequence[Comparison], best: Sequence[Comparison]) -> str:
    """What the means are taken over: told apart where the baseline lacks a problem that another CPU engine has."""
    if main and best and len(main) != len(best):
        return (
            f"geometric means of like with like, over {count(len(main), 'case')} against {measured.baseline} and "
            f"{count(len(best), 'case')} against the best CPU engine"
        )
    return f"geometric means, {count(len(main or best), 'case')} of like with like"


def _factor(ratios: Sequence[float | None]) -> str:
    mean = geometric_mean([value for value in ratios if value is not None])
    return f"{three(mean)} times as fast as" if mean >= 1 else f"{three(1 / mean)} times slower than"


def _verdicts(found: Sequence[Comparison]) -> str:
    counted = Counter(str(each.verdict) for each in found)
    bounds = Counter(str(each.verdict) for each in found if each.bound is not None)
    aside = {verdict: f" ({number} only a bound)" if number else "" for verdict, number in bounds.items()}
    return ", ".join(f"{counted[each]} {each}{aside.get(each, '')}" for each in Verdict if counted[each]) or NOTHING


def _counts(measured: Measured) -> list[str]:
    outcomes = Counter(cell.record.outcome for cell in measured.cells)
    told = ", ".join(f"{number:,} {outcome.in_words}" for outcome, number in outcomes.most_common())
    verdicts = [cell.main for cell in measured.cells if cell.main is not None and cell.record.outcome not in NEVER_RAN]
    dates = sorted(cell.record.measured_at[:10] for cell in measured.cells if cell.record.measured_at)
    when = "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    shown = [
        f"Verdicts against {measured.baseline}: {_verdicts(verdicts)}." if verdicts else "",
        f"{count(len(measured.cells), 'record')}: {told}.",
        f"Machine: {measured.name}.",
        f"Measured {when}." if when else "",
    ]
    return [line for line in shown if line]


def _engines(measured: Measured) -> Table:
    """Each engine's mean over the graphs that all engines completed, so that the means may stand side by side."""
    rows = []
    for problem, cells in measured.problems.items():
        done: dict[str, dict[object, float]] = {}
        ends: dict[str, dict[object, float]] = {}
        for cell in cells:
            if cell.main is not None and fair(cell.main):
                graph = cell.record.task.dataset
                done.setdefault(cell.label, {})[graph] = cell.main.ratio_run or 1.0
                ends.setdefault(cell.label, {})[graph] = cell.main.ratio_end_to_end or 1.0
        means, common = common_geometric_means(done)
        whole, _ = common_geometric_means(ends)
        for label in sorted(done, key=lambda each: -means.get(each, 0.0)):
            completed = sum(cell.label == label and cell.run is not None for cell in cells)
            rows.append(
                [
                    problem,
                    label,
                    ratio(means[label]) if label in means else NOTHING,
                    ratio(whole[label]) if label in whole else NOTHING,
                    f"{len(common)} of {len({cell.record.task.dataset for cell in cells})}",
                    str(completed),
                ]
            )
    heads = ["problem", "engine", f"run vs {measured.baseline}", "end to end", "common graphs", "graphs completed"]
    return Table(heads=heads, rows=rows, right=(2, 3, 4, 5))
