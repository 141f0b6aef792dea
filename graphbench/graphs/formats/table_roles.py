"""Decide which columns of a table are source, target and weight: one rule for CSV, Parquet, Arrow and frames.

1. Columns that the user names are taken.
2. Columns named exactly `source`, `target`, `weight` (in any case) are taken, whatever is beside them.
3. Of two columns, both are ends; a third one is the weight if it is numeric. Known names (`from`, `to`, `dst`, ...)
   decide which end is which.
4. Anything else is refused: more than three columns, two candidates for one role, a third column that may be an end.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Literal

from graphbench.errors import UsageError
from graphbench.graphs.formats import table_names, table_values
from graphbench.system.lazy import np
from graphbench.system.text import count

if TYPE_CHECKING:
    import numpy.typing as npt

    from graphbench.graphs.columns import Ids

Kind = Literal["integer", "number", "text", "empty", "other"]
"""What the values of a column are; `empty`: all are missing, `other`: dates, lists, truth values, ..."""

MIN_ROWS = 10
"""Fewer rows say nothing of a table."""
_FEW = 10
"""Almost no values are at most one in so many."""

NUMERIC = frozenset({"integer", "number", "empty"})
"""Kinds that could be weights; an empty column is refused later, with its first row."""


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How the user wants a table to be read; None: as the table itself says.

    Attributes:
        source: the column of sources: its name, or its number from 1 in a file without a header.
        target: the column of targets, likewise.
        weight: the column of weights, likewise.
        no_weight: read no weights.
        header: whether the first row has the names of the columns.
        delimiter: a character, or `tab` or `space`.
        drop_missing: leave out rows without a vertex or weight, or with a word among integers.
        names: vertices are names, also those that look like integers.
    """

    source: str | None = None
    target: str | None = None
    weight: str | None = None
    no_weight: bool = False
    header: bool | None = None
    delimiter: str | None = None
    drop_missing: bool = False
    names: bool = False

    def __bool__(self) -> bool:
        return self != NONE

    @property
    def given(self) -> str:
        """The options as the command line spells them; empty if there are none."""
        return self.spelled(python=False)

    def spelled(self, *, python: bool) -> str:
        """The options that are not None, as arguments of a call or of a command."""
        if python:
            names = {"source": "source_column", "target": "target_column", "weight": "weight_column"}
            changed = {name: getattr(self, name) for name in OPTIONS if getattr(self, name) != getattr(NONE, name)}
            return ", ".join(f"{names.get(name, name)}={value!r}" for name, value in changed.items())
        words = []
        for name in ("source", "target", "weight"):
            if (value := getattr(self, name)) is not None:
                words += [f"--{name}-column", shlex.quote(value)]
        words += ["--no-weight"] * self.no_weight
        if self.header is not None:
            words.append("--header" if self.header else "--no-header")
        if self.delimiter is not None:
            words += ["--delimiter", shlex.quote(self.delimiter)]
        words += ["--drop-missing"] * self.drop_missing + ["--names"] * self.names
        return " ".join(words)


NONE = TableOptions()
"""No options."""

OPTIONS = tuple(option.name for option in fields(TableOptions))


def refuse_options(options: TableOptions, why: str, *, python: bool = False) -> None:
    """Refuse options about columns where there are none.

    Raises:
        UsageError: if there are options.
    """
    if options:
        raise UsageError(f"{why}, so {options.spelled(python=python)} has no effect. Leave it out.")


