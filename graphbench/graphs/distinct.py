"""Several datasets of one plan: each graph once, and under a name of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

import msgspec

from graphbench.graphs.base import Dataset


def distinct(datasets: Iterable[Dataset]) -> list[Dataset]:
    """Drop repetitions, and tell different graphs of one name apart.

    Files of one name are called by as much of their paths as differs (`d1/g.csv` and `d2/g.csv`), other graphs are
    numbered (`graph 1` and `graph 2`). A graph that is given twice under one name is measured once.

    Args:
        datasets: in the order in which they are to be measured.

    Returns:
        The datasets in that order, no two with the same name.
    """
    graphs: dict[tuple[str, str], Dataset] = {}
    for dataset in datasets:
        graphs.setdefault((dataset.info.name, dataset.info.digest), dataset)
    alike: dict[str, list[Dataset]] = {}
    for dataset in graphs.values():
        alike.setdefault(dataset.info.name, []).append(dataset)
    names = {
        id(dataset): name
        for several in alike.values()
        if len(several) > 1
        for dataset, name in zip(several, _names(several), strict=True)
    }
    return [_called(dataset, names.get(id(dataset), dataset.info.name)) for dataset in graphs.values()]


def _names(several: Sequence[Dataset]) -> list[str]:
    paths = [PurePath(dataset.info.source) for dataset in several]
    if all(path.is_absolute() for path in paths) and len(set(paths)) == len(paths):
        for depth in range(2, max(len(path.parts) for path in paths) + 1):
            names = [str(PurePath(*path.parts[-depth:])) for path in paths]
            if len(set(names)) == len(names):
                return names
    return [f"{dataset.info.name} {number}" for number, dataset in enumerate(several, start=1)]


def _called(dataset: Dataset, name: str) -> Dataset:
    if name == dataset.info.name:
        return dataset
    edges = copy.copy(dataset.edges)
    edges.name = name
    return replace(dataset, info=msgspec.structs.replace(dataset.info, name=name), edges=edges)
