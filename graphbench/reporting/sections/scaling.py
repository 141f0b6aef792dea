"""Strong scaling: how much faster one graph becomes on more GPUs, and how efficient each of them is.

On g GPUs, speedup is t(1) / t(g) and efficiency t(1) / (g t(g)), after Amdahl (AFIPS 1967) and Eager, Zahorjan and
Lazowska (IEEE Trans. Comput. 38(3), 1989). Where a graph has no time on one GPU, the base is g0, the fewest GPUs with
a time: speedup is t(g0) / t(g) and efficiency g0 t(g0) / (g t(g)). A time on a single number of GPUs has neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from graphbench.records.model import Record
from graphbench.reporting.case import Case, grouped
from graphbench.reporting.charts.marks import Axis, Key, Line, Mark, Panel
from graphbench.reporting.charts.style import LINES, SHAPES
from graphbench.reporting.document import Block, Bullets, Chart, Column, Section, Table, Text
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.measured import Measured, by_graph
from graphbench.reporting.numbers import NOTHING, plain, ratio, short
from graphbench.reporting.quantities import columns
from graphbench.system.text import count

MAX_GRAPHS = 6
"""How many graphs a panel shows, the largest: more lines cannot be distinguished."""


ON_ONE_GPU = {"cugraph-mg": "cugraph"}
"""The engine for one GPU whose library an engine for several distributes."""


class Step(NamedTuple):
    """One graph on one number of GPUs.

    Attributes:
        gpus: how many.
        case: what was measured.
        speedup: over the fewest GPUs with a time, one wherever there is one; None where there is nothing to compare.
        efficiency: speedup by how many times as many GPUs there are; 1 is ideal.
    """

    gpus: int
    case: Case
    speedup: float | None
    efficiency: float | None


class ScalingCurve(NamedTuple):
    """One problem on one graph by one engine, on every number of GPUs that was tried, few first.

    Attributes:
        problem: the algorithm, with the parameters that distinguish it.
        graph: its name.
        engine: with the allocator, without the number of GPUs.
        base: the fewest GPUs with a time, the base of the ratios; None: fewer than two.
        steps: one for each number of GPUs.
        single: the engine's counterpart for one GPU on the same graph, with the same allocator and parameters; None
            if it has none, or that was not measured.
    """

    problem: str
    graph: str
    engine: str
    base: int | None
    steps: list[Step]
    single: Case | None


def gpus(case: Case) -> int | None:
    """How many GPUs a record of an engine for several of them had; None: the engine takes no such number."""
    number = case.record.task.params.get("gpus")
    return number if isinstance(number, int) else None


def curves(problem: str, cases: Iterable[Case]) -> list[ScalingCurve]:
    """A curve for each graph and engine for several GPUs, small graphs first.

    Args:
        problem: what the cases' problem is called.
        cases: of this problem, of one machine.
    """
    found = []
    for graph, group in by_graph(cases).items():
        several = [(number, case) for case in group if (number := gpus(case)) is not None]
        for engine, tried in sorted(grouped(several, lambda one: _without_number(one[1])).items()):
            steps, base = _steps(sorted(tried, key=lambda step: step[0]))
            single = next((case for case in group if case.call and _is_counterpart(case, tried[0][1])), None)
            found.append(ScalingCurve(problem, graph, engine, base, steps, single))
    return found


def _is_counterpart(case: Case, distributed: Case) -> bool:
    """Whether a case is the one-GPU engine of a distributed one, with the same allocator and parameters."""
    one, several = case.record, distributed.record
    if one.task.engine != ON_ONE_GPU.get(several.task.engine):
        return False
    shared = one.task.params.keys() & several.task.params.keys()
    alike = all(one.task.params[name] == several.task.params[name] for name in shared)
    return alike and hardware(one, planned=True) == _without_gpus(several)


def _steps(tried: list[tuple[int, Case]]) -> tuple[list[Step], int | None]:
    known = [(number, case, case.call) for number, case in tried if case.call]
    if len({number for number, _, _ in known}) < 2:
        return [Step(number, case, None, None) for number, case in tried], None
    base, smallest, taken = known[0]
    steps = []
    for number, case in tried:
        same = case.first_only == smallest.first_only  # a first call is not compared with a warm one
        speedup = taken / case.call if case.call and same else None
        steps.append(Step(number, case, speedup, speedup and speedup * base / number))
    return steps, base


def _without_number(case: Case) -> str:
    """The engine's label without its number of GPUs."""
    return plain(named(case.engine, _without_gpus(case.record)))


def _without_gpus(record: Record) -> list[str]:
    return [word for word in hardware(record, planned=True) if not word.endswith((" GPU", " GPUs"))]


def section(measured: Measured) -> Section | None:
    """A panel and a table of every problem measured on several GPUs; None without any."""
    found = [curve for curve in all_curves(measured) if any(step.case.ran for step in curve.steps)]
    if not found:
        return None
    blocks: list[Block] = []
    if any(curve.base for curve in found):
        blocks.append(
            Text(
                "One graph on an increasing number of GPUs. Speedup is relative to the fewest GPUs on which the same "
                "engine has a time: one, unless another number is named. Efficiency is speedup divided by the factor "
                "of GPUs; 1 is ideal. The engine for one GPU, with the same allocator and parameters, is shown where "
                "it was measured, because the distributed engine has overhead even on one GPU. A call leaves its "
                "answer on the GPUs; collecting it on the host is timed beside it.",
                quiet=True,
            )
        )
    chart = picture(found, name=f"{measured.key}scaling")
    if chart is not None:
        blocks.append(chart)
    blocks += tables(found)
    notes = remarks(found)
    return Section("Several GPUs", f"{measured.key}scaling", [*blocks, *([Bullets(notes)] if notes else [])])


