"""Strong scaling: one graph on more and more GPUs. Pure.

On g GPUs, speedup is t(1) / t(g) and efficiency t(1) / (g t(g)), after Amdahl (AFIPS 1967) and Eager, Zahorjan and
Lazowska (IEEE Trans. Comput. 38(3), 1989). Where a graph has no time on one GPU, the fewest that it ran on, g0, stand
in: speedup is t(g0) / t(g), relative to g0, and efficiency g0 t(g0) / (g t(g)). A time on one number of GPUs alone has
neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from graphbench.records.model import Record
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.measured import Case, by_graph
from graphbench.reporting.numbers import NOTHING, plain, three

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


class Climb(NamedTuple):
    """One problem on one graph by one engine, on every number of GPUs that was tried, few first.

    Attributes:
        problem: the algorithm, with what tells it from others of its name.
        graph: its name.
        engine: with the allocator, without the number of GPUs.
        base: the fewest GPUs with a time, which the others are set against; None: there is no other.
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


def rate(case: Case) -> str:
    """Edges of the graph, each counted once, by seconds of a warm call."""
    return three(case.edges / case.run) if case.run and case.edges else NOTHING


def climbs(problem: str, cases: Iterable[Case]) -> list[Climb]:
    """Every graph that an engine for several GPUs was set to, small graphs first.

    Args:
        problem: what the cases' problem is called.
        cases: of this problem, of one machine.
    """
    found = []
    for graph, group in by_graph(cases).items():
        engines: dict[str, list[tuple[int, Case]]] = {}
        for case in group:
            if (number := gpus(case)) is not None:
                engines.setdefault(_without_number(case), []).append((number, case))
        for engine, tried in sorted(engines.items()):
            steps, base = _steps(sorted(tried, key=lambda each: each[0]))
            single = next((case for case in group if case.run and _is_counterpart(case, tried[0][1])), None)
            found.append(Climb(problem, graph, engine, base, steps, single))
    return found


def _is_counterpart(case: Case, distributed: Case) -> bool:
    """Whether a case is of the engine for one GPU that another is made of, with the same allocator and parameters."""
    one, several = case.record, distributed.record
    if one.task.engine != ON_ONE_GPU.get(several.task.engine):
        return False
    shared = one.task.params.keys() & several.task.params.keys()
    alike = all(one.task.params[name] == several.task.params[name] for name in shared)
    return alike and hardware(one, planned=True) == _without_gpus(several)


def _steps(tried: list[tuple[int, Case]]) -> tuple[list[Step], int | None]:
    known = [(number, case.run) for number, case in tried if case.run]
    if len({number for number, _ in known}) < 2:
        return [Step(number, case, None, None) for number, case in tried], None
    base, seconds = known[0]
    steps = []
    for number, case in tried:
        speedup = seconds / case.run if case.run else None
        steps.append(Step(number, case, speedup, speedup and speedup * base / number))
    return steps, base


def _without_number(case: Case) -> str:
    """The engine's label without how many GPUs it had."""
    return plain(named(case.record.task.engine, _without_gpus(case.record)))


def _without_gpus(record: Record) -> list[str]:
    return [word for word in hardware(record, planned=True) if not word.endswith((" GPU", " GPUs"))]
