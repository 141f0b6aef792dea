"""What `graphbench scale` shows: time against edges, how it grows, and what more GPUs are worth."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.errors import UsageError
from graphbench.records.model import Record
from graphbench.reporting import markdown, terminal
from graphbench.reporting.document import Bullets, Column, Section, Table
from graphbench.reporting.measured import Case, Measured, by_graph, group_by_machine
from graphbench.reporting.numbers import NOTHING, plain, seconds
from graphbench.reporting.scaling import rate
from graphbench.reporting.sections import growth, scaling
from graphbench.reporting.wording import outcome


def text(records: Sequence[Record], form: str, notes: Sequence[str] = ()) -> str:
    """The tables of a series, for a terminal or as Markdown.

    Args:
        records: of one machine, the newest of each task.
        form: `table` or `markdown`.
        notes: what else is to be told, a sentence each.
    """
    sections = [section for measured in group_by_machine(records, "", {})[:1] for section in _sections(measured, notes)]
    return markdown.text(sections) + "\n" if form == "markdown" else terminal.text(sections)


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


def _times(measured: Measured) -> Table[Case]:
    return Table(
        [case for cases in measured.problems.values() for group in by_graph(cases).values() for case in group],
        [
            Column("problem", lambda case: case.problem),
            Column("graph", lambda case: case.graph),
            Column(
                "vertices",
                lambda case: f"{case.record.posed.num_vertices:,}" if case.record.posed else NOTHING,
                right=True,
            ),
            Column(
                "edges, once",
                lambda case: f"{case.record.posed.num_edges:,}" if case.record.posed else NOTHING,
                right=True,
            ),
            Column("engine", lambda case: case.label),
            Column("run", lambda case: seconds(case.run) if case.run else outcome(case.record), right=True),
            Column("n", lambda case: str(len(case.record.phases.run_s)) if case.run else "", right=True),
            Column("edges/s", rate, right=True),
            Column(
                "end to end", lambda case: seconds(case.record.phases.end_to_end_s) if case.run else NOTHING, right=True
            ),
        ],
    )
