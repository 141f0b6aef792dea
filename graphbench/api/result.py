"""What measurements gave: records, comparisons, tables, charts, answers, reports."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphbench.errors import FormatError, UsageError
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure.spelling import python_call
from graphbench.records import store
from graphbench.records.comparison import Comparison, baseline_among, compare
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.figure import Figure

    from graphbench.algorithms.base import Algorithm

BASELINE = "networkx"
MAX_TABLES = 8
"""A cell of a notebook shows the tables of at most this many problems and graphs."""


@dataclass
class Result:
    """Records and the comparisons between them; shows itself as a table.

    Attributes:
        records: one per task, in the order in which they were measured.
        baseline: the engine that ratios are taken against; where no record is of it, the CPU engine that is best most
            often.
        stale: what changed since a record was made, by its id; what has just been measured is never stale.
        graphs: what was measured, by name, for the names of vertices.
    """

    records: list[Record]
    baseline: str = BASELINE
    stale: Mapping[str, str] = field(default_factory=dict)
    graphs: Mapping[str, EdgeList] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.baseline = baseline_among(self.records, self.baseline, stale=self.stale)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Each other engine against the baseline, and GPU engines against the best CPU library, too."""
        return compare(self.records, baseline=self.baseline, stale=self.stale)

    def __str__(self) -> str:
        return self.render("table") if self.records else "No records.\n"

    def __repr__(self) -> str:
        shown, more = self._shortened()
        return f"{shown}{more}" if self.records else "No records."

    def _repr_html_(self) -> str:
        from graphbench import reporting

        if not self.records:
            return "<p>No records.</p>"
        shown, more = self._shortened()
        return reporting.html_table(shown.records, shown.comparisons, python=True) + (f"<p>{more}</p>" if more else "")

    def _shortened(self) -> tuple[Result, str]:
        """The first problems and graphs, and where the others are."""
        groups = dict.fromkeys((record.problem, record.task.dataset) for record in self.records)
        if len(groups) <= MAX_TABLES:
            return self, ""
        kept = set(list(groups)[:MAX_TABLES])
        few = [record for record in self.records if (record.problem, record.task.dataset) in kept]
        more = f"{count(len(groups) - MAX_TABLES, 'more table')}: print(result), result.to_pandas(), result.report()."
        return dataclasses.replace(self, records=few), more

    @python_call()
    def render(self, format: str = "table", *, details: bool = False) -> str:  # noqa: A002 - the option's name
        """As text.

        Args:
            format: `table`, `json`, `csv` or `markdown`.
            details: in tables, show each engine at every number of threads, CPU seconds, and peaks of memory.

        Returns:
            The text, which ends with a line break.
        """
        from graphbench import reporting

        return reporting.render(self.records, self.comparisons, format, details=details, python=True)

    @python_call()
    def to_pandas(self, *, full: bool = False) -> pd.DataFrame:
        """One row for each record, the units in the names of the columns.

        Args:
            full: all columns of CSV instead of the twelve that are asked for most.

        Returns:
            A frame; what is not known is NaN or None.
        """
        import pandas as pd

        from graphbench.reporting import flat

        names = list(flat.FIELDS) if full else flat.USEFUL
        rows = flat.rows(self.records, self.comparisons, names)
        return pd.DataFrame(rows, columns=names)

    @python_call()
    def plot(
        self,
        kind: Literal["speedup", "growth"] = "speedup",
        *,
        algorithm: str | None = None,
        file: str | os.PathLike[str] | None = None,
    ) -> Figure:
        """Draw a chart.

        Args:
            kind: `speedup`: how many times as fast as the baseline each engine is, on each graph; `growth`: time
                against edges, for :func:`scale`.
            algorithm: which, where several were measured.
            file: also write it there, `.svg`, `.png` or `.pdf`; SVG is the chart of reports, light and dark.

        Returns:
            A figure of matplotlib, one axes for each panel, which a notebook shows; no pyplot is needed.

        Raises:
            UsageError: there is nothing to draw, several algorithms and none of them named, or the file cannot be
                written.
        """
        from graphbench import registry, reporting
        from graphbench.reporting.suites import scale_chart

        measured = list(dict.fromkeys(record.problem for record in self.records))
        if algorithm is None and len(measured) > 1:
            raise UsageError(f"A chart is of one algorithm: pass algorithm=, one of {', '.join(measured)}.")
        wanted = measured[:1] if algorithm is None else [registry.algorithm(algorithm).name]
        chosen = [record for record in self.records if record.problem in wanted]

        chart = scale_chart(chosen) if kind == "growth" else reporting.chart(chosen, self.baseline)
        if file is not None:
            try:
                Path(file).write_bytes(chart.to_file(Path(file).suffix))
            except OSError as error:
                raise UsageError(f"The chart cannot be written to {file}: {error.strerror or error}.") from error
        return chart.figure()

    @python_call()
    def report(self, output: str | os.PathLike[str] = "report", *, title: str | None = None) -> Path:
        """Write a report, as :func:`report` does.

        Args:
            output: the folder.
            title: the heading.

        Returns:
            The page.
        """
        return report(self, output, title=title)

    @python_call()
    def answer(self, engine: str, dataset: str | None = None) -> pd.Series[Any] | pd.DataFrame | pd.MultiIndex:
        """An engine's answer as a pandas object indexed by the user's own names of vertices, pairs or edges.

        `graphbench show ALGORITHM` says of which kind an answer is:

        - a value for each vertex: a Series by `vertex`;
        - several values for each vertex (`hits`): a DataFrame by `vertex`, a column for each;
        - a value for each pair: a Series by (`first`, `second`);
        - edges: a Series of their weights by (`source`, `target`), or their index alone if they have none; entries of a
          matrix the same by (`row`, `column`);
        - walks: a Series of lists of vertices, by the `vertex` where the walk starts;
        - a numbering: a Series of the old ids, by `number`;
        - quantities of a clustering: a Series by `quantity`.

        Of searches it is the answer from the first source. Vertices have the names or numbers of the graph; in a result
        that was made from stored records they are 0, 1, ...

        Args:
            engine: by name.
            dataset: where several were measured.

        Returns:
            A Series or DataFrame, or for edges without values their index.

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
        if note := answer_note(algorithm, record):
            warnings.warn(note, stacklevel=2)
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


@python_call()
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
    from graphbench.measure.staleness import of_code
    from graphbench.reporting import report as reports

    found = records_of(records)
    stale = {} if keep_stale else of_code(found)
    if baseline is None:
        baseline = records.baseline if isinstance(records, Result) else BASELINE
    document = reports.build(found, title=title or reports.TITLE, baseline=baseline, stale=stale)
    return reports.write(document, Path(output))


def records_of(given: Any) -> list[Record]:
    """The records of a result, of files, or themselves; None: those of the store under `$GRAPHBENCH_HOME`.

    Raises:
        StoreError: if a file cannot be read.
    """
    if given is None:
        return list(store.Store().records())
    if isinstance(given, Result):
        return given.records
    if isinstance(given, str | os.PathLike):
        return store.load([given])
    several = list(given)
    return several if all(isinstance(item, Record) for item in several) else store.load(several)


def answer_note(algorithm: Algorithm, record: Record) -> str:
    """What to know of an answer that the record does not say; empty if nothing."""
    note = algorithm.form.drawn_note(record.posed.weights) if record.posed else ""
    return "" if note in record.warnings else note


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
