"""A whole report: records to a document, and the document to a folder with a page, Markdown and charts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from graphbench.errors import UsageError
from graphbench.records.lines import collector_off, to_json
from graphbench.records.model import Record
from graphbench.reporting.document import Document, Part, Section
from graphbench.reporting.measured import Measured, group_by_machine
from graphbench.reporting.numbers import ends, plain
from graphbench.reporting.sections import (
    agreement,
    break_even,
    capacity,
    claims,
    every_record,
    growth,
    heat_map,
    history,
    limit,
    memory,
    method,
    phases,
    python_layer,
    quality,
    scaling,
    speedup,
    summary,
)
from graphbench.reporting.wording import is_twin, twin_note
from graphbench.system.text import count

TITLE = "How much faster, and are the answers the same?"
PAGE, MARKDOWN, CHARTS = "index.html", "README.md", "charts"

_SECTIONS: Sequence[Callable[[Measured], Section | None]] = (
    summary.section,
    speedup.section,
    scaling.section,
    capacity.section,
    phases.section,
    python_layer.section,
    quality.section,
    history.section,
    growth.section,
    break_even.section,
    memory.section,
    limit.section,
    claims.section,
    agreement.section,
)


@collector_off()
def build(
    records: Sequence[Record],
    *,
    title: str = TITLE,
    baseline: str = "networkx",
    stale: Mapping[str, str] | None = None,
) -> Document:
    """The report on some records: a part for each machine, then every record, and how it was measured.

    Args:
        records: at least one; of several of one task on one machine, the newest counts.
        title: the heading.
        baseline: the engine that ratios are taken against.
        stale: what changed since a record was made, for each stale record's id: its ratios are refused.

    Raises:
        UsageError: if there is no record.
    """
    if not records:
        raise UsageError("There are no records to report on; measure something first: graphbench louvain karate.")
    stale = stale or {}
    measured = group_by_machine(records, baseline, stale)
    parts = []
    for machine in measured:
        made = [section for make in _SECTIONS if (section := make(machine)) is not None]
        parts.append(Part(machine.hardware if machine.key else "", f"{machine.key}machine", made))
    heat = heat_map.section(measured, stale)
    if heat is not None:
        parts[0].sections.insert(1, heat)
    parts.append(Part("", "common", [every_record.section(records, measured, stale), method.section(measured, stale)]))
    return Document(
        title=plain(title),
        facts=facts(records, measured),
        parts=parts,
        records=as_lines(records),
    )


def as_lines(records: Sequence[Record]) -> bytes:
    """The records as JSON Lines, oldest first."""
    ordered = sorted(records, key=lambda record: (record.measured_at, record.id))
    return b"".join(to_json(record) + b"\n" for record in ordered)


@collector_off()
def write(document: Document, folder: Path) -> Path:
    """Write the page, the same in Markdown, and the charts, as :func:`write_files` does; the path of the page."""
    from graphbench.reporting import markdown, page

    texts = {f"{CHARTS}/{chart.name}.svg": chart.svg for chart in document.charts}
    texts |= {MARKDOWN: markdown.to_markdown(document, charts=CHARTS), PAGE: page.to_html(document)}
    write_files("report", folder, texts)
    return folder / PAGE


def write_files(what: str, folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts by the names of their files; what else is in the folder stays.

    Raises:
        UsageError: if they cannot be written there.
    """
    try:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The {what} cannot be written to {folder}: {error.strerror or error}. Name another folder with --output."
        ) from error


def facts(records: Sequence[Record], measured: Sequence[Measured]) -> list[str]:
    """What was measured, when, on what; short lines."""
    dates = [record.measured_at[:10] for record in records if record.measured_at]
    cases = [case for machine in measured for case in machine.cases]
    ran = [record for record in records if record.environment is not None] or records
    graphs, stale = {record.task.dataset for record in ran}, measured[0].stale if measured else {}
    synthetic = sum(map(is_twin, graphs))
    what = [
        count(len({record.task.algorithm for record in records}), "algorithm"),
        count(len(graphs), "graph") + (f" ({synthetic:,} of them synthetic twins)" if synthetic else ""),
        count(len({record.task.engine for record in ran}), "engine"),
        count(len(cases), "task"),
    ]
    machines = [machine.hardware for machine in measured if machine.digest]
    lines = [
        ", ".join(what),
        "; ".join(machines) if len(machines) == 1 else count(len(machines), "machine"),
        f"measured {ends(dates, str)}" if dates else "",
        f"{count(len(stale), 'record')} without ratios: their engines have changed since" if stale else "",
        EARLIER if all(machine.earlier for machine in measured) else "",
        twin_note(graphs),
    ]
    return [line for line in lines if line]


EARLIER = "measured before the rules of measurement changed, so there are times and no ratios"
