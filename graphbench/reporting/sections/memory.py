"""Peak memory against the edge list: how many times its size an engine needs, on the host and on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphbench.records.model import Outcome, Record
from graphbench.reporting.charts.marks import Axis, Look, Mark, Panel, Picture
from graphbench.reporting.document import Chart, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured, by_graph, legend
from graphbench.reporting.numbers import memory, plain, short
from graphbench.reporting.wording import HOLLOW_TWINS, device_peak_bytes, device_peak_of_each, is_twin, twin_note
from graphbench.system.text import listed, three

INT32_VERTICES = 2**31 - 1
_GUIDES = {1.0: "1×", 10.0: "10×", 100.0: "100×"}  # noqa: RUF001 - the sign for multiplication


def section(measured: Measured, key: str) -> Section | None:
    """Two panels, host and device, of all problems; the largest graphs in a table."""
    known = [case for case in measured.cases if case.record.outcome is Outcome.OK and edge_list_bytes(case.record)]
    where: dict[str, Callable[[Record], int | None]] = {
        "host, peak": lambda record: record.memory.host_peak_bytes,
        "device, peak": device_peak_bytes,
    }
    panels = [
        Panel(title, marks=marks, says=listed(sorted({case.label for case in known if peak(case.record)})))
        for title, peak in where.items()
        if (marks := _marks(known, measured, peak))
    ]
    if not panels:
        return None
    synthetic = twin_note(case.record.task.dataset for case in known)
    how = (
        "The edge list is two vertex ids per edge (4 bytes each, 8 for more than 2^31 - 1 vertices) and 8 bytes for a "
        "weight, an undirected edge stored once. Host peaks are of the whole process, its libraries included, so small "
        "graphs seem to need many times their size."
    )
    if any(len(case.record.memory.device_peaks_bytes) > 1 for case in known):
        how += " With several GPUs the device peak is the sum of their peaks."
    aside = f" ({HOLLOW_TWINS})" if synthetic else ""
    size = Axis(f"edge list{aside}", _words, base=2)
    chart = Chart(
        name=f"{key}memory",
        caption="Peak memory against the edge list; dotted lines are multiples of it"
        + (f"; {HOLLOW_TWINS}" if synthetic else ""),
        picture=Picture(
            panels, size, replace(size, title="peak"), legend(known, measured), guides=_GUIDES, same_y=True
        ),
    )
    text = Text(f"{how} {synthetic}".rstrip(), quiet=True)
    return Section(
        "Memory", f"{key}memory", [text, chart, Fold("Peaks on the largest graph of each problem", [_table(measured)])]
    )


def edge_list_bytes(record: Record) -> int:
    """Bytes of the posed edges as columns; 0 where the graph is not known."""
    posed = record.posed
    if posed is None:
        return 0
    ids = 4 if posed.num_vertices <= INT32_VERTICES else 8
    return posed.num_edges * (2 * ids + (8 if posed.weights != "none" else 0))


def _marks(cases: Sequence[Case], measured: Measured, peak: Callable[[Record], int | None]) -> list[Mark]:
    """One for each engine and pair of sizes: several problems may have the same."""
    found: dict[tuple[str, int, int], Mark] = {}
    for case in cases:
        size, most = edge_list_bytes(case.record), peak(case.record)
        if most and (case.label, size, most) not in found:
            tip = f"{case.label} {memory(most)}, {three(most / size)} times {memory(size)}, {case.graph}"
            look: Look = "hollow" if is_twin(case.record.task.dataset) else "solid"
            own = measured.colours[case.label], measured.shapes[case.label]
            found[case.label, size, most] = Mark(size, most, tip, *own, look)
    return list(found.values())


def _words(size: float) -> str:
    return short(memory(int(size)))


def _table(measured: Measured) -> Table[Case]:
    """Of each problem and engine, the largest graph that it finished."""
    rows = []
    for cases in measured.problems.values():
        largest: dict[str, Case] = {}
        for group in by_graph(cases).values():
            for case in group:
                if case.record.outcome is Outcome.OK and edge_list_bytes(case.record):
                    largest[case.label] = case
        rows += [largest[label] for label in sorted(largest)]

    def times(bytes_: int | None, case: Case) -> str:
        return f"{three(bytes_ / edge_list_bytes(case.record))}×" if bytes_ else ""  # noqa: RUF001 - times

    return Table(
        rows,
        [
            Column("problem", lambda case: case.problem),
            Column("engine", lambda case: case.label),
            Column("largest graph finished", lambda case: plain(case.record.task.dataset)),
            Column("edge list", lambda case: memory(edge_list_bytes(case.record)), right=True),
            Column("host peak", lambda case: memory(case.record.memory.host_peak_bytes), right=True),
            Column("of the list", lambda case: times(case.record.memory.host_peak_bytes, case), right=True),
            Column("device peak", lambda case: memory(device_peak_bytes(case.record)), right=True, optional=True),
            Column("of the list", lambda case: times(device_peak_bytes(case.record), case), right=True, optional=True),
            Column("GPUs: device peak of each", lambda case: device_peak_of_each(case.record), optional=True),
        ],
    )
