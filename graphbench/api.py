"""The Python interface: what the command line does, as calls."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphbench.errors import FormatError, StoreError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.from_objects import is_edges
from graphbench.measure.options import Allocator, Options, fields, python_name, revised
from graphbench.measure.plan import Observer, Plan, make_plan
from graphbench.records.comparison import Comparison, baseline_among, compare
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.store import Store
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from graphbench.advice.answer import Advice
    from graphbench.graphs.formats.table_roles import TableOptions
    from graphbench.measure.suites.run import Run
    from graphbench.records.capacity import Capacity

Download = Callable[[int, int | None], None]
"""Called while a graph is fetched: bytes so far, bytes in all if known."""

BASELINE = "networkx"
DEFAULTS = Options()


def load(
    dataset: Any,
    /,
    *,
    directed: bool | None = None,
    source: Any = None,
    target: Any = None,
    weight: Any = None,
    no_weight: bool = False,
    header: bool | None = None,
    delimiter: str | None = None,
    progress: Download | None = None,
    **columns: Any,
) -> EdgeList:
    """The cleaned edges of a graph.

    Args:
        dataset: a catalogue name, `GROUP/NAME` in the SuiteSparse Matrix Collection, a file, a generator such as
            `ba:n=1000,m=5`, or a graph in memory: a table of edges (pandas, Polars, Arrow, cuDF), a list of edge
            tuples, a graph of NetworkX, igraph, NetworKit or cuGraph, a square matrix of SciPy or NumPy.
        directed: how to read rows where the format does not say (CSV, Parquet, frames); default undirected. True makes
            two arcs of each edge of an undirected object.
        source: the column of sources in a table; its number from 1 in a file without a header.
        target: the column of targets, likewise.
        weight: the column of weights, likewise; of a NetworkX or igraph graph, the edge attribute.
        no_weight: read no weights.
        header: whether the first row of a text table names the columns.
        delimiter: what separates the columns of a text table.
        progress: called while something is downloaded.
        columns: `source_column`, `target_column` and `weight_column` are accepted too, as :func:`run` calls them.

    Raises:
        UnknownNameError: nothing answers to the name.
        DatasetError: the graph cannot be had, breaks its format, or is not clearly the one that is meant.
    """
    given = {"source": source, "target": target, "weight": weight} | columns
    options = _columns(given, {"no_weight": no_weight, "header": header, "delimiter": delimiter})
    _check_names("load", given, {*fields(Options)})
    if unknown := given.keys() - fields(Options).keys():
        raise UsageError(f"graphbench.load has no argument {', '.join(map(repr, sorted(unknown)))}.")
    return _dataset(dataset, directed, revised(DEFAULTS, options).table, progress).edges


def _columns(given: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Options of a table, by their full names: `source` and the like are taken out of the given arguments.

    Raises:
        UsageError: if a role is given by both of its names.
    """
    found = dict(others)
    for role in ("source", "target", "weight"):
        short, full = given.pop(role, None), given.pop(f"{role}_column", None)
        if short is not None and full is not None:
            raise UsageError(f"{role}={short!r} and {role}_column={full!r} are the same argument. Leave one out.")
        value = full if short is None else short
        found[f"{role}_column"] = None if value is None else str(value)
    return found


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
    allocator: Allocator = DEFAULTS.allocator,
    device: int = DEFAULTS.device,
    memory_limit: int | str | None = DEFAULTS.memory_limit,
    device_memory_limit: int | str | None = DEFAULTS.device_memory_limit,
    gpus: int | Literal["all"] | None = DEFAULTS.gpus,
    scheduler: str | None = DEFAULTS.scheduler,
    renumber: bool = DEFAULTS.renumber,
    direction_optimizing: bool = DEFAULTS.direction_optimizing,
    predict: bool = DEFAULTS.predict,
    match_quality: bool = DEFAULTS.match_quality,
    allow: str | Sequence[str] = (),
    store: bool = True,
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
        allocator: of GPU engines.
        device: index of the GPU.
        memory_limit: host memory that an engine may use: bytes, or a text such as `16GB`.
        device_memory_limit: the same for the GPU's memory.
        gpus: measure engine `cugraph-mg` too, on this many GPUs.
        scheduler: run it on the workers of this Dask scheduler (`tcp://HOST:PORT`), as many as `gpus`.
        renumber: pylibcugraph: sort vertices by degree when a graph is built.
        direction_optimizing: pylibcugraph: direction-optimizing breadth-first search of undirected graphs.
        predict: skip tasks that are predicted not to fit into the free memory.
        match_quality: heuristics: measure each engine at its fastest setting within 1 % of the best quality seen.
        allow: with `match_quality`: other heuristics that an engine may use instead (`leiden` for `louvain`).
        store: keep the records in the store under `$GRAPHBENCH_HOME`.
        parameters: the algorithm's own (`resolution=1.0`, `damping=0.85`, ...).

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
            **_columns(columns, {"no_weight": no_weight, "header": header, "delimiter": delimiter}),
            "allocator": allocator,
            "device": device,
            "memory_limit": memory_limit,
            "device_memory_limit": device_memory_limit,
            "gpus": gpus,
            "scheduler": scheduler,
            "renumber": renumber,
            "direction_optimizing": direction_optimizing,
            "predict": predict,
            "match_quality": match_quality,
            "allow": allow,
        },
    )
    _check_names("run", set(parameters) - own, {*fields(Options), "store"})
    several = isinstance(dataset, list | tuple) and not is_edges(dataset)
    datasets = (_dataset(one, directed, options.table, None) for one in (dataset if several else [dataset]))
    plan = make_plan(algorithm, datasets, options, parameters)
    graphs = {cell.dataset.info.name: cell.dataset.edges for cell in plan.cells}
    return Result(last_of_each(execute(plan, store=store)), baseline=baseline_of(plan), graphs=graphs)


