"""The Python interface: what the command line does, as calls."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphbench.engines.base import Settings
from graphbench.errors import StoreError, UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure.plan import Limits, Observer, Plan
from graphbench.measure.planning import gpu_count, make_plan
from graphbench.records.comparison import Comparison, compare
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.store import Store
from graphbench.system.text import parse_bytes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

Download = Callable[[int, int | None], None]
"""Called while a graph is fetched: bytes so far, bytes in all if known."""

BASELINE = "networkx"


def load(source: Any, *, directed: bool | None = None, progress: Download | None = None) -> EdgeList:
    """The cleaned edges of a graph.

    Args:
        source: a catalogue name, `GROUP/NAME` in the SuiteSparse Matrix Collection, a file, a generator such as
            `ba:n=1000,m=5`, or a graph in memory: `networkx.Graph`, an edge frame (pandas or cuDF), a SciPy sparse
            matrix, a `cugraph.Graph`.
        directed: how to read rows where the format does not say (CSV, Parquet, frames); default undirected.
        progress: called while something is downloaded.

    Raises:
        UnknownNameError: nothing answers to the name.
        DatasetError: the graph cannot be had, or breaks its format.
    """
    return _dataset(source, directed, progress).edges


def run(
    algorithm: str,
    dataset: Any,
    *,
    engines: str | Sequence[str] | None = None,
    baseline: str | None = None,
    budget: float = 10.0,
    timeout: float = 600.0,
    trials: int | None = None,
    threads: int | None = None,
    seed: int = 0,
    ignore_weights: bool = False,
    directed: bool | None = None,
    allocator: Literal["default", "pool", "async"] = "default",
    device: int = 0,
    memory_limit: int | str | None = None,
    device_memory_limit: int | str | None = None,
    gpus: int | Literal["all"] | None = None,
    scheduler: str | None = None,
    predict: bool = True,
    match_quality: bool = False,
    allow: str | Sequence[str] = (),
    store: bool = True,
    **parameters: Any,
) -> Result:
    """Measure one algorithm on one or several graphs, on several engines.

    Args:
        algorithm: `louvain`, `pagerank`, ... (`graphbench list algorithms`).
        dataset: what :func:`load` takes, or a list of such. A graph that is given twice is measured once; different
            graphs of one name are told apart by their paths, or numbered (`graph 1`, `graph 2`).
        engines: names of engines; None: all.
        baseline: the engine that ratios are taken against; one that is named here is measured even if it is not among
            `engines` [default: networkx; where it lacks the problem, :func:`graphbench.registry.baseline`].
        budget: seconds of warm trials per engine.
        timeout: seconds per engine, everything included.
        trials: exactly this many warm trials instead of as many as the interval needs.
        threads: CPU threads that an engine may use.
        seed: of every draw and of seeded engines.
        ignore_weights: pose the problem without the dataset's weights.
        directed: as for :func:`load`.
        allocator: of GPU engines.
        device: index of the GPU.
        memory_limit: host memory that an engine may hold: bytes, or a text such as `16GB`.
        device_memory_limit: the same for the GPU's memory.
        gpus: measure engine `cugraph-mg` too, on so many GPUs.
        scheduler: use the workers of this Dask scheduler (`tcp://HOST:PORT`), as many as `gpus`, for that.
        predict: do not start tasks that would not fit into the memory that is free.
        match_quality: heuristics: measure each engine at its fastest setting within 1 % of the best quality seen.
        allow: with `match_quality`: other heuristics that an engine may use instead (`leiden` for `louvain`).
        store: keep the records in the store under `$GRAPHBENCH_HOME`.
        parameters: the algorithm's own (`resolution=1.0`, `damping=0.85`, ...).

    Raises:
        UsageError: unknown names or parameters, values of a wrong type or out of range.
        DatasetError: the graph cannot be had or does not fit the problem.
    """
    from graphbench import registry

    sources = dataset if isinstance(dataset, list | tuple) else [dataset]
    chosen = None if baseline is None else registry.engine(str(baseline)).name
    plan = make_plan(
        algorithm,
        (_dataset(source, directed, None) for source in sources),
        engines=[engines] if isinstance(engines, str) else engines,
        limits=Limits(budget_s=budget, timeout_s=timeout, trials=trials, memory_bytes=_size(memory_limit)),
        settings=Settings(
            threads=threads,
            device=device,
            allocator=allocator,
            device_memory_bytes=_size(device_memory_limit),
            gpus=None if gpus is None else gpu_count(gpus),
            scheduler=scheduler,
        ),
        seed=seed,
        ignore_weights=ignore_weights,
        parameters=parameters,
        baseline=chosen,
        directed=directed,
    )
    against = chosen or registry.baseline(algorithm)
    match = matching(match_quality, [allow] if isinstance(allow, str) else allow)
    return Result(list(execute(plan, store=store, predict=predict, match=match)), baseline=against)


@dataclass
class Result:
    """Records and the comparisons between them; shows itself as a table.

    Attributes:
        records: one per task, in the order in which they were measured.
        baseline: the engine that ratios are taken against.
        stale: what changed since a record was made, by its id; what has just been measured is never stale.
        comparisons: each other engine against the baseline.
    """

    records: list[Record]
    baseline: str = BASELINE
    stale: Mapping[str, str] = field(default_factory=dict)
    comparisons: list[Comparison] = field(init=False)

    def __post_init__(self) -> None:
        self.comparisons = compare(self.records, baseline=self.baseline, stale=self.stale)

    def __str__(self) -> str:
        return self.render("table")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from graphbench import reporting

        return reporting.html_table(self.records, self.comparisons)

    def render(self, format: str = "table") -> str:  # noqa: A002 - the option's name
        """As text: `table`, `json`, `csv` or `markdown`."""
        from graphbench import reporting

        return reporting.render(self.records, self.comparisons, format)

    def to_pandas(self) -> pd.DataFrame:
        """One row per record, flat columns with their units in the names."""
        import io

        import pandas as pd

        return pd.read_csv(io.StringIO(self.render("csv")))

    def answer(self, engine: str, dataset: str | None = None) -> npt.NDArray[Any]:
        """An engine's answer in the common form of the algorithm's kind.

        One value for each vertex, shape (num_vertices,), or for each pair, shape (num_pairs,); several for each vertex,
        shape (num_vertices, c), in the order of the algorithm's `columns`; rows of edges or of a matrix's entries,
        shape (k, 2) or with values (k, 3); walks, shape (k, l), -1 after an end; or a few figures, shape (c,).
        :data:`graphbench.algorithms.base.AnyKind` has them all, and `graphbench.registry.algorithm(NAME).kind` says
        which it is. Vertices are 0-based ids. Of searches it is the answer from the first source.

        Raises:
            UsageError: if that engine gave no answer, or several datasets were measured and none of them is named.
        """
        digests = {
            record.task.dataset: str(record.answer["digest"])
            for record in self.records
            if record.task.engine == engine and dataset in {None, record.task.dataset} and "digest" in record.answer
        }
        if not digests:
            where = "" if dataset is None else f" on {dataset!r}"
            names = ", ".join(dict.fromkeys(record.task.dataset for record in self.records))
            raise UsageError(f"{engine} gave no answer{where}; `records` tell why. Measured were: {names}.")
        if len(digests) > 1:
            raise UsageError(f"{engine} gave an answer on each of {', '.join(digests)}: name the dataset.")
        (digest,) = digests.values()
        return kept_answer(digest)

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
    return several if all(isinstance(each, Record) for each in several) else store.load(several)


def _outdated(records: Sequence[Record]) -> dict[str, str]:
    """What changed in code and catalogue; what is installed on the machine that draws the report is no matter."""
    import dataclasses

    from graphbench.measure.staleness import present, stale

    return stale(records, dataclasses.replace(present(), machine=""))


def execute(
    plan: Plan,
    *,
    observe: Observer | None = None,
    store: bool | os.PathLike[str] = True,
    predict: bool = True,
    match: Sequence[str] | None = None,
) -> Iterator[Record]:
    """Measure a plan and keep every record the moment it is complete.

    The store is held for the whole run. One that cannot be written is a warning, not the end: what is measured is
    still handed on, and written as soon as that can be done.

    Args:
        plan: what to measure.
        observe: is told of every phase and trial.
        store: the file to append to; True: the one under `$GRAPHBENCH_HOME`; False: none.
        predict: do not start tasks that would not fit into the memory that is free, by rules of thumb and by what
            the store tells of others like them.
        match: measure heuristics at equal quality, allowing these others to stand in; None: at the settings given.
    """
    from graphbench.measure.equal_quality import measure_matched
    from graphbench.measure.predict import predictor
    from graphbench.measure.runner import measure

    path = None if isinstance(store, bool) else store
    asked = plan, observe or (lambda _: None), predictor(_kept(path), plan.limits, plan.settings, fit=predict)
    records = measure(*asked) if match is None else measure_matched(*asked, allow=match)
    if store is False:
        yield from records
        return
    with Store(path, strict=False) as keeper:
        for record in records:
            keeper.keep(record)
            yield record


def matching(match_quality: bool, allow: Sequence[str]) -> Sequence[str] | None:
    """What :func:`execute` takes as `match`.

    Raises:
        UsageError: if something is allowed that would have no effect.
    """
    if allow and not match_quality:
        raise UsageError("--allow names heuristics that may stand in at equal quality; give --match-quality with it.")
    return allow if match_quality else None


def kept_answer(digest: str) -> npt.NDArray[Any]:
    """An answer by its digest, as the record carries it.

    Raises:
        UsageError: if it is not kept any more (`graphbench cache clear` removes answers too).
    """
    import numpy as np

    from graphbench.measure.answers import kept

    path = kept(digest)
    if not path.exists():
        raise UsageError(f"The answer {digest} is not kept; run the task again.")
    return np.load(path)  # type: ignore[no-any-return]


def _kept(path: str | os.PathLike[str] | None) -> list[Record]:
    """What a store tells; one that cannot be read tells nothing, and whoever writes to it says why."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(Store(path).records())
    except StoreError:
        return []


def _size(given: int | str | None) -> int | None:
    return None if given is None else parse_bytes(given)


def _dataset(source: Any, directed: bool | None, progress: Download | None) -> Dataset:
    from graphbench import graphs

    if isinstance(source, Dataset):
        return source
    if isinstance(source, str | os.PathLike):
        return graphs.load(source, directed=directed, progress=progress)
    return graphs.from_object(source, directed=directed)
