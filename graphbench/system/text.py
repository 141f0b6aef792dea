"""Amounts and counts as people write them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from graphbench.errors import UsageError

_UNITS = {
    "": 1,
    "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
}  # fmt: skip


def storable(text: str) -> str:
    """A file name or an argument of the command line as UTF-8: bytes that are not become replacement characters."""
    return os.fsencode(text).decode("utf-8", errors="replace")


def words_of(error: BaseException) -> str:
    """What an exception says, as UTF-8; empty where it cannot say anything."""
    try:
        return str(error).encode(errors="replace").decode()
    except Exception:  # noqa: BLE001  a library's exception may be broken itself
        return ""


def public(address: str) -> str:
    """An address without user and password, for messages and records."""
    try:
        parts = urlsplit(address)
        hostless = not (parts.netloc or parts.scheme == "file")
        malformed = hostless or parts.port == 0 or re.search(r"\s", address) is not None
    except ValueError:
        malformed = True
    if malformed:  # a password with a slash or another mark ends the host too early
        return re.sub(r"(?s)^([A-Za-z][A-Za-z0-9+.-]*:/+)?.*@", r"\1", address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def public_word(word: str) -> str:
    """A word of the command line, without the password of an address."""
    return public(word) if "://" in word else word


def parse_bytes(text: str | int) -> int:
    """Bytes from `16GB`, `1.5 GiB`, `512M` or a plain number of bytes.

    Raises:
        UsageError: if it is not an amount of memory.
    """
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*([kmgt]i?)?b?", str(text).strip().casefold())
    if not found:
        raise UsageError(f"{text!r} is not an amount of memory: expected 16GB, 1.5GiB, 512MB or a number of bytes.")
    return int(float(found[1]) * _UNITS[found[2] or ""])


_BINARY = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_DECIMAL = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def format_bytes(size: float, *, like: int | None = None) -> str:
    """An amount of bytes in the largest unit that it reaches: `4 bytes`, `1.5 KiB`, `300 MiB`, `23.5 GiB`.

    Units are binary, unless only the decimal number is round, as a user typed it: `1 GB`, `16 GB`.

    Args:
        size: in bytes.
        like: another amount to compare it with: its kind of units is used, and one more digit.
    """
    kind, digits = _kind(size if like is None else like), 3 if like is None else 4
    for unit, scale in kind:
        if size >= scale:
            number = size / scale
            return f"{number:.{digits}g} {unit}" if number < 999.5 else f"{number:,.0f} {unit}"
    return "1 byte" if size == 1 else f"{size:,.0f} bytes"


def _kind(size: float) -> tuple[tuple[str, int], ...]:
    return (
        _DECIMAL if size >= _BINARY[-1][1] and _is_round(size, _DECIMAL) and not _is_round(size, _BINARY) else _BINARY
    )


def _is_round(size: float, kind: tuple[tuple[str, int], ...]) -> bool:
    """Whether three digits show it exactly."""
    scale = next((scale for _, scale in kind if size >= scale), 1)
    return float(f"{size / scale:.3g}") * scale == size or (size % scale == 0 and size < 1024 * scale)


def three(value: float) -> str:
    """Three significant digits, thousands separated, never in exponents from a millionth to a trillion."""
    if not math.isfinite(value):
        return str(value)
    rounded = float(f"{value:.2e}")
    if rounded == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(rounded)))
    if not -7 < magnitude < 12:
        return f"{value:.2e}"
    return f"{rounded:,.{max(0, 2 - magnitude)}f}"


_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def unit_of_seconds(value: float) -> tuple[float, str]:
    """The unit that a duration is shown in, with its size: `(0.001, "ms")`."""
    rounded = float(f"{abs(value):.2e}")  # or 999.9 ms would show as 1,000 ms
    return next((unit for unit in _SECONDS if rounded >= unit[0]), _SECONDS[-1]) if rounded else _SECONDS[0]


def format_seconds(value: float) -> str:
    """A duration: `1.23 s`, `45.6 ms`, `7.89 µs`, `12.0 ns`."""
    size, unit = unit_of_seconds(value)
    return f"{three(value / size)} {unit}"


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 edge`, `2 edges`, `3 vertices`, `4 entries`, `5 tries`."""
    plurals = {"vertex": "vertices", "entry": "entries", "try": "tries"}
    return f"{number:,} {noun if number == 1 else plurals.get(noun, noun + 's')}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
