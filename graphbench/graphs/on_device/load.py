"""Graphs made on a device, from the cache's recipe, or from a census that is taken now in a process of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from pathlib import Path

import msgspec

from graphbench.errors import DatasetError, FormatError, UnavailableError
from graphbench.graphs.on_device import by_cugraph, recipe
from graphbench.graphs.on_device.census import Failure
from graphbench.graphs.on_device.edges import MadeOnDevice
from graphbench.graphs.on_device.recipe import Recipe
from graphbench.system import files

FOLDER = "cleaned"


def made(name: str, wanted: Recipe) -> MadeOnDevice:
    """The graph of a recipe: a handle on its file in the cache, where the first caller's census puts it.

    Args:
        name: what the user calls the dataset.
        wanted: the recipe.

    Raises:
        UnavailableError: if no GPU, or no library that draws on one, is there and the graph has never been made.
        DatasetError: if making it fails.
    """
    path = file_of(wanted)
    if path.exists():
        try:
            return MadeOnDevice.read(path, name)
        except FormatError as error:
            warnings.warn(f"What is kept of {name} is unreadable, and it is made anew. ({error})", stacklevel=2)
    _take(name, wanted, path)
    return MadeOnDevice.read(path, name)


def file_of(wanted: Recipe) -> Path:
    """Where a recipe is kept: another library, or another kind of GPU, has another file, as its graph differs."""
    key = f"{wanted.key} by {by_cugraph.place()}"
    return files.home() / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}{recipe.SUFFIX}"


def _take(name: str, wanted: Recipe, path: Path) -> None:
    request = msgspec.json.encode(wanted).decode()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "graphbench.graphs.on_device.census", request, name, str(path)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
    )
    if done.returncode == 0 and path.exists():
        return
    try:
        failure = msgspec.json.decode(done.stdout.strip().rpartition("\n")[2], type=Failure)
    except msgspec.DecodeError:
        last_words = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
        failure = Failure(kind="error", reason=f"the process ended with status {done.returncode}: {last_words}")
    raise _error(name, failure)


def _error(name: str, failure: Failure) -> Exception:
    if failure.kind == "unavailable":
        return UnavailableError("the generator by=cugraph", failure.reason, failure.fix)
    if failure.kind == "out_of_memory":
        advice = "`nvidia-smi` tells what else uses it; else take a smaller scale, or a GPU with more memory."
        return DatasetError(f"{name} does not fit into the GPU's memory while it is made ({failure.reason}). {advice}")
    return DatasetError(f"{name} cannot be made on the GPU: {failure.reason}. `graphbench doctor` checks the setup.")
