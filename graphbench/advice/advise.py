"""Would a GPU pay off for a graph? CPU engines as measured here, GPU engines as estimated from references."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from graphbench import registry
from graphbench.advice import estimate as estimates
from graphbench.advice.answer import BUSY_FACTOR, Advice, Answer, Cpu, Option, line
from graphbench.advice.estimate import Estimate
from graphbench.advice.features import Features, features
from graphbench.advice.law import MISSES, Span
from graphbench.advice.reference import References, choose, is_usual, load
from graphbench.graphs.clean import Dataset
from graphbench.measure.options import Options
from graphbench.measure.plan import Plan, make_plan
from graphbench.records import statistics
from graphbench.records.best_cpu import best_cpu
from graphbench.records.break_even import Runs, pays_off
from graphbench.records.model import Record
from graphbench.records.times import (
    rebuilt_calls,
    reuses_work,
    usual_builds,
    warm_calls,
    warm_or_first_call,
    was_busy,
)
from graphbench.system.text import listed

PUBLISHED = ("bfs", "jaccard", "leiden", "louvain", "pagerank", "sssp", "triangle-count", "wcc")
"""The algorithms of the published comparison: what advice is about by default."""
ADVISING = Options(budget=0.5, timeout=60.0)
"""The options of the measurements on the CPU: brief ones."""
ANOTHER_MACHINE = 2.0
"""How much wider, at each end, intervals of CPU times are that another machine measured."""
MAX_EDGES_AFTER_RUN = 5_000_000
"""Features of larger graphs take longer than a second or two."""
USUAL_CALLS = 100
"""Of a script, where nobody says how many: the GPU engine that takes the least time for them comes first."""
CARDS_GB = (16, 24, 40, 80, 141)
"""Sizes of memory that cards are sold with."""


def measure_plan(dataset: Dataset, algorithms: Sequence[str], options: Options) -> Plan:
    """What is measured here: the algorithms on compiled CPU engines, briefly; NetworkX where there is no other."""
    chosen = options.engines or _cpu_engines()
    options = msgspec.structs.replace(options, engines=list(chosen))
    plans = [make_plan(name, [dataset], options, {}) for name in algorithms]
    return dataclasses.replace(plans[0], cells=tuple(cell for plan in plans for cell in plan.cells), lenient=True)


def _cpu_engines() -> list[str]:
    here = [
        engine
        for engine in registry.engines()
        if engine.device == "cpu" and not engine.opt_in and engine.availability().ok
    ]
    compiled = [engine.name for engine in here if engine.speed_class < 2]
    return compiled or [engine.name for engine in here]


def advise(
    graph: str,
    found: Features,
    *,
    records: Iterable[Record],
    references: Sequence[References],
    machine: References,
    algorithms: Sequence[str],
    calls: int | None = None,
) -> Advice:
    """Advice from records made here, or without any from the CPU engines of the references.

    Args:
        graph: its name.
        found: its features.
        records: of CPU engines on this graph.
        references: all; those of CPU engines are taken from the one that has them.
        machine: the references of the GPU.
        algorithms: by name.
        calls: of a script, to compare its whole time.
    """
    measured = list(records)
    elsewhere = None if measured else _with_cpu(references, machine)
    answers = []
    for name in algorithms:
        own = [record for record in measured if record.task.algorithm == name]
        cpu = _measured(own) if measured else _elsewhere(elsewhere, name, found)
        answers.append(_answer(name, found, machine, cpu, calls))
    return Advice(
        graph=graph,
        features=found,
        machine=machine.machine,
        cpu_machine=_named(elsewhere) if any(answer.cpu for answer in answers) else "",
        calls=calls,
        answers=answers,
        nearest=estimates.nearest(machine, found),
        outside=estimates.outside(machine, found),
        notes=_notes(found, machine, answers),
    )


def _named(elsewhere: References | None) -> str:
    return f"{elsewhere.machine.cores} cores of {elsewhere.machine.cpu}" if elsewhere else ""


def _notes(found: Features, machine: References, answers: Sequence[Answer]) -> list[str]:
    notes = []
    if any(graph.features == found for graph in machine.graphs.values()):
        notes.append("This graph is among the references. With --validate it is left out, and compared.")
    if found.directed:
        notes.append("The references are undirected graphs: the estimates are for this graph without direction.")
    if any(answer.options for answer in answers) and not any(answer.cpu for answer in answers):
        notes.append("No references of CPU engines reach this graph. Without --no-measure they are measured here.")
    return notes


def _answer(name: str, found: Features, machine: References, cpu: Cpu | None, calls: int | None) -> Answer:
    possible = [estimates.estimate(machine, name, found, engine) for engine, _ in machine.engines(name)]
    made = sorted(
        filter(None, possible), key=lambda one: _total(one.whole_script, one.warm_call, calls or USUAL_CALLS).typical
    )
    return Answer(
        algorithm=name,
        cpu=cpu,
        options=[_option(one, cpu, calls) for one in made],
        cpu_total_s=_total(cpu.script, cpu.call, calls) if cpu and calls else None,
        reason="" if made else _reason(machine, name, found),
    )


def _reason(machine: References, name: str, found: Features) -> str:
    """Why there is no estimate."""
    gpu, known = machine.machine.name, machine.algorithms()
    if name not in known:
        return f"the references of the {gpu} do not have it; they have {listed(known)}"
    too_few = f"the references of the {gpu} are too few, or too far from this graph, to say anything"
    return estimates.refusal(machine, found) or too_few


def _option(one: Estimate, cpu: Cpu | None, calls: int | None) -> Option:
    gpu, script = one.warm_call, one.whole_script
    faster, runs, until = None, None, None
    if cpu is not None:
        faster, longer = cpu.call.over(gpu), script.over(cpu.script)
        runs = (
            _runs(cpu, longer.low, faster.high),
            _runs(cpu, longer.typical, faster.typical),
            _runs(cpu, longer.high, faster.low),
        )
        if runs[1] == 1 and gpu.typical > cpu.call.typical:
            until = 1 + math.floor((cpu.script.typical - script.typical) / (gpu.typical - cpu.call.typical))
    return Option(
        estimate=one,
        faster=faster,
        pays_off=runs,
        until=until,
        total_s=_total(script, gpu, calls) if calls else None,
        cards={size: fits(one.memory_bytes, size) for size in CARDS_GB} if one.memory_bytes else {},
    )


def _runs(cpu: Cpu, longer: float, faster: float) -> Runs:
    """From how many calls on a GPU pays off whose script takes so many times as long, and whose calls are faster."""
    script, call = cpu.script.typical, cpu.call.typical
    return pays_off(script, call, script * longer, call / faster)


def _total(script: Span, call: Span, calls: int) -> Span:
    return script.plus(call.times(calls - 1))


def fits(memory: Span, size_gb: int) -> str:
    """Whether a card of that size holds a task: `perhaps` where it is within the interval."""
    size = size_gb * 1e9
    return "yes" if memory.high <= size else "perhaps" if memory.typical <= size else "no"


def _measured(records: Sequence[Record]) -> Cpu | None:
    """The best CPU library of the records of one algorithm; None where none has an answer."""
    builds = usual_builds(records)
    best = best_cpu(records, "call", usual_build=builds)
    first = best_cpu(records, "first_answer", usual_build=builds) or best
    call = warm_or_first_call(best) if best else None
    scripts = {one.phases.whole_script_s: one.task.engine for one in (best, first) if one and one.phases.whole_script_s}
    if best is None or call is None or not scripts:
        return None
    script = min(seconds for seconds in scripts if seconds is not None)
    threads, busy = best.task.params.get("threads"), was_busy(best)
    return Cpu(
        engine=best.task.engine,
        threads=threads if isinstance(threads, int) else None,
        call=on_quiet_machine(_spread(best, call), busy=busy),
        script_engine=scripts[script],
        script=on_quiet_machine(Span.exactly(script), busy=busy),
        measured=True,
        first_calls=not best.phases.call_s,
        busy=busy,
    )


def on_quiet_machine(measured: Span, *, busy: bool) -> Span:
    """What a time measured here would be on a quiet machine: shorter by up to a factor where it was busy."""
    return msgspec.structs.replace(measured, low=measured.low / BUSY_FACTOR) if busy else measured


def _spread(record: Record, call: float) -> Span:
    """A measured call with the interval of the median of its calls, or their range where they are few."""
    calls = rebuilt_calls(record) if reuses_work(record) else warm_calls(record)
    if not calls:
        return Span.exactly(call)
    found = statistics.median(calls, 1 - MISSES)
    ends = found.interval or found.range or (found.value, found.value)
    collected = call - found.value  # of a lazy answer
    return Span(ends[0] + collected, call, ends[1] + collected)


def _with_cpu(references: Sequence[References], machine: References) -> References | None:
    """The references with CPU engines, those of the GPU's machine first."""
    return next((one for one in [machine, *references] if one.algorithms("cpu")), None)


