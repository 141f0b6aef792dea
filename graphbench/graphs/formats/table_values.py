"""What the first values of a column say about it, as texts: times, numbers of the rows, lists, kinds of relations."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

INTEGER = re.compile(r"[-+]?[0-9]+")
ONLY_SPELLING = re.compile(r"(?:0|-?[1-9][0-9]*)")
CANONICAL = re.compile(rf"{ONLY_SPELLING.pattern}(?:\.0+)?")
"""An integer in its only spelling, or that with the `.0` of a program that keeps integers as floats."""
NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?|[-+]?(?:inf|infinity|nan)", re.IGNORECASE)
GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
"""A number with commas between thousands."""
MISSING = frozenset(
    """#N/A #NA -1.#IND -1.#QNAN -NaN -nan 1.#IND 1.#QNAN <NA> N/A NA NULL NaN None n/a nan null""".split()  # noqa: SIM905
) | {"", "#N/A N/A"}
"""Words for a missing value: those of pandas."""

SAMPLE = 1000
"""Values of a column that are looked at."""

_SEVERAL = 10
"""A kind of relation occurs in so many times fewer spellings than the vertices; lists are one in so many values."""
_DATE = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_INTEGERS = re.compile(r"[(\[{]?\s*-?[0-9]+(?:(?:\s*[,;|]\s*|\s+)-?[0-9]+)+\s*[)\]}]?")
_BRACKETS = re.compile(r"""[\[{]\s*(?:-?[0-9]+|.*[,;|'"].*)?\s*[\]}]""")


def present(values: Sequence[str]) -> list[str]:
    """The values that are not missing."""
    return [value for value in values if value not in MISSING]


def are_times(values: Sequence[str]) -> bool:
    """Whether all look like times: seconds or milliseconds from 2001 to 2033, or dates as 20200131."""
    if not values or not all(map(NUMBER.fullmatch, values)):
        return False
    if all(map(_DATE.fullmatch, values)):
        return all(map(_is_date, values))
    return any(all(start <= float(value) <= 2 * start for value in values) for start in (1e9, 1e12))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def number_rows(values: Sequence[str]) -> bool:
    """Whether values are increasing integers."""
    if not values or not all(map(ONLY_SPELLING.fullmatch, values)):
        return False
    return all(int(one) < int(other) for one, other in itertools.pairwise(values))


def are_relations(values: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether values may be kinds of relations between those of two other columns: marks such as `->`, or few."""
    if not values or len(others) < 2:
        return False
    if not any(character.isalnum() for value in values for character in value):
        return True
    fewer, more = sorted(len({*other}) for other in others)[-2:]
    kinds = len({*values})
    return fewer >= max(2, more / 2) and (kinds == 1 or fewer >= _SEVERAL * kinds)


def a_list(values: Sequence[str], others: Sequence[str]) -> str | None:
    """The first list of vertices like those in another column, unless there are few; one may be a mistake."""
    vertices = {*others}
    if any(_items(value, vertices) for value in vertices):
        return None
    lists = [value for value in values if _items(value, vertices)]
    return lists[0] if len(lists) > max(1, len(values) // _SEVERAL) else None


def _items(value: str, vertices: set[str]) -> bool:
    """Whether a value lists integers, is a list in brackets, or most of its parts are vertices."""
    if _BRACKETS.fullmatch(value):
        return True
    if _INTEGERS.fullmatch(value):
        return any(map(INTEGER.fullmatch, vertices))
    parts = [part.strip() for part in re.split("[,;|]", value)]
    return len(parts) > 1 and 2 * sum(part in vertices for part in parts) > len(parts)
