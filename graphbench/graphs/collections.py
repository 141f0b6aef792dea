"""Names of graphs in other catalogues (`snap:ca-GrQc`, `gap:road`, `ldbc:kgs`), declared in `collections.toml`.

Each name leads to a graph of the SuiteSparse Matrix Collection or to an address.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable

import msgspec

from graphbench.errors import UnknownNameError
from graphbench.graphs import catalogue
from graphbench.system import files

FILE = "collections.toml"


class Collection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One catalogue: `address` has `{}` for each of `names`, `others` have their own."""

    title: str
    address: str
    names: list[str]
    others: dict[str, str] = {}

    def targets(self) -> dict[str, str]:
        """`GROUP/NAME` or the address of each graph, by name."""
        return {name: self.address.format(name) for name in self.names} | self.others


@functools.cache
def collections() -> dict[str, Collection]:
    """The catalogues by prefix."""
    return msgspec.toml.decode((files.data() / FILE).read_bytes(), type=dict[str, Collection])


def names() -> list[str]:
    """All names, with their prefix."""
    return [f"{prefix}:{name}" for prefix, collection in collections().items() for name in collection.targets()]


def target(name: str) -> str | None:
    """What a name with a prefix leads to: `GROUP/NAME` or an address; None if it has no prefix of a catalogue.

    Raises:
        UnknownNameError: if the catalogue has no such graph.
    """
    prefix, colon, wanted = name.partition(":")
    collection = collections().get(prefix.casefold()) if colon else None
    if collection is None:
        return None
    wanted = wanted.strip().casefold().removeprefix(f"{prefix.casefold()}-")
    for known, where in collection.targets().items():
        if known.casefold() == wanted:
            return where
    raise unknown(name, (), f"{collection.title}: {', '.join(sorted(collection.targets())[:5])}, ...")


def unknown(name: str, matrices: Iterable[str], hint: str) -> UnknownNameError:
    """The error for a name that no catalogue has, which suggests similar names of all of them.

    Args:
        name: what the user typed.
        matrices: `GROUP/NAME` of the index, if it is cached.
        hint: what else is accepted.
    """
    known = [*catalogue.names(), *names(), *(f"twin:{twin}" for twin in _twins()), *matrices]
    by_bare: dict[str, list[str]] = {}
    for full in known:
        by_bare.setdefault(_bare(full), []).append(full)
    close = difflib.get_close_matches(_bare(name), by_bare, n=3, cutoff=0.75)
    prefix = name.partition(":")[0].casefold() if ":" in name else ""
    found = [full for bare in close for full in by_bare[bare]]
    found.sort(key=lambda full: not (prefix and full.startswith(f"{prefix}:")))
    return UnknownNameError("dataset", name, catalogue.names(), hint, close=found[:3] or None)


def _bare(name: str) -> str:
    return name.rpartition("/")[2].rpartition(":")[2].casefold()


def _twins() -> list[str]:
    from graphbench.graphs.generators import twins

    return twins.names()
