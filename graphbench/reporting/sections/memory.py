"""Peak memory against the edge list: how many times its size an engine needs, on the host and on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphbench.records.model import Record
from graphbench.reporting.case import Case
from graphbench.reporting.charts.marks import Look, Mark, Panel, sized
from graphbench.reporting.document import Chart, Section, Text
from graphbench.reporting.measured import Measured, legend
from graphbench.reporting.numbers import memory
from graphbench.reporting.sections.every_record import link
from graphbench.reporting.wording import HOLLOW_TWINS, device_peak_bytes, edge_list_bytes, is_twin
from graphbench.system.text import listed, three

_GUIDES = {1.0: "1×", 10.0: "10×", 100.0: "100×"}  # noqa: RUF001 - the sign for multiplication


def section(measured: Measured) -> Section | None:
    """Two panels, host and device, of all problems."""
    known = [case for case in measured.cases if case.answered and edge_list_bytes(case.record)]
    where: dict[str, Callable[[Record], int | None]] = {
        "host, peak": lambda record: record.memory.host_peak_bytes,
        "device, peak": device_peak_bytes,
    }
    panels = [
        Panel(title, marks=marks, says=listed(sorted({case.label for case in known if peak(case.record)})))
        for title, peak in where.items()
        if (marks := _marks(known, peak))
    ]
    if not panels:
        return None
    aside = HOLLOW_TWINS if any(is_twin(case.record.task.dataset) for case in known) else ""
    how = (
        "The edge list is two vertex ids per edge (4 bytes each, 8 for more than 2^31 - 1 vertices) and 8 bytes for a "
        "weight, an undirected edge stored once. Host peaks are of the whole process, its libraries included, so small "
        "graphs seem to need many times their size."
    )
    if any(len(case.record.memory.device_peaks_bytes) > 1 for case in known):
        how += " With several GPUs the device peak is the sum of their peaks."
    chart = Chart(
        name=f"{measured.key}memory",
        caption="; ".join(filter(None, ["Peak memory against the edge list; dotted lines are multiples of it", aside])),
        panels=panels,
        x=sized(f"edge list ({aside})" if aside else "edge list"),
        y=sized("peak"),
        key=legend(known, calls=False),
        guides=_GUIDES,
        same_y=True,
    )
    peaks = link("All peaks as numbers", measured, "edges", "host peak", "device peak")
    return Section("Memory", f"{measured.key}memory", [Text(how, quiet=True), chart, peaks])


def _marks(cases: Sequence[Case], peak: Callable[[Record], int | None]) -> list[Mark]:
    """One for each engine and pair of sizes: several problems may have the same."""
    found: dict[tuple[str, int, int], Mark] = {}
    for case in cases:
        size, most = edge_list_bytes(case.record), peak(case.record)
        if most and (case.label, size, most) not in found:
            tip = f"{case.label} {memory(most)}, {three(most / size)} times {memory(size)}, {case.graph}"
            look: Look = "hollow" if is_twin(case.record.task.dataset) else "solid"
            found[case.label, size, most] = Mark(size, most, tip, case.colour, case.shape, look)
    return list(found.values())
