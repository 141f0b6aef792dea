"""A graph at an address (`https://host/edges.csv.gz`): fetched once, its checksum recorded and verified ever after."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from graphbench.errors import UsageError
from graphbench.graphs.checksums import require_graph, verified
from graphbench.graphs.download import Progress
from graphbench.graphs.formats import table_roles
from graphbench.graphs.formats.table_roles import TableOptions
from graphbench.graphs.parquet import atomically
from graphbench.system import files
from graphbench.system.text import public

_ADVICE = "Check the address and the network, or fetch the file another way and name your copy of it."
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


def is_address(name: str) -> bool:
    """Whether a name is an address.

    Raises:
        UsageError: if it is one of another scheme than http and https, or malformed.
    """
    scheme = _SCHEME.match(name)
    if not scheme:
        return False
    if scheme[1].casefold() not in {"http", "https"}:
        raise UsageError(f"{public(name)} has the scheme {scheme[1]!r}; expected http or https, or the path of a file.")
    try:
        parts = urlsplit(name)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or re.search(r"\s", name):
        raise UsageError(f"{public(name)!r} is not a valid address. Expected https://HOST/PATH.")
    return True


def fetched(
    address: str, progress: Progress | None = None, options: TableOptions = table_roles.NONE
) -> tuple[Path, str]:
    """The file of an address, and its SHA-256; `options` say how to read a table.

    Raises:
        FetchError: if it cannot be downloaded, or is not a graph; then nothing is kept.
    """
    path = path_of(address)
    check = functools.partial(require_graph, options=options)
    found = verified(path, [address], name=public(address), check=check, progress=progress, advice=_ADVICE)
    note = path.with_name("address")
    with contextlib.suppress(OSError):
        if not note.exists():
            atomically(note, lambda part: part.write_text(public(address), encoding="utf-8"))
    return found


def path_of(address: str) -> Path:
    """The file of a downloaded address; its folder is named by a digest of the address."""
    parts = urlsplit(address)
    digest = hashlib.sha256(public(address).encode()).hexdigest()[:16]
    name = re.sub(r"[^A-Za-z0-9_.+-]", "_", unquote(parts.path).rpartition("/")[2])[-100:].lstrip(".")
    return files.home() / "downloads" / f"address-{digest}" / (name or "graph")
