"""Several GPUs: how much faster one graph becomes on more of them, and what each of them is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from graphbench.records.model import NEVER_RAN
from graphbench.reporting.charts import drawing, points, style
from graphbench.reporting.document import Block, Bullets, Chart, Column, Section, Table, Text
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import NOTHING, plain, ratio, seconds
from graphbench.reporting.scaling import Climb, Step, climbs, rate
from graphbench.reporting.wording import outcome
from graphbench.system.text import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_GRAPHS = 6
"""How many graphs a panel shows, the largest: more lines are not told apart."""


def section(measured: Measured, key: str) -> Section | None:
    """A panel and a table of every problem that was set to several GPUs; None if none was."""
    found = [climb for climb in all_climbs(measured) if any(_began(step.case) for step in climb.steps)]
    if not found:
        return None
    blocks: list[Block] = []
    if any(climb.base for climb in found):
        blocks.append(
            Text(
                "One graph on more and more GPUs. Speedup is over the fewest GPUs of the same engine that have a time, "
                "one unless another number is named; efficiency is speedup by how many times as many GPUs there are: 1 "
                "is ideal. The engine for one GPU, with the same allocator and parameters, stands beside it where it "
                "was measured, since the distributed one pays for being distributed also on a single GPU.",
                quiet=True,
            )
        )
    panels = _panels(found)
    if panels:
        name = f"{key}scaling"
        alt = plain("Speedup against the number of GPUs: " + "; ".join(_told(climb) for climb in found if climb.base))
        with style.style():
            svg = drawing.to_svg(_figure(panels, found), name, alt)
        blocks.append(
            Chart(name=name, svg=svg, alt=alt, caption="Strong scaling: speedup on one graph; the dotted line is ideal")
        )
    blocks += tables(found)
    notes = remarks(found)
    return Section("Several GPUs", f"{key}scaling", [*blocks, *([Bullets(notes)] if notes else [])])


def _began(case: Case) -> bool:
    return case.record.outcome not in NEVER_RAN


def all_climbs(measured: Measured) -> list[Climb]:
    """Every graph on every number of GPUs, problem by problem."""
    return [climb for problem, cases in measured.problems.items() for climb in climbs(problem, cases)]


def picture(found: Sequence[Climb], form: str) -> bytes | None:
    """The chart alone, `.svg` or `.png`; None where nothing was measured on two numbers of GPUs."""
    panels = _panels(found)
    if not panels:
        return None
    with style.style():
        figure = _figure(panels, found)
        return drawing.to_file(figure, form, "scaling", "Speedup against the number of GPUs")


class _Row(NamedTuple):
    """One graph on one number of GPUs."""

    climb: Climb
    step: Step


def tables(found: Sequence[Climb]) -> list[Table[_Row]]:
    """A row for each graph and number of GPUs: those with a speedup, then those with nothing but a time."""
    compared = [_Row(climb, step) for climb in found if climb.base for step in climb.steps]
    alone = [_Row(climb, step) for climb in found if not climb.base for step in climb.steps]
    speedups: list[Column[_Row]] = [
        Column(
            "speedup",
            lambda row: f"{ratio(row.step.speedup)}{_over(row.climb)}" if row.step.speedup else NOTHING,
            right=True,
        ),
        Column("efficiency", lambda row: f"{row.step.efficiency:.2f}" if row.step.efficiency else NOTHING, right=True),
    ]
    beside = Column("vs the engine for one GPU", _beside, right=True)
    return [
        *([Table(compared, [*_COLUMNS, *speedups, beside])] if compared else []),
        *([Table(alone, [*_COLUMNS, replace(beside, optional=True)])] if alone else []),
    ]


def _beside(row: _Row) -> str:
    single = row.climb.single.run if row.climb.single else None
    return ratio(single / row.step.case.run) if single and row.step.case.run else NOTHING


_COLUMNS: list[Column[_Row]] = [
    Column("problem", lambda row: row.climb.problem),
    Column("graph", lambda row: row.climb.graph),
    Column("edges", lambda row: f"{row.step.case.edges:,}" if row.step.case.edges else NOTHING, right=True),
    Column("engine", lambda row: row.climb.engine),
    Column("GPUs", lambda row: str(row.step.gpus), right=True),
    Column(
        "run",
        lambda row: seconds(row.step.case.run) if row.step.case.run else outcome(row.step.case.record),
        right=True,
    ),
    Column("edges/s", lambda row: rate(row.step.case), right=True),
]


def remarks(found: Sequence[Climb]) -> list[str]:
    """What cannot be computed, and why: a sentence for all that have one number of GPUs, one for each other base."""
    told = []
    timed = [climb for climb in found if not climb.base and any(step.case.run for step in climb.steps)]
    if timed:
        numbers = sorted({step.gpus for climb in timed for step in climb.steps if step.case.run})
        on = " or ".join(count(number, "GPU") for number in numbers)
        cases = "one case has" if len(timed) == 1 else f"{len(timed):,} cases have"
        told.append(f"{cases} a time on {on} only: without another to set it against, no speedup and no efficiency")
    if never := [_where(climb) for climb in found if not any(step.case.run for step in climb.steps)]:
        told.append(f"completed on no number of GPUs: {'; '.join(never)}")
    told += [
        f"{_where(climb)}: there is no time on one GPU, so speedup and efficiency are relative to {climb.base} GPUs"
        for climb in found
        if climb.base and climb.base > 1
    ]
    return [plain(each) for each in told]


def _where(climb: Climb) -> str:
    return f"{climb.problem} on {climb.graph}, {climb.engine}"


def _panels(found: Sequence[Climb]) -> list[points.Panel]:
    problems: dict[str, list[points.Series]] = {}
    for climb in found:
        known = [(float(step.gpus), step.speedup) for step in climb.steps if step.speedup]
        if climb.base:
            problems.setdefault(climb.problem, []).append(points.Series(_name(climb, found), known, known))
    return [points.Panel(problem, series[-MOST_GRAPHS:]) for problem, series in problems.items()]


def _name(climb: Climb, found: Sequence[Climb]) -> str:
    several = len({each.engine for each in found if each.base}) > 1
    return f"{climb.graph}{', ' if several else ''}{climb.engine if several else ''}{_over(climb)}"


def _figure(panels: Sequence[points.Panel], found: Sequence[Climb]) -> Figure:
    drawn = [climb for climb in found if climb.base]
    names = [_name(climb, found) for climb in drawn]
    numbers = sorted({float(step.gpus) for climb in drawn for step in climb.steps})
    bases = sorted({climb.base for climb in drawn if climb.base})
    guides = {1 / base: "ideal" if base == 1 else f"ideal over {base}" for base in bases}
    axis = points.Axis(x="GPUs", y="speedup", guides=guides, at=numbers)
    return points.panels(panels, axis, style.colours(names), style.markers(names))


def _told(climb: Climb) -> str:
    known = [f"{count(step.gpus, 'GPU')} {step.speedup:.2f}" for step in climb.steps if step.speedup]
    return f"{climb.problem} on {climb.graph}{_over(climb)}: {', '.join(known)}"


def _over(climb: Climb) -> str:
    """What speedup is over, where that is not one GPU."""
    return f" over {climb.base} GPUs" if climb.base and climb.base > 1 else ""
