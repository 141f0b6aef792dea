"""Would a GPU pay off for a graph? CPU engines as measured here, GPU engines as estimated from references."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import msgspec

from graphbench import registry
from graphbench.advice import estimate as estimates
from graphbench.advice import words
from graphbench.advice.answer import Answer, Cpu, Estimates, Option
from graphbench.advice.estimate import Estimate
from graphbench.advice.features import Features, features
from graphbench.advice.law import Span
from graphbench.advice.reference import References, choose, is_usual, load
from graphbench.graphs.clean import Dataset
from graphbench.measure.options import Options
from graphbench.measure.plan import Plan, make_plan
from graphbench.records.best_cpu import best_cpu
from graphbench.records.break_even import pays_off
from graphbench.records.model import Record
from graphbench.records.times import usual_builds, warm_or_first_call, was_busy
from graphbench.reporting.numbers import indented_json

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
_GIB = 1 << 30


class Advice(Estimates, frozen=True, kw_only=True):
    """Estimates that show themselves as text."""

    def __str__(self) -> str:
        return words.to_text(self)

    __repr__ = __str__

    def to_json(self) -> str:
        """As JSON; seconds, bytes, and `estimated` where a number is no measurement."""
        return indented_json({"estimated": True, **msgspec.to_builtins(self, str_keys=True)})


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
    notes: Sequence[str] = (),
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
        notes: further remarks for the reader.
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
        notes=[*notes, *_notes(found, answers)],
    )


def _named(elsewhere: References | None) -> str:
    return f"{elsewhere.machine.cores} cores of {elsewhere.machine.cpu}" if elsewhere else ""


def _notes(found: Features, answers: Sequence[Answer]) -> list[str]:
    notes = []
    if found.directed:
        notes.append("The references are undirected graphs: the estimates are for this graph without direction.")
    if not any(answer.cpu for answer in answers):
        notes.append("No references of CPU engines reach this graph. Without --no-measure they are measured here.")
    return notes


def _answer(name: str, found: Features, machine: References, cpu: Cpu | None, calls: int | None) -> Answer:
    reason = estimates.refusal(machine, found)
    possible = [estimates.estimate(machine, name, found, engine) for engine, _ in machine.engines(name)]
    made = sorted(
        filter(None, possible), key=lambda one: _total(one.whole_script, one.warm_call, calls or USUAL_CALLS).typical
    )
    if not made and not reason:
        reason = (
            f"the references of the {machine.machine.name} are too few, or too far from this graph, to say anything"
            if name in machine.algorithms()
            else f"no reference of the {machine.machine.name} has it"
        )
    return Answer(
        algorithm=name,
        cpu=cpu,
        options=[_option(one, cpu, calls) for one in made],
        cpu_total_s=_total(cpu.script, cpu.call, calls) if cpu and calls else None,
        reason=reason,
    )


def _option(one: Estimate, cpu: Cpu | None, calls: int | None) -> Option:
    gpu, script = one.warm_call, one.whole_script
    faster, runs = None, None
    if cpu is not None:
        faster = cpu.call.over(gpu)
        runs = (
            pays_off(cpu.script.high, cpu.call.high, script.low, gpu.low),
            pays_off(cpu.script.typical, cpu.call.typical, script.typical, gpu.typical),
            pays_off(cpu.script.low, cpu.call.low, script.high, gpu.high),
        )
    return Option(
        estimate=one,
        faster=faster,
        pays_off=runs,
        total_s=_total(script, gpu, calls) if calls else None,
        cards={size: fits(one.memory_bytes, size) for size in CARDS_GB} if one.memory_bytes else {},
    )


def _total(script: Span, call: Span, calls: int) -> Span:
    return script.plus(call.times(calls - 1))


def fits(memory: Span, size_gb: int) -> str:
    """Whether a card of that size holds a task: `perhaps` where it is within the interval."""
    size = size_gb * _GIB
    return "yes" if memory.high <= size else "perhaps" if memory.typical <= size else "no"


def _measured(records: Sequence[Record]) -> Cpu | None:
    """The best CPU engine of the records of one algorithm; None where none has an answer."""
    builds = usual_builds(records)
    best = best_cpu(records, "call", usual_build=builds)
    first = best_cpu(records, "first_answer", usual_build=builds) or best
    call = warm_or_first_call(best) if best else None
    scripts = {one.phases.whole_script_s: one.task.engine for one in (best, first) if one and one.phases.whole_script_s}
    if best is None or call is None or not scripts:
        return None
    script = min(seconds for seconds in scripts if seconds is not None)
    threads = best.task.params.get("threads")
    return Cpu(
        engine=best.task.engine,
        threads=threads if isinstance(threads, int) else None,
        call=Span.exactly(call),
        script_engine=scripts[script],
        script=Span.exactly(script),
        measured=True,
        first_calls=not best.phases.call_s,
        busy=was_busy(best),
    )


def _with_cpu(references: Sequence[References], machine: References) -> References | None:
    """The references with CPU engines, those of the GPU's machine first."""
    return next((one for one in [machine, *references] if one.algorithms("cpu")), None)


def _elsewhere(references: References | None, name: str, found: Features) -> Cpu | None:
    """The best CPU engine of another machine, as estimated."""
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
    )


def after_run(dataset: Dataset, records: Sequence[Record]) -> str:
    """One line of advice from what was just measured on one graph; empty where there is none to give.

    It is given where there is no GPU, a CPU engine has an answer to the problem with its default parameters, the
    references have it, and the graph is small enough for its features to take no more than seconds.
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
    return words.line(
        advise(dataset.info.name, found, records=own, references=references, machine=machine, algorithms=[name])
    )


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
    records: list[Record] = []
    if measure is not None:
        records = list(measure(measure_plan(dataset, names, options)))
    return advise(
        dataset.info.name,
        found,
        records=records,
        references=references,
        machine=machine,
        algorithms=names,
        calls=calls,
    )
