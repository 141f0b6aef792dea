"""Several GPUs: how much faster one graph becomes on more of them, and what each of them is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphbench.reporting.charts import drawing, points, style
from graphbench.reporting.document import Block, Bullets, Chart, Section, Table, Text
from graphbench.reporting.figures import count, plain, ratio, seconds, three
from graphbench.reporting.measured import NEVER_RAN, Cell, Measured
from graphbench.reporting.strong import Climb, climbs
from graphbench.reporting.wording import NOTHING, outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_GRAPHS = 6
"""How many graphs a panel shows, the largest: more lines are not told apart."""


def section(measured: Measured, key: str) -> Section | None:
    """A panel and a table of every problem that was set to several GPUs; None if none was."""
    found = [climb for climb in all_climbs(measured) if any(_began(step.cell) for step in climb.steps)]
    if not found:
        return None
    blocks: list[Block] = [
        Text(
            "One graph on more and more GPUs. Speedup is over one GPU of the same engine, efficiency is speedup by "
            "GPU: 1 is ideal. The engine for one GPU stands beside it, since the distributed one pays for being "
            "distributed also on a single GPU.",
            quiet=True,
        )
    ]
    panels = _panels(found)
    if panels:
        name = f"{key}scaling"
        alt = plain("Speedup against the number of GPUs: " + "; ".join(_told(climb) for climb in found))
        with style.style():
            svg = drawing.to_svg(_figure(panels, found), name, alt)
        blocks.append(
            Chart(name=name, svg=svg, alt=alt, caption="Strong scaling: speedup on one graph; the dotted line is ideal")
        )
    blocks.append(table(found))
    notes = remarks(found)
    return Section("Several GPUs", f"{key}scaling", [*blocks, *([Bullets(notes)] if notes else [])])


def _began(cell: Cell) -> bool:
    return cell.record.outcome not in NEVER_RAN


def all_climbs(measured: Measured) -> list[Climb]:
    """Every graph on every number of GPUs, problem by problem."""
    return [climb for problem, cells in measured.problems.items() for climb in climbs(problem, cells)]


def picture(found: Sequence[Climb], form: str) -> bytes | None:
    """The chart alone, `.svg` or `.png`; None where nothing was measured on two numbers of GPUs."""
    panels = _panels(found)
    if not panels:
        return None
    with style.style():
        figure = _figure(panels, found)
        if form == ".png":
            return drawing.to_png(figure)
        return drawing.to_svg(figure, "scaling", "Speedup against the number of GPUs").encode()


def table(found: Sequence[Climb]) -> Table:
    """A row for each graph and number of GPUs."""
    rows = []
    for climb in found:
        for step in climb.steps:
            single = climb.single.run if climb.single else None
            rows.append(
                [
                    climb.problem,
                    plain(climb.graph),
                    f"{step.cell.edges:,}" if step.cell.edges else NOTHING,
                    climb.engine,
                    str(step.gpus),
                    seconds(step.cell.run) if step.cell.run else outcome(step.cell),
                    rate(step.cell),
                    ratio(step.speedup) if step.speedup else NOTHING,
                    f"{step.efficiency:.2f}" if step.efficiency else NOTHING,
                    ratio(single / step.cell.run) if single and step.cell.run else NOTHING,
                ]
            )
    heads = [
        "problem", "graph", "edges", "engine", "GPUs", "run", "edges/s", "speedup", "efficiency",
        "vs the engine for one GPU",
    ]  # fmt: skip
    return Table(heads=heads, rows=rows, right=(2, 4, 5, 6, 7, 8, 9))


def rate(cell: Cell) -> str:
    """Edges of the graph, each counted once, by seconds of a warm call."""
    return three(cell.edges / cell.run) if cell.run and cell.edges else NOTHING


def remarks(found: Sequence[Climb]) -> list[str]:
    """What cannot be computed, and why."""
    told = []
    for climb in found:
        where = f"{climb.problem} on {climb.graph}, {climb.engine}"
        if climb.base is None:
            told.append(f"{where}: it completed on no number of GPUs, so there is neither speedup nor efficiency")
        elif sum(step.speedup is not None for step in climb.steps) == 1:
            told.append(f"{where}: there is a time on {count(climb.base, 'GPU')} only, so nothing to set it against")
        elif climb.base > 1:
            told.append(
                f"{where}: there is no time on one GPU, so speedup and efficiency are relative to {climb.base} GPUs, "
                "taken as ideal"
            )
    return [plain(each) for each in told]


def _panels(found: Sequence[Climb]) -> list[points.Panel]:
    problems: dict[str, list[points.Series]] = {}
    for climb in found:
        known = [(float(step.gpus), step.speedup) for step in climb.steps if step.speedup]
        if len(known) > 1:
            problems.setdefault(climb.problem, []).append(points.Series(_name(climb, found), known, known))
    return [points.Panel(problem, series[-MOST_GRAPHS:]) for problem, series in problems.items()]


def _name(climb: Climb, found: Sequence[Climb]) -> str:
    several = len({each.engine for each in found}) > 1
    return f"{climb.graph}, {climb.engine}" if several else climb.graph


def _figure(panels: Sequence[points.Panel], found: Sequence[Climb]) -> Figure:
    names = [_name(climb, found) for climb in found]
    numbers = sorted({float(step.gpus) for climb in found for step in climb.steps})
    axis = points.Axis(x="GPUs", y="speedup", guides={1.0: "ideal"}, at=numbers)
    return points.panels(panels, axis, style.colours(names), style.markers(names))


def _told(climb: Climb) -> str:
    known = [f"{step.gpus} GPUs {step.speedup:.2f}" for step in climb.steps if step.speedup]
    return f"{climb.problem} on {climb.graph}: {', '.join(known) or 'no time'}"
