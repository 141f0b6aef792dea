"""What `graphbench suite` and `graphbench scale` show beyond the table of each problem."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from operator import itemgetter

from graphbench.errors import UsageError
from graphbench.records.best_cpu import at_best_threads
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.model import Outcome, Record
from graphbench.records.rules import Verdict
from graphbench.records.statistics import common_geometric_means
from graphbench.reporting import markdown, numbers, speeds, terminal
from graphbench.reporting.case import Case, grouped
from graphbench.reporting.document import Bullets, Chart, Column, Section, Table
from graphbench.reporting.heading import hardware, named
from graphbench.reporting.means import too_short
from graphbench.reporting.measured import Measured, by_graph, group_by_machine
from graphbench.reporting.numbers import NOTHING, plain
from graphbench.reporting.quantities import columns
from graphbench.reporting.sections import growth, scaling
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import graph_of, is_twin, kind_of, twin_note
from graphbench.system.text import count


def scale_tables(records: Sequence[Record], form: str, notes: Sequence[str] = (), width: int | None = None) -> str:
    """The tables of a series, for a terminal or as Markdown.

    Args:
        records: of one machine, the newest of each task.
        form: `table` or `markdown`.
        notes: further remarks, a sentence each.
        width: of the terminal; None: nothing is wrapped.
    """
    sections = [section for measured in group_by_machine(records, "", {})[:1] for section in _sections(measured, notes)]
    return markdown.text(sections) + "\n" if form == "markdown" else terminal.text(sections, width, lead=2)


def scale_chart(records: Sequence[Record]) -> Chart:
    """Time against edges; where there is one size only, speedup against GPUs.

    Args:
        records: of one machine.

    Raises:
        UsageError: if there is nothing to draw.
    """
    for measured in group_by_machine(records, "", {})[:1]:
        drawn = growth.picture(measured) or scaling.picture(scaling.curves(measured))
        if drawn:
            return drawn
    raise UsageError("There is nothing to draw: no engine has times on two sizes, or on two numbers of GPUs.")


def _sections(measured: Measured, notes: Sequence[str]) -> list[Section]:
    laws, curves = growth.exponents(measured), scaling.curves(measured)
    remarks = [*notes]
    if not laws.rows:
        remarks.append("No exponent is fitted: times on at least three sizes are needed.")
    found = [Section("Time against edges", "times", [_times(measured)])]
    if laws.rows:
        found.append(Section("Growth: time = c x edges^b", "growth", [laws]))
    if curves:
        found.append(Section("Several GPUs", "scaling", scaling.tables(curves)))
        remarks += scaling.remarks(curves)
    if remarks:
        found.append(Section("Notes", "notes", [Bullets([plain(note) for note in remarks])]))
    return found


def _times(measured: Measured) -> Table[Case]:
    return Table(
        [case for cases in measured.problems.values() for group in by_graph(cases).values() for case in group],
        [
            Column("problem", lambda case: case.problem),
            *columns(
                lambda case: case,
                *("graph", "vertices", "edges", "engine", "warm call", "n", "edges/s", "first answer"),
            ),
        ],
    )


def summary(
    records: Sequence[Record],
    comparisons: Sequence[Comparison],
    width: int | None = None,
) -> str:
    """A row for each problem and dataset, a column for each engine that is there, and their geometric means beneath.

    Of an engine on several numbers of threads, the one with the fastest calls counts, as in reports, and is named.

    Args:
        records: one for each task.
        comparisons: made from them.
        width: of the terminal; None: nothing is wrapped.
    """
    main = {comparison.record: comparison for comparison in comparisons if comparison.role == "baseline"}
    if not main:
        return ""
    baseline = next(iter(main.values())).baseline
    there = {record.task.engine for record in records if record.outcome is not Outcome.UNAVAILABLE}
    mine = [record for record in records if record.task.engine != baseline and record.task.engine in there]
    threads: dict[tuple[str, str, str], set[object]] = {}
    for record in mine:
        threads.setdefault(_place(record), set()).add(record.task.params.get("threads"))
    mine = [record for group in grouped(mine, _place).values() for record in at_best_threads(group, ["call"])]
    engines = list(dict.fromkeys(_label(record) for record in mine))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for record in mine:
        row = record.task.algorithm, record.task.dataset
        several = len(threads[_place(record)]) > 1
        which = f" (threads {record.task.params.get('threads')})" if several else ""
        cells.setdefault(row, {})[_label(record)] = _cell(record, main.get(record.id)) + which
    cells |= _means(mine, main)
    drawn = terminal.table(
        Table(
            list(cells),
            [
                Column("algorithm", itemgetter(0)),
                Column("dataset", itemgetter(1)),
                *(_column(engine, cells) for engine in engines),
            ],
        ),
        width,
        lead=2,
    )
    short = too_short(main.values())
    notes = [twin_note(dataset for _, dataset in cells), f"No mean includes {short}." if short else ""]
    title = terminal.wrapped(f"Times as fast as {baseline}: {' / '.join(TOTALS.values())}", width)
    return f"{title}\n\n{drawn}\n" + "".join(f"\n{terminal.wrapped(note, width)}\n" for note in notes if note)


def _means(records: Sequence[Record], main: Mapping[str, Comparison]) -> dict[tuple[str, str], dict[str, str]]:
    """A row of means for each kind of graphs: over what all engines with any ratio completed, like with like."""
    counted = [record for record in records if (own := main.get(record.id)) and own.counts("ratio_first_answer")]
    doubled = {
        (record.task.algorithm, graph_of(record.task.dataset)) for record in counted if not is_twin(record.task.dataset)
    }
    once = [
        record
        for record in records
        if not is_twin(record.task.dataset) or (record.task.algorithm, graph_of(record.task.dataset)) not in doubled
    ]
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind in dict.fromkeys(sorted(kind_of(record.task.dataset, record.dataset) for record in records)):
        means: dict[RatioName, dict[str, float]] = {}
        number = 0
        for name in TOTALS:
            ratios: dict[str, dict[Hashable, float]] = {}
            for record in once:
                comparison, cell = main.get(record.id), (record.task.algorithm, record.task.dataset)
                if kind_of(record.task.dataset, record.dataset) == kind and comparison and comparison.counts(name):
                    ratios.setdefault(_label(record), {})[cell] = getattr(comparison, name)
            means[name], common = common_geometric_means(ratios)
            number = max(number, len(common))
        engines = {engine for averaged in means.values() for engine in averaged}
        if engines:
            found["geometric mean", f"of {count(number, 'case')} on {kind}s that all completed"] = {
                engine: " / ".join(numbers.ratio(means[name].get(engine)) for name in TOTALS) for engine in engines
            }
    return found


def _column(engine: str, cells: Mapping[tuple[str, str], Mapping[str, str]]) -> Column[tuple[str, str]]:
    return Column(engine, lambda row: cells[row].get(engine, NOTHING), right=True)


def _place(record: Record) -> tuple[str, str, str]:
    return record.task.algorithm, record.task.dataset, record.task.engine


def _label(record: Record) -> str:
    return named(record.task.engine, hardware(record, planned=True))


def _cell(record: Record, comparison: Comparison | None) -> str:
    if record.outcome is not Outcome.OK and (comparison is None or comparison.ratio_call is None):
        return record.outcome.in_words
    if comparison is None or comparison.ratio_call is None:
        return NOTHING if comparison is None else str(comparison.verdict)
    aside = f" {comparison.verdict}" if comparison.verdict is not Verdict.LIKE else ""
    return " / ".join(speeds.cell(comparison, name) or NOTHING for name in TOTALS) + aside
