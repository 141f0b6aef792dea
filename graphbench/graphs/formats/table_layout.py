"""Detect the layout of a text table from its first rows: delimiter, header, roles of the columns, kind of vertices."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.formats import table_names, table_roles, table_values
from graphbench.graphs.formats.table_roles import Column, Kind, Refusal, Roles, TableOptions
from graphbench.graphs.formats.table_values import CANONICAL, GROUPED, INTEGER, MISSING, NUMBER
from graphbench.graphs.formats.text import shown

_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")

BLANKS = " "
_DELIMITERS = (",", ";", "\t", "|", BLANKS)
_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", BLANKS: "blanks"}
EXPECTED = "a source, a target and optionally a weight"
_PAD = " \t\r"

csv.field_size_limit(2**31 - 1)
"""Python's default of 128 KiB refuses long names, and a file of another format that is one long line."""

SAMPLE = 100
"""Rows that decide on the layout."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the rows of a table are read.

    Attributes:
        delimiter: a character; a blank means any run of blanks and tabs.
        names: of the columns; numbers from 1 without a header.
        header: whether the first row names the columns.
        roles: of the columns.
        integers: whether all vertices of the first rows are integers (a malformed number is not a name).
        first: the first rows of data.
        missing: words that are no vertices; unless they are quoted.
    """

    delimiter: str
    names: list[str]
    header: bool
    roles: Roles
    integers: bool
    first: list[list[str]]
    missing: frozenset[str] = frozenset({""})

    @property
    def width(self) -> int:
        """Columns in each row."""
        return len(self.names)

    @property
    def delimiter_in_words(self) -> str:
        """Such as `commas`."""
        return _WORDS.get(self.delimiter, repr(self.delimiter))


def find(rows: Sequence[tuple[int, str]], path: Path, options: TableOptions, more: Iterator[str]) -> Layout:
    """The layout of a table.

    Args:
        rows: the first rows that are neither empty nor comments, with their line numbers; at least one.
        path: the file, for messages.
        options: what the user says about the table.
        more: further rows, in which vertices may occur again that could be names of columns.

    Raises:
        FormatError: if the rows are not edges, or their layout is not clear.
    """
    number, first = rows[0]
    delimiter = _given_delimiter(options, path) or _delimiter([line for _, line in rows], path, number)
    fields, *data = [split(line, delimiter, path, at) for at, line in rows]
    below = [*itertools.islice(more, table_values.SAMPLE - len(rows))]
    if options.header is not False:
        _refuse_title(first, fields, data, path, number)
    if len(fields) < 2:
        raise FormatError(path, f"expected {EXPECTED} in each row, found {shown(first.encode())}.", number)
    width = len(fields)
    data = [row for row in data if len(row) == width]
    header = options.header
    if header is None:
        rest = itertools.chain(below, more)
        further = (row for line in rest if len(row := _leniently(line, delimiter)) == width)
        named = {name for name in (options.source, options.target, options.weight) if name and not name.isdecimal()}
        header = (len(named) > 1 and named <= {*fields}) or _has_header(fields, data, further, path, number)
    names = fields if header else [str(index) for index in range(1, width + 1)]
    data = data if header else [fields, *data]
    if options.source is None and options.target is None and may_be_matrix(names if header else [], data):
        advice = "Pass the matrix from Python (graphbench.load(matrix)), or write one edge in each row."
        raise FormatError(path, f"this may be an adjacency matrix; expected {EXPECTED} in each row. {advice}", number)
    values = [*data, *(row for line in below if len(row := _leniently(line, delimiter)) == width)]
    columns = [
        Column(name=name, kind=_kind(data, index), values=[row[index] for row in values])
        for index, name in enumerate(names)
    ]
    roles = table_roles.decide(columns, options, named=header)
    if isinstance(roles, Refusal):
        raise FormatError(path, f"{roles.problem}", number)
    ends = roles.source, roles.target
    if header and options.header is None:
        _refuse_second_header(data, names, ends, path, rows[1:2])
    if not header and roles.weight is not None and _may_be_neighbours(data, roles):
        found = f"Column {names[roles.weight]} is taken as the weight, but has numbers of vertices"
        advice = f"If each row lists a vertex and its neighbours, rename the file to {path.stem}.adjlist."
        roles.warnings.append(f"{found}. {advice}")
    numbers = any(_is_number(row[end]) for row in data for end in ends if row[end] not in MISSING)
    no_names = MISSING if numbers else frozenset({""})
    vertices = [row for row in data if row[0][:1] not in {"#", "%"} or row is data[0]]
    return Layout(
        delimiter=delimiter,
        names=names,
        header=header,
        roles=roles,
        integers=not any(_has_name(row, ends, no_names) for row in vertices),
        first=data,
    )