def last_of_each(records: Iterable[Record]) -> list[Record]:
    """The last record of each task: of several rounds, the one of all rounds."""
    return list({record.task.key: record for record in records}.values())


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


def scale(
    algorithm: str,
    series: str,
    *,
    engines: str | Sequence[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Result:
    """Measure one algorithm on a series of R-MAT graphs, from small to large, until no engine completes one.

    A task that has a current record in the store is not measured again.

    Args:
        algorithm: by name or alias.
        series: such as `rmat:scale=22..28,edgefactor=16`.
        engines: names; None: cugraph, and cugraph-mg if numbers of GPUs are given.
        store: the file of records; None: the one under `$GRAPHBENCH_HOME`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `gpus=[1, 2, 4]`, `budget=5`, ...

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
        StoreError: the store cannot be written.
    """
    from graphbench.measure.staleness import present
    from graphbench.measure.suites import series as serial
    from graphbench.measure.suites.tasks import StoredRecords

    _check_names("scale", set(settings) - _suite_options(), {*_suite_options(), "engines", "store"})
    names = [engines] if isinstance(engines, str) else engines
    suite = serial.suite_of(algorithm, series, names, settings)
    records = list(Store(store).records())
    sizes = serial.SizeSeries(suite=suite, load=_load, stored=StoredRecords(records, suite, present()), records=records)
    _measure_runs(sizes.runs(), store)
    return Result(sizes.measured, baseline=suite.baseline)


def capacity(
    algorithms: str | Sequence[str],
    *,
    engine: str = "cugraph",
    device_memory: int | str | None = None,
    edgefactor: int = 16,
    by: str = "",
    tries: int = 16,
    store: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> list[Capacity]:
    """Find the largest R-MAT graph that each algorithm completes within a limit of memory.

    Args:
        algorithms: one or several, by name or alias.
        engine: by name.
        device_memory: that RMM may allocate: bytes, or a text such as `32GB`; None: all. Engines on the CPU are
            searched within `memory_limit` instead.
        edgefactor: edges drawn for each vertex while the scale is raised.
        by: the generator, `cugraph` or `numpy`; empty: cugraph for engines on a GPU, else numpy.
        tries: at most this many for each algorithm.
        store: the file of records, in which every try is kept; None: the one under `$GRAPHBENCH_HOME`.
        settings: fields of :class:`graphbench.measure.suites.suite.Suite`: `timeout=300`, `memory_limit="16GB"`, ...

    Returns:
        A result for each algorithm, with the records of the two sides of the boundary.

    Raises:
        UsageError: unknown names, or values of a wrong type or out of range.
        StoreError: the store cannot be written.
    """
    from graphbench.measure.suites.capacity import CapacitySearch, suite_of

    own = {"engine", "device_memory", "edgefactor", "by", "tries", "store"}
    _check_names("capacity", set(settings) - _suite_options(), own | _suite_options())
    records = list(Store(store).records())
    results = []
    for name in [algorithms] if isinstance(algorithms, str) else algorithms:
        suite = suite_of(name, engine, {"device_memory_limit": device_memory} | settings)
        search = CapacitySearch(suite=suite, load=_load, records=records, factor=edgefactor, by=by, max_tries=tries)
        _measure_runs(search.runs(), store)
        results.append(search.result)
    return results


def advise(
    dataset: Any,
    *,
    algorithms: str | Sequence[str] = (),
    gpu: str | None = None,
    calls: int | None = None,
    measure: bool = True,
    reference: Any = (),
    observe: Observer | None = None,
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
        observe: is called in every phase and trial of a measurement.
        settings: of the measurement, as for :func:`run`: `engines`, `budget`, `threads`, `directed`, `source`, ...

    Raises:
        UsageError: unknown names, values of a wrong type or out of range, a file that has no references.
        DatasetError: the graph cannot be loaded.
    """
    from graphbench.advice import reference as references
    from graphbench.advice.advise import ADVISING, advise_on
    from graphbench.measure.options import ADVISE

    columns = {
        name: settings.pop(name, None) for role in ("source", "target", "weight") for name in (role, f"{role}_column")
    }
    known = {name for name, option in fields(Options).items() if ADVISE in option.option.on}
    _check_names("advise", set(settings) - known, known)
    if unknown := set(settings) - known:
        raise UsageError(f"graphbench.advise has no argument {', '.join(map(repr, sorted(unknown)))}.")
    options = revised(ADVISING, settings | _columns(columns, {}))
    files = [reference] if isinstance(reference, str | os.PathLike) else list(reference)
    made = [one for one in files if isinstance(one, references.References)]
    return advise_on(
        _dataset(dataset, options.directed, options.table, None),
        made or references.load(files),
        algorithms=[algorithms] if isinstance(algorithms, str) else algorithms,
        gpu=gpu,
        calls=calls,
        measure=(lambda plan: execute(plan, observe=observe)) if measure else None,
        options=options,
    )


def _suite_options() -> set[str]:
    """Fields of a suite that :func:`scale` and :func:`capacity` do not set themselves."""
    from graphbench.measure.suites.suite import Suite

    return {*fields(Suite)} - {"name", "title", "algorithms", "datasets", "engines"}


def _check_names(call: str, given: Collection[str], known: Collection[str]) -> None:
    """Refuse a keyword argument that means an option by another spelling, such as the command line's.

    Raises:
        UsageError: the message has the right spelling.
    """
    for name in given:
        if hint := python_name(name, known):
            raise UsageError(f"graphbench.{call} has no argument {name!r}: {hint}")


def _measure_runs(runs: Iterable[Run], store: str | os.PathLike[str] | None) -> None:
    with Store(store) as opened:
        for run in runs:
            for record in run.measure(lambda _: None):
                if run.stored.is_news(record):
                    opened.keep(record)


@dataclass
class Result:
    """Records and the comparisons between them; shows itself as a table.

    Attributes:
        records: one per task, in the order in which they were measured.
        baseline: the engine that ratios are taken against; where no record is of it, the CPU engine that is best most
            often.
        stale: what changed since a record was made, by its id; what has just been measured is never stale.
        graphs: what was measured, by name, for the names of vertices.
        comparisons: each other engine against the baseline.
    """

    records: list[Record]
    baseline: str = BASELINE
    stale: Mapping[str, str] = field(default_factory=dict)
    graphs: Mapping[str, EdgeList] = field(default_factory=dict)
    comparisons: list[Comparison] = field(init=False)

    def __post_init__(self) -> None:
        self.baseline = baseline_among(self.records, self.baseline, stale=self.stale)
        self.comparisons = compare(self.records, baseline=self.baseline, stale=self.stale)

    def __str__(self) -> str:
        return self.render("table")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from graphbench import reporting

        return reporting.html_table(self.records, self.comparisons)

    def render(self, format: str = "table", *, details: bool = False) -> str:  # noqa: A002 - the option's name
        """As text: `table`, `json`, `csv` or `markdown`.

        With `details`, tables show each engine at every number of threads, CPU seconds, and peaks of memory.
        """
        from graphbench import reporting

        return reporting.render(self.records, self.comparisons, format, details=details)

    def to_pandas(self) -> pd.DataFrame:
        """One row per record, flat columns with their units in the names."""
        import io

        import pandas as pd

        return pd.read_csv(io.StringIO(self.render("csv")))

    def answer(self, engine: str, dataset: str | None = None) -> pd.Series[Any] | pd.DataFrame | pd.MultiIndex:
        """An engine's answer as a pandas object indexed by the user's own names of vertices, pairs or edges.

        :func:`graphbench.measure.labelled.labelled` has the form of each kind of answer, and
        `graphbench.registry.algorithm(NAME).kind` says which it is. Of searches it is the answer from the first source.
        Vertices of a graph without names are 0, 1, ...; so are all in a result that was made from stored records.

        Raises:
            UsageError: if that engine gave no answer, or several datasets were measured and none of them is named.
        """
        import numpy as np

        from graphbench import registry
        from graphbench.measure import labelled

        answered = {
            record.task.dataset: record
            for record in self.records
            if record.task.engine == engine and dataset in {None, record.task.dataset} and "digest" in record.answer
        }
        if not answered:
            where = "" if dataset is None else f" on {dataset!r}"
            engines = list(dict.fromkeys(record.task.engine for record in self.records))
            if engine not in engines:
                raise UsageError(f"{engine!r} is not among the measured engines: {', '.join(engines)}.")
            names = ", ".join(dict.fromkeys(record.task.dataset for record in self.records))
            raise UsageError(f"{engine} has no answer{where}: see the reason in `records`. Measured datasets: {names}.")
        if len(answered) > 1:
            raise UsageError(f"{engine} has answers on {', '.join(answered)}: name one as dataset=.")
        ((name, record),) = answered.items()
        array = kept_answer(str(record.answer["digest"]))
        algorithm, edges = registry.algorithm(record.task.algorithm), self.graphs.get(name)
        if edges is not None:
            return labelled.labelled(algorithm, array, edges.labels, labelled.pairs_of(record, edges))
        if algorithm.draws == "pairs":
            raise UsageError("The pairs of a stored record are not kept: run the task again for its answer.")
        size = record.dataset.num_vertices if record.dataset else len(array)
        return labelled.labelled(algorithm, array, np.arange(size))

    @property
    def ok(self) -> bool:
        """Whether every task that could run here succeeded."""
        return all(record.outcome is Outcome.OK for record in self.records if record.outcome not in NEVER_RAN)


def report(
    records: Result | Iterable[Record] | Iterable[str | os.PathLike[str]] | str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] = "report",
    *,
    title: str | None = None,
    baseline: str | None = None,
    keep_stale: bool = False,
) -> Path:
    """Write a report: a page (`index.html`), the same in Markdown (`README.md`), and its charts (`charts/*.svg`).

    Nothing is measured, and no engine, GPU or network is used. The same records give the same bytes.

    Args:
        records: a result of :func:`run`, records, or files of records; None: the store under `$GRAPHBENCH_HOME`.
        output: the folder to write to; what else is in it stays.
        title: the heading.
        baseline: the engine that ratios are taken against; None: the result's own, else networkx.
        keep_stale: give ratios of records, too, whose adapter or graph has changed since, instead of refusing them.

    Returns:
        The page.

    Raises:
        UsageError: there is nothing to report on, or the folder cannot be written.
        StoreError: a file of records cannot be read.
    """
    from graphbench.reporting import report as reports

    found = _records(records)
    stale = {} if keep_stale else _outdated(found)
    if baseline is None:
        baseline = records.baseline if isinstance(records, Result) else BASELINE
    document = reports.build(found, title=title or reports.TITLE, baseline=baseline, stale=stale)
    return reports.write(document, Path(output))


def _records(given: Any) -> list[Record]:
    from graphbench.records import store

    if given is None:
        return list(store.Store().records())
    if isinstance(given, Result):
        return given.records
    if isinstance(given, str | os.PathLike):
        return store.load([given])
    several = list(given)
    return several if all(isinstance(item, Record) for item in several) else store.load(several)


def _outdated(records: Sequence[Record]) -> dict[str, str]:
    """What changed in code and catalogue; what is installed on the machine that draws the report is no matter."""
    import dataclasses

    from graphbench.measure.staleness import present, stale

    return stale(records, dataclasses.replace(present(), machine=""))


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
    predict = predictor(_kept(path), plan.options)
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


def kept_answer(digest: str) -> npt.NDArray[Any]:
    """An answer by its digest, as the record carries it.

    Raises:
        UsageError: if it is not kept any more (`graphbench cache clear` removes answers too), or is damaged.
    """
    from graphbench.measure.answers import drop, kept, load

    path = kept(digest)
    if not path.exists():
        raise UsageError(f"The answer {digest} is no longer in the cache; run the task again.")
    try:
        return load(path)
    except FormatError as error:
        drop(path, error)
        raise UsageError(f"The answer {digest} was damaged and is dropped; run the task again.") from error


def _kept(path: str | os.PathLike[str] | None) -> list[Record]:
    """The records of a store; none if it cannot be read: writing to it reports the reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(Store(path).records())
    except StoreError:
        return []


def _load(name: str) -> Dataset:
    return _dataset(name, None, DEFAULTS.table, None)


def _dataset(source: Any, directed: bool | None, table: TableOptions, progress: Download | None) -> Dataset:
    from graphbench import graphs

    if isinstance(source, Dataset):
        return source
    if isinstance(source, str | os.PathLike):
        return graphs.load(source, directed=directed, options=table, progress=progress)
    return graphs.from_object(source, directed=directed, options=table)
