"""A second certificate: an answer is compared with the expected output that LDBC Graphalytics publishes for the graph.

The rules are those of its specification: BFS depths and CDLP labels are exactly equal, WCC labels equal up to renaming,
values of PageRank, SSSP and LCC within a relative 1e-4. An output is comparable only if it answers the question that
was asked: the same source, damping factor or number of iterations, the same use of weights, and converged ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graphbench.certificates.agreement import agreement
from graphbench.certificates.checks import pagerank_step
from graphbench.errors import FormatError
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.formats import ldbc
from graphbench.graphs.loading import file_of
from graphbench.measure import answers
from graphbench.measure.labelled import by_name
from graphbench.measure.prepare import Prepared

UNREACHED = np.iinfo(np.int64).max
"""The depth of vertices that BFS does not reach."""
RELATIVE = 1e-4
_KINDS = {
    "bfs": "depths",
    "sssp": "distances",
    "wcc": "labels",
    "cdlp": "labels",
    "pagerank": "scores",
    "lcc": "scores",
}

Answer = npt.NDArray[Any]


def compare(prepared: Prepared, files: Mapping[int, Path]) -> tuple[str, str]:
    """Compare certified answers with the expected output beside the graph's file, if there is one.

    Args:
        prepared: the problem.
        files: by trial, the .npy file with its answer.

    Returns:
        What is wrong (empty if nothing is), and what was compared, or why nothing was (empty if there is no output).

    Raises:
        FormatError: if the file of an answer is damaged.
    """
    try:
        expected, reason = _expected(prepared)
    except FormatError as error:
        return "", f"the reference output cannot be read ({error})"
    if expected is None:
        return "", reason and f"the reference output was not compared: {reason}"
    labels, compared = prepared.cell.dataset.edges.labels, 0
    for trial, file in sorted(files.items()):
        call = prepared.algorithm.call(
            prepared.edges, prepared.params, prepared.inputs, seed=prepared.seed, trial=max(trial, 0)
        )
        if prepared.inputs.sources is None or str(labels[call.source]) == reason:
            compared += 1
            if fault := difference(prepared.algorithm.name, answers.load(file), expected, prepared.cell.dataset.edges):
                return fault, ""
    if not compared:
        which = f"it is that of another source (--source {reason})" if reason else "its properties name no source"
        return "", f"the reference output was not compared: {which}"
    return "", "equal to the reference output of LDBC Graphalytics"


def _expected(prepared: Prepared) -> tuple[Answer | None, str]:
    """The expected output by the ids of the graph, and its source; or None, and why it is not comparable."""
    algorithm, edges = prepared.algorithm.name, prepared.cell.dataset.edges
    path = file_of(prepared.cell.dataset.info)
    reference = ldbc.reference(path, algorithm) if path is not None else None
    if path is None or reference is None:
        return None, ""
    known = ldbc.properties(path)
    # Equal graphs share a file as posed, whatever their names are, so the names are those of the dataset.
    expected = in_order(edges, *reference)
    if expected is None:
        return None, "it has other vertices than the graph"
    if algorithm == "bfs":
        expected = np.where(expected == UNREACHED, -1, expected)
    other = _other_question(prepared, known, expected)
    return (None, other) if other else (expected, known.get(f"{algorithm}.source-vertex", ""))


def in_order(edges: EdgeList, vertices: npt.NDArray[np.int64], values: Answer) -> Answer | None:
    """Values by the ids of the graph; None if they are those of other vertices."""
    order = np.argsort(vertices)
    if not np.array_equal(vertices[order], edges.labels):
        return None
    return values[order]


def difference(algorithm: str, answer: Answer, expected: Answer, edges: EdgeList) -> str:
    """How an answer differs from the expected one; empty if it matches by the rules of the algorithm."""
    kind = _KINDS[algorithm]
    if answer.shape != expected.shape:
        return f"the answer has {len(answer):,} values; the reference output has {len(expected):,}"
    if kind == "scores":
        allowed = RELATIVE * np.abs(expected)
        far = np.flatnonzero(~(np.abs(answer - expected) <= allowed))
        at = int(far[0]) if len(far) else None
    elif algorithm == "cdlp":
        answer = by_name(answer, edges.labels)
        far = np.flatnonzero(answer != expected)
        at = int(far[0]) if len(far) else None
    else:
        found = agreement(kind, answer, expected, RELATIVE)
        at = found.at if found.kind == "differs" else None
    if at is None:
        return ""
    return (
        f"differs from the reference output of LDBC Graphalytics: vertex {edges.labels[at]} has {answer[at]:.9g}, "
        f"expected {expected[at]:.9g}"
    )


def _other_question(prepared: Prepared, known: Mapping[str, str], expected: Answer) -> str:
    """Why the expected output answers another question; empty if it is the same."""
    algorithm, params, edges = prepared.algorithm.name, prepared.params, prepared.edges
    if algorithm == "sssp" and edges.weights != "dataset":
        return "it is that of the graph's weights"
    if algorithm == "cdlp":
        rounds = next((params[key] for key in ("iterations", "max_iterations") if key in params), None)
        if str(rounds) != known.get("cdlp.max-iterations"):
            return f"it is that of {known.get('cdlp.max-iterations')} iterations"
    if algorithm == "pagerank":
        if edges.weighted:
            return "it ignores weights; pass --ignore-weights"
        if float(params["damping"]) != float(known.get("pr.damping-factor", "nan")):
            return f"it is that of the damping factor {known.get('pr.damping-factor')}"
        residual = float(np.abs(pagerank_step(edges, expected, float(params["damping"])) - expected).sum())
        if residual > RELATIVE:
            rounds = known.get("pr.num-iterations", "few")
            return f"it is that of {rounds} iterations, not converged (L1 residual {residual:.1e})"
    return ""
