"""Where files are: the user's cache and records, and the data that ships with graphbench."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "GRAPHBENCH_HOME"


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