def refuse_text_options(options: TableOptions, why: str, *, python: bool = False) -> None:
    """Refuse options about text where the columns are typed and have names.

    Raises:
        UsageError: if there are any.
    """
    refuse_options(TableOptions(header=options.header, delimiter=options.delimiter), why, python=python)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as far as its role depends on it.

    Attributes:
        name: from the header; a number from 1 without one.
        kind: of its values.
        index: whether it is the index of a frame, or a level of it. One that only numbers the rows has a role only if
            the user names it; any other is an end if the names of both ends are clear.
        values: the first ones, as texts.
    """

    name: str
    kind: Kind
    index: bool = False
    values: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Indices of the columns.

    Attributes:
        weight: None if there are no weights.
        warnings: what the user should check.
    """

    source: int
    target: int
    weight: int | None
    warnings: list[str] = field(default_factory=list)

    @property
    def used(self) -> list[int]:
        """The columns that have a role: source, target and perhaps weight."""
        return [index for index in (self.source, self.target, self.weight) if index is not None]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why no roles were decided, and what to do: one text for people."""

    problem: str


def decide(
    columns: Sequence[Column], options: TableOptions = NONE, *, named: bool = True, python: bool = False
) -> Roles | Refusal:
    """The roles of the columns of a table, or why they are not clear.

    Args:
        columns: in their order.
        options: of the user.
        named: whether the names are the table's own, not numbers.
        python: spell advice as arguments of a call, not of a command.
    """
    given = {options.source, options.target, options.weight}
    kept = [
        place
        for place in _with_index(columns, options)
        if columns[place].name in given or not (named and _numbers_rows(place, columns))
    ]
    rest = [table_names.word(columns[place].name) for place in kept]
    if named and len(rest) == 2 and any(map(table_names.NO_ENDS.fullmatch, rest)):
        kept = list(range(len(columns)))  # what numbers the rows is a vertex here: index, neighbor, distance
    found = _Decision([columns[place] for place in kept], options, named, python).result()
    if isinstance(found, Refusal):
        return found
    weight = None if found.weight is None else kept[found.weight]
    return replace(found, source=kept[found.source], target=kept[found.target], weight=weight)


def _with_index(columns: Sequence[Column], options: TableOptions) -> list[int]:
    """The columns that may have a role; those of an index come first, as pandas writes them last into Parquet."""
    index = [place for place, column in enumerate(columns) if column.index]
    others = [place for place, column in enumerate(columns) if not column.index]
    names = [columns[place].name for place in others]
    levels = [place for place in index if not table_names.OF_THE_ROW.fullmatch(table_names.word(columns[place].name))]
    if len(index) == 1 and table_names.UNNAMED.fullmatch(columns[index[0]].name):
        levels = []
    if len(others) < 2:
        levels = index
    elif options.source is not None and options.target is not None:
        levels = []
    elif len(levels) == 1 and not table_names.is_end(columns[levels[0]].name):
        levels = [] if any(map(table_names.is_source, names)) and any(map(table_names.is_target, names)) else levels
    given = {options.source, options.target, options.weight}
    return [*(place for place in index if place in levels or columns[place].name in given), *others]


def _numbers_rows(place: int, columns: Sequence[Column]) -> bool:
    """Whether a column only numbers the rows, or is one of a spreadsheet without a name and values."""
    column, first = columns[place], place == 0 and len(columns) > 2
    if column.index:
        return False
    if table_names.UNNAMED.fullmatch(column.name):
        return not table_values.present(column.values) or (first and column.kind == "integer")
    numbered = table_names.NUMBER_OF_THE_ROW.fullmatch(table_names.word(column.name)) is not None
    return first and numbered and table_values.number_rows(column.values)


TYPES = frozenset({"directed", "undirected"})
"""Words in the column `Type` of Gephi."""


def type_column(names: Sequence[str], roles: Roles) -> str | None:
    """Gephi's column of the direction of edges, beside its Source and Target."""
    found = [name for index, name in enumerate(names) if name.casefold() == "type" and index not in roles.used]
    ends = (names[roles.source].casefold(), names[roles.target].casefold())
    return found[0] if len(found) == 1 and ends == ("source", "target") else None


def direction(types: Iterable[str], column: str) -> bool | Refusal | None:
    """The direction that the words of Gephi's column agree on; None if it has other words."""
    found = {word.casefold() for word in types}
    if found == TYPES:
        problem = f"column {column!r} has directed and undirected rows; expected one of both"
        return Refusal(problem=f"{problem}. Pass --directed or --undirected, which holds for all rows.")
    return "directed" in found if len(found) == 1 and found <= TYPES else None


def shared_ids(source: str, target: str, src: Ids, dst: Ids, num_vertices: int) -> list[str]:
    """A warning if columns whose names are those of two different things have integers in common."""
    words = table_names.word(source), table_names.word(target)
    one, other = (re.sub(r"(id)?[0-9ab]?$", "", word) for word in words)
    if min(map(len, words)) < 2 or "" in {one, other} or table_names.are_of_one_kind(one, other):
        return []
    if (
        table_names.is_source(source)
        or table_names.is_target(target)
        or table_names.is_source(target)
        or table_names.is_target(source)
    ):
        return []
    sources, targets = _present(src, dst, num_vertices)
    if not (both := int(np.count_nonzero(sources & targets))):
        return []
    found = f"Columns {source!r} and {target!r} have {count(both, 'id')} in common, taken as the same vertices"
    return [f"{found}. If they are different things, give the ids of one column a prefix, such as {words[1]}-1."]