_QUOTES = 'Write a quotation mark within a quoted field twice (""), and close every quoted field in its row.'


def _given_delimiter(options: TableOptions, path: Path) -> str | None:
    if options.delimiter is None:
        return None
    found = {"tab": "\t", "\\t": "\t", "space": BLANKS, "blank": BLANKS, "comma": ",", "semicolon": ";"}.get(
        options.delimiter.casefold(), options.delimiter
    )
    if len(found) != 1 or found in '"\r\n' or not found.isascii():
        problem = f"the delimiter {options.delimiter!r} is not one ASCII character. Pass one, or `tab` or `space`."
        raise FormatError(path, problem)
    return found


def _refuse_title(first: str, fields: list[str], data: list[list[str]], path: Path, number: int) -> None:
    """Refuse a first row that has fewer fields than all rows below, which are as wide as each other.

    Raises:
        FormatError: with what to do about a title, or a header without the name of the first column.
    """
    filled = len(fields) if all(fields) else sum(map(bool, fields))
    widths = {len(row) for row in data}
    width = min(widths, default=0)
    if len(widths) != 1 or width < 2 or not all(sum(map(bool, row)) > filled for row in data):
        return
    found = shown(first.encode())
    if filled == 1 and fields[0] and not (len(fields) == width and any(map(_is_number, fields))):
        title = f"{found} may be a title or a size, as all rows below have more columns"
        raise FormatError(path, f"{title}. Delete the line.", number)
    vertices = {value for row in data for value in row}
    if filled == len(fields) == width - 1 and not vertices & {*fields} and not any(map(_is_number, fields)):
        problem = f"the header has {filled} names, {found}, but all rows below have {width} columns"
        advice = "If the first are numbers of the rows, as R writes them, put a name such as rn before the others"
        raise FormatError(path, f"{problem}. {advice}.", number)


_OF_TYPES = re.compile(r"(big|small|u)?int(eger)?[0-9]*|long|float[0-9]*|double|number|str|string|text|varchar|object")


def _refuse_second_header(
    data: list[list[str]], names: list[str], ends: tuple[int, int], path: Path, below: Sequence[tuple[int, str]]
) -> None:
    """Refuse a row below the header whose ends repeat it in other letters, are types, or a rule of `---`.

    Raises:
        FormatError: with what to do.
    """
    first, *rows = [[row[end].casefold() for end in ends] for row in data] or [[]]
    alike = first == [names[end].casefold() for end in ends]
    rule = all(re.fullmatch("[-=+: ]{3,}", value) for value in first)
    types = all(map(_OF_TYPES.fullmatch, first)) and not {*first} & {value for row in rows for value in row}
    for number, line in below if alike or rule or types else ():
        found = f"{shown(line.encode())} below the header may be a part of it or an edge"
        raise FormatError(path, f"{found}. Delete the line, or pass --header if it is an edge.", number)