def _elsewhere(references: References | None, name: str, found: Features) -> Cpu | None:
    """The best CPU library of another machine, as estimated."""
    if references is None:
        return None
    possible = [
        estimates.estimate(references, name, found, engine, threads=threads)
        for engine, threads in references.engines(name, "cpu")
    ]
    made = [one for one in possible if one is not None]
    if not made:
        return None
    best = min(made, key=lambda one: one.warm_call.typical)
    script = min(made, key=lambda one: one.whole_script.typical)
    return Cpu(
        engine=best.engine,
        threads=best.threads,
        call=best.warm_call.wider(ANOTHER_MACHINE),
        script_engine=script.engine,
        script=script.whole_script.wider(ANOTHER_MACHINE),
        measured=False,
        first_calls=best.first_calls,
    )


def after_run(dataset: Dataset, records: Sequence[Record], graph: str) -> str:
    """One line of advice from what was just measured on one graph; empty where there is none to give.

    It is given where there is no GPU, a CPU engine has an answer to the problem with its default parameters, the
    references have it, and the graph is small enough for its features to take no more than seconds.

    Args:
        dataset: the graph.
        records: of it.
        graph: its name, and how it is read, as words of a command line.
    """
    environments = [record.environment for record in records if record.environment]
    own = [record for record in records if record.device == "cpu" and is_usual(record)]
    large = dataset.edges.on_device or dataset.info.num_edges > MAX_EDGES_AFTER_RUN
    if not own or large or any(one.gpus for one in environments):
        return ""
    name = own[0].task.algorithm
    references = [one for one in load() if name in one.algorithms()]
    if not references:
        return ""
    machine, found = choose(references), features(dataset.edges)
    made = advise(dataset.info.name, found, records=own, references=references, machine=machine, algorithms=[name])
    return line(made, graph)


Measure = Callable[[Plan], Iterable[Record]]


def advise_on(
    dataset: Dataset,
    references: Sequence[References],
    *,
    algorithms: Sequence[str] = (),
    gpu: str | None = None,
    calls: int | None = None,
    measure: Measure | None = None,
    options: Options = ADVISING,
) -> Advice:
    """Measure the CPU engines on a graph, and estimate the GPU engines.

    Args:
        dataset: the graph.
        references: of any number of machines.
        algorithms: by name or alias; empty: those of the published comparison.
        gpu: a part of the name of the GPU; None: the best-covered one.
        calls: of a script, to compare its whole time.
        measure: measures a plan; None: nothing is measured.
        options: of the measurement.
    """
    names = list(dict.fromkeys(registry.algorithm(name).name for name in algorithms or PUBLISHED))
    machine = choose(references, gpu)
    found = features(dataset.edges)
    known = [] if estimates.refusal(machine, found) else [name for name in names if name in machine.algorithms()]
    records = list(measure(measure_plan(dataset, known, options))) if measure and known else []
    return advise(
        dataset.info.name,
        found,
        records=records,
        references=references,
        machine=machine,
        algorithms=names,
        calls=calls,
    )
