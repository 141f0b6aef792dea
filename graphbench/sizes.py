"""Amounts of memory as people write them."""

from __future__ import annotations

import re

from graphbench.errors import UsageError

_UNITS = {
    "": 1,
    "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
}  # fmt: skip


def parse(text: str | int) -> int:
    """Bytes from `16GB`, `1.5 GiB`, `512M` or a plain number of bytes.

    Raises:
        UsageError: if it is no size.
    """
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*([kmgt]i?)?b?", str(text).strip().casefold())
    if not found:
        raise UsageError(f"{text!r} is no amount of memory; write it as 16GB, 1.5GiB or 512MB.")
    return int(float(found[1]) * _UNITS[found[2] or ""])


def text(size: float) -> str:
    """An amount in the largest binary unit that it reaches: `4 bytes`, `1.5 KiB`, `300 MiB`, `23.5 GiB`."""
    for unit, scale in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= scale:
            number = size / scale
            return f"{number:.3g} {unit}" if number < 999.5 else f"{number:.0f} {unit}"
    return "1 byte" if size == 1 else f"{size:.0f} bytes"
