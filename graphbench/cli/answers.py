"""`--save-answer`: the answers as a table that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graphbench.algorithms.base import Algorithm
from graphbench.api import Result, kept_answer
from graphbench.api.result import answer_note
from graphbench.cli.files import unwritable
from graphbench.errors import GraphbenchError
from graphbench.measure.labelled import by_name, numbers_of, pairs_of, titles
from graphbench.measure.plan import Plan
from graphbench.records.model import Record
from graphbench.system.text import listed

if TYPE_CHECKING:
    import pandas as pd


def save_answers(path: Path, result: Result, plan: Plan) -> str:
    """Write the answers of all engines that gave one, vertices by their own names; :func:`table` describes the layout.

    Of searches from several sources that is the answer to the first, which the column's head names.

    Args:
        path: `.csv`, `.tsv` or `.parquet`.
        result: what the plan gave.
        plan: of one algorithm on one dataset.

    Returns:
        What was written, in a sentence.

    Raises:
        GraphbenchError: no engine gave an answer, or the file cannot be written.
    """
    from graphbench import registry

    (cell,) = plan.cells
    algorithm, edges = registry.algorithm(cell.algorithm), cell.dataset.edges
    names = edges.labels
    answered = [record for record in result.records if "digest" in record.answer]
    if not answered:
        raise GraphbenchError(f"No engine gave an answer, so {path} was not written; the table says why.")
    origins = {record.id: f" from {names[source]}" for record in answered for source in _source(record)}
    answers = {
        f"{record.task.engine}{origins.get(record.id, '')}": kept_answer(str(record.answer["digest"]))
        for record in answered
    }
    frame = table(algorithm, answers, names, pairs_of(answered[0], edges))
    try:
        if path.suffix == ".parquet":
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    except OSError as error:
        raise unwritable(path, error) from error
    searched = listed([f"the search{origin}" for origin in dict.fromkeys(origins.values())])
    written = f"{path} has the answers of {listed([record.task.engine for record in answered])}" + (
        f", those to {searched}." if searched else "."
    )
    note = answer_note(algorithm, answered[0])
    return f"{written} Note: {note}" if note else written


def table(
    algorithm: Algorithm,
    answers: Mapping[str, npt.NDArray[Any]],
    names: npt.NDArray[Any],
    pairs: npt.NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """Answers in the common form as one table.

    Where all engines answer about the same things, these are the rows and every engine has a column: vertices (of
    `vectors` a column for each of its numbers), pairs, or quantities. Where each engine found its own things, one
    engine follows the other, named in the first column: a row for each edge, matrix entry, new id or step of a walk.

    Args:
        algorithm: the problem.
        answers: by the engine's name.
        names: the vertices' own, shape (num_vertices,).
        pairs: where the problem is about pairs, shape (k, 2).
    """
    import pandas as pd

    match algorithm.kind:
        case "pair_scores":
            assert pairs is not None
            return pd.DataFrame({"first": names[pairs[:, 0]], "second": names[pairs[:, 1]], **answers})
        case "quantities":
            (count,) = {len(answer) for answer in answers.values()}
            return pd.DataFrame({"quantity": titles(algorithm, count), **answers})
        case "vectors":
            parts = {
                f"{engine} {title}": answer[:, place]
                for engine, answer in answers.items()
                for place, title in enumerate(titles(algorithm, answer.shape[1]))
            }
            return pd.DataFrame({"vertex": names, **parts})
        case "edges" | "arcs" | "numbering" | "walks":
            frames = [
                pd.DataFrame({"engine": engine, **_rows(algorithm.kind, answer, names)})
                for engine, answer in answers.items()
            ]
            return pd.concat(frames, ignore_index=True)
        case "labels" if algorithm.labels_are_vertices:
            labels = {engine: by_name(answer, names) for engine, answer in answers.items()}
            return pd.DataFrame({"vertex": names, **labels})
        case _:
            return pd.DataFrame({"vertex": names, **answers})


def _rows(kind: str, answer: npt.NDArray[Any], names: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """The columns of one engine's answer where engines have rows of their own."""
    if kind == "walks":
        walk, step = np.nonzero(answer >= 0)
        return {"walk": walk, "step": step, "vertex": names[answer[walk, step]]}
    if kind == "numbering":
        numbers = numbers_of(answer)
        return {"number": answer[:numbers, 0], "id": answer[:numbers, 1]}
    heads = ("source", "target") if kind == "edges" else ("row", "column")
    ends = answer[:, :2].astype(np.int64)
    found = {head: names[ends[:, place]] for place, head in enumerate(heads)}
    return found if answer.shape[1] == 2 else found | {"value": answer[:, 2]}


def _source(record: Record) -> list[int]:
    """Where the search began whose answer is kept: that of the first trial which has one; none in other problems."""
    sources, trials = record.trials.sources, record.trials.certified
    return [sources[trials[0]]] if sources and trials else []
