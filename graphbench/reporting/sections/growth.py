"""How time grows with the graph, and from which size on an engine is worth it."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.model import Outcome
from graphbench.reporting.charts import drawing, points, style
from graphbench.reporting.document import Block, Chart, Section, Table, Text
from graphbench.reporting.figures import plain, three
from graphbench.reporting.fits import PowerLaw, crossing, fit
from graphbench.reporting.measured import Cell, Measured
from graphbench.reporting.wording import NOTHING

MOST_POINTS = 150


def section(measured: Measured, key: str) -> Section | None:
    """A panel for each problem that was posed on several sizes, and the exponents of the fitted lines."""
    problems = {problem: _series(cells) for problem, cells in measured.problems.items()}
    problems = {
        problem: series
        for problem, series in problems.items()
        if any(len({x for x, _ in own.points}) > 1 for own in series)
    }
    if not problems:
        return None
    name = f"{key}growth"
    panels = [points.Panel(problem, series) for problem, series in problems.items()]
    alt = plain(
        "Seconds of a warm call against edges: " + "; ".join(f"{panel.title}: {_told(panel)}" for panel in panels)
    )
    with style.style():
        axis = points.Axis(x="edges, as posed", y="seconds, run")
        svg = drawing.to_svg(points.panels(panels, axis, measured.colours, measured.shapes), name, alt)
    blocks: list[Block] = [
        Text(
            "Lines are power laws, fitted by least squares of the logarithms to three sizes or more: an exponent "
            "of 1 is "
            "linear in the edges. Hollow points are time limits. Graphs differ in more than their size, so a fit "
            "tells a tendency; the break-even size is where the fitted end-to-end times of engine and baseline cross.",
            quiet=True,
        ),
        Chart(name=name, svg=svg, alt=alt, caption="Growth: time of a warm call against edges"),
        _exponents(measured),
    ]
    return Section("Growth with size", f"{key}growth", blocks)


def _series(cells: Sequence[Cell]) -> list[points.Series]:
    found = []
    for label in sorted({cell.label for cell in cells}):
        own = [cell for cell in cells if cell.label == label and cell.edges]
        ran = sorted((float(cell.edges), cell.run) for cell in own if cell.run)
        limits = [
            (float(cell.edges), cell.record.censored.after_s)
            for cell in own
            if cell.record.outcome is Outcome.TIMEOUT and cell.record.censored is not None
        ]
        law = fit(ran)
        line = [(edges, law.at(edges)) for edges in (law.low, law.high)] if law else []
        if ran or limits:
            found.append(points.Series(label, _thinned(ran), line, limits))
    return found


def _thinned(values: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Every so many, so that a chart of thousands stays light; the fit is of all."""
    return values[:: -(-len(values) // MOST_POINTS)] if values else values


def _told(panel: points.Panel) -> str:
    laws = {series.label: fit(series.points) for series in panel.series}
    return (
        ", ".join(f"{label} grows with exponent {law.exponent:.2f}" for label, law in laws.items() if law)
        or "too few sizes"
    )


def _exponents(measured: Measured) -> Table:
    rows = []
    for problem, cells in measured.problems.items():
        runs = {label: fit(_times(cells, label, whole=False)) for label in sorted({cell.label for cell in cells})}
        ends = {label: fit(_times(cells, label, whole=True)) for label in runs}
        baseline = next((cell.label for cell in cells if cell.record.task.engine == measured.baseline), None)
        other = ends.get(baseline) if baseline else None
        for label, law in runs.items():
            if law is None:
                continue
            whole = ends[label]
            even = "" if label == baseline else _break_even(whole, other)
            rows.append(
                [problem, label, f"{law.exponent:.2f}", f"{100 * law.residual:.0f} %", _span(law), str(law.n), even]
            )
    heads = ["problem", "engine", "exponent", "scatter", "edges", "sizes", f"break-even size vs {measured.baseline}"]
    return Table(heads=heads, rows=rows, right=(2, 3, 5))


def _times(cells: Sequence[Cell], label: str, *, whole: bool) -> list[tuple[float, float]]:
    found = []
    for cell in cells:
        taken = cell.record.phases.end_to_end_s if whole else cell.run
        if cell.label == label and cell.run is not None and taken is not None:
            found.append((float(cell.edges), taken))
    return found


def _span(law: PowerLaw) -> str:
    return f"{law.low:,.0f} to {law.high:,.0f}"


def _break_even(engine: PowerLaw | None, baseline: PowerLaw | None) -> str:
    """From which size on the engine's fitted end to end is shorter, as far as the sizes measured can tell."""
    if engine is None or baseline is None:
        return NOTHING
    low, high = max(engine.low, baseline.low), min(engine.high, baseline.high)
    if engine.at(low) <= baseline.at(low) and engine.at(high) <= baseline.at(high):
        return f"faster at all sizes measured, from {low:,.0f}"
    if engine.at(low) > baseline.at(low) and engine.at(high) > baseline.at(high):
        edges = crossing(engine, baseline)
        beyond = f"; the fits would cross at {three(edges)}" if edges and high < edges < 1e3 * high else ""
        return f"slower at all sizes measured, up to {high:,.0f}{beyond}"
    edges = crossing(engine, baseline)
    return f"{three(edges)} edges" if edges else f"slower from {three(crossing(baseline, engine) or 0.0)} edges on"
