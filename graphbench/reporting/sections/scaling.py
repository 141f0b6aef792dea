"""Strong scaling: how much faster one graph becomes on more GPUs, and how efficient each of them is.

On g GPUs, speedup is t(1) / t(g) and efficiency t(1) / (g t(g)), after Amdahl (AFIPS 1967) and Eager, Zahorjan and
Lazowska (IEEE Trans. Comput. 38(3), 1989). Where a graph has no time on one GPU, the base is g0, the fewest GPUs with
a time: speedup is t(g0) / t(g) and efficiency g0 t(g0) / (g t(g)). A time on a single number of GPUs has neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from graphbench.records.model import Record
from graphbench.records.ratios import of_calls, of_first_answers
from graphbench.records.statistics import Estimate
from graphbench.reporting.case import Case, grouped
from graphbench.reporting.charts.marks import Axis, Key, Line, Mark, Panel
from graphbench.reporting.charts.style import LINES, SHAPES
from graphbench.reporting.document import Block, Bullets, Chart, Column, Section, Table, Text
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.measured import Measured, by_graph
from graphbench.reporting.numbers import NOTHING, plain, ratio, short, span
from graphbench.reporting.quantities import columns
from graphbench.system.text import count

MAX_GRAPHS = 6
"""How many graphs a panel shows, the largest: more lines cannot be distinguished."""


ON_ONE_GPU = {"cugraph-mg": "cugraph"}
"""The engine for one GPU whose library an engine for several distributes."""


class Step(NamedTuple):
    """One problem on one graph by one engine on one number of GPUs.

    Attributes:
        case: what was measured.
        engine: with the allocator, without the number of GPUs.
        base: that on the fewest GPUs with a time; None: fewer than two numbers of GPUs have one.
        single: the engine's counterpart for one GPU on the same graph, with the same allocator and parameters; None
            if it has none, or that was not measured.
    """

    case: Case
    engine: str
    base: Case | None
    single: Case | None

    @property
    def gpus(self) -> int:
        """How many."""
        return gpus(self.case) or 0

    @property
    def on(self) -> int:
        """How many GPUs the base has; 0 without one."""
        return gpus(self.base) or 0 if self.base else 0

    @property
    def ratio(self) -> Estimate | None:
        """The speedup over the base with its interval or range; None where there is nothing to compare."""
        return _times_as_fast(self.case, self.base)

    @property
    def speedup(self) -> float | None:
        """Over the base; None where there is nothing to compare."""
        return self.ratio and self.ratio.value

    @property
    def speedup_of_first_answer(self) -> float | None:
        """The same of read + build + first + collect."""
        return of_first_answers(self.base.record, self.case.record) if self.base and self.case.answered else None

    @property
    def efficiency(self) -> float | None:
        """Speedup by how many times as many GPUs there are; 1 is ideal."""
        return self.speedup and self.speedup * self.on / self.gpus

    @property
    def beside(self) -> float | None:
        """How many times as fast it is as the counterpart for one GPU."""
        found = _times_as_fast(self.case, self.single)
        return found and found.value


def _times_as_fast(case: Case, other: Case | None) -> Estimate | None:
    """As another; a first call is not compared with a warm one."""
    if other is None or not case.call or not other.call or case.first_only != other.first_only:
        return None
    return of_calls(other.record, case.record).estimate


def gpus(case: Case) -> int | None:
    """How many GPUs a record of an engine for several of them had; None: the engine takes no such number."""
    number = case.record.task.params.get("gpus")
    return number if isinstance(number, int) else None


def curves(measured: Measured) -> list[list[Step]]:
    """Each graph by each engine for several GPUs: a step for every number of them that was tried, few first."""
    found = []
    for group in (group for cases in measured.problems.values() for group in by_graph(cases).values()):
        several = sorted((case for case in group if gpus(case) is not None), key=lambda case: gpus(case) or 0)
        for engine, tried in sorted(grouped(several, _without_number).items()):
            timed = [case for case in tried if case.call]
            base = timed[0] if len(set(map(gpus, timed))) > 1 else None
            single = next((case for case in group if case.call and _is_counterpart(case, tried[0])), None)
            found.append([Step(case, engine, base, single) for case in tried])
    return found


def _is_counterpart(case: Case, distributed: Case) -> bool:
    """Whether a case is the one-GPU engine of a distributed one, with the same allocator and parameters."""
    one, several = case.record, distributed.record
    if one.task.engine != ON_ONE_GPU.get(several.task.engine):
        return False
    shared = one.task.params.keys() & several.task.params.keys()
    alike = all(one.task.params[name] == several.task.params[name] for name in shared)
    return alike and hardware(one, planned=True) == _without_gpus(several)


def _without_number(case: Case) -> str:
    """The engine's label without its number of GPUs."""
    return plain(named(case.engine, _without_gpus(case.record)))


def _without_gpus(record: Record) -> list[str]:
    return [word for word in hardware(record, planned=True) if not word.endswith((" GPU", " GPUs"))]


def section(measured: Measured) -> Section | None:
    """A panel and a table of every problem measured on several GPUs; None without any."""
    found = [curve for curve in curves(measured) if any(step.case.ran for step in curve)]
    if not found:
        return None
    how = Text(
        "Speedup is relative to the fewest GPUs on which the same engine has a time: one, unless another number is "
        "named. Efficiency is speedup divided by the factor of GPUs; 1 is ideal. In brackets is the interval of a "
        "speedup, or its range where calls were few. The engine for one GPU is shown where it was measured, as a "
        "distributed engine has overhead even on one. A call leaves its answer on the GPUs.",
        quiet=True,
    )
    chart, notes = picture(found, name=f"{measured.key}scaling"), remarks(found)
    blocks: list[Block] = [*([chart] if chart else []), *tables(found), *([how] if chart else [])]
    return Section("Several GPUs", f"{measured.key}scaling", [*blocks, *([Bullets(notes)] if notes else [])])


