"""Files of drawn inputs: the parent writes them, workers read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graphbench.algorithms.base import Inputs


def save_inputs(arrays: Mapping[str, Any], path: Path) -> None:
    """Write the drawn arrays, by their names in :class:`Inputs`, as .npz."""
    with path.open("wb") as file:  # given the path, NumPy would add .npz to it
        np.savez(file, **arrays)


def load_inputs(path: str | None) -> Inputs:
    """The drawn inputs in a request's file; none without a file."""
    if path is None:
        return Inputs()
    with np.load(path) as arrays:
        return Inputs(**arrays)
