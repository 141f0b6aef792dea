"""Answers in the user's own labels: pandas objects indexed by the names of vertices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.graphs.edgelist import EdgeList
from graphbench.records.model import Record

if TYPE_CHECKING:
    import pandas as pd


def labelled(
    algorithm: Algorithm,
    answer: npt.NDArray[Any],
    names: npt.NDArray[Any],
    pairs: npt.NDArray[np.int64] | None = None,
) -> pd.Series[Any] | pd.DataFrame | pd.MultiIndex:
    """An answer in the common form as a pandas object.

    ============================  ====================================================================================
    kind                          result
    ============================  ====================================================================================
    a value for each vertex       Series by `vertex`
    several for each vertex       DataFrame by `vertex`, with the algorithm's columns
    a value for each pair         Series by (`first`, `second`)
    edges, entries of a matrix    Series of the values by (`source`, `target`) or (`row`, `column`); the index alone if
                                  there are no values
    walks                         Series of lists of vertices, by the vertex where the walk starts
    numbering                     Series of the old ids, by `number`
    quantities                    Series by `quantity`
    ============================  ====================================================================================

    Args:
        algorithm: the problem.
        answer: of the kind that the problem has.
        names: of the vertices, shape (num_vertices,).
        pairs: ids, shape (k, 2), where the problem is about pairs.
    """
    import pandas as pd

    if algorithm.kind in {"edges", "arcs"}:
        return _edges(algorithm, answer, names)
    if algorithm.kind == "vectors":
        heads = list(titles(algorithm, answer.shape[1]))
        return pd.DataFrame(answer, index=pd.Index(names, name="vertex"), columns=heads)
    values, index = answer, pd.Index(names, name="vertex")
    match algorithm.kind:
        case "pair_scores":
            assert pairs is not None
            index = pd.MultiIndex.from_arrays([names[pairs[:, 0]], names[pairs[:, 1]]], names=["first", "second"])
        case "walks":
            walks = [names[walk[walk >= 0]].tolist() for walk in answer]
            starts = names[answer[:, 0]] if answer.shape[1] else names[:0]
            return pd.Series(walks, index=pd.Index(starts, name="vertex"), dtype=object)
        case "numbering":
            table = answer[: numbers_of(answer)]
            values, index = table[:, 1], pd.Index(table[:, 0], name="number")
        case "labels" if algorithm.labels_are_vertices:
            values = by_name(answer, names)
        case "quantities":
            index = pd.Index(titles(algorithm, len(answer)), name="quantity")
    return pd.Series(values, index=index)


def _edges(algorithm: Algorithm, answer: npt.NDArray[Any], names: npt.NDArray[Any]) -> pd.Series[Any] | pd.MultiIndex:
    import pandas as pd

    heads = ["source", "target"] if algorithm.kind == "edges" else ["row", "column"]
    ids = answer[:, :2].astype(np.int64)
    index = pd.MultiIndex.from_arrays([names[ids[:, 0]], names[ids[:, 1]]], names=heads)
    return index if answer.shape[1] == 2 else pd.Series(answer[:, 2], index=index)


def numbers_of(answer: npt.NDArray[Any]) -> int:
    """Rows of the table at the head of a numbering: edges follow, which start below the count of numbers."""
    return int(np.argmin(np.append(answer[:, 0], -1) == np.arange(len(answer) + 1)))


def by_name(labels: npt.NDArray[Any], names: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The names of the vertices whose ids are the labels; those of a wrong answer, of which one is no id, stay."""
    known = (labels >= 0) & (labels < len(names))
    return names[labels] if known.all() else labels


def titles(algorithm: Algorithm, count: int) -> Sequence[str]:
    """Names of the numbers of a problem; 1, 2, ... if its page gives none."""
    return algorithm.columns or [str(number) for number in range(1, count + 1)]


def pairs_of(record: Record, edges: EdgeList) -> npt.NDArray[np.int64] | None:
    """The pairs that a task was about, drawn again: the same seed gives the same pairs; None in other problems."""
    algorithm = registry.algorithm(record.task.algorithm)
    if algorithm.draws != "pairs":
        return None
    given = record.task.params
    params = {parameter.name: given.get(parameter.name) for parameter in algorithm.parameters}
    seed, ignore = int(given.get("seed", 0)), bool(given.get("ignore_weights", False))
    return algorithm.draw(algorithm.pose(edges, seed=seed, ignore_weights=ignore), params, seed).pairs
