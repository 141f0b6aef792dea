"""How much fits: the largest graph that completed within a limit of memory, and the smallest that did not."""

from __future__ import annotations

from graphbench.reporting.capacity import capacities, notes, table, unfinished
from graphbench.reporting.document import Bullets, Section, Text
from graphbench.reporting.measured import Measured


def section(measured: Measured, key: str) -> Section | None:
    """A row for each search; None where nothing was searched for."""
    found = capacities(measured)
    if not found:
        return None
    how = Text(
        "R-MAT graphs of growing size within a limit of memory: the largest that completed, and the smallest larger "
        "one that did not. The boundary is found where no whole edge factor lies between the two; else it is open, and "
        "lies between them. Edge factors that were tried between two scales are in no chart of growth, since they are "
        "those at which memory ended.",
        quiet=True,
    )
    return Section("How much fits", f"{key}capacity", [how, table(found), Bullets([*unfinished(found), *notes(found)])])
