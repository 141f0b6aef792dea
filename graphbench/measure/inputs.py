"""Files of drawn inputs: the parent writes them, workers read them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Inputs


def save_inputs(arrays: Mapping[str, Any], path: Path) -> None:
    """Write the drawn arrays, by their names in :class:`Inputs`, as .npz."""
    with path.open("wb") as file:  # given the path, NumPy would add .npz to it
        np.savez(file, **arrays)


def holds(path: Path, kind: str, values: npt.NDArray[np.int64]) -> bool:
    """Whether a file has exactly these values; False for a damaged one."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return arrays[kind].dtype == values.dtype and np.array_equal(arrays[kind], values)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return False


def load_inputs(path: str | None) -> Inputs:
    """The drawn inputs in a request's file; none without a file."""
    if path is None:
        return Inputs()
    with np.load(path) as arrays:
        return Inputs(**arrays)
