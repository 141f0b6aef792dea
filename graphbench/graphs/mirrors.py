"""Where the SuiteSparse Matrix Collection can be had: the user's mirrors first, then its own address."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from graphbench.errors import UsageError

VARIABLE = "GRAPHBENCH_MIRROR"
COLLECTION = "https://sparse.tamu.edu"


def addresses(relative: str) -> list[str]:
    """Where to ask for a file of the collection, in this order.

    Args:
        relative: its place in the collection: `MM/GROUP/NAME.tar.gz` or `files/ssstats.csv`.

    Raises:
        UsageError: if `GRAPHBENCH_MIRROR` holds anything but addresses, separated by blanks.
    """
    bases = [*map(_base, os.environ.get(VARIABLE, "").split()), COLLECTION]
    return [f"{base.rstrip('/')}/{relative}" for base in bases]


def in_folder(relative: str) -> Path | None:
    """A file of the collection in the first mirror on this machine (`file://`) that has it; None if none has."""
    for address in addresses(relative):
        parts = urlsplit(address)
        if parts.scheme == "file" and (path := Path(url2pathname(parts.path))).is_file():
            return path
    return None


def _base(mirror: str) -> str:
    if mirror.startswith("/"):
        return Path(mirror).as_uri()
    parts = urlsplit(mirror)
    if parts.scheme in {"http", "https"} and parts.netloc:
        return mirror
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
        return mirror
    raise UsageError(
        f"{VARIABLE} holds {mirror!r}, which is no address. It takes file:///FOLDER, http://HOST and https://HOST, "
        "separated by blanks (a blank inside a folder's name is %20)."
    )