def _delimiter(lines: Sequence[str], path: Path, number: int) -> str:
    """The first delimiter that gives all rows the same width; else the first that splits the first row.

    A delimiter does not leave a quotation mark within a field. Of two that fit, the fields of one may have the other
    only as a decimal comma, or as a comma before a blank.

    Raises:
        FormatError: if several delimiters give vertices.
    """
    if re.fullmatch(r"sep=.?\s*", lines[0], re.IGNORECASE):
        found = f"{shown(lines[0].encode())} is for spreadsheets"
        raise FormatError(path, f"{found}; expected a header or an edge. Delete the line.", number)
    widths = {delimiter: [_width(line, delimiter) for line in lines] for delimiter in _DELIMITERS}
    splitting = [delimiter for delimiter in _DELIMITERS if widths[delimiter][0] > 1]
    splitting = splitting or [delimiter for delimiter in _DELIMITERS if len(_leniently(lines[0], delimiter)) > 1]
    # Integers separated by blanks are columns: tabs may be mixed with blanks, and `1 2 0,5` is three columns with a
    # decimal comma (which is then rejected), not two columns.
    if BLANKS in splitting and all(_are_integers(_leniently(line, BLANKS), 0, 1) for line in lines):
        return BLANKS
    even = [delimiter for delimiter in splitting if len(set(widths[delimiter])) == 1]
    even.sort(key=lambda delimiter: delimiter != ";")
    data = lines[1:] or lines
    integral = [
        delimiter for delimiter in even if all(_are_integers(_leniently(line, delimiter), 0, 1) for line in data)
    ]
    marks = [delimiter for delimiter in even if delimiter != BLANKS]
    if len(marks) > 1 and not integral:
        even = [delimiter for delimiter in marks if not _has_delimiters(data, delimiter)]
        if len(even) != 1:
            both = " and ".join(_WORDS[delimiter] for delimiter in marks[:2])
            advice = " or ".join(f"--delimiter {_SPELLED[delimiter]}" for delimiter in marks[:2])
            raise FormatError(path, f"{both} could both separate the columns. Pass {advice}.", number)
    if not even:  # the first row may be a title
        below = (delimiter for delimiter in _DELIMITERS if len({*widths[delimiter][1:]}) == 1 < widths[delimiter][1])
        even = [*itertools.islice(below, 1)] if len(lines) > 2 else []
        even = [delimiter for delimiter in even if widths[delimiter][0] < 2]
    return (integral or even or splitting or [BLANKS])[0]


_SPELLED = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "'|'"}


def _has_delimiters(lines: Sequence[str], delimiter: str) -> bool:
    """Whether fields have other delimiters that are neither decimal commas nor commas before a blank."""
    fields = (field for line in lines for field in _leniently(line, delimiter))
    return any(re.search(r",(?! )|[;|\t]", field) for field in fields if not _DECIMAL_COMMA.fullmatch(field))


def _width(line: str, delimiter: str) -> int:
    """The number of columns; 0 if a quotation mark is within one of them, but not around it."""
    mark = re.escape(delimiter)
    one = rf'\s*(?:"(?:[^"]|"")*"|[^"{mark}]*)\s*'
    if '"' in line and not re.fullmatch(rf"{one}(?:{mark}{one})*", line):
        return 0
    return len(_leniently(line, delimiter))


def split(line: str, delimiter: str, path: Path, number: int) -> list[str]:
    """The fields of a row, without quotes and surrounding blanks.

    Raises:
        FormatError: if a quoted field does not end in the row, or something follows its end.
    """
    try:
        return _split(line, delimiter)
    except csv.Error as error:
        raise FormatError(path, f"{error} in {shown(line.encode())}. {_QUOTES}", number) from error


def _split(line: str, delimiter: str) -> list[str]:
    line = line.strip("\r" if delimiter == "\t" else _PAD)
    if delimiter == BLANKS:
        line = line.replace("\t", " ")
    if '"' not in line:
        fields = re.split(" +", line) if delimiter == BLANKS else line.split(delimiter)
    else:
        fields = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True))
    return [field.strip(_PAD) for field in fields]