def all_curves(measured: Measured) -> list[ScalingCurve]:
    """Every graph on every number of GPUs, problem by problem."""
    return [curve for problem, cases in measured.problems.items() for curve in curves(problem, cases)]


def picture(found: Sequence[ScalingCurve], *, name: str = "scaling") -> Chart | None:
    """The chart; None where nothing was measured on two numbers of GPUs."""
    drawn = [curve for curve in found if curve.base]
    if not drawn:
        return None
    names = sorted({_name(curve, found) for curve in drawn})
    looks = {label: (f"line-{place % LINES}", SHAPES[place % len(SHAPES)]) for place, label in enumerate(names)}
    problems = grouped(drawn, lambda curve: curve.problem)
    numbers = sorted({float(step.gpus) for curve in drawn for step in curve.steps})
    bases = sorted({curve.base for curve in drawn if curve.base})
    speedup = Axis("speedup", lambda value: short(ratio(value)), at=[1, 2, 4, 8, 16, 32, 64])
    return Chart(
        name=name,
        caption="Strong scaling: speedup on one graph; the dotted line is ideal",
        panels=[_panel(problem, own[-MAX_GRAPHS:], found, looks) for problem, own in problems.items()],
        x=Axis("GPUs", at=numbers),
        y=speedup,
        key=[Key(label, colour=colour, shape=shape) for label, (colour, shape) in looks.items()],
        guides={1 / base: "ideal" if base == 1 else f"ideal over {base}" for base in bases},
        same_y=True,
    )


def _panel(
    problem: str, curves: Sequence[ScalingCurve], found: Sequence[ScalingCurve], looks: Mapping[str, tuple[str, str]]
) -> Panel:
    lines, marks = [], []
    for curve in curves:
        label = _name(curve, found)
        colour, shape = looks[label]
        known = [(step, step.speedup) for step in curve.steps if step.speedup]
        lines.append(Line([(step.gpus, speedup) for step, speedup in known], colour=colour))
        for step, speedup in known:
            of_first = ", first calls" if step.case.first_only else ""
            tip = f"{label} on {count(step.gpus, 'GPU')} {ratio(speedup)}{of_first}"
            marks.append(Mark(step.gpus, speedup, tip, colour, shape, step.case.look))
    return Panel(problem, lines=lines, marks=marks)


class _Row(NamedTuple):
    """One graph on one number of GPUs."""

    curve: ScalingCurve
    step: Step


def tables(found: Sequence[ScalingCurve]) -> list[Table[_Row]]:
    """A row for each graph and number of GPUs: those with a speedup, then those with nothing but a time."""
    compared = [_Row(curve, step) for curve in found if curve.base for step in curve.steps]
    alone = [_Row(curve, step) for curve in found if not curve.base for step in curve.steps]
    speedups: list[Column[_Row]] = [
        Column(
            "speedup",
            lambda row: f"{ratio(row.step.speedup)}{_over(row.curve)}" if row.step.speedup else NOTHING,
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
    single = row.curve.single.call if row.curve.single else None
    own = row.step.case
    same = row.curve.single is not None and row.curve.single.first_only == own.first_only
    return ratio(single / own.call) if single and own.call and same else NOTHING


_COLUMNS: list[Column[_Row]] = [
    Column("problem", lambda row: row.curve.problem),
    *columns(lambda row: row.step.case, "graph", "edges"),
    Column("engine", lambda row: row.curve.engine),
    Column("GPUs", lambda row: str(row.step.gpus), right=True),
    *columns(lambda row: row.step.case, "warm call", "collect", "edges/s"),
]


def remarks(found: Sequence[ScalingCurve]) -> list[str]:
    """What cannot be computed, and why: a sentence for all that have one number of GPUs, one for each other base."""
    notes = []
    timed = [curve for curve in found if not curve.base and any(step.case.call for step in curve.steps)]
    if timed:
        numbers = sorted({step.gpus for curve in timed for step in curve.steps if step.case.call})
        on = " or ".join(count(number, "GPU") for number in numbers)
        cases = "one case has" if len(timed) == 1 else f"{len(timed):,} cases have"
        notes.append(f"{cases} a time on {on} only, so there is no speedup or efficiency")
    if never := [_where(curve) for curve in found if not any(step.case.call for step in curve.steps)]:
        notes.append(f"completed on no number of GPUs: {'; '.join(never)}")
    notes += [
        f"{_where(curve)}: there is no time on one GPU, so speedup and efficiency are relative to {curve.base} GPUs"
        for curve in found
        if curve.base and curve.base > 1
    ]
    return [plain(note) for note in notes]


def _where(curve: ScalingCurve) -> str:
    return f"{curve.problem} on {curve.graph}, {curve.engine}"


def _name(curve: ScalingCurve, found: Sequence[ScalingCurve]) -> str:
    several = len({curve.engine for curve in found if curve.base}) > 1
    return f"{curve.graph}{', ' if several else ''}{curve.engine if several else ''}{_over(curve)}"


def _over(curve: ScalingCurve) -> str:
    """What speedup is over, where that is not one GPU."""
    return f" over {curve.base} GPUs" if curve.base and curve.base > 1 else ""
