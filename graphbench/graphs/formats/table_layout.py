"""Detect the layout of a table of edges from its first rows: delimiter, header, and the roles of the columns."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.formats.text import shown

INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|[-+]?(?:inf|infinity|nan)", re.IGNORECASE)

SOURCES = frozenset({"source", "src", "from", "fromnodeid", "sourceid", "u", "node1", "vertex1", "id1"})
DESTINATIONS = frozenset(
    {
        "destination",
        "dst",
        "dest",
        "target",
        "to",
        "tonodeid",
        "targetid",
        "destinationid",
        "v",
        "node2",
        "vertex2",
        "id2",
    }
)
WEIGHTS = frozenset({"weight", "weights", "w", "value", "cost", "distance"})

BLANKS = " "
_DELIMITERS = (",", ";", "\t", BLANKS)
EXPECTED = "a source, a destination and optionally a weight"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The positions of the columns in a row.

    Attributes:
        delimiter: a character; a blank means any run of blanks and tabs.
        width: columns in each row.
        header: whether the first row names the columns.
        src: index of the column of sources.
        dst: index of the column of destinations.
        weight: index of the column of weights, or None.
        integers: whether no vertex of the first rows is a name (a malformed number is not a name).
    """

    delimiter: str
    width: int
    header: bool
    src: int
    dst: int
    weight: int | None
    integers: bool

    def split(self, line: str) -> list[str]:
        """The fields of a row, without quotes and surrounding blanks."""
        return _split(line, self.delimiter)


def find(rows: Sequence[tuple[int, str]], path: Path) -> Layout:
    """The layout of a table.

    Args:
        rows: the first rows that are neither empty nor comments, with their line numbers; at least one.
        path: the file, for messages.

    Raises:
        FormatError: if the rows are not edges.
    """
    delimiter = _delimiter([line for _, line in rows])
    number, first = rows[0]
    fields = _split(first, delimiter)
    if len(fields) < 2:
        raise FormatError(path, f"expected {EXPECTED} in each row, found {shown(first.encode())}.", number)
    words = [re.sub(r"[^a-z0-9]", "", field.casefold()) for field in fields]
    src, dst, weight = (_position(words, known) for known in (SOURCES, DESTINATIONS, WEIGHTS))
    named = src is not None and dst is not None
    if src is None or dst is None:
        src, dst = 0, 1
    third = 3 - src - dst if len(fields) == 3 else None
    if len(fields) > 3 and not named:
        advice = "Add a header row that names the columns to use (source,destination,weight)"
        raise FormatError(path, f"rows have {len(fields)} columns; expected {EXPECTED}. {advice}.", number)
    data = [_split(line, delimiter) for _, line in rows[1:]]
    data = [row for row in data if len(row) == len(fields)]
    header = named or _is_header(fields, data, src, dst, third)
    if not header:
        weight = third
    elif weight in {None, src, dst}:
        weight = None
        _warn_of_ignored(fields, data, {src, dst}, path)
    return Layout(
        delimiter=delimiter,
        width=len(fields),
        header=header,
        src=src,
        dst=dst,
        weight=weight,
        integers=not any(_has_name(row, src, dst) for row in (data if header else [fields, *data])),
    )


def _warn_of_ignored(fields: list[str], data: list[list[str]], ends: set[int], path: Path) -> None:
    """Warn of numeric columns that may be meant as weights, if no column has a name of a weight."""
    numeric = [
        name
        for index, name in enumerate(fields)
        if index not in ends and data and all(NUMBER.fullmatch(row[index]) for row in data)
    ]
    if numeric:
        warnings.warn(
            f"{path.name}: no column is named weight, so {', '.join(map(repr, numeric))} is ignored. "
            "To use a column as the edge weight, rename it to weight in the header.",
            stacklevel=2,
        )


def _delimiter(lines: Sequence[str]) -> str:
    """The first delimiter that gives all rows the same width; else the first that splits the first row.

    A semicolon in every row takes precedence over a comma, which is then a decimal comma or part of a name, unless only
    the comma gives integer vertices.
    """
    widths = {delimiter: [len(_split(line, delimiter)) for line in lines] for delimiter in _DELIMITERS}
    splitting = [delimiter for delimiter in _DELIMITERS if widths[delimiter][0] > 1]
    # Integers separated by blanks are columns: tabs may be mixed with blanks, and `1 2 0,5` is three columns with a
    # decimal comma (which is then rejected), not two columns.
    if BLANKS in splitting and all(_are_integers(line.split(), 0, 1) for line in lines):
        return BLANKS
    even = [delimiter for delimiter in splitting if len(set(widths[delimiter])) == 1]
    even.sort(key=lambda delimiter: delimiter != ";")
    data = lines[1:] or lines
    integral = [delimiter for delimiter in even if all(_are_integers(_split(line, delimiter), 0, 1) for line in data)]
    return (integral or even or splitting or [BLANKS])[0]


def _split(line: str, delimiter: str) -> list[str]:
    if delimiter == BLANKS:
        line = " ".join(line.split()) if '"' not in line else line.strip().replace("\t", " ")
    if '"' not in line:
        return [field.strip() for field in line.split(delimiter)]
    return [field.strip() for field in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]


def _position(words: Sequence[str], known: frozenset[str]) -> int | None:
    found = [index for index, word in enumerate(words) if word in known]
    return found[0] if len(found) == 1 else None


def _is_header(fields: list[str], data: list[list[str]], src: int, dst: int, weight: int | None) -> bool:
    if not data:
        return False
    if not _are_integers(fields, src, dst) and all(_are_integers(row, src, dst) for row in data):
        return not any(NUMBER.fullmatch(fields[index]) or not fields[index] for index in (src, dst))
    if weight is None or NUMBER.fullmatch(fields[weight]) or not fields[weight]:
        return False
    return all(NUMBER.fullmatch(row[weight]) for row in data)


def _are_integers(row: Sequence[str], src: int, dst: int) -> bool:
    return len(row) > max(src, dst) and all(INTEGER.fullmatch(row[index]) is not None for index in (src, dst))


def _has_name(row: Sequence[str], src: int, dst: int) -> bool:
    return any(row[index] and NUMBER.fullmatch(row[index]) is None for index in (src, dst))
