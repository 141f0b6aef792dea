"""Which installed distributions brought an import package, found without importing it.

Two distributions may bring files of one package: the second one that is installed replaces those of the first, and the
metadata of both remain. `importlib.metadata.packages_distributions` reports that too, but parses every list of files,
which takes 0.8 s in an environment of 90 distributions, where this takes 15 ms.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from importlib.metadata import PackagePath

_FIELD = re.compile(r"^(Name|Version): *(.*?) *$", re.MULTILINE)
"""In the metadata of a distribution."""


class Distribution(NamedTuple):
    """An installed distribution; its name is normalised as on PyPI."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def owners(package: str) -> list[Distribution]:
    """The distributions that list the file which importing a top-level package runs, by name.

    Empty if there is no such package, or if no distribution lists its files, as of an editable install.
    """
    return sorted(_read(info) for info in _owning(package))


def is_unaltered(package: str) -> bool:
    """Whether one distribution lists a top-level package, and its files there are still those that it installed.

    Files that Python compiled do not count. It reads all of them.
    """
    from importlib.metadata import PathDistribution

    owning = _owning(package)
    files = PathDistribution(owning[0]).files if len(owning) == 1 else None
    own = [file for file in files or () if file.parts[0] in {package, f"{package}.py"} and file.suffix != ".pyc"]
    return bool(own) and all(map(_is_as_listed, own))


def is_found(package: str) -> bool:
    """Whether a top-level package can be found; it is not imported."""
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # a module that was made, not imported
        return True


def same_version(one: str, two: str) -> bool:
    """Whether two texts name one version: 26.10.00 is 26.10.0.

    Labels such as +cu13 do not count, nor what follows the version: graph-tool reports 2.98 (commit ...).
    """
    from packaging.version import InvalidVersion, Version

    words = [text.partition(" ")[0] for text in (one, two)]
    try:
        first, second = (Version(Version(word).public) for word in words)
    except InvalidVersion:
        return words[0] == words[1]
    return first == second


def normalised(name: str) -> str:
    """The name of a distribution as PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _owning(package: str) -> list[Path]:
    """The metadata folders of the distributions that list the file which importing a package runs."""
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:  # a module that was made, not imported
        return []
    if spec is None or spec.origin is None:
        return []
    file = Path(spec.origin)
    folder = file.parent.parent if spec.submodule_search_locations else file.parent
    if not folder.is_dir():
        return []
    line = f"\n{file.relative_to(folder).as_posix()},".encode()
    return _listing(line, folder, folder.stat().st_mtime_ns)


def _is_as_listed(file: PackagePath) -> bool:
    """Whether a file has the hash that the list of files gives, such as `sha256=...`."""
    path = Path(str(file.locate()))
    if file.hash is None or file.hash.mode not in hashlib.algorithms_guaranteed or not path.is_file():
        return False
    digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value


@functools.cache  # to search them all takes a millisecond, and every task asks
def _listing(line: bytes, folder: Path, changed: int) -> list[Path]:
    return [info for info, record in _records(folder, changed).items() if line in record]


@functools.cache
def _records(folder: Path, changed: int) -> Mapping[Path, bytes]:  # noqa: ARG001 - a part of the cache's key
    """The lists of files of the distributions in a folder, each behind a line break."""
    return {file.parent: b"\n" + file.read_bytes() for file in folder.glob("*.dist-info/RECORD")}


def _read(info: Path) -> Distribution:
    # Not by importlib.metadata: its import takes as long as all else that `graphbench list engines` does.
    head = (info / "METADATA").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    fields = dict(_FIELD.findall(head))
    return Distribution(normalised(fields.get("Name", "")), fields.get("Version", ""))
