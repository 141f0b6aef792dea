"""Measurements, as calls."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphbench.api.graphs import COLUMNS, DEFAULTS, columns_of, dataset_of
from graphbench.api.result import Result
from graphbench.errors import DatasetError, StoreError, UnknownVertexError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.from_objects import is_edges
from graphbench.measure.options import ADVISE, Allocator, Options, fields, revised
from graphbench.measure.plan import Observer, Plan, command_line, make_plan
from graphbench.measure.spelling import check_names, in_python, python_call
from graphbench.measure.staleness import present
from graphbench.records.model import Record
from graphbench.records.store import Store
from graphbench.reporting.progress import Follower, follow
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.advice.answer import Advice
    from graphbench.graphs.formats.table_roles import TableOptions
    from graphbench.measure.suites.run import Run
    from graphbench.records.capacity import Capacity


def _suite_fields() -> set[str]:
    from graphbench.measure.suites.suite import Suite

    return {*fields(Suite)}


def _series_options() -> set[str]:
    """Fields of a suite that :func:`scale` and :func:`capacity` do not set themselves."""
    return _suite_fields() - {"name", "title", "algorithms", "datasets", "engines"}


def _advise_options() -> set[str]:
    own = {name for name, option in fields(Options).items() if ADVISE in option.option.on}
    return own | {*COLUMNS, "source", "target", "weight"}


@python_call()
def run(
    algorithm: str,
    dataset: Any,
    *,
    engines: str | Sequence[str] | None = DEFAULTS.engines,
    baseline: str | None = DEFAULTS.baseline,
    budget: float = DEFAULTS.budget,
    timeout: float = DEFAULTS.timeout,
    trials: int | None = DEFAULTS.trials,
    rounds: int = DEFAULTS.rounds,
    threads: int | str | Sequence[int | str] = "max",
    seed: int = DEFAULTS.seed,
    ignore_weights: bool = DEFAULTS.ignore_weights,
    directed: bool | None = DEFAULTS.directed,
    source_column: Any = None,
    target_column: Any = None,
    weight_column: Any = None,
    no_weight: bool = DEFAULTS.no_weight,
    header: bool | None = DEFAULTS.header,
    delimiter: str | None = DEFAULTS.delimiter,
    drop_missing: bool = DEFAULTS.drop_missing,
    names: bool = DEFAULTS.names,
    allocator: Allocator = DEFAULTS.allocator,
    device: int = DEFAULTS.device,
    memory_limit: int | str | None = DEFAULTS.memory_limit,
    device_memory_limit: int | str | None = DEFAULTS.device_memory_limit,
    gpus: int | Literal["all"] | None = DEFAULTS.gpus,
    scheduler: str | None = DEFAULTS.scheduler,
    renumber: bool = DEFAULTS.renumber,
    direction_optimizing: bool = DEFAULTS.direction_optimizing,
    from_networkx: bool = DEFAULTS.from_networkx,
    predict: bool = DEFAULTS.predict,
    match_quality: bool = DEFAULTS.match_quality,
    allow: str | Sequence[str] = (),
    store: bool | str | os.PathLike[str] = True,
    progress: bool | None = None,
    **parameters: Any,
) -> Result:
    """Measure one algorithm on one or several graphs, on several engines.

    Args:
        algorithm: `louvain`, `pagerank`, ... (`graphbench list algorithms`).
        dataset: what :func:`load` takes, or a list of such. A graph that is given twice is measured once; different
            graphs with the same name are distinguished by their paths, or numbered (`graph 1`, `graph 2`).
        engines: names of engines; None: all.
        baseline: the engine that ratios are taken against; one that is named here is measured even if it is not among
            `engines` [default: networkx; if it does not have the algorithm, :func:`graphbench.registry.baseline`; if
            that is not among `engines`, the first of them that has it].
        budget: seconds of warm trials per task.
        timeout: seconds per task, everything included.
        trials: exactly this many warm trials instead of as many as the interval needs.
        rounds: how often the engines take turns, each time in new processes; the budget is shared out.
        threads: CPU threads that an engine may use, or `max`; of several numbers, engines that run in parallel are
            measured with each.
        seed: of every draw and of seeded engines.
        ignore_weights: solve the problem without the dataset's weights.
        directed: as for :func:`load`.
        source_column: `source` of :func:`load`, also called that unless the algorithm has a parameter of that name.
        target_column: likewise.
        weight_column: likewise.
        no_weight: as for :func:`load`.
        header: likewise.
        delimiter: likewise.
        drop_missing: likewise.
        names: likewise.
        allocator: of GPU engines.
        device: index of the GPU.
        memory_limit: host memory that an engine may use: bytes, or a text such as `16GB`.
        device_memory_limit: the same for the GPU's memory.
        gpus: measure engine `cugraph-mg` too, on this many GPUs.
        scheduler: run it on the workers of this Dask scheduler (`tcp://HOST:PORT`), as many as `gpus`.
        renumber: cugraph, pylibcugraph: sort vertices by degree when a graph is built.
        direction_optimizing: pylibcugraph: direction-optimizing breadth-first search of undirected graphs.
        from_networkx: nx-cugraph: convert a NetworkX graph instead of building one on the device.
        predict: skip tasks that are predicted not to fit into the free memory.
        match_quality: heuristics: measure each engine at its fastest setting within 1 % of the best quality seen.
        allow: with `match_quality`: other heuristics that an engine may use instead (`leiden` for `louvain`).
        store: keep the records in this file; True: in the store under `$GRAPHBENCH_HOME`; False: nowhere.
        progress: show a line of progress; True: also where output is neither a notebook nor a terminal, a line for each
            task; False: never.
        parameters: the algorithm's own (`resolution=1.0`, `damping=0.85`, ...).

    Returns:
        The records and their comparisons; a notebook shows them as a table.

    Raises:
        UsageError: unknown names or parameters, values of a wrong type or out of range.
        DatasetError: the graph cannot be loaded or does not fit the problem.
    """
    from graphbench import registry

    own: set[str] = set()
    if isinstance(algorithm, str):
        own = {parameter.name for parameter in registry.algorithm(algorithm).parameters}
    columns = {"source_column": source_column, "target_column": target_column, "weight_column": weight_column}
    columns |= {role: parameters.pop(role) for role in ("source", "target", "weight") if role in {*parameters} - own}
    table = {
        "no_weight": no_weight, "header": header, "delimiter": delimiter, "drop_missing": drop_missing, "names": names
    }  # fmt: skip
    options = revised(
        DEFAULTS,
        {
            "engines": engines,
            "baseline": baseline,
            "budget": budget,
            "timeout": timeout,
            "trials": trials,
            "rounds": rounds,
            "threads": threads,
            "seed": seed,
            "ignore_weights": ignore_weights,
            "directed": directed,
            **columns_of(columns, table),
            "allocator": allocator,
            "device": device,
            "memory_limit": memory_limit,
            "device_memory_limit": device_memory_limit,
            "gpus": gpus,
            "scheduler": scheduler,
            "renumber": renumber,
            "direction_optimizing": direction_optimizing,
            "from_networkx": from_networkx,
            "predict": predict,
            "match_quality": match_quality,
            "allow": allow,
        },
    )
    check_names(run, set(parameters) - own, {*fields(Options), "store", "progress"}, only_misspelt=True)
    several = isinstance(dataset, list | tuple) and not is_edges(dataset)
    start = parameters.get("source") if "source" in own and source_column is None else None
    with follow(progress) as follower, _telling_source_apart(algorithm, start, options.table):
        datasets = (
            dataset_of(one, directed, options.table, follower.fetching(one))
            for one in (dataset if several else [dataset])
        )
        plan = make_plan(algorithm, datasets, options, parameters)
        follower.total = tasks_of(plan)
        records = list(execute(plan, observe=follower.observe, store=store if isinstance(store, bool) else Path(store)))
    graphs = {cell.dataset.info.name: cell.dataset.edges for cell in plan.cells}
    return Result(last_of_each(records), baseline=baseline_of(plan), graphs=graphs)


@contextmanager
def _telling_source_apart(algorithm: str, start: Any, table: TableOptions) -> Iterator[None]:
    """Add to errors about columns, or a vertex beside a named column, that `source` is the start of a search.

    Args:
        algorithm: by name.
        start: the start vertex; None if none was given, or the column of sources was, too.
        table: the columns that were named.
    """
    try:
        yield
    except (DatasetError, UsageError) as error:
        about_columns = "source_column" in in_python(str(error))
        if start is not None and (
            about_columns or (table.target is not None and isinstance(error, UnknownVertexError))
        ):
            hint = f"For {algorithm}, source={start!r} is the start vertex; the column of sources is source_column="
            error.args = (f"{str(error).removesuffix('.')}. {hint}.",)
        raise


def tasks_of(plan: Plan) -> int:
    """How many records a plan gives; 0 if that depends on what is found."""
    from graphbench import registry

    settings = [
        len(plan.settings_of(registry.engine(name), registry.algorithm(cell.algorithm)))
        for cell in plan.cells
        for name in cell.engines
    ]
    return 0 if plan.options.match_quality else sum(settings) * plan.options.rounds


def last_of_each(records: Iterable[Record]) -> list[Record]:
    """The last record of each question: of several rounds, the one of all rounds."""
    return list({record.question: record for record in records}.values())


def baseline_of(plan: Plan) -> str:
    """The engine that ratios are taken against: the named one, else that of the problem, else the first asked for."""
    from graphbench import registry

    if plan.options.baseline is not None:
        return registry.engine(plan.options.baseline).name
    cell = plan.cells[0]
    usual, page = registry.baseline(cell.algorithm), registry.algorithm(cell.algorithm)
    if usual in cell.engines:
        return usual
    asked = [registry.engine(name).name for name in plan.options.engines or []]
    return next((name for name in asked if page.find_adapter(name)), usual)


@python_call(_suite_fields)
def suite(
    name: str | os.PathLike[str] | None = None,
    *,
    store: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    progress: bool | None = None,
    **settings: Any,
) -> Result:
    """Measure every algorithm on every dataset with every engine, and resume where an earlier call stopped.

    A task that has a current record in the store is not measured again. A graph that cannot be loaded is a warning, and
    the others are measured.

    Args:
        name: `smoke`, `deck` or a TOML file; None: the settings say everything.
        store: the file of records; None: the one under `$GRAPHBENCH_HOME`.
        fresh: measure everything again.
        progress: as for :func:`run`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`, which replace those of the file:
            `datasets=["karate", "my.csv"]`, `algorithms=["bfs", "wcc"]`, `engines=["igraph"]`, `rounds=3`, ...

    Returns:
        A record for each task.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
        StoreError: the store cannot be written.
    """
    from graphbench.measure.suites.datasets import load_all
    from graphbench.measure.suites.run import Run, past
    from graphbench.measure.suites.suite import Suite, merged, read
    from graphbench.measure.suites.tasks import Graph, StoredRecords, baseline_of, check

    asked = merged(read(os.fspath(name)) if name is not None else Suite(name="suite"), settings, "")
    if not asked.datasets:
        raise UsageError("The suite has no datasets: pass datasets=[NAME, ...], or name a suite that has some.")
    check(asked)
    records = list(Store(store).records())
    missing: dict[str, DatasetError] = {}
    with follow(progress) as follower:

        def load_one(one: str, table: TableOptions) -> Dataset:
            return dataset_of(one, asked.directed, table, follower.fetching(one))

        notices: list[str] = []
        graphs = load_all(asked, load_one, missing, notices.append)
        for notice in notices:
            warnings.warn(notice, stacklevel=4)
        run = Run(
            suite=asked,
            graphs=[Graph.loaded(graph) for graph in graphs],
            missing=missing,
            stored=StoredRecords(records, asked, present(), datetime.now(UTC) if fresh else None),
            past=past(records),
            command=command_line(),
        )
        _measure_runs([run], store, follower)
    edges = {graph.info.name: graph.edges for graph in graphs}
    return Result(list(run.records.values()), baseline=baseline_of(asked), graphs=edges)


@python_call(_series_options)
def scale(
    algorithm: str,
    series: str,
    *,
    engines: str | Sequence[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Result:
    """Measure one algorithm on a series of R-MAT graphs, from small to large, until no engine completes one.

    A task that has a current record in the store is not measured again.

    Args:
        algorithm: by name or alias.
        series: such as `rmat:scale=22..28,edgefactor=16`.
        engines: names; None: cugraph, and cugraph-mg if numbers of GPUs are given.
        store: the file of records; None: the one under `$GRAPHBENCH_HOME`.
        progress: as for :func:`run`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `gpus=[1, 2, 4]`, `budget=5`, ...

    Returns:
        The records of all sizes; `plot("growth")` draws time against edges.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
        StoreError: the store cannot be written.
    """
    from graphbench.measure.suites import series as serial
    from graphbench.measure.suites.tasks import StoredRecords

    names = [engines] if isinstance(engines, str) else engines
    suite = serial.suite_of(algorithm, series, names, settings)
    records = list(Store(store).records())
    sizes = serial.SizeSeries(suite=suite, load=_load, stored=StoredRecords(records, suite, present()), records=records)
    with follow(progress) as follower:
        _measure_runs(sizes.runs(), store, follower)
    return Result(sizes.measured, baseline=suite.baseline)


@python_call(_series_options)
def capacity(
    algorithms: str | Sequence[str],
    *,
    engine: str = "cugraph",
    device_memory: int | str | None = None,
    edgefactor: int = 16,
    by: str = "",
    tries: int = 16,
    like: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    store: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> list[Capacity]:
    """Find the largest R-MAT graph that each algorithm completes within a limit of memory.

    Args:
        algorithms: one or several, by name or alias.
        engine: by name.
        device_memory: that RMM may allocate: bytes, or a text such as `32GB`; None: all. Engines on the CPU are
            searched within `memory_limit` instead.
        edgefactor: fewest edges drawn for each vertex; sizes are the factors from it to below twice that.
        by: the generator, `cugraph` or `numpy`; empty: cugraph for engines on a GPU, else numpy.
        tries: at most this many for each algorithm.
        like: a file of records, maybe of another machine, or several: where a search begins depends on them.
        store: the file of records, in which every try is kept; None: the one under `$GRAPHBENCH_HOME`.
        progress: as for :func:`run`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `timeout=300`, `memory_limit="16GB"`, ...

    Returns:
        A result for each algorithm, with the records of the two sides of the boundary.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
        StoreError: the store cannot be written.
    """
    from graphbench.measure.suites.capacity import CapacitySearch, suite_of

    records = list(Store(store).records())
    files = [like] if isinstance(like, str | os.PathLike) else like
    known = [record for file in files for record in Store(Path(file)).records()]
    results = []
    with follow(progress) as follower:
        for name in [algorithms] if isinstance(algorithms, str) else algorithms:
            suite = suite_of(name, engine, {"device_memory_limit": device_memory} | settings)
            search = CapacitySearch(
                suite=suite,
                load=_load,
                records=records,
                like=known,
                factor=edgefactor,
                by=by,
                max_tries=tries,
            )
            _measure_runs(search.runs(), store, follower)
            results.append(search.result)
    return results


@python_call(_advise_options)
def advise(
    dataset: Any,
    *,
    algorithms: str | Sequence[str] = (),
    gpu: str | None = None,
    calls: int | None = None,
    measure: bool = True,
    reference: Any = (),
    observe: Observer | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Advice:
    """Estimate whether a GPU would pay off for a graph, without a GPU.

    CPU engines are measured here, briefly, and their records kept; GPU engines are estimated from references, and no
    estimate becomes a record.

    Args:
        dataset: what :func:`load` takes.
        algorithms: by name or alias; empty: the eight of the published comparison.
        gpu: a part of the GPU's name, such as `H100`; None: the one with the most references.
        calls: also compare scripts with so many calls.
        measure: measure the CPU engines here; else they are estimated, too, from another machine.
        reference: a file of references or a store of records, or several; empty: those of the package.
        observe: is called in every phase and trial of a measurement, instead of showing progress.
        progress: as for :func:`run`.
        settings: of the measurement, as for :func:`run`: `engines`, `budget`, `threads`, `directed`, `source`, ...

    Returns:
        For each algorithm the best CPU library and the GPU engines as estimated; it shows itself as text.

    Raises:
        UsageError: unknown names, values of a wrong type or out of range, a file that has no references.
        DatasetError: the graph cannot be loaded.
    """
    from graphbench.advice import reference as references
    from graphbench.advice.advise import ADVISING, advise_on

    columns = {
        name: settings.pop(name, None) for role in ("source", "target", "weight") for name in (role, f"{role}_column")
    }
    options = revised(ADVISING, settings | columns_of(columns, {}))
    files = [reference] if isinstance(reference, str | os.PathLike) else list(reference)
    made = [one for one in files if isinstance(one, references.References)]
    with follow(False if observe else progress) as follower:
        return advise_on(
            dataset_of(dataset, options.directed, options.table, follower.fetching(dataset)),
            made or references.load(files),
            algorithms=[algorithms] if isinstance(algorithms, str) else algorithms,
            gpu=gpu,
            calls=calls,
            measure=(lambda plan: execute(plan, observe=observe or follower.observe)) if measure else None,
            options=options,
        )


def _measure_runs(runs: Iterable[Run], store: str | os.PathLike[str] | None, follower: Follower) -> None:
    from graphbench.measure.runner import Workers

    with Store(store) as opened, Workers() as workers:
        for run in runs:
            follower.total += run.left()[0]
            for record in run.measure(follower.observe, workers):
                if run.stored.is_news(record):
                    opened.keep(record)


def execute(plan: Plan, *, observe: Observer | None = None, store: bool | os.PathLike[str] = True) -> Iterator[Record]:
    """Measure a plan and keep every record the moment it is complete: of several rounds, after each.

    The store is held for the whole run. If it cannot be written meanwhile, that is a warning and not the end: records
    are still yielded, and written as soon as that can be done.

    Args:
        plan: what to measure.
        observe: is called in every phase and trial.
        store: the file to append to; True: the one under `$GRAPHBENCH_HOME`; False: none.

    Raises:
        StoreError: if a file that is named cannot be written: before anything is measured, or after all is yielded.
    """
    from graphbench.measure.equal_quality import measure_matched
    from graphbench.measure.predict import predictor
    from graphbench.measure.runner import measure
    from graphbench.measure.suites.rounds import measure_rounds

    path = None if isinstance(store, bool) else store
    watched = observe or (lambda _: None)
    predict = predictor(_recent(path, plan), plan.options)
    if plan.options.match_quality:
        records = measure_matched(plan, watched, predict, allow=plan.options.allow)
    elif plan.options.rounds > 1:
        records = measure_rounds(plan, lambda round_: measure(round_, watched, predict))
    else:
        records = measure(plan, watched, predict)
    if store is False:
        yield from records
        return
    with Store(path, strict=path is not None) as target:
        for record in records:
            target.keep(record)
            yield record
    if path is not None and target.unstored:
        raise StoreError(f"{count(target.unstored, 'record')} could not be written to {path}.")


def _recent(path: str | os.PathLike[str] | None, plan: Plan) -> list[Record]:
    """Records of the plan's work in a store; none if it cannot be read: writing to it reports the reason."""
    from graphbench import registry

    algorithms = registry.algorithms([*(cell.algorithm for cell in plan.cells), *plan.options.allow])
    engines = registry.engines({engine for cell in plan.cells for engine in cell.engines})
    try:
        return Store(path).recent({page.name for page in algorithms}, {engine.name for engine in engines})
    except OSError:
        return []


def _load(name: str) -> Dataset:
    return dataset_of(name, None, DEFAULTS.table, None)