def _leniently(line: str, delimiter: str) -> list[str]:
    try:
        return _split(line, delimiter)
    except csv.Error:
        return []


def _kind(data: Sequence[Sequence[str]], index: int) -> Kind:
    """Numeric if any value is a number, so that other values in the column are found and refused with their rows."""
    values = [row[index] for row in data if row[index] not in MISSING]
    if not values:
        return "empty"
    if not any(map(_is_number, values)):
        return "text"
    return "integer" if all(INTEGER.fullmatch(value) for value in values) else "number"


def _is_number(value: str) -> bool:
    """Whether a value is a number, perhaps with a decimal comma, which is refused later."""
    return any(pattern.fullmatch(value) for pattern in (NUMBER, _DECIMAL_COMMA, GROUPED))


def _has_header(
    fields: list[str], data: list[list[str]], further: Iterable[list[str]], path: Path, number: int
) -> bool:
    """Whether the first row has the names of the columns.

    Raises:
        FormatError: if it may be a header or an edge.
    """
    known = any(map(table_names.is_source, fields)) and any(map(table_names.is_target, fields))
    like_data = like_header = strange = False
    for index, field in enumerate(fields):
        number_here = _is_number(field)
        if field in MISSING:
            continue
        numbers_below = [_is_number(row[index]) for row in data if row[index] not in MISSING]
        like_data |= number_here and (any(numbers_below) or not numbers_below)
        like_header |= not number_here and bool(numbers_below) and all(numbers_below)
        strange |= number_here and not any(numbers_below)
    if like_header and not like_data:
        return True
    if like_data and not like_header and not known:
        return False
    if not (like_data or like_header or strange):  # texts above texts
        names = {field for field in fields if field}
        vertices = {value for row in (*data, *further) for value in row}
        if known and not names & vertices:
            return True
        if not known and len(names) == len(fields) and names <= vertices:
            return False
    problem = (
        f"the first row ({', '.join(map(_short, fields))}) may be a header or an edge. Pass --header or --no-header."
    )
    raise FormatError(path, problem, number)


def _short(field: str) -> str:
    return f"{field[:57]}..." if len(field) > 60 else field


def may_be_matrix(names: list[str], data: list[list[str]]) -> bool:
    """Whether the rows may be those of a small adjacency matrix; `names` are those of a header, if there is one."""
    width = len(data[0]) if data else 0
    if len(names) > 2 and names[1:] == [row[0] for row in data]:
        return True
    if any(map(table_names.is_source, names)) and any(map(table_names.is_target, names)):
        return False
    if len(data) != width or width < 3 or not all(NUMBER.fullmatch(value) for row in data for value in row):
        return False
    symmetric = all(row[index] == data[index][at] for at, row in enumerate(data) for index in range(at))
    return width > 3 or (symmetric and all(float(row[at]) == 0 for at, row in enumerate(data)))


def _may_be_neighbours(data: Sequence[Sequence[str]], roles: Roles) -> bool:
    """Whether rows may list a vertex and its neighbours: no vertex has two rows, and the weights are vertices."""
    sources = {row[roles.source] for row in data}
    third = [row[roles.weight] for row in data if roles.weight is not None]
    return len(data) > 2 and len(sources) == len(data) and 2 * sum(value in sources for value in third) > len(data)


def _are_integers(row: Sequence[str], src: int, dst: int) -> bool:
    return len(row) > max(src, dst) and all(INTEGER.fullmatch(row[index]) is not None for index in (src, dst))


def _has_name(row: Sequence[str], ends: Iterable[int], no_names: frozenset[str]) -> bool:
    """Whether an end is a name: a text, or an integer that is not in its only spelling."""
    fields = (row[end] for end in ends)
    return any(field not in no_names and (not NUMBER.fullmatch(field) or _is_padded(field)) for field in fields)


def _is_padded(field: str) -> bool:
    return INTEGER.fullmatch(field) is not None and CANONICAL.fullmatch(field) is None
