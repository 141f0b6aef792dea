"""Records as flat rows: JSON and CSV for other programs, and `graphbench records`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from graphbench.records.comparison import Comparison
from graphbench.records.model import Record
from graphbench.reporting.case import Case, compared
from graphbench.reporting.forms import csv_text
from graphbench.reporting.numbers import visible_json
from graphbench.reporting.quantities import EXPORTED


def to_json(records: Sequence[Record], comparisons: Sequence[Comparison], *, ascii_only: bool = False) -> str:
    """`{"records": [...], "comparisons": [...]}`; a number that is not finite becomes null.

    Args:
        records: as they are in the store.
        comparisons: of them.
        ascii_only: escape what is not ASCII.
    """
    packed = msgspec.json.encode({"records": list(records), "comparisons": list(comparisons)})
    return visible_json(json.dumps(json.loads(packed), indent=2, ensure_ascii=ascii_only)) + "\n"


FIELDS = list(EXPORTED)
"""The columns of CSV."""
USEFUL = [
    *("algorithm", "dataset", "num_edges", "engine", "outcome", "call_median_s", "first_answer_s", "whole_script_s"),
    *("answer_value", "ratio_call", "ratio_first_answer", "verdict"),
]
"""Those that a reader asks for most."""


def to_csv(records: Sequence[Record], comparisons: Sequence[Comparison]) -> str:
    """A header and one line per record: flat columns, units in their names, an empty field for what is not known."""
    return csv_text(FIELDS, rows(records, comparisons, FIELDS))


def rows(records: Iterable[Record], comparisons: Sequence[Comparison], names: Sequence[str]) -> Iterator[list[Any]]:
    """Some of the :data:`FIELDS` of each record, with its comparisons."""
    for case in compared(records, comparisons, like=True):
        yield [EXPORTED[name].read(case) for name in names]


def fields(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """Some of the :data:`FIELDS` of a record, without its comparisons."""
    return {name: EXPORTED[name].read(Case(record=record)) for name in names}
