"""Columns of vertices in which integers and words are mixed: one rule for text, Parquet, Arrow and frames.

All vertices of a table are names if one of them is no integer, so a single mistake (`n/k`, `5 late`) would change
what all the others are called. In each column:

1. A word for a missing value (`NA`, `null`, ...) among integers is a mistake.
2. So are other words if they are few: at most a tenth of the different vertices and of the rows, or a single one. A hub
   `root` has many rows. Codes of one length of which some have a letter, as ISBNs do, are names.
3. Other columns have names, with a warning where most of them are integers or some look like a missing value. So have
   all columns if the user asks for names, and then only the second warning is given.

Two spellings of one integer (`7` and `007`, `1` and `1.0`) are refused: as integers they would be one vertex.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphbench.graphs.columns import Ids
from graphbench.graphs.formats import vertex_ids
from graphbench.graphs.formats.table_roles import Refusal, TableOptions
from graphbench.graphs.formats.table_values import CANONICAL, INTEGER, MISSING, ONLY_SPELLING
from graphbench.system.text import count

if TYPE_CHECKING:
    import pyarrow as pa

Rows = npt.NDArray[np.int64]
Locate = Callable[[Rows, list[str]], Iterator[tuple[int, str]]]
"""Of rows, in their order, and their words, those rows whose word is no name, each with its place for people."""

_INTEGER, _MISSING, _WORD = 0, 1, 2
_AS_INTEGER = f"^{CANONICAL.pattern}$"
_WHOLE = rf"^{INTEGER.pattern}(\.0+)?$"
_ONLY_SPELLING = f"^{ONLY_SPELLING.pattern}$"
_GROUPED = r"^[-+]?[0-9]{1,3}([,'_ ][0-9]{3})+$"
_CODE = re.compile(r"[0-9A-Za-z]*[0-9][0-9A-Za-z]*")
_NONE = np.empty(0, dtype=np.int64)
_SHOWN = 3
_SHARE = 10
"""Mistakes are at most one in so many different vertices, and in so many rows."""


class Numbered(NamedTuple):
    """Rows by ids 0..n-1, the names of these (None if they are the ids), and what was found."""

    src: Ids
    dst: Ids
    names: npt.NDArray[Any] | None
    kept: npt.NDArray[np.bool_] | None = None
    """Which rows stay, if mistakes are left out."""
    warnings: Sequence[str] = ()


def numbered(
    sources: pa.ChunkedArray, targets: pa.ChunkedArray, options: TableOptions, locate: Locate, *, as_text: bool
) -> Numbered | Refusal:
    """Number the vertices of a table, and refuse or leave out mistakes among them.

    Args:
        sources: int64 or strings.
        targets: of the same type.
        options: whether mistakes are left out, or are names.
        locate: where rows are.
        as_text: keep names without mistakes as texts, as in a column of texts.
    """
    import pyarrow as pa

    src, dst, names = vertex_ids.numbered(sources.chunks, targets.chunks)
    if names is None or names.dtype != object:
        return Numbered(src, dst, names)
    found = _mistakes(src, dst, names, locate, options)
    if isinstance(found, Refusal):
        return found
    mistakes, warnings = found
    kept = None
    if len(mistakes):
        kept = np.ones(len(src), dtype=bool)
        kept[mistakes] = False
        ends = [sources.filter(pa.array(kept)), targets.filter(pa.array(kept))]
        whole = [None] if as_text else [as_integers(end) for end in ends]
        sources, targets = ends if None in whole else whole
        src, dst, names = vertex_ids.numbered(sources.chunks, targets.chunks)
    if not options.names and names is not None and names.dtype == object and (twice := _spelled_twice(names)):
        places = [_first_place(src, dst, names, name, locate) if kept is None else "" for name in twice]
        shown = " and ".join(f"{name!r}{place}" for name, place in zip(twice, places, strict=True))
        problem = f"the vertices {shown} are one integer in two spellings; expected one"
        return Refusal(problem=f"{problem}. Spell it alike, or pass --names to take them as two vertices.")
    return Numbered(src, dst, names, kept, warnings)


def _first_place(src: Ids, dst: Ids, names: npt.NDArray[Any], name: str, locate: Locate) -> str:
    """Where a name occurs first: ` in line 5`."""
    vertex = np.searchsorted(names, name)
    row = np.flatnonzero((src == vertex) | (dst == vertex))[:1]
    return "".join(f" in {place}" for _, place in locate(row, [name]) if place)


def as_integers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Integers from their only spelling, or that with `.0`; None if there is any other text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.all(pc.match_substring_regex(texts, _AS_INTEGER)).as_py():
        return None
    try:
        return pc.replace_substring_regex(texts, r"\.0+$", "").cast(pa.int64())
    except pa.ArrowInvalid:
        return None


def _mistakes(
    src: Ids, dst: Ids, names: npt.NDArray[Any], locate: Locate, options: TableOptions
) -> tuple[Rows, list[str]] | Refusal:
    """Rows to leave out, and warnings."""
    kinds = _kinds(names, integers=not options.names)
    if (kinds == _WORD).all():
        return _NONE, []
    mistakes, left_out = [_NONE], dict[int, str]()
    problems, warnings = [], []
    for role, ids in (("source", src), ("target", dst)):
        by_row = kinds[ids]
        rows = np.flatnonzero(by_row == _WORD)
        occurs = np.zeros(len(names), dtype=bool)
        occurs[ids] = True
        integers, _, words = np.bincount(kinds[occurs], minlength=3).tolist()
        few = integers > words and _few(words, integers + words) and _few(len(rows), len(ids))
        among_integers = few and not _are_codes(names[occurs], kinds[occurs])
        if words and not among_integers and integers > words:
            mixed = f"{integers:,} different {role}s are integers and {words:,} {'is' if words == 1 else 'are'} not"
            warnings.append(f"{mixed}, such as {names[ids[rows[0]]]!r}, so all vertices are names.")
        if not among_integers:
            rows = _NONE
        # With `drop_missing`, words for a missing value are left out already, but those in quotation marks: names.
        missing = _NONE if options.drop_missing else np.flatnonzero(by_row == _MISSING)
        looked_at = np.sort(np.concatenate([rows[:_SHOWN], missing]))
        places = locate(looked_at, names[ids[looked_at]].tolist())
        first = {row: f"{names[ids[row]]!r} in {place}" for row, place in itertools.islice(places, _SHOWN)}
        if options.drop_missing:
            mistakes.append(rows)
            left_out = first | left_out
            continue
        number = len(rows[_SHOWN:]) + len(first) + sum(1 for _ in places)
        if not number:
            continue
        shown = _shown(first, number)
        have = f"{count(number, 'row')} {'has' if number == 1 else 'have'} a {role}"
        if among_integers:
            problems.append(f"{have} that is no integer, as all others are: {shown}")
        else:
            warnings.append(f"{have} named like a missing value: {shown}. If they are missing, pass --drop-missing.")
    if problems:
        advice = "Correct them, pass --drop-missing to leave these rows out, or --names if they are names"
        return Refusal(problem=f"{'; '.join(problems)}. {advice}.")
    found = np.unique(np.concatenate(mistakes))
    if len(found):
        shown = _shown(left_out, len(found))
        warnings.append(f"{count(len(found), 'row')} with a word among integers left out: {shown}.")
    return found, warnings


def _shown(words: Mapping[int, str], number: int) -> str:
    """The first words with their places, by row, and how many more there are."""
    more = f" and {number - _SHOWN:,} more" if number > _SHOWN else ""
    return ", ".join(words[row] for row in sorted(words)[:_SHOWN]) + more


def _few(words: int, total: int) -> bool:
    return words <= max(1, total // _SHARE)


def _are_codes(names: npt.NDArray[Any], kinds: npt.NDArray[np.int8]) -> bool:
    """Whether a word has digits and letters, as many as every integer has digits: an ISBN may end in `X`."""
    words = [word for word in names[kinds == _WORD].tolist() if _CODE.fullmatch(word)]
    lengths = {*map(len, names[kinds == _INTEGER].tolist())} if words else set()
    return len(lengths) == 1 and any(len(word) in lengths for word in words)


def _kinds(names: npt.NDArray[Any], *, integers: bool) -> npt.NDArray[np.int8]:
    """What each name is, integers as words unless they are asked for; names are sorted, so few need to be looked at."""
    import pyarrow.compute as pc

    kinds = np.full(len(names), _WORD, dtype=np.int8)
    if integers:
        like_numbers = _like_numbers(names)
        whole = pc.match_substring_regex(_texts(names[like_numbers]), _WHOLE)
        kinds[like_numbers][whole.to_numpy(zero_copy_only=False)] = _INTEGER
    words = np.array(sorted(MISSING), dtype=object)
    places = np.minimum(np.searchsorted(names, words), len(names) - 1)
    kinds[places[names[places] == words]] = _MISSING
    return kinds


def _like_numbers(names: npt.NDArray[Any]) -> slice:
    """The sorted names that begin with a sign or a digit, with few others: from `+` to `9`."""
    return slice(*np.searchsorted(names, np.array(["+", ":"], dtype=object)).tolist())


def _texts(names: npt.NDArray[Any]) -> pa.Array:
    import pyarrow as pa

    return pa.array(names, pa.string())


def _spelled_twice(names: npt.NDArray[Any]) -> tuple[str, str] | None:
    """Two of the names that are the same integer."""
    import pyarrow.compute as pc

    texts = _texts(names[_like_numbers(names)])
    numbers = texts.filter(pc.or_(pc.match_substring_regex(texts, _WHOLE), pc.match_substring_regex(texts, _GROUPED)))
    if pc.all(pc.match_substring_regex(numbers, _ONLY_SPELLING)).as_py():
        return None
    bare = numbers
    for pattern, plain in ((r"\.0+$|[,'_ +]", ""), ("^(-?)0+([0-9])", r"\1\2"), ("^-0$", "0")):
        bare = pc.replace_substring_regex(bare, pattern, plain)
    codes = bare.dictionary_encode().indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    same = np.flatnonzero(np.diff(codes[order]) == 0)
    if not len(same):
        return None
    one, two = numbers.take(order[same[0] : same[0] + 2]).to_pylist()
    return one, two
