"""What `graphbench scale` shows: time against edges, how it grows, and what more GPUs are worth."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.errors import UsageError
from graphbench.records.model import Record
from graphbench.reporting import markdown, table
from graphbench.reporting.document import Bullets, Section, Table
from graphbench.reporting.measured import Measured, by_graph, group_by_machine
from graphbench.reporting.numbers import plain, seconds
from graphbench.reporting.sections import growth, scaling
from graphbench.reporting.wording import NOTHING, outcome


def text(records: Sequence[Record], form: str, notes: Sequence[str] = ()) -> str:
    """The tables of a series, for a terminal or as Markdown.

    Args:
        records: of one machine, the newest of each task.
        form: `table` or `markdown`.
        notes: what else is to be told, a sentence each.
    """
    sections = [section for measured in group_by_machine(records, "", {})[:1] for section in _sections(measured, notes)]
    if form == "markdown":
        return "\n\n".join(markdown.section(each, 3, "") for each in sections) + "\n"
    return "\n".join(line for each in sections for line in _plain(each))


def chart(records: Sequence[Record], form: str) -> bytes:
    """Time against edges; where there is one size only, speedup against GPUs.

    Args:
        records: of one machine.
        form: `.svg` or `.png`.

    Raises:
        UsageError: if there is nothing to draw.
    """
    for measured in group_by_machine(records, "", {})[:1]:
        drawn = growth.picture(measured, form) or scaling.picture(scaling.all_climbs(measured), form)
        if drawn:
            return drawn
    raise UsageError("There is nothing to draw: no engine has times on two sizes, or on two numbers of GPUs.")


def _sections(measured: Measured, notes: Sequence[str]) -> list[Section]:
    laws, climbs = growth.exponents(measured), scaling.all_climbs(measured)
    told = [*notes]
    if not laws.rows:
        told.append("No exponent is fitted: that takes times on three sizes or more.")
    found = [Section("Time against edges", "times", [_times(measured)])]
    if laws.rows:
        found.append(Section("Growth: time = c x edges^b", "growth", [laws]))
    if climbs:
        found.append(Section("Several GPUs", "scaling", scaling.tables(climbs)))
        told += scaling.remarks(climbs)
    if told:
        found.append(Section("Notes", "notes", [Bullets([plain(note) for note in told])]))
    return found


def _times(measured: Measured) -> Table:
    rows = []
    for problem, cases in measured.problems.items():
        for graph, group in by_graph(cases).items():
            for case in group:
                posed = case.record.posed
                rows.append(
                    [
                        problem,
                        plain(graph),
                        f"{posed.num_vertices:,}" if posed else NOTHING,
                        f"{posed.num_edges:,}" if posed else NOTHING,
                        case.label,
                        seconds(case.run) if case.run else outcome(case),
                        str(len(case.record.phases.run_s)) if case.run else "",
                        scaling.rate(case),
                        seconds(case.record.phases.end_to_end_s) if case.run else NOTHING,
                    ]
                )
    heads = ["problem", "graph", "vertices", "edges, once", "engine", "run", "n", "edges/s", "end to end"]
    return Table(heads=heads, rows=rows, right=(2, 3, 5, 6, 7, 8))


def _plain(section: Section) -> list[str]:
    lines = [section.title, ""]
    for block in section.blocks:
        match block:
            case Table():
                lines += [table.text_table(block.heads, block.rows, right=block.right), ""]
            case Bullets():
                lines += [*block.items, ""]
    return lines
