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
    """An amount in GiB, or in MiB below one: `23.5 GiB`, `300 MiB`."""
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"
