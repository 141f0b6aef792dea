"""`--save-answer`: the answers as a table that other programs read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from graphbench.api import Result, kept_answer
from graphbench.errors import GraphbenchError
from graphbench.measure.base import Plan


def save_answers(path: Path, result: Result, plan: Plan) -> None:
    """Write a row per vertex (by its own name) or per pair, and a column per engine that gave an answer.

    Args:
        path: `.csv`, `.tsv` or `.parquet`.
        result: what the plan gave.
        plan: of one algorithm on one dataset.

    Raises:
        GraphbenchError: no engine gave an answer, or the file cannot be written.
    """
    import pandas as pd

    from graphbench import registry

    columns = {
        record.task.engine: kept_answer(str(record.answer["digest"]))
        for record in result.records
        if "digest" in record.answer
    }
    if not columns:
        raise GraphbenchError(f"No engine gave an answer, so {path} was not written; the table says why.")
    (cell,) = plan.cells
    algorithm, edges = registry.algorithm(cell.algorithm), cell.dataset.edges
    labels = np.arange(edges.num_vertices) if edges.names is None else edges.names
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
        raise GraphbenchError(f"{path} cannot be written ({error.strerror}); the records are kept.") from error
