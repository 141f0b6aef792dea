"""The history of a machine's tasks: times over versions and dates, with change points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphbench.records import history
from graphbench.records.history import Point
from graphbench.records.model import Task
from graphbench.reporting.case import Case, grouped
from graphbench.reporting.charts.marks import Axis, Mark, Panel, timed
from graphbench.reporting.charts.marks import Line as Joined
from graphbench.reporting.document import Chart, Fold, Section, Text
from graphbench.reporting.history import HOW, kind, longer, summary, tables
from graphbench.reporting.measured import Measured, legend
from graphbench.reporting.numbers import plain, seconds

MAX_PANELS = 24
"""So many tasks are drawn, those with change points first; the tables have all."""
_MAX_TICKS = 4


class _Drawn(NamedTuple):
    """A line, and where its newest record is in the report."""

    line: history.Line
    case: Case

    @property
    def place(self) -> str:
        return f"{self.case.problem} on {self.case.graph}"


def section(measured: Measured) -> Section | None:
    """A panel for each task, and what changed; None where nothing was measured again later or with another version."""
    lines = history.history(measured.every)
    if not any(len({(point.measured_at[:10], *_versions(point)) for point in line.points}) > 1 for line in lines):
        return None
    answer, *rest = tables(lines)
    chart = _picture(lines, measured)
    drawn = [chart] if chart else []
    how = "The axis has sessions: measurements among which no task is repeated, each with the date of its first."
    blocks = [answer, Text(f"{HOW} {how}", quiet=True), *drawn, Fold("What changed, and every line", rest)]
    return Section("History", f"{measured.key}history", blocks)


def _versions(point: Point) -> tuple[str | None, str]:
    return point.engine_version, point.graphbench


def _picture(lines: Sequence[history.Line], measured: Measured) -> Chart | None:
    cases = {case.record.task.key: case for case in measured.cases}
    found = []
    for line in lines:
        case = cases.get(Task(line.algorithm, line.dataset, line.engine, line.params).key)
        if case is not None and sum(point.call_s is not None for point in line.points) > 1:
            found.append(_Drawn(line, case))
    changed = {one.place for one in found if one.line.changed}
    panels = grouped(sorted(found, key=lambda one: one.place not in changed), lambda one: one.place)
    shown = dict([*panels.items()][:MAX_PANELS])
    if not shown:
        return None
    when = _sessions([one.line for own in shown.values() for one in own])
    dates = {place: date for date, place in reversed(when.items())}
    last = max(dates)
    return Chart(
        name=f"{measured.key}history",
        caption="History: a warm call from session to session; rings are change points"
        + (f" ({MAX_PANELS} of {len(panels)} tasks)" if len(panels) > MAX_PANELS else ""),
        panels=[_panel(place, own, when) for place, own in shown.items()],
        x=Axis(
            "session",
            lambda value: dates.get(round(value), "")[:10] if value == round(value) else "",
            base=0,
            at=sorted({round(last * part / (_MAX_TICKS - 1)) for part in range(_MAX_TICKS)}),
        ),
        y=timed("seconds, warm call"),
        key=legend([one.case for own in shown.values() for one in own]),
    )


def _sessions(lines: Sequence[history.Line]) -> dict[str, int]:
    """The number of the session of each time: a new one begins where a task is measured again."""
    points = sorted((point.measured_at, number) for number, line in enumerate(lines) for point in line.points)
    found: dict[str, int] = {}
    seen: set[int] = set()
    session = 0
    for when, number in points:
        if number in seen and when not in found:
            session, seen = session + 1, set()
        seen.add(number)
        found[when] = session
    return found


def _panel(place: str, own: Sequence[_Drawn], when: dict[str, int]) -> Panel:
    marks: list[Mark] = []
    joined: list[Joined] = []
    said = [summary([one.line for one in own])]
    for line, case in own:
        colour, shape = case.colour, case.shape
        steps = {step.at: step for step in line.steps}
        before: tuple[float, float] | None = None
        for at, point in enumerate(line.points):
            step, x = steps.get(at), float(when[point.measured_at])
            words = plain(f"{case.label} {point.engine_version or ''}, {point.measured_at[:10]}")
            if point.call_s is None:
                if before is not None:
                    marks.append(Mark(x, before[1], f"{words}: {point.outcome.in_words}", colour, "cross", "bound"))
                continue
            here = (x, point.call_s)
            if before is not None and (step is None or step.kind != "apart"):
                joined.append(Joined([before, here], colour=colour))
            tip = f"{words}: {seconds(point.call_s)}"
            if step is not None:
                tip = f"{tip}, {kind(step)} {longer(step)}".rstrip()
                said.append(tip)
                if step.kind in ("slower", "faster"):
                    marks.append(Mark(*here, tip, colour, "dot", "hollow", size=9, label=longer(step)))
            marks.append(Mark(*here, tip, colour, shape))
            before = here
    return Panel(place, marks=marks, lines=joined, says=", ".join(said))
