"""Heuristics: what time buys in quality, every trial of every engine."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from graphbench.records.model import Outcome
from graphbench.reporting.charts import drawing, points, style
from graphbench.reporting.document import Block, Chart, Fold, Section, Table, Text
from graphbench.reporting.measured import Cell, Measured, by_graph, largest
from graphbench.reporting.numbers import figure, plain, seconds
from graphbench.reporting.wording import slug

MOST_PANELS = 8


def section(measured: Measured, key: str) -> Section | None:
    """A panel for each graph; problems whose answers have no quality are left out."""
    blocks: list[Block] = []
    for problem, cells in measured.problems.items():
        own = [cell for cell in cells if cell.record.quality and _points(cell)]
        if own:
            chart = _chart(own, measured, f"{key}quality-{slug(problem)}", problem)
            blocks += [Text(problem, strong=True), chart, Fold(f"Figures: {problem}", [_figures(own)])]
    if not blocks:
        return None
    how = Text(
        "One point is one trial, each from a seed of its own: up is better, left is faster. The quality is "
        "recomputed by graphbench, in float64, from every answer.",
        quiet=True,
    )
    return Section("Time against quality", f"{key}quality", [how, *blocks])


def _points(cell: Cell) -> list[tuple[float, float]]:
    record = cell.record
    if record.outcome is not Outcome.OK:
        return []
    return [pair for pair in zip(record.phases.run_s, record.trials.quality, strict=False) if pair[0] > 0]


def _chart(cells: Sequence[Cell], measured: Measured, name: str, problem: str) -> Chart:
    measure = cells[0].record.quality
    graphs = list(by_graph(cells).items())[-MOST_PANELS:]
    panels = [
        points.Panel(plain(graph), [points.Series(cell.label, _points(cell)) for cell in group])
        for graph, group in graphs
    ]
    alt = plain(
        f"{problem}, time against {measure}: "
        + "; ".join(f"{graph}: " + ", ".join(_told(cell) for cell in group) for graph, group in graphs)
    )
    with style.style():
        axis = points.Axis(x="seconds of one warm call", y=measure, log_y=False)
        svg = drawing.to_svg(points.panels(panels, axis, measured.colours, measured.shapes), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{problem}: {measure} against time, all trials")


def _told(cell: Cell) -> str:
    return f"{cell.label} {figure(median(cell.record.trials.quality))} in {seconds(cell.run)}"


def _figures(cells: Sequence[Cell]) -> Table:
    rows = [
        [
            plain(graph),
            cell.label,
            seconds(cell.run),
            figure(median(cell.record.trials.quality)),
            figure(min(cell.record.trials.quality)),
            figure(max(cell.record.trials.quality)),
            str(len(cell.record.trials.quality)),
        ]
        for graph, group in largest(cells).items()
        for cell in group
    ]
    heads = ["graph", "engine", "run, median", f"{cells[0].record.quality}, median", "lowest", "highest", "trials"]
    return Table(heads=heads, rows=rows, right=(2, 3, 4, 5, 6))
