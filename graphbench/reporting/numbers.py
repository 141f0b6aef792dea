"""Numbers as people read them: three significant digits, a unit that fits, and our few signs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from graphbench.system.text import format_bytes, format_seconds, three, unit_of_seconds

TIMES, AT_LEAST, AT_MOST = "×", "≥ ", "≤ "  # noqa: RUF001 - the sign for multiplication
NOTHING = "–"  # noqa: RUF001 - a dash
"""What a table has where there is no value."""
RULE = "─"
"""What the line below the heads of a table is made of."""
_IN_ASCII = {"µ": "u", TIMES: "x", AT_LEAST: ">=", AT_MOST: "<=", "≥": ">=", "≤": "<=", RULE: "-", NOTHING: "-"}
"""Our signs beyond ASCII, and as many that any terminal can show: lines keep their width."""


def fits(encoding: str | None) -> bool:
    """Whether a stream of this encoding can show all our signs."""
    try:
        "".join(_IN_ASCII).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def encodable(text: str, encoding: str | None) -> str:
    """The text as a stream of this encoding can show it: `us` for `µs`, and a question mark for what is not ours."""
    for sign, instead in () if fits(encoding) else _IN_ASCII.items():
        text = text.replace(sign, instead)
    encoding = encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def seconds(value: float | None) -> str:
    """A duration: `1.23 s`, `45.6 ms`, `7.89 µs`, `12.0 ns`."""
    return NOTHING if value is None else format_seconds(value)


def seconds_span(low: float, high: float, like: float, *, interval: bool) -> str:
    """The ends of an interval or of a range in the unit in which `like` is shown; :func:`span`."""
    size, _ = unit_of_seconds(like)
    return span(low / size, high / size, interval=interval)


def span(low: float, high: float, *, interval: bool) -> str:
    """An interval `(low to high)`, or a range, which is called so: `(range low to high)`."""
    return f"({'' if interval else 'range '}{three(low)} to {three(high)})"


def memory(value: int | None) -> str:
    """An amount of memory: `512 bytes`, `1.5 KiB`, `300 MiB`, `80 GiB`."""
    return NOTHING if value is None else format_bytes(value)


def ratio(value: float | None, bound: str | None = None) -> str:
    """How many times: the factor with a sign for times, and before it `≥` for a lower bound, `≤` for an upper."""
    return NOTHING if value is None else f"{bound_sign(bound)}{three(value)}{TIMES}"


def ends(values: Collection[Any], words: Callable[[Any], str] = "{:,}".format) -> str:
    """The smallest and the largest, `2 to 9`; one of them, where they are written alike."""
    return " to ".join(dict.fromkeys((words(min(values)), words(max(values)))))


def bound_sign(bound: str | None) -> str:
    """The sign before a bound; empty for an estimate."""
    return {"lower": AT_LEAST, "upper": AT_MOST}.get(bound or "", "")


def quantity(value: Any) -> str:
    """A number of an answer: whole numbers in full, others with four significant digits."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:#.4g}" if value == 0 or 1e-4 <= abs(value) < 1e4 else f"{value:.2e}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def short(text: str) -> str:
    """The same without the zeros that end its decimals, for ticks of axes: `1 ms` for `1.00 ms`."""
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda found: "" if found[1] == "." else found[1], text)


def compact(value: float) -> str:
    """A count on an axis: `500`, `20k`, `1M`, `3G`."""
    size, unit = next((known for known in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if value >= known[0]), (1.0, ""))
    return f"{value / size:g}{unit}"


def setting(value: Any) -> str:
    """The value of a parameter, as it would be typed."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def plain(text: object) -> str:
    """A text in one line without control characters: names and messages come from files and from other programs."""
    line = " ".join(str(text).split())
    return line if line.isprintable() else "".join(sign for sign in line if sign.isprintable())


_KEPT = "\n\u2060"
"""Line breaks, and the word joiner that keeps `@name` in Markdown from notifying anybody."""


def visible(text: str) -> str:
    """A text with a replacement character for every sign that controls a terminal or the direction of writing.

    Line breaks and spaces of every kind stay.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in _KEPT or unicodedata.category(sign) == "Zs" else "\ufffd" for sign in text
    )


def visible_json(text: str, *, ascii_only: bool = False) -> str:
    """JSON with the same signs escaped, as JSON can, or all beyond ASCII: another text for the same values."""

    def escaped(sign: re.Match[str]) -> str:
        return sign[0] if not ascii_only and visible(sign[0]) == sign[0] else json.dumps(sign[0])[1:-1]

    return re.sub(r"[^\n -~]", escaped, text)


def indented_json(values: Any, *, ascii_only: bool = False) -> str:
    """Structs and plain values as visible JSON that ends with a line break; what is not finite becomes null."""
    text = msgspec.json.format(msgspec.json.encode(values), indent=2).decode()
    return visible_json(text, ascii_only=ascii_only) + "\n"
