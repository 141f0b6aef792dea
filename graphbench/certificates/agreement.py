"""Agreement of two answers to one problem: exactly equal, equal up to renaming, close, similar, or different.

Partitions are compared by normalised mutual information (Danon, Diaz-Guilera, Duch, Arenas, J. Stat. Mech. (2005)
P09008). The result is a record's :class:`graphbench.records.model.Agreement`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.records.model import Agreement
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt


def agreement(kind: str, a: npt.NDArray[Any], b: npt.NDArray[Any], tolerance: float = 0.0) -> Agreement:
    """Compare two certified answers of one kind; the engine of the result is left open.

    Args:
        kind: the algorithm's kind of answer, one of :data:`graphbench.algorithms.base.AnyKind` but `walks`, which are
            never compared.
        a: one answer in the common form.
        b: the other.
        tolerance: the largest difference that counts as `epsilon`: for distances and scores of pairs relative to the
            larger one, for other scores absolute, for quantities relative to the largest of the two and 1.

    Raises:
        ValueError: if the answers differ in shape, or the kind is unknown.
    """
    if kind in {"edges", "arcs"}:
        return _same_rows(a, b, tolerance)
    if a.shape != b.shape:
        raise ValueError(f"answers of shapes {a.shape} and {b.shape} answer different questions")
    match kind:
        case "labels":
            return _renaming(a, b)
        case "partition":
            return Agreement(kind="nmi", max_difference=1.0 - normalised_mutual_information(a, b))
        case "depths":
            # -1 marks an unreached vertex: its difference to any depth is infinite.
            return _difference(np.where(a < 0, np.inf, a), np.where(b < 0, np.inf, b), 0.0, relative=False)
        case "distances" | "pair_scores":
            return _difference(a, b, tolerance, relative=True)
        case "counts":
            return _difference(a, b, 0.0, relative=False)
        case "scores" | "vectors":
            return _difference(np.ravel(a), np.ravel(b), tolerance, relative=False)
        case "quantities":
            return _difference(a, b, tolerance * np.fmax(1.0, np.fmax(np.abs(a), np.abs(b))), relative=False)
    raise ValueError(f"no kind of answer is called {kind!r}")


def normalised_mutual_information(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """2 I(a; b) / (H(a) + H(b)), from 0 (independent) to 1 (equal up to renaming).

    Normalised by the mean of the entropies (Danon, Diaz-Guilera, Duch, Arenas, J. Stat. Mech. (2005) P09008). Two
    partitions into one community each are equal: 1.
    """
    if len(a) == 0:
        return 1.0
    names_a, label_a = np.unique(a, return_inverse=True)
    names_b, label_b = np.unique(b, return_inverse=True)
    if len(names_a) == len(names_b) == 1:
        return 1.0
    cells, joint = np.unique(label_a * np.int64(len(names_b)) + label_b, return_counts=True)
    if len(cells) == len(names_a) == len(names_b):
        return 1.0  # a bijection: no rounding
    size_a, size_b = np.bincount(label_a), np.bincount(label_b)
    row, column = cells // len(names_b), cells % len(names_b)
    information = float((joint * np.log(joint * float(len(a)) / (size_a[row] * size_b[column].astype(float)))).sum())
    entropies = _entropy(size_a) + _entropy(size_b)
    return min(1.0, max(0.0, 2.0 * information / entropies))


def _entropy(sizes: npt.NDArray[np.int64]) -> float:
    """The entropy of a partition with these sizes, times the number of vertices, in nats."""
    return float(-(sizes * np.log(sizes / sizes.sum())).sum())


def _renaming(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Agreement:
    """Labels agree up to renaming exactly if each vertex's label first occurs at the same vertex in both."""
    different = np.flatnonzero(first_with_label(a) != first_with_label(b))
    if len(different):
        return Agreement(kind="differs", at=int(different[0]))
    return Agreement(kind="equivalent")


def first_with_label(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """For each vertex the first one with its label: equal for labels that are equal up to renaming."""
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    return first[label]


def _same_rows(a: npt.NDArray[Any], b: npt.NDArray[Any], tolerance: float) -> Agreement:
    """Sorted rows of edges or of a matrix's entries: the same ends, and values within a relative tolerance."""
    width = min(len(a), len(b))
    other = np.flatnonzero((a[:width, :2] != b[:width, :2]).any(axis=1))
    if len(other) or a.shape != b.shape:
        return Agreement(kind="differs", at=int(other[0]) if len(other) else width)
    return _difference(np.ravel(a[:, 2:]), np.ravel(b[:, 2:]), tolerance, relative=True)


def _difference(
    a: npt.NDArray[Any], b: npt.NDArray[Any], tolerance: float | npt.NDArray[np.float64], *, relative: bool
) -> Agreement:
    if len(a) == 0:
        return Agreement(kind="exact", max_difference=0.0)
    # Equal infinities are equal; their difference would not be a number.
    difference = np.abs(np.subtract(a, b, out=np.zeros(len(a)), where=a != b))
    difference[np.isnan(difference)] = np.inf
    at = int(np.argmax(difference))
    largest = float(difference[at])
    if largest == 0:
        return Agreement(kind="exact", max_difference=0.0)
    allowed = tolerance * np.fmax(np.abs(a), np.abs(b)) if relative else tolerance
    if not np.isfinite(largest):
        return Agreement(kind="differs", at=at)
    if not bool((difference <= allowed).all()):
        return Agreement(kind="differs", max_difference=largest, at=int(np.argmax(difference - allowed)))
    return Agreement(kind="epsilon", max_difference=largest, at=at)
