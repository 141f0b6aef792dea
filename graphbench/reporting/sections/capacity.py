"""How much fits: the largest graph that completed within a limit of memory, and the smallest that did not."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.records.capacity import Capacity, failure
from graphbench.reporting.capacity import capacities, engine_of, limit_of, notes, table, unfinished
from graphbench.reporting.case import grouped
from graphbench.reporting.charts import style
from graphbench.reporting.charts.marks import Axis, Key, Look, Mark, Panel, Row
from graphbench.reporting.document import Bullets, Chart, Section, Text
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import compact


def section(measured: Measured) -> Section | None:
    """A chart and a table of searches; None where nothing was searched for."""
    found = capacities(measured)
    if not found:
        return None
    how = Text(
        "The boundary is found where no whole edge factor lies between the largest R-MAT graph that completed within "
        "the limit and the smallest larger one that did not; else it is open, and lies between them.",
        quiet=True,
    )
    remarks = Bullets([*unfinished(found), *notes(found)])
    chart = capacity_chart(found, name=f"{measured.key}capacity")
    return Section(
        "How much fits", f"{measured.key}capacity", [*([chart] if chart else []), table(found), how, remarks]
    )


def capacity_chart(found: Sequence[Capacity], *, name: str) -> Chart | None:
    """A panel for each engine and limit; None where no graph was made."""
    groups = grouped(found, lambda result: f"{engine_of(result)}, {limit_of(result)}")
    panels = [_panel(title, results) for title, results in groups.items()]
    shown = [panel for panel in panels if panel.marks]
    if not shown:
        return None
    return Chart(
        name=name,
        caption="The largest graph that completed, and the smallest larger one that did not",
        panels=shown,
        x=Axis("edges, each counted once", compact),
        key=[Key("completed", colour="ink"), Key("failed", colour="ink", look="hollow")],
    )


def _panel(title: str, results: Sequence[Capacity]) -> Panel:
    marks = []
    looks: tuple[Look, Look] = ("solid", "hollow")
    for place, result in enumerate(results):
        colour = style.engine(next(one.task.engine for one in (result.largest, result.failed) if one is not None))
        for record, look in zip((result.largest, result.failed), looks, strict=True):
            if record is not None and record.posed is not None and record.posed.num_edges:
                ended = "completed" if look == "solid" else failure(record)
                tip = f"{result.algorithm} {record.task.dataset}, {record.posed.num_edges:,} edges: {ended}"
                marks.append(Mark(record.posed.num_edges, place, tip, colour=colour, look=look))
    rows = [Row(result.algorithm, _words(result)) for result in results]
    return Panel(title, rows=rows, marks=marks)


def _words(result: Capacity) -> str:
    if result.largest is None or result.largest.posed is None:
        return "nothing fits" if result.complete else "open"
    return f"{result.largest.posed.num_edges:,}{'' if result.complete else ', open'}"