def picture(found: Sequence[Sequence[Step]], *, name: str = "scaling") -> Chart | None:
    """The chart; None where nothing was measured on two numbers of GPUs."""
    drawn = [curve for curve in found if curve[0].base]
    if not drawn:
        return None
    several = len({curve[0].engine for curve in drawn}) > 1
    names = sorted({_name(curve[0], several=several) for curve in drawn})
    looks = {label: (f"line-{place % LINES}", SHAPES[place % len(SHAPES)]) for place, label in enumerate(names)}
    problems = grouped(drawn, lambda curve: curve[0].case.problem)
    return Chart(
        name=name,
        caption="Strong scaling: speedup on one graph; the dotted line is ideal",
        panels=[_panel(problem, own[-MAX_GRAPHS:], looks, several=several) for problem, own in problems.items()],
        x=Axis("GPUs", at=sorted({float(step.gpus) for curve in drawn for step in curve})),
        y=Axis("speedup", lambda value: short(ratio(value)), at=[1, 2, 4, 8, 16, 32, 64]),
        key=[Key(label, colour=colour, shape=shape) for label, (colour, shape) in looks.items()],
        guides={1 / on: "ideal" if on == 1 else f"ideal over {on}" for on in sorted({curve[0].on for curve in drawn})},
        same_y=True,
    )


def _panel(
    problem: str, found: Sequence[Sequence[Step]], looks: Mapping[str, tuple[str, str]], *, several: bool
) -> Panel:
    lines, marks = [], []
    for curve in found:
        label = _name(curve[0], several=several)
        colour, shape = looks[label]
        known = [(step, step.speedup) for step in curve if step.speedup]
        lines.append(Line([(step.gpus, speedup) for step, speedup in known], colour=colour))
        for step, speedup in known:
            of_first = ", first calls" if step.case.first_only else ""
            tip = f"{label} on {count(step.gpus, 'GPU')} {ratio(speedup)}{of_first}"
            marks.append(Mark(step.gpus, speedup, tip, colour, shape, step.case.look))
    return Panel(problem, lines=lines, marks=marks)


def tables(found: Sequence[Sequence[Step]]) -> list[Table[Step]]:
    """A row for each graph and number of GPUs: those with a speedup, then those with nothing but a time."""
    compared, alone = (
        [step for curve in found for step in curve if bool(step.base) is with_] for with_ in (True, False)
    )
    beside = Column[Step]("vs the engine for one GPU", lambda step: ratio(step.beside), right=True)
    speedups: list[Column[Step]] = [
        Column("speedup", _speedup, right=True),
        Column("first answer speedup", lambda step: ratio(step.speedup_of_first_answer), right=True),
        Column("efficiency", lambda step: f"{step.efficiency:.2f}" if step.efficiency else NOTHING, right=True),
    ]
    return [
        *([Table(compared, [*_COLUMNS, *speedups, beside])] if compared else []),
        *([Table(alone, [*_COLUMNS, msgspec.structs.replace(beside, optional=True)])] if alone else []),
    ]


_COLUMNS: list[Column[Step]] = [
    Column("problem", lambda step: step.case.problem),
    *columns(lambda step: step.case, "graph", "edges"),
    Column("engine", lambda step: step.engine),
    Column("GPUs", lambda step: str(step.gpus), right=True),
    *columns(lambda step: step.case, "warm call", "collect", "edges/s"),
]


def _speedup(step: Step) -> str:
    """With its interval, or its range where there are few calls."""
    ends = step.ratio and step.case is not step.base and (step.ratio.interval or step.ratio.range)
    spread = f" {span(*ends, interval=step.ratio.interval is not None)}" if step.ratio and ends else ""
    return f"{ratio(step.speedup)}{_over(step) if step.speedup else ''}{spread}"


def remarks(found: Sequence[Sequence[Step]]) -> list[str]:
    """What cannot be computed, and why: a sentence for all that have one number of GPUs, one for each other base."""
    notes = []
    timed = [[step for step in curve if step.case.call] for curve in found]
    if alone := [own for curve, own in zip(found, timed, strict=True) if own and not curve[0].base]:
        on = " or ".join(count(number, "GPU") for number in sorted({step.gpus for own in alone for step in own}))
        cases = "one case has" if len(alone) == 1 else f"{len(alone):,} cases have"
        notes.append(f"{cases} a time on {on} only, so there is no speedup or efficiency")
    if never := [_where(curve[0]) for curve, own in zip(found, timed, strict=True) if not own]:
        notes.append(f"completed on no number of GPUs: {'; '.join(never)}")
    notes += [
        f"{_where(step)}: there is no time on one GPU, so speedup and efficiency are relative to {step.on} GPUs"
        for step, *_ in found
        if step.on > 1
    ]
    return [plain(note) for note in notes]


def _where(step: Step) -> str:
    return f"{step.case.problem} on {step.case.graph}, {step.engine}"


def _name(step: Step, *, several: bool) -> str:
    return f"{step.case.graph}{f', {step.engine}' if several else ''}{_over(step)}"


def _over(step: Step) -> str:
    """What speedup is over, where that is not one GPU."""
    return f" over {step.on} GPUs" if step.on > 1 else ""