def of_vertices(source: str, target: str) -> str:
    """The warning that rows may describe vertices."""
    found = f"Columns {source!r} and {target!r} may describe vertices; each row is taken as an edge between them"
    return f"{found}. Pass a table of edges, or --source-column {shlex.quote(source)} if they are edges."


def apart(source: str, target: str, src: Ids, dst: Ids, num_vertices: int) -> list[str]:
    """That warning, if each source has one row, and (almost) no vertex is in both columns."""
    if not MIN_ROWS <= len(src) <= num_vertices or (table_names.is_end(source) and table_names.is_end(target)):
        return []
    found = _present(src, dst, num_vertices)
    both, sources, targets = map(np.count_nonzero, (found[0] & found[1], *found))
    once = sources == len(src)
    return [of_vertices(source, target)] if once and targets > 1 and _FEW * both <= targets else []


def _present(src: Ids, dst: Ids, num_vertices: int) -> npt.NDArray[np.bool_]:
    """Which vertices are sources and which are targets, shape (2, n)."""
    found = np.zeros((2, num_vertices), dtype=bool)
    found[0, src] = found[1, dst] = True
    return found


class _RefusedError(Exception):
    """Ends a decision; its text is the problem."""


class _Decision:
    def __init__(self, columns: Sequence[Column], options: TableOptions, named: bool, python: bool) -> None:
        self.columns, self.options, self.named, self.python = columns, options, named, python
        self.names = [column.name for column in columns]
        self.warnings: list[str] = []

    def result(self) -> Roles | Refusal:
        try:
            return self._roles()
        except _RefusedError as refused:
            return Refusal(problem=str(refused))

    def _roles(self) -> Roles:
        if self.options.weight is not None and self.options.no_weight:
            raise _RefusedError(f"{self._given()} exclude each other. Remove one.")
        if len(self.columns) < 2:
            raise _RefusedError(f"{self._found()}; expected a source, a target and optionally a weight.")
        given = {role: self._named(role) for role in ("source", "target", "weight")}
        chosen = [index for index in given.values() if index is not None]
        if len(set(chosen)) < len(chosen):
            raise _RefusedError(f"one column has two roles in {self._given()}. Name different columns.")
        weight = given["weight"] if given["weight"] is not None else self._exact("weight", set(chosen))
        source, target = self._ends(given["source"], given["target"], weight)
        self._check_index(source, target)
        self._check_relation(source, target, weight)
        self._check_names(source, target)
        clear = source in (given["source"], self._exact("source")) and target in (
            given["target"],
            self._exact("target"),
        )
        if self.options.no_weight:
            weight = None
        elif weight is None:
            weight = self._weight(source, target, clear)
        if weight is not None and self.columns[weight].kind not in NUMERIC:
            raise _RefusedError(
                f"the weights in column {self.names[weight]!r} are not numbers. Choose another column of weights, or "
                f"pass {'no_weight=True' if self.python else '--no-weight'}."
            )
        used = {self.names[index] for index in (source, target, weight) if index is not None}
        if self.named and "" in used:
            raise _RefusedError(f"a column that would be used has no name; {self._found()}. Name it in the header.")
        if self.named and any(times > 1 for name, times in Counter(self.names).items() if name in used):
            raise _RefusedError(f"{self._found()}; expected different names. Rename or drop columns.")
        self._check_lists(source, target)
        if self._describe_vertices(source, target, weight):
            self.warnings.append(of_vertices(self.names[source], self.names[target]))
        else:
            self._check_numbers(source)
        return Roles(source=source, target=target, weight=weight, warnings=self.warnings)

    def _check_index(self, source: int, target: int) -> None:
        """Refuse ends that are not clear by their names if a level of an index may be one of them."""
        ends = table_names.word(self.names[source]), table_names.word(self.names[target])
        clear = (self.options.source is not None or table_names.is_source(ends[0])) and (
            self.options.target is not None or table_names.is_target(ends[1])
        )
        if self._levels() and not clear and ends not in table_names.PAIRS:
            raise self._unclear(f"{self._found()}; which of them are the ends of an edge is not clear")

    def _levels(self) -> list[str]:
        """The levels of an index that the user has not named."""
        given = {self.options.source, self.options.target, self.options.weight}
        return [column.name for column in self.columns if column.index and column.name not in given]

    def _check_names(self, source: int, target: int) -> None:
        """Refuse an end that is named as a weight, unless the user named it."""
        given = {self.options.source, self.options.target}
        for name in (self.names[end] for end in (source, target) if self._is_no_end(end)):
            if name not in given:
                where = "in pandas, frame.reset_index() makes a column of an index" if self.python else "or rename it"
                raise _RefusedError(
                    f"{self._found()}, and {name!r} is a name of weights; expected two columns of ends. Add the column "
                    f"that is missing ({where})."
                )

    def _check_relation(self, source: int, target: int, weight: int | None) -> None:
        """Refuse a kind of relation as an end, unless the user or a known name says that it is one."""
        if weight is not None or any(map(self._is_weight, range(len(self.columns)))):
            return
        known = {self.options.source, self.options.target}
        for end, is_known in ((source, table_names.is_source), (target, table_names.is_target)):
            name = self.names[end]
            if not (name in known or (self.named and is_known(name))) and self._is_relation(end):
                found = f"column {name!r} may have kinds of relations between the other two"
                one, other = [index for index in range(len(self.columns)) if index != end][:2]
                raise self._unclear(f"{found}, so it is not clear which two columns are the ends", one, other)

    def _check_numbers(self, source: int) -> None:
        """Refuse ascending ids beside two other columns, neither named as a weight, which may be the ends."""
        if source != 0 or not self.named or self.options.source is not None or len(self.columns) < 3:
            return
        name, values = self.names[source], self.columns[source].values
        if table_names.word(name) != "id" or any(map(self._is_weight, range(len(self.columns)))):
            return
        if {column.kind for column in self.columns[1:3]} - {"integer", "text"}:
            return
        if len(values) >= MIN_ROWS and table_values.number_rows(values):
            raise self._unclear(f"column {name!r} may number the rows, so it is not clear which are the ends", 1, 2)

    def _is_relation(self, index: int) -> bool:
        """Whether a column has kinds of relations by its name, or is in the middle and has few texts."""
        if len(self.columns) > 2 and self._is_named(table_names.RELATION, index):
            return True
        if not 0 < index < len(self.columns) - 1:
            return False
        others = [column for place, column in enumerate(self.columns) if place != index]
        vertices = [column.values for column in others if column.kind in {"integer", "text"}]
        alike = len({column.kind for column in others}) == 1  # or they are a vertex and a weight
        column = self.columns[index]
        return column.kind == "text" and alike and table_values.are_relations(column.values, vertices)

    def _check_lists(self, source: int, target: int) -> None:
        """Refuse an end with lists of vertices that are like those of the other end."""
        if self.options.names:
            return
        for end, other in ((source, target), (target, source)):
            values, others = (table_values.present(self.columns[index].values) for index in (end, other))
            if (found := table_values.a_list(values, others)) is not None:
                name = self.names[end]
                problem = f"column {name!r} has lists of vertices, such as {found[:60]!r}; expected one vertex"
                names = "names=True" if self.python else "--names"
                split = "in pandas, Series.str.split and DataFrame.explode"
                raise _RefusedError(f"{problem}. Write a row for each of them ({split}), or pass {names}.")

    def _describe_vertices(self, source: int, target: int, weight: int | None) -> bool:
        """Whether the names are those of a table of vertices."""
        if not self.named or self.options.source is not None or self.options.target is not None:
            return False
        one, other = (table_names.word(self.names[end]) for end in (source, target))
        ids = self.columns[source].values
        answers = (
            table_names.OF_VERTICES.fullmatch(one)
            and len({*ids}) == len(ids) > 1
            and not table_names.OF_ONE_KIND.fullmatch(other)
        )
        places = weight is not None and (other, table_names.word(self.names[weight])) == ("x", "y")
        of_one = table_names.OF_A_VERTEX.fullmatch(one) or table_names.OF_A_VERTEX.fullmatch(other)
        return bool(answers or places or of_one)

    def _named(self, role: str) -> int | None:
        """The column that the user named for a role."""
        wanted = getattr(self.options, role)
        if wanted is None:
            return None
        alike = wanted.casefold().strip()
        exactly = [index for index, name in enumerate(self.names) if name == wanted]
        for found in (exactly, [index for index, name in enumerate(self.names) if name.casefold().strip() == alike]):
            if len(found) == 1:
                return found[0]
            if found:
                raise _RefusedError(f"{len(found)} columns are named {wanted!r}; {self._found()}. Rename one of them.")
        raise _RefusedError(f"no column is named {wanted!r}; {self._found()}.")

    def _exact(self, role: str, taken: set[int] = frozenset()) -> int | None:  # type: ignore[assignment]
        """The column that is named like the role itself."""
        found = [index for index, name in enumerate(self.names) if name == role and index not in taken]
        found = found or [
            index for index, name in enumerate(self.names) if name.strip().casefold() == role and index not in taken
        ]
        if len(found) > 1:
            raise _RefusedError(f"{len(found)} columns are named {role!r}; {self._found()}. Rename one of them.")
        return found[0] if found and self.named else None

    def _ends(self, source: int | None, target: int | None, weight: int | None) -> tuple[int, int]:
        taken = {index for index in (source, target, weight) if index is not None}
        source = self._exact("source", taken) if source is None else source
        taken |= {source} if source is not None else set()
        target = self._exact("target", taken) if target is None else target
        if source is not None and target is not None:
            return source, target
        left = [index for index in range(len(self.columns)) if index not in {source, target, weight}]
        if len(left) + (source is not None) + (target is not None) > 3 - (weight is not None):
            raise self._unclear(f"{self._found()}; which of them are the ends of an edge is not clear")
        sources = self._candidates(table_names.is_source, left) if source is None else [source]
        targets = self._candidates(table_names.is_target, left) if target is None else [target]
        for role, several in (("source", sources), ("target", targets)):
            if len(several) > 1:
                found = " and ".join(repr(self.names[index]) for index in several)
                raise self._unclear(f"{found} could both be the {role}")
        free = [index for index in left if index not in {*sources, *targets}]
        if not sources and not targets:
            sources, targets, free = free[:1], free[1:2], free[2:]
        elif not sources:
            sources, free = self._partner(free, targets[0], before=True)
        elif not targets:
            targets, free = self._partner(free, sources[0], before=False)
        if not sources or not targets:
            raise self._unclear(f"{self._found()}; expected a source, a target and optionally a weight")
        return sources[0], targets[0]

    def _partner(self, free: list[int], end: int, *, before: bool) -> tuple[list[int], list[int]]:
        """The other end of a column with a known name: the only one left, or the one on the expected side of it."""
        wanted = end - 1 if before else end + 1
        found = free if len(free) == 1 else [index for index in free if index == wanted]
        if len(free) > 1 and end != (1 if before else 0):
            found = []
        return found[:1], [index for index in free if index not in found[:1]]

    def _candidates(self, known: Callable[[str], bool], left: list[int]) -> list[int]:
        return [index for index in left if known(self.names[index])] if self.named else []

    def _weight(self, source: int, target: int, clear: bool) -> int | None:
        """The column of weights if no column is named weight."""
        rest = [index for index in range(len(self.columns)) if index not in (source, target)]
        possible = [index for index in rest if self.columns[index].kind in NUMERIC or self._is_weight(index)]
        if len(rest) == 1:
            return self._third(rest[0], source, target, clear)
        if possible:
            listed = ", ".join(repr(self.names[index]) for index in possible)
            raise self._unclear(f"{listed} could be the weight", source, target, possible)
        return None

    def _third(self, index: int, source: int, target: int, clear: bool) -> int | None:
        """A third column: the weight if it is numeric and nothing else is plausible."""
        name = self.names[index]
        if self.named and (table_names.is_source(name) or table_names.is_target(name)):
            raise self._unclear(f"{name!r} could be an end of the edge or the weight", source, target)
        if self.columns[index].kind in NUMERIC:
            if self._is_weight(index):
                return index
            if index > max(source, target) or self._both_given():
                return None if self._ignored(index) else index
            raise self._unclear(f"{name!r} could be the weight or a number of the row", source, target, [index])
        if self._is_weight(index):
            return index
        known = table_names.is_source(self.names[source]) and table_names.is_target(self.names[target])
        if not (clear or (self.named and known)):
            text = f"column {name!r} is not numeric, so it is not clear which two columns are the ends"
            raise self._unclear(text)
        self.warnings.append(f"Column {name!r} is not numeric and is ignored; the graph has no weights.")
        return None

    def _ignored(self, index: int) -> bool:
        """Whether numbers are no weights by their name or values, with a warning."""
        name = self.names[index]
        called = self.named and bool(
            table_names.NEVER_WEIGHTS.fullmatch(table_names.word(name)) or table_names.ID.fullmatch(name)
        )
        if not called and not table_values.are_times(table_values.present(self.columns[index].values)):
            return False
        option = TableOptions(weight=name).spelled(python=self.python)
        why = "by its name it is no weight" if called else "its values look like times"
        self.warnings.append(f"Column {name!r} is ignored: {why}. Pass {option} to use it as the weight.")
        return True

    def _both_given(self) -> bool:
        return self.options.source is not None and self.options.target is not None

    def _given(self) -> str:
        return self.options.spelled(python=self.python)

    def _is_weight(self, index: int) -> bool:
        return self._is_named(table_names.WEIGHTS, index)

    def _is_no_end(self, index: int) -> bool:
        return self._is_named(table_names.NO_ENDS, index)

    def _is_of_the_row(self, index: int) -> bool:
        return self._is_named(table_names.OF_THE_ROW, index)

    def _is_named(self, pattern: re.Pattern[str], index: int) -> bool:
        return self.named and pattern.fullmatch(table_names.word(self.names[index])) is not None

    def _pair(self, free: list[int], source: int | None, target: int | None) -> tuple[int | None, int | None]:
        """The ends, completed by the first known pair of names that agrees with them."""
        sources, targets = (
            {table_names.word(self.names[index]): index for index in (reversed(free) if end is None else [end])}
            for end in (source, target)
        )
        known = (
            (sources[one], targets[other]) for one, other in table_names.PAIRS if one in sources and other in targets
        )
        return next(known, (source, target))

    def _found(self) -> str:
        if not self.named:
            return f"found {len(self.names)} columns without names; their names are 1 to {len(self.names)}"
        repeated = [name for name, times in Counter(self.names).items() if times > 1]
        twice = f" ({', '.join(map(repr, repeated))} repeated)" if repeated else ""
        shown = ", ".join(self.names[:12]) + (", ..." if len(self.names) > 12 else "")
        levels = self._levels()
        index = f" ({', '.join(map(repr, levels))} in the frame's index)" if levels else ""
        return f"found the columns {shown}{twice}{index}"

    def _unclear(
        self, problem: str, source: int | None = None, target: int | None = None, possible: list[int] | None = None
    ) -> _RefusedError:
        """A refusal with options that would work, without a weight where every candidate numbers the rows."""
        source = self._named("source") if source is None else source
        target = self._named("target") if target is None else target
        left = [index for index in range(len(self.columns)) if index not in (source, target, self._named("weight"))]
        named = [index for index in left if self.names[index]] if self.named else left
        kinds = [index for index in named if self.columns[index].kind != "other"] or named or left
        kinds.sort(key=lambda index: (self._is_relation(index), self._is_no_end(index), self._is_of_the_row(index)))
        source, target = self._pair(kinds, source, target)
        kinds = [index for index in kinds if index not in (source, target)]
        if source is None:
            source = next((index for index in kinds if table_names.is_source(self.names[index])), (kinds or [0])[0])
            kinds = [index for index in kinds if index != source]
        if target is None:
            target = next((index for index in kinds if table_names.is_target(self.names[index])), (kinds or [0])[0])
            kinds = [index for index in kinds if index != target]
        name = None
        if not self.options.no_weight and possible is None:
            possible = kinds
        possible = [
            index for index in possible or [] if self.columns[index].kind in NUMERIC and not self._is_relation(index)
        ]
        if possible:
            # A number of the row as the weight would give an answer that looks right, so nobody should paste it.
            likely = [index for index in possible if not self._is_of_the_row(index)]
            likely.sort(key=self._is_weight, reverse=True)
            name = self.names[likely[0]] if likely else None
        name = self.options.weight or name
        example = TableOptions(
            source=self.names[source],
            target=self.names[target],
            weight=name,
            no_weight=name is None,
        ).spelled(python=self.python)
        without = "" if name is None else " (or no_weight=True)" if self.python else " (or --no-weight)"
        return _RefusedError(f"{problem}. Name the columns, for example: {example}{without}")
