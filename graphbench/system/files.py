"""Where files are: the user's cache and records, the data that ships with graphbench, and the log."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

HOME_VARIABLE = "GRAPHBENCH_HOME"
_MAX_LOG = 1 << 20
"""A log of more bytes is kept as `graphbench.log.old`, in place of the one before, and a new one begins."""


def home() -> Path:
    """The folder for everything that graphbench stores: `$GRAPHBENCH_HOME`, else the platform's cache folder."""
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("graphbench", appauthor=False)


def data() -> Path:
    """The folder with the catalogue and the embedded graphs, in a checkout or in an installed wheel."""
    package = Path(__file__).parents[1]
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "datasets"


def log(event: str) -> None:
    """Write a line to `logs/graphbench.log` in the home folder: what a user need not know, such as a replaced file.

    Python's logger `graphbench` gets it too, at level INFO. What cannot be written is lost.
    """
    import logging

    logging.getLogger("graphbench").info(event)
    path = home() / "logs" / "graphbench.log"
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _MAX_LOG:
            path.replace(path.with_name(f"{path.name}.old"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {' '.join(event.split())}\n")
