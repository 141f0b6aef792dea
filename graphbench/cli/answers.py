"""`--save-answer`: the answers as a table that other programs read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from graphbench.api import Result, kept_answer
from graphbench.cli.files import unwritable
from graphbench.errors import GraphbenchError
from graphbench.measure.base import Plan
from graphbench.model import Record
from graphbench.reporting.figures import listed


def save_answers(path: Path, result: Result, plan: Plan) -> str:
    """Write a row per vertex (by its own name) or per pair, and a column per engine that gave an answer.

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
    import pandas as pd

    from graphbench import registry

    (cell,) = plan.cells
    algorithm, edges = registry.algorithm(cell.algorithm), cell.dataset.edges
    labels = np.arange(edges.num_vertices) if edges.names is None else edges.names
    answered = [record for record in result.records if "digest" in record.answer]
    if not answered:
        raise GraphbenchError(f"No engine gave an answer, so {path} was not written; the table says why.")
    origins = {record.id: f" from {labels[source]}" for record in answered for source in _source(record)}
    columns = {
        f"{record.task.engine}{origins.get(record.id, '')}": kept_answer(str(record.answer["digest"]))
        for record in answered
    }
    if algorithm.draws == "pairs":  # drawn again: the same seed gives the same pairs
        posed = algorithm.pose(edges, seed=plan.seed, ignore_weights=cell.ignore_weights)
        pairs = algorithm.draw(posed, algorithm.resolve(cell.params), plan.seed).pairs
        assert pairs is not None
        frame = pd.DataFrame({"first": labels[pairs[:, 0]], "second": labels[pairs[:, 1]], **columns})
    else:
        frame = pd.DataFrame({"vertex": labels, **columns})
    try:
        if path.suffix == ".parquet":
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    except OSError as error:
        raise unwritable(path, error) from error
    searched = listed([f"the search{origin}" for origin in dict.fromkeys(origins.values())])
    return f"{path} has the answers of {listed([record.task.engine for record in answered])}" + (
        f", those to {searched}." if searched else "."
    )


def _source(record: Record) -> list[int]:
    """Where the search began whose answer is kept: that of the first trial which has one; none in other problems."""
    sources, trials = record.trials.sources, record.trials.certified
    return [sources[trials[0]]] if sources and trials else []
